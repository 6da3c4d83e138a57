"""Measurements for single chapters: who wrote what, what a token is worth, and where the gradient is."""

from rlvr_direction.lab.anatomy.counterfactual import first_replacements, token_values
from rlvr_direction.lab.anatomy.lemma import dapo_objective, lemma_errors
from rlvr_direction.lab.anatomy.rollouts import group_advantages, parameter_norms, predictions_of, rollout_tokens
from rlvr_direction.lab.anatomy.sources import SAME_POSITION, token_roles
from rlvr_direction.lab.anatomy.topk import as_listed, score_topk, texts_of_both, topk_errors

__all__ = [
    "SAME_POSITION",
    "as_listed",
    "dapo_objective",
    "first_replacements",
    "group_advantages",
    "lemma_errors",
    "parameter_norms",
]
__all__ += ["predictions_of", "rollout_tokens", "score_topk", "texts_of_both", "token_roles"]
__all__ += ["token_values", "topk_errors"]
