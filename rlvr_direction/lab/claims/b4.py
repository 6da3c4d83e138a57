"""Result B4: extrapolation as time travel."""

import pandas as pd

from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.travel import SPEEDS, runs_of, speed
from rlvr_direction.lab.claims.verdicts import verdict

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="B4",
    statement="Extrapolation is time travel: gamma at step t does what RL alone does at a later step, (1 + c gamma) t. "
    "Natural policy gradient over whole responses has c = 1.",
    rule="The c whose steps of RL come nearest in accuracy, by least squares over steps and gammas, with its interval "
    "over problems: above 0, so that extrapolation goes forward. Whether the interval holds 1 is said beside it.",
    chapter="06_extrapolation",
    measured="c in 'gamma at step t equals RL at step (1 + c gamma) t'",
    unit="RL steps per gamma and step",
    study="travel",
    ours=True,
)
DECIDING = (1.0, 0.7)  # temperature and top_p, the paper's


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """A row per task and sampling, the paper's sampling first."""
    return [
        _row(claim, task, place, table[(table["temperature"] == place[0]) & (table["top_p"] == place[1])])
        for task, table in recorded[claim.study].items()
        for place in sorted(
            table.groupby(["temperature", "top_p"]).groups, key=lambda place: (place != DECIDING, place)
        )
    ]


def _row(claim: Claim, task: str, place: tuple[float, float], table: pd.DataFrame) -> Judged:
    runs = runs_of(table)
    interval, seeds = speed(runs)
    value, low, high = map(float, interval)
    text = f"{claim.measured}; c = 1 lies {'inside' if low <= 1 <= high else 'outside'} the interval"
    if high >= SPEEDS[-1] or low <= SPEEDS[0]:
        text += f", which reaches an end of the values tried, {SPEEDS[0]:g} to {SPEEDS[-1]:g}"
    enough = seeds if seeds is not None and len(seeds) >= 5 else None
    cell = f"T {place[0]:g}, top_p {place[1]:g}"
    note = f"Of one RL run, at the {len(set(runs.steps)) - 1} steps that were kept." if len(runs.seeds) == 1 else ""
    found = verdict(interval, enough)
    return Judged(claim, task, found, value, low, high, text, cell, deciding=place == DECIDING, note=note)
