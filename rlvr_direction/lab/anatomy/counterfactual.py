"""What a single replaced token is worth: continuations after it, against continuations after the proposal."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rlvr_direction.decoding import decode
from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation.responses import respond
from rlvr_direction.interventions import NOWHERE, Intervention
from rlvr_direction.lab.tasks import Problem, Task
from rlvr_direction.pair import ModelPair

__all__ = ["first_replacements", "token_values"]


def first_replacements(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    intervention: Intervention,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    *,
    seed: int,
) -> pd.DataFrame:
    """The first token of each response that an intervention changes; the base alone wrote everything before it.

    The columns are `problem_id, position, prefix_ids` (the response before it), `proposal_id, replacement_id, role` (of
    the proposal), `base_right, mixed_right, base_response, mixed_response`. Responses without a changed token are left
    out.
    """
    mixed = respond(pair, task, problems, intervention, sampling, seed=seed)
    base = respond(pair, task, problems, Intervention(NOWHERE), sampling, seed=seed)
    rows = []
    for with_, without in zip(mixed.itertuples(), base.itertuples(), strict=True):
        changed = np.flatnonzero(np.not_equal(with_.response_ids, with_.proposal_ids))
        if not len(changed):
            continue
        at = int(changed[0])
        roles = [*task.roles(problems[with_.problem_id], without.response), "end"]
        rows.append(
            {
                "problem_id": with_.problem_id,
                "position": at,
                "prefix_ids": with_.response_ids[:at],
                "proposal_id": with_.proposal_ids[at],
                "replacement_id": with_.response_ids[at],
                "role": roles[min(at, len(roles) - 1)],
                "base_right": without.correct,
                "mixed_right": with_.correct,
                "base_response": without.response,
                "mixed_response": with_.response,
            }
        )
    return pd.DataFrame(rows)


def token_values(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    replacements: pd.DataFrame,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    *,
    continuations: int,
    seed: int,
) -> pd.DataFrame:
    """The base's chance of a right answer after the proposal and after the replacement.

    The result is `replacements` with `value_kept`, `value_replaced` (shares of so many continuations by the base
    alone, with the same noise for both) and `value`, their difference.
    """
    kept, replaced = (
        _chances(pair, task, problems, replacements, tokens, sampling, continuations=continuations, seed=seed)
        for tokens in (replacements["proposal_id"], replacements["replacement_id"])
    )
    return replacements.assign(value_kept=kept, value_replaced=replaced, value=np.subtract(replaced, kept))


def _chances(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    replacements: pd.DataFrame,
    tokens: pd.Series,
    sampling: Sampling,
    *,
    continuations: int,
    seed: int,
) -> list[float]:
    """The share of right answers among the base's continuations of each prefix and its token."""
    asked = [problems[i] for i in replacements["problem_id"]]
    prompts = [pair.encode_prompt(problem.prompt) for problem in asked]
    begun = [[*prefix, token] for prefix, token in zip(replacements["prefix_ids"], tokens, strict=True)]
    room = pair.context - max(len(prompt) + len(ids) for prompt, ids in zip(prompts, begun, strict=True))
    ended = [ids[-1] == pair.tokenizer.eos_token_id for ids in begun]
    rows = [i for i in range(len(begun)) if not ended[i] for _ in range(continuations)]
    decoded = decode(
        pair,
        [prompts[i] + begun[i] for i in rows],
        Intervention(NOWHERE),
        sampling,
        seed=seed,
        problem_ids=rows,
        sample_ids=[row % continuations for row in range(len(rows))],
        max_new_tokens=min(task.max_new_tokens, room),
        batch_size=256,
    )

    def reward(i: int, ids: Sequence[int]) -> float:
        return task.reward(asked[i], pair.tokenizer.decode(ids, skip_special_tokens=False))

    rewards = [[reward(i, ids[:-1])] if ended[i] else [] for i, ids in enumerate(begun)]
    for i, ids, n, finished in zip(rows, decoded.token_ids, decoded.n_tokens, decoded.finished, strict=True):
        rewards[i].append(reward(i, begun[i] + ids[: n - 1].tolist()) if finished else 0.0)
    return [float(np.mean(found)) for found in rewards]
