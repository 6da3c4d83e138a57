"""The colours of every page, chart and token strip; within a chapter, each colour has one meaning."""

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

# the same meaning everywhere
LIKELIER = "#2b70c9"  # blue: RL made the token more likely
LESS_LIKELY = "#e25822"  # orange: RL made it less likely
BASE = "#8a7a94"  # grey-purple: the base model
RL = "#17a673"  # green: the RL-trained model

# one meaning per chapter
VIOLET = "#a23bd1"
GOLD = "#b08600"
CYAN = "#0e93b5"
OLIVE = "#7c8f1a"
GREY = "#8a8a8a"
ROSE = "#c2417f"
BROWN = "#9a6b4f"
SLATE = "#6b7480"
