"""Claim C4h: extrapolation against RL at its best temperature and top_p."""

from rlvr_direction.lab.claims.axes import GAIN, OVER_SEEDS
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.extrapolation import judge_gains

__all__ = ["AXES", "CLAIM", "judge"]

CLAIM = Claim(
    id="C4h",
    statement="Selective extrapolation beats RL at RL's best temperature and top_p.",
    rule="The gain in accuracy over RL alone at the temperature and top_p that are best on calibration problems: "
    "its interval lies above 0 and not wholly below 1 point. Gamma (0, .1, .3, 1, 2 or 4) and the gate's threshold are "
    "chosen on calibration problems; an edge of the grid is said to be one.",
    chapter="06_extrapolation",
    measured="Gain in accuracy over {part}",
    unit="accuracy difference",
    study="tilts",
    also=("tilt_finalists",),
    minimum_gain=0.01,
)
AXES = (GAIN, OVER_SEEDS)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """A row per task and cell."""
    return judge_gains(claim, recorded, "cold rl")
