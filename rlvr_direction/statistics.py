"""Estimates and their errors, with the problem, the prompt or the training seed as the unit of inference."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Integer, Real
from scipy import stats

__all__ = [
    "Interval",
    "auroc",
    "auroc_of_weights",
    "bootstrap",
    "oriented",
    "overlap",
    "paired_t",
    "pass_at_k",
]


class Interval(NamedTuple):
    """An estimate and the two ends of its interval, in the estimate's unit: numbers, or arrays of one shape."""

    value: float | Float[np.ndarray, "..."]
    low: float | Float[np.ndarray, "..."]
    high: float | Float[np.ndarray, "..."]


def pass_at_k(
    n_correct: Integer[np.ndarray, " problems"], n_samples: int | Integer[np.ndarray, " problems"], k: int
) -> Float[np.ndarray, " problems"]:
    """Each problem's chance that k of its samples, drawn without replacement, include a correct one.

    This is 1 - C(n - c, k) / C(n, k), the unbiased estimate of Chen et al. (2021, arXiv 2107.03374); its mean over
    problems is Pass@k. Raises ValueError if a problem has fewer than k samples.

    >>> pass_at_k(np.array([1]), 4, 2)
    array([0.5])
    """
    n = _counts(n_correct, n_samples)
    if k < 1 or n.min() < k:
        raise ValueError(f"pass@{k} of problems with {n.min()} samples: k must lie between 1 and the number of samples")
    drawn = np.arange(k)
    all_wrong = np.clip((n - n_correct)[:, None] - drawn, 0, None) / (n[:, None] - drawn)
    return 1 - all_wrong.prod(axis=1)


def _counts(n_correct: np.ndarray, n_samples: int | np.ndarray) -> np.ndarray:
    n = np.broadcast_to(n_samples, n_correct.shape)
    if n.size == 0 or n.min() < 1 or n_correct.min() < 0 or (n_correct > n).any():
        raise ValueError(
            f"{n_correct.size} problems with counts {n_correct[:5]} of {n[:5]} samples (first 5): "
            "expected at least one problem, at least one sample each, and 0 <= n_correct <= n_samples"
        )
    return n


