"""Claim C1: how much better delta_logp tells RL's text from the base's than any magnitude."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rlvr_direction.statistics import Interval, auroc_of_weights, bootstrap, oriented, overlap

__all__ = ["MAGNITUDES", "direction_separates", "responses", "separation_of", "where_the_pair_differs"]

MAGNITUDES = ("entropy_base", "entropy_rl", "kl_base_rl", "kl_rl_base", "logp_base", "logp_rl")


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


def separation_of(tokens: pd.DataFrame, *, seed: int, draws: int = 2000) -> pd.DataFrame:
    """Claim C1 on a token table that `score_sources` made: `level, score, auroc, low, high, overlap`.

    `level` is "response" or "token" (where TV(base, rl) > .01). The row whose score is "lead" holds the deciding
    difference: delta_logp's oriented AUROC minus the best rival's, with its 95 % interval over problems.
    """
    levels = {
        "response": (responses(tokens), (*MAGNITUDES, "length")),
        "token": (where_the_pair_differs(tokens), MAGNITUDES),
    }
    tables = []
    for level, (table, rivals) in levels.items():
        lead, areas = direction_separates(table, rivals, draws=draws, seed=seed)
        row = pd.DataFrame([{"score": "lead", "auroc": lead.value, "low": lead.low, "high": lead.high}])
        tables.append(pd.concat([areas, row], ignore_index=True).assign(level=level))
    columns = ["level", "score", "auroc", "low", "high", "overlap"]
    return pd.concat(tables, ignore_index=True)[columns]


def _require(table: pd.DataFrame, columns: Sequence[str]) -> None:
    if missing := [column for column in columns if column not in table]:
        raise ValueError(f"the table has columns {list(table.columns)}: {missing} must be there too")
