"""The paper's claims judged on an audit of any pair, each with the number of problems that a verdict would take."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from math import ceil, inf

import numpy as np
import pandas as pd

from rlvr_direction.audit.arms import BUDGETS, GAMMAS
from rlvr_direction.lab.claims import b1, c1, c1h, c2, c2c, c2f, c2g, c2h, c4b, c4c, c4h
from rlvr_direction.lab.claims.claim import SEED, Claim, Judged
from rlvr_direction.lab.claims.counts import accuracies, arms_of
from rlvr_direction.lab.claims.direction import levels_of, separation_of
from rlvr_direction.lab.claims.leads import judge_leads
from rlvr_direction.lab.claims.replacement import best_budgets
from rlvr_direction.lab.regime import DECIDING
from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["FEWEST", "alone", "aurocs", "best_gate", "curves", "findings", "in_short", "problems_needed", "short"]

UNFINISHED = 0.05  # share of responses above which an audit warns
FEWEST = 20  # problems; below, intervals over problems are too narrow for a verdict
OF_SEVERAL = " In the deciding cell five RL seeds are pooled, and at least 4 of them have the sign of the estimate."
HERE = {"cell": str(DECIDING), "rl_seed": 0}  # one RL run in the cell that the claims decide on
Tables = Mapping[str, pd.DataFrame]


def findings(tables: Tables) -> pd.DataFrame:
    """A row per claim: `claim, statement, measured, value, low, high, verdict, problems, needed, rule`.

    `tables` are those of a finished audit. A verdict is by the rule of the claim's own judge on one cell with one RL
    run, among the rivals that an audit runs. It is "no verdict" with fewer than 20 judged problems, where nothing
    varies, for what replacement recovers where RL is not measurably better than the base, and for extrapolation where
    the calibration problems chose a gamma of 0. `needed` is about how many problems a verdict would take if the
    estimate stayed; nan where there is one.
    """
    studies = {"gates": _gates, "tilts": _tilts, "separation": _separation}
    recorded = {study: {"your pair": rows_of(tables)} for study, rows_of in studies.items()}
    n = tables["answers"]["problem_id"].nunique()
    gain = Interval(*alone(tables).set_index("arm").loc["RL minus base", ["value", "low", "high"]])
    rows = []
    for judge in (c1.judge, c1h.judge, b1.judge, c2.judge, c2c.judge, _signed, _both_models, c2h.judge, *EXTRAPOLATION):
        try:
            (row,) = judge(recorded)
        except ValueError:  # no share that both gates reach: nothing to compare
            continue
        rows.append(_as_row(row, n, gain, extrapolates=bool(_chosen(tables)["gamma"] > 0)))
    return pd.DataFrame(rows)


def in_short(tables: Tables, found: pd.DataFrame) -> list[str]:
    """What an audit found, in sentences; `found` are its `findings`."""
    seen, answers = alone(tables).set_index("arm"), tables["answers"]
    base, rl, cold = (_share(seen.loc[name]) for name in ("base alone", "RL alone", "cold RL"))
    best, chosen = best_gate(tables), _chosen(tables)
    counts = answers[answers["family"] == "chosen"][["correct", "samples"]].sum()
    decided = found[found["verdict"].isin(["reproduced", "not reproduced"])]
    decided = decided.sort_values("verdict", ascending=False, kind="stable")
    sentences = [
        f"The base alone is right on {base} of the judged problems, RL alone on {rl}, cold RL on {cold}.",
        f"The gate on delta_logp that was best on calibration problems changed {best['changed']:.1%} of the base's "
        f"tokens and is right on {best['accuracy']:.1%}; the best arm found in calibration, gamma {chosen['gamma']:g} "
        f"where `{short(chosen['where'])}`, on {counts['correct'] / counts['samples']:.1%}.",
        f"Of {len(found)} claims {len(decided)} are decided{':' if len(decided) else '.'}",
        *(f"*{row.verdict.capitalize()}*: {row.statement[:-1]} ({row.claim})." for row in decided.itertuples()),
    ]
    if not answers["correct"].any():
        sentences.insert(0, "**No answer of either model was right.** Try `--task`, `--template`, `--max-new-tokens`.")
    cut = 1 - answers["finished"].sum() / answers["samples"].sum()
    if cut > UNFINISHED:
        sentences.append(f"**{cut:.0%} of all responses were cut off** and count as wrong: raise `--max-new-tokens`.")
    return sentences


def _share(row: pd.Series) -> str:
    return f"{row['value']:.1%} [{row['low']:.1%}, {row['high']:.1%}]"


def _chosen(tables: Tables) -> pd.Series:
    return tables["answers"].query("family == 'chosen'").iloc[0]


def alone(tables: Tables) -> pd.DataFrame:
    """Both models without a gate: `arm, value, low, high, unfinished, tokens`, and the difference of their accuracies.

    Intervals are at 95 %, over judged problems; `unfinished` is the share that was cut off, `tokens` the mean length.
    """
    names = {"nowhere": "base alone", "everywhere": "RL alone", "cold rl": "cold RL"}
    rows = _gates(tables)
    arms = arms_of(rows[rows["family"].isin(names) & (rows["purpose"] == "judged")], ["family"])
    at = {name: arms.row(family) for family, name in names.items()}

    def numbers(weights: np.ndarray) -> np.ndarray:
        accuracy = arms.accuracy(weights)
        found = [accuracy[row] for row in at.values()]
        return np.array([*found, accuracy[at["RL alone"]] - accuracy[at["base alone"]]])

    found = bootstrap(numbers, arms.n_problems, draws=2000, seed=SEED)
    table = pd.DataFrame({"arm": [*at, "RL minus base"], **found._asdict()})
    sums = tables["answers"].groupby("family")[["finished", "n_tokens", "samples"]].sum().loc[[*names]]
    unfinished, tokens = 1 - sums["finished"] / sums["samples"], sums["n_tokens"] / sums["samples"]
    return table.assign(unfinished=[*unfinished, np.nan], tokens=[*tokens, np.nan])


def problems_needed(
    interval: Interval, n: int, *, bound: float, minimum_gain: float = 0.0, below: bool = False
) -> float:
    """About how many problems leave the interval on one side, if the estimate stays and its width falls as 1 / sqrt(n).

    >>> problems_needed(Interval(0.02, -0.02, 0.06), 100, bound=0.0)
    400.0
    """
    sign = -1 if below else 1
    lead, half = sign * (interval.value - bound), (interval.high - interval.low) / 2
    distances = [lead, minimum_gain - lead]  # to a lower end above the bound, or an upper end below what matters
    return min((float(ceil(n * (half / d) ** 2)) for d in distances if d > 0), default=inf)


def curves(tables: Tables) -> pd.DataFrame:
    """Both models alone and every gate at every budget: `family, budget, accuracy, low, high, selected, changed`."""
    rows = _gates(tables)
    return accuracies(arms_of(rows[rows["purpose"] == "judged"]))


def best_gate(tables: Tables) -> pd.Series:
    """The row of `curves` of the gate on delta_logp that is best on calibration problems: the one that C2h judges."""
    found = curves(tables).set_index(["family", "budget"])
    return found.loc[("delta_logp", best_budgets(_gates(tables)).item())]


def aurocs(tables: Tables) -> pd.DataFrame:
    """How well each score tells the two writers apart: `level, score, value, low, high`, best first per level.

    `level` is "response" (means over its tokens, their sums and the length) or "token" (where the total variation is
    above .01; also sums up to the token, and the position).
    """
    found = _separation(tables)
    scores = found[~found["score"].str.startswith("lead ")]
    return scores.sort_values(["level", "value"], ascending=[True, False])[["level", "score", "value", "low", "high"]]


def _gates(tables: Tables) -> pd.DataFrame:
    """What an audit ran, as the study "gates" keeps it."""
    judged, tried = tables["answers"], tables["calibration"]
    gated = tried[(tried["family"] == "tried") & (tried["gamma"] == 0)].assign(family="delta_logp")
    return pd.concat([judged[judged["family"] != "chosen"], gated]).assign(**HERE)


def _tilts(tables: Tables) -> pd.DataFrame:
    """What was chosen, its rivals and what was tried, as the study "tilts" keeps them."""
    judged = tables["answers"]
    chosen = judged[judged["family"] == "chosen"]
    gate = (judged["family"] == "delta_logp") & judged["where"].isin(chosen["where"])
    same = judged[gate & (judged["budget"] == judged.loc[gate, "budget"].min())].assign(family="gamma 0")
    rl = judged[judged["family"] == "everywhere"].assign(family="rl")
    cold = judged[judged["family"] == "cold rl"]
    return pd.concat([chosen, same, rl, cold, _summed(tables["calibration"])]).assign(**HERE)


def _separation(tables: Tables) -> pd.DataFrame:
    """How well every score separates what both models wrote, as the study "separation" keeps it.

    The tokens are left out where a writer has none at which the two models differ.
    """
    levels = levels_of(tables["written"])
    both = {level: table for level, table in levels.items() if table["source"].nunique() == 2}
    return separation_of(both).assign(**HERE)


def _summed(tried: pd.DataFrame) -> pd.DataFrame:
    """One row per arm of calibration problems, as the study "tilts" keeps them."""
    labels = ["family", "where", "gamma", "temperature", "top_p", "purpose"]
    return tried.groupby(labels)[["correct", "samples"]].sum().reset_index().assign(problem_id=-1)


def _as_row(row: Judged, n: int, gain: Interval, *, extrapolates: bool) -> dict:
    """A row of `findings`; `gain` is RL's accuracy minus the base's."""
    claim, interval = row.claim, Interval(row.value, row.low, row.high)
    rule = {"bound": claim.bound, "minimum_gain": claim.minimum_gain, "below": claim.below}
    needed = max(problems_needed(interval, n, **rule), FEWEST)
    nothing_to_recover = claim.id in RECOVERY and gain.low <= 0
    if nothing_to_recover:  # first, RL must be seen to be better
        needed = max(needed, problems_needed(gain, n, bound=0.0) if gain.value > 0 else inf)
    nothing_to_judge = interval.low == interval.high or (claim.id in EXTRAPOLATED and not extrapolates)
    verdict = "no verdict" if n < FEWEST or nothing_to_recover or nothing_to_judge else row.verdict
    measured = short(f"{row.text} ({claim.reading}). {row.chosen}".strip())
    return {
        **{"claim": claim.id, "statement": claim.statement, "measured": measured},
        **interval._asdict(),
        "verdict": verdict,
        "problems": n,
        "needed": (inf if nothing_to_judge else needed) if verdict in ("no verdict", "inconclusive") else float("nan"),
        "rule": f"{claim.rule.replace(OF_SEVERAL, '')} {NOTES.get(claim.id, '')}".strip(),
    }


def short(text: str) -> str:
    """A text with its long decimals at three digits."""
    return re.sub(r"\d+\.\d{4,}", lambda found: f"{float(found[0]):.3g}", text)


def _leads_over(claim: Claim, rivals: tuple[str, ...], recorded: Mapping[str, Tables]) -> list[Judged]:
    return judge_leads(claim, recorded, rivals)


_signed = partial(_leads_over, c2f.CLAIM, ("mirrored", "coin"))
_both_models = partial(_leads_over, c2g.CLAIM, ("logp_rl",))
EXTRAPOLATION: tuple[Callable, ...] = (c4b.judge, c4c.judge, c4h.judge)
EXTRAPOLATED = ("C4b", "C4c", "C4h")
RECOVERY = ("C2", "C2c")
NOTES = {
    **dict.fromkeys(
        RECOVERY, f"An audit's budgets are {', '.join(f'{budget:.0%}' for budget in BUDGETS)} and RL everywhere."
    ),
    "C2f": "An audit leaves out position-level mass.",
    "C2g": "An audit has the gate on pi_rl(y) alone.",
    **dict.fromkeys(EXTRAPOLATED, f"An audit tries the gammas {', '.join(f'{gamma:g}' for gamma in GAMMAS)}."),
}
