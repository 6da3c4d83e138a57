"""Interventions over problems: responses as a table, one row each, and their summaries."""

from rlvr_direction.evaluation.files import decode_file, tokens_path
from rlvr_direction.evaluation.kept import kept_tokens
from rlvr_direction.evaluation.responses import RESPONSE_COLUMNS, evaluate, require_grades, respond, score_responses
from rlvr_direction.evaluation.sources import score_sources
from rlvr_direction.evaluation.summary import summarize

__all__ = [
    "RESPONSE_COLUMNS",
    "decode_file",
    "evaluate",
    "kept_tokens",
    "require_grades",
    "respond",
    "score_responses",
    "score_sources",
    "summarize",
    "tokens_path",
]
