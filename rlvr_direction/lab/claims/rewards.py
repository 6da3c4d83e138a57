"""Rewards of whole responses: how well each ranks the responses of one problem, and what choosing by it gives."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Integer
from scipy.special import comb, softmax
from scipy.stats import rankdata

from rlvr_direction.lab.claims.claim import SEED
from rlvr_direction.statistics import Interval, bootstrap, pass_at_k

__all__ = ["REWARDS", "Responses", "aurocs", "best_of", "majority", "ranking", "resampled", "responses_of", "selection"]

REWARDS = ("sum", "mean", "minimum", "last", "sum_logp_rl", "mean_logp_rl")
ENOUGH = 20  # problems with right and wrong responses, for an interval over them
SUBSETS = 64  # random ones per problem, for the majority vote


class Responses(NamedTuple):
    """Responses of one policy, `(problems, responses)`: each reward, which are right, and which answers are equal."""

    rewards: Mapping[str, Float[np.ndarray, "problems responses"]]
    correct: Bool[np.ndarray, "problems responses"]
    answer: Integer[np.ndarray, "problems responses"]


def responses_of(table: pd.DataFrame) -> Responses:
    """The responses of one stage, writer and top_p of the study `rewards`.

    `table` has as many rows for each `problem_id`. The means are the sums over `n_tokens`. Raises ValueError where
    problems have different numbers of responses.
    """
    sizes = table.groupby("problem_id").size()
    if sizes.nunique() != 1:
        raise ValueError(f"problems have {sizes.min()} to {sizes.max()} responses: pass one stage, writer and top_p")
    table = table.sort_values("problem_id", kind="stable")
    table = table.assign(mean=table["sum"] / table["n_tokens"], mean_logp_rl=table["sum_logp_rl"] / table["n_tokens"])
    shape = len(sizes), int(sizes.iloc[0])
    rewards = {name: table[name].to_numpy(float).reshape(shape) for name in REWARDS}
    return Responses(rewards, table["correct"].to_numpy(bool).reshape(shape), table["answer"].to_numpy().reshape(shape))


def aurocs(
    reward: Float[np.ndarray, "problems responses"], correct: Bool[np.ndarray, "problems responses"]
) -> Float[np.ndarray, " problems"]:
    """For each problem, the chance that a right response has a higher reward than a wrong one; ties count half.

    It is nan for a problem whose responses are all right or all wrong.
    """
    n_right = correct.sum(1)
    n_pairs = n_right * (~correct).sum(1)
    above = (rankdata(reward, axis=1) * correct).sum(1) - n_right * (n_right + 1) / 2
    return np.divide(above, n_pairs, out=np.full(len(reward), np.nan), where=n_pairs > 0)


def ranking(responses: Responses, reward: str, *, draws: int = 2000) -> Interval:
    """The mean of `aurocs` over the problems that have right and wrong responses, each counting alike.

    The interval is over these problems. With fewer than `ENOUGH` of them it is 0 to 1: nothing is known.
    """
    areas = aurocs(responses.rewards[reward], responses.correct)
    areas = areas[~np.isnan(areas)]
    if len(areas) < ENOUGH:
        return Interval(float(areas.mean()) if len(areas) else 0.5, 0.0, 1.0)
    return bootstrap(lambda weights: float(weights @ areas / weights.sum()), len(areas), draws=draws, seed=SEED)


def by_stage(table: pd.DataFrame, reward: str) -> Mapping[str, Interval]:
    """The AUROC of a reward at every stage, by writer, on untruncated responses."""
    plain = table[table["top_p"] == 1]
    return {
        f"{stage}, written by {writer}": ranking(responses_of(own), reward)
        for (stage, writer), own in plain.groupby(["stage", "writer"], observed=True)
    }


def best_of(
    reward: Float[np.ndarray, "problems responses"], correct: Bool[np.ndarray, "problems responses"], n: int
) -> Float[np.ndarray, " problems"]:
    """Each problem's chance that, of `n` responses drawn without replacement, the one with the highest reward is right.

    Unbiased: of m responses, the one of rank i is the best of n of them with probability C(i - 1, n - 1) / C(m, n);
    responses with equal rewards share theirs. Raises ValueError for more responses than there are.

    >>> best_of(np.array([[1.0, 2.0, 3.0]]), np.array([[False, True, False]]), 2)
    array([0.33333333])
    """
    m = reward.shape[1]
    if not 1 <= n <= m:
        raise ValueError(f"the best of {n} of {m} responses: expected 1 to {m}")
    first, last = rankdata(reward, "min", axis=1), rankdata(reward, "max", axis=1)
    chance = (comb(last, n) - comb(first - 1, n)) / (last - first + 1) / comb(m, n)
    return (chance * correct).sum(1)


def majority(
    answer: Integer[np.ndarray, "problems responses"], correct: Bool[np.ndarray, "problems responses"], n: int
) -> Float[np.ndarray, " problems"]:
    """Each problem's chance that a response with the most frequent answer of `n` is right, over random subsets.

    An answer of -1 is none and gets no vote; equally frequent answers are equally likely to be chosen.
    """
    rng, m = np.random.default_rng(SEED), answer.shape[1]
    found = np.zeros(len(answer))
    for _ in range(SUBSETS if n < m else 1):
        drawn = rng.permuted(np.tile(np.arange(m), (len(answer), 1)), axis=1)[:, :n]
        own, right = np.take_along_axis(answer, drawn, 1), np.take_along_axis(correct, drawn, 1)
        votes = ((own[:, :, None] == own[:, None, :]) & (own >= 0)[:, :, None]).sum(2)
        ahead = (votes == votes.max(1, keepdims=True)) / np.maximum(votes, 1)  # each answer counts once
        found += (ahead * right).sum(1) / ahead.sum(1)
    return found / (SUBSETS if n < m else 1)


def resampled(
    total: Float[np.ndarray, "problems responses"], correct: Bool[np.ndarray, "problems responses"], gamma: float = 1.0
) -> Float[np.ndarray, " problems"]:
    """Each problem's chance that a response drawn in proportion to exp(gamma * `total`) is right.

    With the summed delta_logp of responses that RL wrote this is the sequence-level extrapolation by gamma; of ones
    that the base wrote and gamma = 1 it is RL, as the number of responses grows.
    """
    return (softmax(gamma * total, axis=1) * correct).sum(1)


def selection(table: pd.DataFrame, ns: tuple[int, ...] = (2, 4, 8, 16), *, draws: int = 1000) -> pd.DataFrame:
    """Accuracy of every way to choose one of n responses: one row per stage, writer, top_p, way and n.

    Columns: `stage, writer, top_p, way, n, accuracy, low, high`, intervals over problems. The ways are the rewards,
    "random", "majority", "verifier" (pass@n), and "resampled" by exp(sum).
    """
    rows = []
    for where, own in table.groupby(["stage", "writer", "top_p"], observed=True):
        responses = responses_of(own)
        labels, ways = zip(*_ways(responses, ns), strict=True)
        stacked = np.stack(ways)
        found = bootstrap(lambda w, s=stacked: s @ w / w.sum(), stacked.shape[1], draws=draws, seed=SEED)
        rows += [(*where, *label, *ends) for label, *ends in zip(labels, *found, strict=True)]
    return pd.DataFrame(rows, columns=["stage", "writer", "top_p", "way", "n", "accuracy", "low", "high"])


def _ways(responses: Responses, ns: tuple[int, ...]) -> list[tuple[tuple[str, int], np.ndarray]]:
    rewards, correct, answer = responses
    m = correct.shape[1]
    found = []
    for n in (n for n in ns if n <= m):
        found += [((name, n), best_of(reward, correct, n)) for name, reward in rewards.items()]
        found += [(("majority", n), majority(answer, correct, n))]
        found += [(("verifier", n), pass_at_k(correct.sum(1), m, n))]
    return [*found, (("random", 1), correct.mean(1)), (("resampled", m), resampled(rewards["sum"], correct))]
