"""Claims C1, C1h and B1: how well every score tells RL's text from the base's, with prompts drawn again and again."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.claim import SEED, Part
from rlvr_direction.statistics import Interval, auroc_of_weights, bootstrap, oriented, overlap

__all__ = [
    "CUMULATIVE",
    "DIFFERS",
    "LOGPS",
    "MAGNITUDES",
    "POOLED",
    "Lead",
    "facts_of",
    "leads",
    "levels_of",
    "same_position",
]
__all__ += ["separated", "separation_of"]

MAGNITUDES = ("entropy_base", "entropy_rl", "kl_base_rl", "kl_rl_base")
LOGPS = ("logp_base", "logp_rl")
SCORES = ("delta_logp", *MAGNITUDES, *LOGPS)
CUMULATIVE = tuple(f"cumulative_{name}" for name in ("delta_logp", *LOGPS))
SUMS = tuple(f"sum_{name}" for name in ("delta_logp", *LOGPS))
DIFFERS = 0.01  # total variation above which the pair differs at a position
POOLED = -1  # the `rl_seed` of rows that all RL seeds make together
DRAWS = 500
QUANTILES = (0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1)


class Lead(NamedTuple):
    """A score, and the rivals over the best of which its lead is measured."""

    score: str
    rivals: Sequence[str]


SCORES_OF: Mapping[str, Sequence[str]] = {
    "response": (*SCORES, "length", *SUMS),
    "token": (*SCORES, *CUMULATIVE, "position"),
}
LEADS_OF: Mapping[str, Mapping[str, Lead]] = {
    "response": {
        "C1": Lead("delta_logp", MAGNITUDES),
        "C1h": Lead("delta_logp", (*MAGNITUDES, *LOGPS, "length")),
    },
    "token": {
        "C1": Lead("delta_logp", MAGNITUDES),
        "C1h": Lead("delta_logp", (*MAGNITUDES, *LOGPS)),
        "B1": Lead(CUMULATIVE[0], (*SCORES, *CUMULATIVE[1:], "position")),
    },
}


def levels_of(tokens: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The two tables that are judged: one row per response, and one per token where TV(base, rl) > .01.

    A response has the mean of every score over its tokens, its `length`, and the sums of delta_logp and of both
    log-probabilities. A token also has the sums of these three up to and including itself. `tokens` is by
    `score_sources`; a column that it lacks raises ValueError.
    """
    keys = ["source", "prompt_id", "text_id"]
    _require(tokens, [*keys, "position", *SCORES, "total_variation"])
    groups = tokens.groupby(keys, observed=True)
    summed = ["delta_logp", *LOGPS]
    sums = groups[summed].sum().set_axis(SUMS, axis=1)
    responses = groups[list(SCORES)].mean().join(sums).assign(length=groups.size()).reset_index()
    so_far = tokens.sort_values("position", kind="stable").groupby(keys, observed=True)[summed].cumsum()
    here = tokens["total_variation"] > DIFFERS
    return {"response": responses, "token": tokens.join(so_far.set_axis(CUMULATIVE, axis=1))[here]}


def separation_of(levels: Mapping[str, pd.DataFrame], *, draws: int = DRAWS) -> pd.DataFrame:
    """Every score and lead at both levels: `level, score, value, low, high, overlap`.

    `levels` is by `levels_of`, or joins several of its tables, level by level. Of a score, `value` is the oriented
    AUROC; of "lead C1", "lead C1h" and "lead B1", the difference that the claim asks for.
    """
    found = {level: separated(table, SCORES_OF[level], LEADS_OF[level], draws=draws) for level, table in levels.items()}
    return _stacked(found)


def separated(
    table: pd.DataFrame, scores: Sequence[str], wanted: Mapping[str, Lead], *, draws: int = DRAWS
) -> pd.DataFrame:
    """How well scores separate RL's text from the base's: `score, value, low, high, overlap`.

    There is one row per score, its oriented AUROC, and one per lead: a score's oriented AUROC minus that of the best of
    its rivals. Intervals are over prompts; the best rival and every orientation are chosen anew in each draw. Raises
    ValueError where a column is missing, or a source other than exactly "base" and "rl" is found.
    """
    _require(table, ["source", "prompt_id", *scores])
    if (seen := set(table["source"].unique())) != {"base", "rl"}:
        raise ValueError(f"sources {sorted(map(str, seen))}: expected texts of both base and rl, and of nothing else")
    is_rl = (table["source"] == "rl").to_numpy(dtype=bool)
    prompts, clusters = np.unique(table["prompt_id"].to_numpy(), return_inverse=True)
    columns = [table[score].to_numpy(dtype=float) for score in scores]
    areas = [auroc_of_weights(column, is_rl, clusters) for column in columns]

    def numbers(weights: np.ndarray) -> np.ndarray:
        return _with_leads(oriented(np.array([area(weights) for area in areas])), scores, wanted)

    shared = [overlap(column[~is_rl], column[is_rl]) for column in columns]
    names = [*scores, *(f"lead {name}" for name in wanted)]
    return _rows(names, bootstrap(numbers, len(prompts), draws=draws, seed=SEED), shared)


