"""The claims of the paper, the rules fixed before the runs that decide them, and those rules as functions."""

from rlvr_direction.lab.claims.counts import Arms, accuracies, arms_of
from rlvr_direction.lab.claims.direction import (
    MAGNITUDES,
    direction_separates,
    responses,
    separation_of,
    where_the_pair_differs,
)
from rlvr_direction.lab.claims.extrapolation import gain, gains_by_stage, judge_gain
from rlvr_direction.lab.claims.gradient import gradient_mass, rare_share
from rlvr_direction.lab.claims.registry import CLAIMS, Claim
from rlvr_direction.lab.claims.replacement import ORDER, RIVALS, fewest_replacements, ratio_to_reach, sign_does_it
from rlvr_direction.lab.claims.reweighting import areas, at_the_end, at_their_best, over_seeds, paired_difference
from rlvr_direction.lab.claims.verdicts import Verdict, combine, seeds_agree, verdict, verdicts_by_chance

__all__ = [
    "CLAIMS",
    "MAGNITUDES",
    "ORDER",
    "RIVALS",
    "Arms",
    "Claim",
    "Verdict",
    "accuracies",
    "areas",
    "arms_of",
    "at_the_end",
    "at_their_best",
    "combine",
    "direction_separates",
    "fewest_replacements",
    "gain",
    "gains_by_stage",
    "gradient_mass",
    "judge_gain",
    "over_seeds",
    "paired_difference",
    "rare_share",
    "ratio_to_reach",
    "responses",
    "seeds_agree",
    "separation_of",
    "sign_does_it",
    "verdict",
    "verdicts_by_chance",
    "where_the_pair_differs",
]
