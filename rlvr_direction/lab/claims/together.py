"""Question Q4: reweighted training and selective extrapolation, alone and together."""

import pandas as pd

from rlvr_direction.statistics import paired_t

__all__ = ["two_by_two"]

CELLS = ("DAPO plain", "DAPO selective", "paper plain", "paper selective")


def two_by_two(table: pd.DataFrame) -> pd.DataFrame:
    """What each method adds alone, on top of the other, both together, and their interaction: differences in accuracy.

    `table` is study `together`'s, one row per `method, seed, rollouts, decoding` with `correct` of `problems`. The
    columns are `rollouts, effect, gain, low, high`, with 95 % t-intervals paired over seeds. The interaction is what
    both together add beyond the sum of what each adds alone. Raises ValueError where a seed lacks one of the four
    cells.
    """
    wanted = table[table["decoding"].isin(["plain", "selective"])]
    accuracy = (wanted["correct"] / wanted["problems"]).to_numpy()
    cell = wanted["method"].astype(str) + " " + wanted["decoding"].astype(str)
    by_cell = wanted.assign(accuracy=accuracy, cell=cell).pivot(
        index=["rollouts", "seed"], columns="cell", values="accuracy"
    )
    by_cell = by_cell.reindex(columns=list(CELLS))
    if by_cell.isna().any(axis=None):
        raise ValueError(f"some seeds lack one of the four cells {', '.join(CELLS)}: finish study `together`")
    rows = []
    for rollouts, cells in by_cell.groupby(level="rollouts"):
        neither, extrapolated, reweighted, both = (cells[name].to_numpy() for name in CELLS)
        effects = {
            "extrapolation alone": extrapolated - neither,
            "extrapolation after reweighting": both - reweighted,
            "reweighting alone": reweighted - neither,
            "reweighting under extrapolation": both - extrapolated,
            "both": both - neither,
            "interaction": both - extrapolated - reweighted + neither,
        }
        rows += [(rollouts, effect, *paired_t(gain)) for effect, gain in effects.items()]
    return pd.DataFrame(rows, columns=["rollouts", "effect", "gain", "low", "high"])
