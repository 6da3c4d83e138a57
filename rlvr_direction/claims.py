"""The claims of the paper, the rules fixed before the runs that decide them, and C1's rule as functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from rlvr_direction.statistics import Interval, auroc_of_weights, bootstrap, oriented, overlap

__all__ = [
    "CLAIMS",
    "MAGNITUDES",
    "Claim",
    "Verdict",
    "combine",
    "direction_separates",
    "responses",
    "seeds_agree",
    "verdict",
    "verdicts_by_chance",
    "where_the_pair_differs",
]

Verdict = Literal["reproduced", "not reproduced", "inconclusive"]
MAGNITUDES = ("entropy_base", "entropy_rl", "kl_base_rl", "kl_rl_base", "logp_base", "logp_rl")


@dataclass(frozen=True)
class Claim:
    """What the paper says, the rule that decides it, and the chapter that judges it."""

    id: str
    statement: str
    rule: str
    chapter: str


def verdict(
    interval: Interval, *, bound: float = 0.0, minimum_gain: float | None = None, below: bool = False
) -> Verdict:
    """Judge a 95 % interval: beyond the bound, on the other side of it, or neither.

    `reproduced` where the interval lies wholly above `bound` (wholly below it if `below`), `not reproduced` where it
    lies wholly on the other side, `inconclusive` where it holds the bound. A claim of a gain passes `minimum_gain` (.01
    is 1 point): an interval wholly short of it is `not reproduced` even if it excludes 0, for the paper claims a gain
    that matters, and one shown to be smaller is not it. Raises ValueError where an end is nan.

    >>> verdict(Interval(0.05, 0.02, 0.08)), verdict(Interval(0.004, 0.001, 0.007), minimum_gain=0.01)
    ('reproduced', 'not reproduced')
    """
    low, high = (-interval.high, -interval.low) if below else (interval.low, interval.high)
    edge = -bound if below else bound
    if not low <= high:
        raise ValueError(f"{interval}: expected two numbers, the lower end first")
    if high < edge or (minimum_gain is not None and high < edge + minimum_gain):
        return "not reproduced"
    return "reproduced" if low > edge else "inconclusive"


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a conjunction: reproduced if every part is, not reproduced if any part is not, else inconclusive.

    Raises ValueError where there are no parts.
    """
    if not verdicts:
        raise ValueError("a conjunction of no verdicts decides nothing: pass at least one")
    if "not reproduced" in verdicts:
        return "not reproduced"
    return "inconclusive" if "inconclusive" in verdicts else "reproduced"


def seeds_agree(differences: Sequence[float], *, needed: int = 4) -> bool:
    """Whether at least `needed` RL seeds give the same sign, whichever it is; 0 has none."""
    signs = np.sign(differences)
    return bool(max((signs > 0).sum(), (signs < 0).sum()) >= needed)


def verdicts_by_chance(n_judged: int, *, level: float = 0.95) -> float:
    """Expected number of false "reproduced" if every one of `n_judged` effects sat exactly on its bound.

    One side of a two-sided interval misses its bound (1 - level) / 2 of the time; a conjunction errs less often.
    """
    return n_judged * (1 - level) / 2


def responses(tokens: pd.DataFrame) -> pd.DataFrame:
    """One row a response: `source`, `prompt_id`, `text_id`, the mean over tokens of every score, `length` in tokens.

    `tokens` has those three columns and `delta_logp`, the `MAGNITUDES` and `total_variation`; raises ValueError where
    one is missing.
    """
    keys, scores = ["source", "prompt_id", "text_id"], ["delta_logp", *MAGNITUDES, "total_variation"]
    _require(tokens, [*keys, *scores])
    groups = tokens.groupby(keys, observed=True)
    return groups[scores].mean().assign(length=groups.size()).reset_index()


def where_the_pair_differs(tokens: pd.DataFrame, *, above: float = 0.01) -> pd.DataFrame:
    """The tokens at positions where TV(base, rl), in `total_variation`, is above a fraction: C1's tokens."""
    _require(tokens, ["total_variation"])
    return tokens[tokens["total_variation"] > above]


