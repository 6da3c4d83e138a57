"""Interventions over problems: one row a response, honest summaries, and the two sources scored."""

from rlvr_direction.evaluation.responses import RESPONSE_COLUMNS, evaluate, respond
from rlvr_direction.evaluation.sources import score_sources, token_roles
from rlvr_direction.evaluation.summary import summarize

__all__ = ["RESPONSE_COLUMNS", "evaluate", "respond", "score_sources", "summarize", "token_roles"]
