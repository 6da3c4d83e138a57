"""Claims C2f, C2g and B5: the lead of one gate over another at equal shares of tokens."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.claim import SEED, Claim, Judged, Part, Recorded, judge_cells
from rlvr_direction.lab.claims.counts import Arms, parts_over_seeds
from rlvr_direction.lab.claims.replacement import judged, named, points_of
from rlvr_direction.lab.claims.verdicts import NothingToJudge
from rlvr_direction.lab.claims.wording import in_words, listed
from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["CHANGED", "judge_leads", "leads", "left_out"]

CHANGED = (0.02, 0.05, 0.08, 0.12)
ALL = 0.999  # of the tokens


def leads(
    table: pd.DataFrame,
    rivals: Sequence[str],
    *,
    of: str = "changed",
    shares: Sequence[float] = CHANGED,
    first: str = "delta_logp",
    draws: int = 2000,
) -> dict[str, Part]:
    """The accuracy of a family minus that of each rival at equal shares of tokens, in one cell.

    Accuracy is interpolated linearly between budgets, from the base alone (share 0). RL everywhere is no point of any
    curve, nor is a budget at which ties make a gate select every token: a share that one of the two gates does not
    reach with some RL seed is left out. Raises NothingToJudge where nothing is left.
    """
    rows = _short_of_everywhere(judged(table, ("nowhere", first, *rivals)))
    cells = [cell for cell, there in _reached(rows, rivals, of, shares, first).items() if there]
    if not cells:
        raise NothingToJudge(
            f"no share of {shares} of tokens {of} is reached by {first} and one of {', '.join(rivals)}"
        )

    def numbers(arms: Arms, draws: int) -> dict[str, Interval]:
        points = {name: points_of(arms, name) for name in (first, *rivals)}

        def differences(weights: np.ndarray) -> np.ndarray:
            accuracy, ratios = arms.accuracy(weights), arms.ratio(of, weights)
            curves = {}
            for name, some in points.items():
                rising = some[np.argsort(ratios[some], kind="stable")]
                curves[name] = dict(zip(shares, np.interp(shares, ratios[rising], accuracy[rising]), strict=True))
            return np.array([curves[first][share] - curves[rival][share] for rival, share in cells])

        names = [f"{rival} at {share:.0%}" for rival, share in cells]
        return named(names, bootstrap(differences, arms.n_problems, draws=draws, seed=SEED))

    return parts_over_seeds(rows, numbers, draws=draws)


def left_out(table: pd.DataFrame, rivals: Sequence[str], of: str = "changed") -> list[str]:
    """The comparisons of `leads` in tokens `of` one kind that one cell does not allow: "the matched coin at 8 %"."""
    rows = _short_of_everywhere(judged(table, ("nowhere", "delta_logp", *rivals)))
    found = _reached(rows, rivals, of, CHANGED, "delta_logp")
    missing = {rival: [f"{100 * share:.0f}" for share in CHANGED if not found[rival, share]] for rival in rivals}
    return [
        in_words(f"{rival} at {'any share' if len(shares) == len(CHANGED) else f'{listed(shares)} %'}")
        for rival, shares in missing.items()
        if shares
    ]


def judge_leads(claim: Claim, recorded: Recorded, rivals: Sequence[str], of: str = "changed") -> list[Judged]:
    """Judge delta_logp's lead over every rival at every share of tokens; the note says what could not be compared."""

    def said(row: Judged) -> Judged:
        table = recorded[claim.study][row.task]
        unreached = left_out(table[table["cell"] == row.cell], rivals, of)
        where = " on some RL seed" if row.deciding else ""
        note = f"Not compared, because a gate changes fewer tokens{where}: {', '.join(unreached)}."
        return replace(row, note=f"{row.note} {note}".strip()) if unreached else row

    return [said(row) for row in judge_cells(claim, recorded, lambda cell: leads(cell, rivals, of=of))]


def _short_of_everywhere(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without the arms that select every token with some RL seed, which are RL everywhere by another name."""
    sums = rows.groupby(["family", "budget", "rl_seed"])[["n_selected", "n_tokens"]].sum()
    most = (sums["n_selected"] / sums["n_tokens"]).groupby(["family", "budget"]).max()
    kept = most.index[most < ALL]
    return rows[pd.MultiIndex.from_frame(rows[["family", "budget"]]).isin(kept)]


def _reached(
    rows: pd.DataFrame, rivals: Sequence[str], of: str, shares: Sequence[float], first: str
) -> dict[tuple[str, float], bool]:
    """Whether a family and a rival both reach a share of tokens with every RL seed, by (rival, share)."""
    sums = rows.groupby(["family", "rl_seed", "budget"])[[f"n_{of}", "n_tokens"]].sum()
    furthest = (sums[f"n_{of}"] / sums["n_tokens"]).groupby(["family", "rl_seed"]).max().groupby("family").min()
    reach = {rival: min(furthest.get(rival, 0.0), furthest.get(first, 0.0)) for rival in rivals}
    return {(rival, share): bool(reach[rival] >= share) for rival in rivals for share in shares}
