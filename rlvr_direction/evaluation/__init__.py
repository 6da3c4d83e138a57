"""Interventions over problems: one row a response, honest summaries, and the two sources scored."""

from rlvr_direction.evaluation.counterfactual import first_replacements, token_values
from rlvr_direction.evaluation.files import Grader, decode_file, decode_to_file, grader, tokens_path
from rlvr_direction.evaluation.responses import RESPONSE_COLUMNS, evaluate, respond
from rlvr_direction.evaluation.rollouts import group_advantages, parameter_norms, predictions_of, rollout_tokens
from rlvr_direction.evaluation.sources import score_sources, token_roles
from rlvr_direction.evaluation.summary import summarize

__all__ = [
    "RESPONSE_COLUMNS",
    "Grader",
    "decode_file",
    "decode_to_file",
    "evaluate",
    "first_replacements",
    "grader",
    "group_advantages",
    "parameter_norms",
    "predictions_of",
    "respond",
    "rollout_tokens",
    "score_sources",
    "summarize",
    "token_roles",
    "token_values",
    "tokens_path",
]