def bootstrap(
    statistic: Callable[[Integer[np.ndarray, " clusters"]], float | np.ndarray],
    n_clusters: int,
    *,
    draws: int = 2000,
    seed: int,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of a statistic when whole clusters (prompts, or seeds) are drawn with replacement.

    `statistic` maps the number of times each cluster was drawn to a number or an array. Everything it computes from one
    draw is paired, and a "best of" inside it is chosen anew for each draw. Below about 20 clusters the interval is too
    narrow: use `paired_t` for a handful of seeds. Raises ValueError below two clusters, and if a draw gives nan.

    >>> gain = np.array([0.1, 0.3, 0.2, 0.2])
    >>> round(float(bootstrap(lambda weights: weights @ gain / weights.sum(), 4, seed=0).value), 6)
    0.2
    """
    if n_clusters < 2:
        raise ValueError(f"a bootstrap over {n_clusters} clusters has no spread: pass at least two")
    rng = np.random.default_rng(seed)
    even = np.full(n_clusters, 1 / n_clusters)
    values = np.stack([np.asarray(statistic(rng.multinomial(n_clusters, even))) for _ in range(draws)])
    undefined = np.isnan(values.reshape(draws, -1)).any(axis=1).sum()
    if undefined:
        raise ValueError(
            f"the statistic is nan in {undefined} of {draws} draws of {n_clusters} clusters: "
            "it must be defined for every draw, so pass more clusters or a statistic that is"
        )
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Interval(statistic(np.ones(n_clusters, dtype=int)), low, high)


def paired_t(differences: Real[np.ndarray, " seeds"], *, level: float = 0.95) -> Interval:
    """Student's t interval of the mean of paired differences, one per seed and in their unit.

    Raises ValueError below two seeds.

    >>> interval = paired_t(np.array([0.1, 0.2, 0.3]))
    >>> [round(float(number), 3) for number in interval]
    [0.2, -0.048, 0.448]
    """
    if len(differences) < 2:
        raise ValueError(f"{len(differences)} paired differences give no interval: pass at least two")
    mean, error = differences.mean(), stats.sem(differences)
    reach = stats.t.ppf((1 + level) / 2, len(differences) - 1) * error
    return Interval(float(mean), float(mean - reach), float(mean + reach))


def auroc(positive: Real[np.ndarray, " p"], negative: Real[np.ndarray, " n"]) -> float:
    """P(a positive's value is above a negative's), ties counting half: 0.5 is chance.

    Raises ValueError if either side is empty or a value is nan.

    >>> auroc(np.array([2, 3, 3]), np.array([1, 3]))  # 4 of 6 pairs, 2 of them ties
    0.6666666666666666
    """
    values, is_positive = np.concatenate([positive, negative]), np.arange(len(positive) + len(negative)) < len(positive)
    _require_two_sides(values, is_positive)
    ranks = stats.rankdata(values)[: len(positive)]
    return float((ranks.sum() - len(positive) * (len(positive) + 1) / 2) / (len(positive) * len(negative)))


def auroc_of_weights(
    values: Real[np.ndarray, " n"], is_positive: Bool[np.ndarray, " n"], clusters: Integer[np.ndarray, " n"]
) -> Callable[[np.ndarray], float]:
    """The AUROC as a function of cluster weights, for `bootstrap`; `clusters` holds codes that count from 0.

    The values are sorted once, so that a draw costs one cumulative sum; ties count exactly half. A draw that leaves one
    side without weight gives nan. Raises ValueError if either side is empty or a value is nan.
    """
    _require_two_sides(values, is_positive)
    order = np.argsort(values, kind="stable")
    positive, negative = order[is_positive[order]], order[~is_positive[order]]
    below = np.searchsorted(values[negative], values[positive], side="left")
    not_above = np.searchsorted(values[negative], values[positive], side="right")
    positive_clusters, negative_clusters = clusters[positive], clusters[negative]

    def area(weights: np.ndarray) -> float:
        of_positive = weights[positive_clusters]
        up_to = np.concatenate([[0], np.cumsum(weights[negative_clusters])])
        pairs = of_positive.sum() * up_to[-1]
        return float(of_positive @ (up_to[below] + up_to[not_above]) / (2 * pairs)) if pairs else float("nan")

    return area


def _require_two_sides(values: np.ndarray, is_positive: np.ndarray) -> None:
    n_positive, n_nan = int(is_positive.sum()), int(np.isnan(values).sum())
    if n_nan or not 0 < n_positive < len(values):
        raise ValueError(
            f"an AUROC of {n_positive} positive and {len(values) - n_positive} negative values, {n_nan} of them nan: "
            "expected at least one on each side and none nan"
        )


def oriented(area: float | Float[np.ndarray, "..."]) -> float | Float[np.ndarray, "..."]:
    """An AUROC read in whichever direction separates: max(A, 1 - A), between 0.5 and 1."""
    return np.maximum(area, 1 - area)


def overlap(a: Real[np.ndarray, " a"], b: Real[np.ndarray, " b"], *, bins: int = 50) -> float:
    """Fraction shared by two histograms, the sum of the smaller shares in pooled-quantile bins: 0 if apart, 1 if equal.

    Equal values always share a bin, so that many ties leave fewer bins. Raises ValueError if either is empty or holds
    nan.
    """
    pooled = np.concatenate([a, b])
    _require_two_sides(pooled, np.arange(len(pooled)) < len(a))
    edges = np.unique(np.quantile(pooled, np.arange(1, bins) / bins))
    shares = [np.bincount(np.searchsorted(edges, x, side="right"), minlength=bins) / len(x) for x in (a, b)]
    return float(np.minimum(*shares).sum())
