"""Responses by the base and by RL to the same problems, scored token by token, and the role of every token."""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from rlvr_direction.distributions import Sampling, total_variation
from rlvr_direction.evaluation import respond, score_responses
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention
from rlvr_direction.lab.tasks import Problem, Task
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import SCORES, Score, View, of_all_tokens

__all__ = ["SAME_POSITION", "score_sources", "token_roles"]


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


def score_sources(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    *,
    seed: int,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    scores: Mapping[str, Score] = SCORES,
    batch_size: int = 256,
) -> pd.DataFrame:
    """The token table of responses by the base and by RL to the same problems, written under `sampling` (claim C1).

    `source` is "base" or "rl". `scores` replace those of `TOKEN_COLUMNS`; scores of the raw distribution stay raw,
    however a text was sampled. It adds `prompt_id` (the index in `problems`), the position's `total_variation`, and the
    `response` as text with whether it is `correct`.
    """
    alone = {"base": Intervention(NOWHERE), "rl": Intervention(EVERYWHERE)}
    tables = [
        respond(pair, task, problems, intervention, sampling, seed=seed, batch_size=batch_size).assign(source=source)
        for source, intervention in alone.items()
    ]
    texts = pd.concat(tables, ignore_index=True)
    scores = {**scores, "total_variation": lambda view, _: total_variation(view.raw)}
    tokens = score_responses(pair, problems, texts, scores=scores, sampling=sampling, batch_size=batch_size)
    of_text = texts[["problem_id", "response", "correct"]].rename(columns={"problem_id": "prompt_id"})
    return tokens.join(of_text, on="text_id")


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
