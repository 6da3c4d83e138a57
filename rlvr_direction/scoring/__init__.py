"""What both policies think of every response token, one row per token: from texts in memory or from a file."""

from rlvr_direction.scoring.files import ScoreSettings, score_file
from rlvr_direction.scoring.fused import FUSED
from rlvr_direction.scoring.texts import load_texts, texts_path
from rlvr_direction.scoring.tokens import TOKEN_COLUMNS, score_tokens

__all__ = ["FUSED", "TOKEN_COLUMNS", "ScoreSettings", "load_texts", "score_file", "score_tokens", "texts_path"]
