"""The colours of every page, chart and strip: one colour, one meaning."""

__all__ = [
    "BASE",
    "BROWN",
    "CYAN",
    "GOLD",
    "GREY",
    "LESS_LIKELY",
    "LIKELIER",
    "OLIVE",
    "RL",
    "ROSE",
    "SLATE",
    "VIOLET",
]

LIKELIER = "#2b70c9"  # RL made it likelier: blue
LESS_LIKELY = "#e25822"  # RL made it less likely: orange
BASE = "#8a7a94"  # the base model: grey-purple
RL = "#17a673"  # the RL-trained model: green

# further colours, each with one meaning per chapter
VIOLET = "#a23bd1"
GOLD = "#b08600"
CYAN = "#0e93b5"
OLIVE = "#7c8f1a"
GREY = "#8a8a8a"
ROSE = "#c2417f"
BROWN = "#9a6b4f"
SLATE = "#6b7480"
