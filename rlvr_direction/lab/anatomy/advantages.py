"""What replacing a proposal is worth: continuations under the gated policy, after keeping it and after a draw of RL.

The estimates are unbiased: positions are drawn with a chance that is recorded, and a draw of RL that gives the proposal
itself shares its continuation.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from torch import Tensor

from rlvr_direction.decoding import decode
from rlvr_direction.distributions import PairLogprobs, Sampling, total_variation
from rlvr_direction.evaluation import respond, score_responses
from rlvr_direction.interventions import EVERYWHERE, Intervention
from rlvr_direction.lab.tasks import Problem, Task
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import SCORES, Score, View
from rlvr_direction.scoring import score_tokens

__all__ = ["COUNTS", "advantages_at", "draw_positions", "score_proposals"]

FULL = 0.05  # from this total variation on, every position is drawn
LEAST = 0.02  # the chance of a position where the two sampled policies agree
COUNTS = ("kept_1", "kept_2", "replaced_1", "replaced_2")


def draw_positions(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    intervention: Intervention,
    sampling: Sampling,
    *,
    rate: float = 1.0,
    seed: int,
) -> pd.DataFrame:
    """Positions of one gated response per problem: `problem_id, position, prefix_ids, proposal_id, chance`.

    A position is drawn with the `chance` `rate` min(1, TV / .05) and at least `rate` .02, where TV is the total
    variation of the two policies that are sampled: where it is 0, a replacement changes nothing. Each drawn position
    stands for 1 / `chance` of them.
    """
    written = respond(pair, task, problems, intervention, sampling, seed=seed)
    tokens = score_responses(pair, problems, written, scores={"tv": _sampled_tv}, sampling=sampling)
    chance = rate * np.clip(tokens["tv"] / FULL, LEAST, 1.0)
    drawn = tokens.assign(chance=chance)[np.random.default_rng(seed).random(len(tokens)) < chance]
    of_text = written.loc[drawn["text_id"]]
    at = drawn["position"].to_numpy()
    return pd.DataFrame(
        {
            "problem_id": of_text["problem_id"].to_numpy("int32"),
            "position": at.astype("int16"),
            "prefix_ids": [ids[:t] for ids, t in zip(of_text["response_ids"], at, strict=True)],
            "proposal_id": [ids[t] for ids, t in zip(of_text["proposal_ids"], at, strict=True)],
            "chance": drawn["chance"].to_numpy("float32"),
        }
    )


def score_proposals(
    pair: ModelPair,
    problems: Sequence[Problem],
    positions: pd.DataFrame,
    sampling: Sampling,
    scores: Mapping[str, Score] = SCORES,
) -> pd.DataFrame:
    """One row per position, one column per score: of the proposal there."""
    texts = [
        {"prompt": problems[row.problem_id].prompt, "response_ids": [*row.prefix_ids, row.proposal_id]}
        for row in positions.itertuples()
    ]
    tokens = score_tokens(pair, texts, scores=scores, sampling=sampling, batch_size=256)
    last = tokens.drop_duplicates("text_id", keep="last")
    return last.iloc[:, list(tokens.columns).index("token") + 1 :].reset_index(drop=True)


def advantages_at(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    positions: pd.DataFrame,
    intervention: Intervention,
    sampling: Sampling,
    *,
    continuations: int,
    seed: int,
) -> pd.DataFrame:
    """How many continuations are right, in two independent halves of so many each: `COUNTS`, one row per position.

    `kept_*` follow the proposal, `replaced_*` as many independent draws of RL; both go on under the gated policy and
    share their noise.
    """
    n, samples = len(positions), 2 * continuations
    prompts = [pair.encode_prompt(problems[i].prompt) for i in positions["problem_id"]]
    begun = [[*prompt, *prefix] for prompt, prefix in zip(prompts, positions["prefix_ids"], strict=True)]
    rows = np.repeat(np.arange(n), samples)
    how = {"problem_ids": rows.tolist(), "sample_ids": np.tile(np.arange(samples), n).tolist(), "batch_size": 256}
    draws = decode(
        pair, [begun[i] for i in rows], Intervention(EVERYWHERE), sampling, seed=seed + 1, max_new_tokens=1, **how
    )
    proposals = np.repeat(positions["proposal_id"].to_numpy(), samples)
    draws = draws.token_ids[:, 0].numpy()
    other = draws != proposals
    asked = pd.DataFrame(
        {
            "row": np.concatenate([rows, rows[other]]),
            "sample": np.concatenate([how["sample_ids"], np.array(how["sample_ids"])[other]]),
            "token": np.concatenate([proposals, draws[other]]),
        }
    )
    right = _rewards(pair, task, problems, positions, asked, intervention, sampling, seed=seed)
    kept = right[: len(rows)]
    replaced = kept.copy()
    replaced[other] = right[len(rows) :]
    halves = np.concatenate([x.reshape(n, 2, continuations).sum(2) for x in (kept, replaced)], axis=1)
    return pd.DataFrame(halves.astype("int8"), columns=list(COUNTS))


def _rewards(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    positions: pd.DataFrame,
    asked: pd.DataFrame,
    intervention: Intervention,
    sampling: Sampling,
    *,
    seed: int,
) -> np.ndarray:
    """Whether a continuation of each asked (row, sample, token) is right; one past the task's limit is wrong."""
    of_row = [problems[i] for i in positions["problem_id"]]
    prefixes = positions["prefix_ids"].tolist()
    responses = [[*prefixes[i], int(token)] for i, token in zip(asked["row"], asked["token"], strict=True)]
    prompts = [pair.encode_prompt(of_row[i].prompt) for i in asked["row"]]
    ended = asked["token"].to_numpy() == pair.tokenizer.eos_token_id
    going = np.flatnonzero(~ended & (np.array([len(ids) for ids in responses]) < task.max_new_tokens))
    finished = ended.copy()
    if len(going):
        texts = [prompts[i] + responses[i] for i in going]
        decoded = decode(
            pair,
            texts,
            intervention,
            sampling,
            seed=seed,
            problem_ids=asked["row"].iloc[going].tolist(),
            sample_ids=asked["sample"].iloc[going].tolist(),
            max_new_tokens=min(task.max_new_tokens, pair.context - max(map(len, texts))),
            batch_size=256,
        )
        for i, ids, length, done in zip(going, decoded.token_ids, decoded.n_tokens, decoded.finished, strict=True):
            responses[i] = responses[i] + ids[:length].tolist()
            finished[i] = bool(done) and len(responses[i]) <= task.max_new_tokens

    def reward(i: int) -> float:
        text = pair.tokenizer.decode(responses[i][:-1], skip_special_tokens=False)
        return task.reward(of_row[asked["row"].iloc[i]], text)

    return np.array([finished[i] and reward(i) == 1 for i in range(len(asked))])


def _sampled_tv(view: View, _: Tensor) -> Tensor:
    return total_variation(PairLogprobs(*view.sampled))
