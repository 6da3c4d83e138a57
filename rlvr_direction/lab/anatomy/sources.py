"""What to expect of one draw by each model at a position, and the role of every token of a response."""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from rlvr_direction.lab.tasks import Problem, Task
from rlvr_direction.scores import SCORES, Score, View, of_all_tokens

__all__ = ["SAME_POSITION", "token_roles"]


def _won(score: Score) -> Score:
    """The chance that RL's draw has a higher score than the base's at one position."""

    def chance(view: View, _: Tensor) -> Float[Tensor, "*batch"]:
        order = of_all_tokens(score, view).argsort(-1)
        base, rl = (logp.exp().gather(-1, order) for logp in view.sampled)
        return (rl * (base.cumsum(-1) - base)).sum(-1)

    return chance


def _differs(view: View, _: Tensor) -> Float[Tensor, "*batch"]:
    """The chance that one draw by the base and one by RL, independent of each other, are different tokens."""
    return 1 - torch.exp(view.sampled.base + view.sampled.rl).sum(-1)


SAME_POSITION: Mapping[str, Score] = {
    "differs": _differs,
    **{f"won_{name}": _won(SCORES[name]) for name in ("delta_logp", "logp_base", "logp_rl")},
}
"""What to expect of one draw by each model at a position: that they differ, and that RL's has the higher score."""


def token_roles(tokens: pd.DataFrame, task: Task, problems: Sequence[Problem]) -> pd.Series:
    """The role of each row of a table by `score_sources`; that of the end token is "end".

    A task has one role per token of its own tokenizer: per character, or per word. ValueError is raised where a
    response has more tokens than roles.
    """
    labels = []
    for (text_id, prompt_id, response), rows in tokens.groupby(["text_id", "prompt_id", "response"], sort=True):
        found = [*task.roles(problems[prompt_id], response), "end"][: len(rows)]
        if len(found) < len(rows):
            raise ValueError(
                f"text {text_id} has {len(rows)} tokens and {len(found)} roles, one of them for the end: no role each"
            )
        labels += found
    return pd.Series(labels, index=tokens.index, name="role")
