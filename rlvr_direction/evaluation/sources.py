"""Responses by the base and by RL to the same problems, scored token by token."""

from collections.abc import Mapping, Sequence

import pandas as pd

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation.responses import respond, score_responses
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Grader, Problem
from rlvr_direction.scores import SCORES, Score
from rlvr_direction.scoring import FUSED

__all__ = ["score_sources"]


def score_sources(
    pair: ModelPair,
    task: Grader,
    problems: Sequence[Problem],
    *,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    scores: Mapping[str, Score] = SCORES,
    batch_size: int = 256,
    first_problem: int = 0,
    **how: object,
) -> pd.DataFrame:
    """The token table of responses by the base and by RL to the same problems, written under `sampling` (claim C1).

    `source` is "base" or "rl". `scores` replace those of `TOKEN_COLUMNS`; scores of the raw distribution stay raw,
    however a text was sampled. It adds `prompt_id` (the index in `problems`, counted from `first_problem`), the
    position's `total_variation`, and the `response` as text with whether it is `correct`. `how` is passed on to
    `respond`.
    """
    alone = {"base": Intervention(NOWHERE), "rl": Intervention(EVERYWHERE)}
    how = {**how, "batch_size": batch_size, "first_problem": first_problem}
    tables = [
        respond(pair, task, problems, intervention, sampling, **how).assign(source=source)
        for source, intervention in alone.items()
    ]
    texts = pd.concat(tables, ignore_index=True)
    scores = {**scores, "total_variation": FUSED["total_variation"]}
    numbered = dict(enumerate(problems, first_problem))
    tokens = score_responses(pair, numbered, texts, scores=scores, sampling=sampling, batch_size=batch_size)
    of_text = texts[["problem_id", "response", "correct"]].rename(columns={"problem_id": "prompt_id"})
    return tokens.join(of_text, on="text_id")