def same_position(tokens: pd.DataFrame, *, draws: int = DRAWS) -> pd.DataFrame:
    """How often RL's token scores higher than the base's at one position, where the two differ; rows as `separated`.

    `tokens` needs `differs` and, for three scores, `won_...` (`score_sources` with `SAME_POSITION`): what is expected
    of one draw by each model. Only positions where TV(base, rl) > .01 count. An entropy or a KL is 1/2 by definition.
    """
    scores = ("delta_logp", *LOGPS)
    _require(tokens, ["prompt_id", "differs", *(f"won_{score}" for score in scores)])
    kept = tokens[tokens["total_variation"] > DIFFERS]
    by_prompt = kept.groupby("prompt_id")[["differs", *(f"won_{score}" for score in scores)]].sum().to_numpy(float)

    def numbers(weights: np.ndarray) -> np.ndarray:
        differs, *won = weights @ by_prompt
        return _with_leads(oriented(np.array(won) / differs), scores, {"C1h": Lead("delta_logp", LOGPS)})

    return _rows([*scores, "lead C1h"], bootstrap(numbers, len(by_prompt), draws=draws, seed=SEED))


def facts_of(tokens: pd.DataFrame, *, draws: int = DRAWS) -> pd.DataFrame:
    """What the texts are like: `level, score, value, low, high`, where `level` is "base text", "rl text" or "all text".

    The scores are "TV > 0.01", the share of tokens at which the pair differs, with its interval over prompts; "tokens",
    their number; "correct", the share of right responses; and quantiles of delta_logp, such as "delta_logp 0.01".
    """
    by_source = {f"{source} text": rows for source, rows in tokens.groupby("source", observed=True)}
    found = {level: _facts(rows, draws) for level, rows in {**by_source, "all text": tokens}.items()}
    return _stacked(found)


def leads(table: pd.DataFrame, claim: str) -> dict[str, Part]:
    """A claim's lead at each level in one cell: of all RL seeds pooled, with each seed's, or of the only seed."""
    rows = table[(table["score"] == f"lead {claim}") & table["level"].isin(list(LEADS_OF))].sort_values("rl_seed")
    parts = {}
    for level, found in rows.groupby("level", sort=False):
        seeds = found.loc[found["rl_seed"] != POOLED, "value"].tolist()
        interval = Interval(*map(float, found.iloc[0][["value", "low", "high"]]))  # pooled, if there are several seeds
        parts[str(level)] = Part(interval, seeds if len(seeds) > 1 else None)
    return parts


def _with_leads(values: np.ndarray, scores: Sequence[str], wanted: Mapping[str, Lead]) -> np.ndarray:
    of = dict(zip(scores, values, strict=True))
    return np.append(values, [of[lead.score] - max(of[rival] for rival in lead.rivals) for lead in wanted.values()])


def _facts(tokens: pd.DataFrame, draws: int) -> pd.DataFrame:
    differs = (tokens["total_variation"] > DIFFERS).groupby(tokens["prompt_id"]).agg(["sum", "size"]).to_numpy(float)

    def share(weights: np.ndarray) -> float:
        found, whole = weights @ differs
        return float(found / whole)

    rows = _rows(
        [f"TV > {DIFFERS}"], Interval(*map(np.atleast_1d, bootstrap(share, len(differs), draws=draws, seed=0)))
    )
    correct = tokens.groupby(["source", "text_id"], observed=True)["correct"].first().mean()
    numbers = {"tokens": len(tokens), "correct": correct}
    numbers |= {f"delta_logp {q:g}": tokens["delta_logp"].quantile(q) for q in QUANTILES}
    return pd.concat([rows, pd.DataFrame({"score": numbers.keys(), "value": map(float, numbers.values())})])


def _rows(names: Sequence[str], found: Interval, shared: Sequence[float] = ()) -> pd.DataFrame:
    shared = [*shared, *[np.nan] * (len(names) - len(shared))]
    return pd.DataFrame({"score": names, **found._asdict(), "overlap": shared})


def _stacked(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([rows.assign(level=level) for level, rows in found.items()], ignore_index=True)


def _require(table: pd.DataFrame, columns: Sequence[str]) -> None:
    if missing := [column for column in columns if column not in table]:
        raise ValueError(f"the table has columns {list(table.columns)}: {missing} must be there too")
