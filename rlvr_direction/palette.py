"""The colours of every page, chart and strip: one colour, one meaning."""

__all__ = ["BASE", "LESS_LIKELY", "LIKELIER", "RL"]

LIKELIER = "#2b70c9"  # RL made it likelier: blue
LESS_LIKELY = "#e25822"  # RL made it less likely: orange
BASE = "#8a7a94"  # the base model: grey-purple
RL = "#17a673"  # the RL-trained model: green
