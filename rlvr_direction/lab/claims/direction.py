"""Claim C1: how much better delta_logp separates RL's text from the base's than any magnitude does."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rlvr_direction.statistics import auroc_of_weights, bootstrap, oriented, overlap

__all__ = ["MAGNITUDES", "direction_separates", "responses", "separation_of", "where_the_pair_differs"]

MAGNITUDES = ("entropy_base", "entropy_rl", "kl_base_rl", "kl_rl_base", "logp_base", "logp_rl")


def responses(tokens: pd.DataFrame) -> pd.DataFrame:
    """One row per response: `source, prompt_id, text_id`, the mean over tokens of every score, `length` in tokens.

    The scores are `delta_logp`, the `MAGNITUDES` and `total_variation`. Raises ValueError where `tokens` lacks one.
    """
    keys, scores = ["source", "prompt_id", "text_id"], ["delta_logp", *MAGNITUDES, "total_variation"]
    _require(tokens, [*keys, *scores])
    groups = tokens.groupby(keys, observed=True)
    return groups[scores].mean().assign(length=groups.size()).reset_index()


def where_the_pair_differs(tokens: pd.DataFrame) -> pd.DataFrame:
    """The tokens that C1 judges: those where TV(base, rl), in the column `total_variation`, is above .01."""
    _require(tokens, ["total_variation"])
    return tokens[tokens["total_variation"] > 0.01]


def direction_separates(table: pd.DataFrame, rivals: Sequence[str], *, draws: int = 2000, seed: int) -> pd.DataFrame:
    """How well delta_logp and its rivals separate RL's text from the base's: `score, auroc, low, high, overlap`.

    There is one row per score, and a last one, "lead": delta_logp's oriented AUROC minus the best rival's. Intervals
    are over prompts; the best rival and every orientation are chosen anew in each draw. `table` holds responses or
    tokens. Raises ValueError where a column is missing, or a source other than exactly "base" and "rl" is found.
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

    auroc, low, high = bootstrap(areas_and_lead, len(prompts), draws=draws, seed=seed)
    shared = [*(overlap(column[~is_rl], column[is_rl]) for column in columns), np.nan]
    return pd.DataFrame({"score": [*scores, "lead"], "auroc": auroc, "low": low, "high": high, "overlap": shared})


def separation_of(tokens: pd.DataFrame, *, seed: int, draws: int = 2000) -> pd.DataFrame:
    """Claim C1's numbers for a token table by `score_sources`: `level, score, auroc, low, high, overlap`.

    `level` is "response" or "token" (where TV(base, rl) > .01), the rest as in `direction_separates`. The claim needs
    the interval of both rows whose score is "lead" above 0.
    """
    levels = {
        "response": (responses(tokens), (*MAGNITUDES, "length")),
        "token": (where_the_pair_differs(tokens), MAGNITUDES),
    }
    found = {level: direction_separates(*of_level, draws=draws, seed=seed) for level, of_level in levels.items()}
    return pd.concat(found, names=["level"]).reset_index("level").reset_index(drop=True)


def _require(table: pd.DataFrame, columns: Sequence[str]) -> None:
    if missing := [column for column in columns if column not in table]:
        raise ValueError(f"the table has columns {list(table.columns)}: {missing} must be there too")