def direction_separates(
    table: pd.DataFrame, rivals: Sequence[str], *, draws: int = 2000, seed: int
) -> tuple[Interval, pd.DataFrame]:
    """C1's number, and what it is made of: how much better delta_logp tells RL's text from the base's than any rival.

    The interval is of delta_logp's oriented AUROC minus the best rival's, over prompts, the best rival (and every
    orientation) chosen anew in each draw. The table has a row a score: `score, auroc, low, high, overlap`. `table` is
    `responses(tokens)`, with rivals `(*MAGNITUDES, "length")`, or `where_the_pair_differs(tokens)`, with `MAGNITUDES`;
    C1 needs both intervals above 0. Raises ValueError where a column or one of the sources base and rl is missing.
    """
    scores = ["delta_logp", *rivals]
    _require(table, ["source", "prompt_id", *scores])
    if (seen := set(table["source"].unique())) != {"base", "rl"}:
        raise ValueError(f"sources {sorted(map(str, seen))}: expected texts of both base and rl, and of nothing else")
    is_rl = (table["source"] == "rl").to_numpy(dtype=bool)
    prompts, clusters = np.unique(table["prompt_id"].to_numpy(), return_inverse=True)
    columns = [table[score].to_numpy(dtype=float) for score in scores]
    areas = [auroc_of_weights(column, is_rl, clusters) for column in columns]

    def areas_and_lead(weights: np.ndarray) -> np.ndarray:
        drawn = oriented(np.array([area(weights) for area in areas]))
        return np.append(drawn, drawn[0] - drawn[1:].max())

    value, low, high = bootstrap(areas_and_lead, len(prompts), draws=draws, seed=seed)
    shared = [overlap(column[~is_rl], column[is_rl]) for column in columns]
    parts = {"score": scores, "auroc": value[:-1], "low": low[:-1], "high": high[:-1], "overlap": shared}
    return Interval(float(value[-1]), float(low[-1]), float(high[-1])), pd.DataFrame(parts)


def _require(table: pd.DataFrame, columns: Sequence[str]) -> None:
    if missing := [column for column in columns if column not in table]:
        raise ValueError(f"the table has columns {list(table.columns)}: {missing} must be there too")


_CLAIMS = (
    Claim(
        "C1",
        "delta_logp separates base- from RL-generated text better than magnitudes do.",
        "The oriented AUROC of delta_logp minus the best of both entropies, both KLs, both log-probabilities and (per "
        "response) length: 95 % interval over prompts above 0, per response and per token where TV(base, rl) > .01.",
        "02_direction_not_magnitude",
    ),
    Claim(
        "C2",
        "delta_logp recovers RL accuracy with the fewest replacements.",
        "The smallest ratios that reach 50 % and 80 % of the base-to-RL gap: the intervals of the log ratios of "
        "neighbours in delta_logp, KL, entropy, random lie below 0, for selected and for changed tokens.",
        "03_token_replacement",
    ),
    Claim(
        "C2f",
        "It is the sign of delta_logp that does it.",
        "Mean accuracy at 2, 5 and 8 % changed: delta_logp minus each of |delta_logp|, pi_base(y), pi_rl(y), the gap "
        "to RL's argmax, position-level mass and, at equal selected, the matched coin: every interval above 0.",
        "03_token_replacement",
    ),
    Claim(
        "C3a",
        "Lemma 3.1: an unclipped token's gradient has norm 2 |w| (1 - pi(y)).",
        "Float64 autograd agrees within a relative 1e-9 (floor 1e-12), and clipped tokens have exactly 0.",
        "04_why_sparse",
    ),
    Claim(
        "C3b",
        "Rare tokens carry most of the gradient.",
        "Their (p < .5) share of summed |A| ratio (1 - p) on that stage's rollouts: above .5 at the start and the end.",
        "04_why_sparse",
    ),
    Claim(
        "C3c",
        "Training on top-p filtered rollouts ends worse.",
        "Final accuracy difference at T = 1, top_p = 1, paired over seeds: interval below 0.",
        "04_why_sparse",
    ),
    Claim(
        "C4a",
        "Some gamma > 0 does at least as well as RL, for a tabular softmax trained by natural policy gradient.",
        "Exact by enumeration for whole responses as actions; a counterexample for per-token states is shown.",
        "05_extrapolation",
    ),
    Claim(
        "C4b",
        "gamma > 0 beats gamma = 0 under the same gate.",
        "Accuracy gain at the gamma and tau chosen on calibration problems, Holm over training stages: interval above "
        "0 at the last stage, and not wholly below 1 point.",
        "05_extrapolation",
    ),
    Claim(
        "C4c",
        "Selective extrapolation beats RL.",
        "Gain against RL and against gamma = 0 under that gate: both intervals above 0, neither wholly below 1 point.",
        "05_extrapolation",
    ),
    Claim(
        "C5a",
        "Reweighting beats DAPO.",
        "Area under accuracy at fixed rollouts, paired t-interval over at least 10 seeds: above 0, and not wholly "
        "below 1 point; mean-1 weights are a row of their own.",
        "06_reweighted_grpo",
    ),
    Claim(
        "C5b",
        "Reweighting keeps Pass@16.",
        "Pass@16 difference to DAPO, paired over seeds: interval above -2 points.",
        "06_reweighted_grpo",
    ),
    Claim(
        "C5c",
        "Reweighting beats Dominate and PPL.",
        "As C5a against each rival, 10 seeds each: both intervals above 0, and neither wholly below 1 point.",
        "06_reweighted_grpo",
    ),
)
CLAIMS = {claim.id: claim for claim in _CLAIMS}
