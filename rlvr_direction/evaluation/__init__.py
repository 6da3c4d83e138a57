"""Interventions over problems: one row per response, and honest summaries."""

from rlvr_direction.evaluation.files import decode_file, tokens_path
from rlvr_direction.evaluation.responses import RESPONSE_COLUMNS, evaluate, respond
from rlvr_direction.evaluation.summary import summarize

__all__ = ["RESPONSE_COLUMNS", "decode_file", "evaluate", "respond", "summarize", "tokens_path"]
