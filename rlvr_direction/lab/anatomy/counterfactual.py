"""What a single replaced token is worth: rollouts that go on after it, against rollouts after the proposal."""

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
    pair: ModelPair, task: Task, problems: Sequence[Problem], replacements: pd.DataFrame, *, rollouts: int, seed: int
) -> pd.DataFrame:
    """The base's chance of a right answer after the proposal and after the replacement.

    The `replacements` with `value_kept`, `value_replaced` (shares of `rollouts` continuations by the base alone, with
    the same noise for both) and `value`, their difference.
    """
    values = {
        name: _continue(pair, task, problems, replacements, replacements[f"{token}_id"], rollouts=rollouts, seed=seed)
        for name, token in (("value_kept", "proposal"), ("value_replaced", "replacement"))
    }
    table = replacements.assign(**values)
    return table.assign(value=table["value_replaced"] - table["value_kept"])


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
    prompts = [pair.encode_prompt(problems[i].prompt) for i in replacements["problem_id"]]
    room = pair.context - max(len(p) + len(b) for p, b in zip(prompts, begun, strict=True))
    open_ = [i for i in range(len(begun)) if begun[i][-1] != pair.tokenizer.eos_token_id]
    rows = [i for i in open_ for _ in range(rollouts)]
    decoded = decode(
        pair,
        [prompts[i] + begun[i] for i in rows],
        Intervention(NOWHERE),
        Sampling(),
        seed=seed,
        problem_ids=rows,
        sample_ids=list(range(rollouts)) * len(open_),
        max_new_tokens=min(task.max_new_tokens, room),
        batch_size=256,
    )
    asked = [problems[i] for i in replacements["problem_id"]]
    right = {i: [task.reward(asked[i], _text(pair, begun[i][:-1]))] for i in set(range(len(begun))) - set(open_)}
    for i, ids, n, finished in zip(rows, decoded.token_ids, decoded.n_tokens, decoded.finished, strict=True):
        text = _text(pair, begun[i] + ids[: n - 1].tolist())
        right.setdefault(i, []).append(task.reward(asked[i], text) if finished else 0.0)
    return [float(np.mean(right[i])) for i in range(len(begun))]


def _text(pair: ModelPair, ids: Sequence[int]) -> str:
    return pair.tokenizer.decode(ids, skip_special_tokens=False)
