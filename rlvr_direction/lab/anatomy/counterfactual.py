"""What a single replaced token is worth: rollouts that go on after it, against rollouts after the proposal."""

from collections.abc import Sequence
from functools import partial

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
    pair: ModelPair, task: Task, problems: Sequence[Problem], intervention: Intervention, *, seed: int
) -> pd.DataFrame:
    """The first token of each response that an intervention changes: up to there, the base wrote alone.

    `problem_id, position, prefix_ids` (the response before it), `proposal_id, replacement_id, role` (of the proposal),
    `base_right, mixed_right, base_response, mixed_response`; responses without a changed token are left out. T = 1,
    top_p = 1.
    """
    mixed = respond(pair, task, problems, intervention, seed=seed)
    base = respond(pair, task, problems, Intervention(NOWHERE), seed=seed)
    rows = []
    for mixed_row, base_row in zip(mixed.itertuples(), base.itertuples(), strict=True):
        changed = np.flatnonzero(np.not_equal(mixed_row.response_ids, mixed_row.proposal_ids))
        if not len(changed):
            continue
        at = int(changed[0])
        roles = [*task.roles(problems[mixed_row.problem_id], base_row.response), "end"]
        rows.append(
            {
                "problem_id": mixed_row.problem_id,
                "position": at,
                "prefix_ids": mixed_row.response_ids[:at],
                "proposal_id": mixed_row.proposal_ids[at],
                "replacement_id": mixed_row.response_ids[at],
                "role": roles[min(at, len(roles) - 1)],
                "base_right": base_row.correct,
                "mixed_right": mixed_row.correct,
                "base_response": base_row.response,
                "mixed_response": mixed_row.response,
            }
        )
    return pd.DataFrame(rows)


def token_values(
    pair: ModelPair, task: Task, problems: Sequence[Problem], replacements: pd.DataFrame, *, rollouts: int, seed: int
) -> pd.DataFrame:
    """The base's chance of a right answer after the proposal and after the replacement.

    The `replacements` with `value_kept`, `value_replaced` (shares of `rollouts` continuations by the base alone, with
    the same noise for both) and `value`, their difference.
    """
    continued = partial(_continue, pair, task, problems, replacements, rollouts=rollouts, seed=seed)
    kept, replaced = (np.array(continued(replacements[name])) for name in ("proposal_id", "replacement_id"))
    return replacements.assign(value_kept=kept, value_replaced=replaced, value=replaced - kept)


def _continue(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    replacements: pd.DataFrame,
    tokens: pd.Series,
    *,
    rollouts: int,
    seed: int,
) -> list[float]:
    """The share of right answers among the base's continuations of every prefix and its token."""
    begun = [[*row.prefix_ids, token] for row, token in zip(replacements.itertuples(), tokens, strict=True)]
    asked = [problems[i] for i in replacements["problem_id"]]
    prompts = [pair.encode_prompt(problem.prompt) for problem in asked]
    room = pair.context - max(len(p) + len(b) for p, b in zip(prompts, begun, strict=True))
    unfinished = [i for i in range(len(begun)) if begun[i][-1] != pair.tokenizer.eos_token_id]
    rows = [i for i in unfinished for _ in range(rollouts)]
    decoded = decode(
        pair,
        [prompts[i] + begun[i] for i in rows],
        Intervention(NOWHERE),
        Sampling(),
        seed=seed,
        problem_ids=rows,
        sample_ids=list(range(rollouts)) * len(unfinished),
        max_new_tokens=min(task.max_new_tokens, room),
        batch_size=256,
    )
    right = {i: [task.reward(asked[i], _text(pair, begun[i][:-1]))] for i in set(range(len(begun))) - set(unfinished)}
    for i, ids, n, finished in zip(rows, decoded.token_ids, decoded.n_tokens, decoded.finished, strict=True):
        text = _text(pair, begun[i] + ids[: n - 1].tolist())
        right.setdefault(i, []).append(task.reward(asked[i], text) if finished else 0.0)
    return [float(np.mean(right[i])) for i in range(len(begun))]


def _text(pair: ModelPair, ids: Sequence[int]) -> str:
    return pair.tokenizer.decode(ids, skip_special_tokens=False)
