"""The claims of the paper, one file each: its rule, fixed before the runs that decide it, and its verdict."""

from rlvr_direction.lab.claims.claim import Claim, Judged
from rlvr_direction.lab.claims.counts import accuracies, arms_of, arms_of_part
from rlvr_direction.lab.claims.direction import separation_of, where_the_pair_differs
from rlvr_direction.lab.claims.extrapolation import deciding, gain, gains_by_seed, gains_of_task
from rlvr_direction.lab.claims.gradient import gradient_mass, mass_by_problem, share_over_problems
from rlvr_direction.lab.claims.registry import CLAIMS, judge_all, recorded, verdict_records
from rlvr_direction.lab.claims.replacement import fewest_replacements, log_ratios_by_seed, sign_does_it
from rlvr_direction.lab.claims.reweighting import areas, at_the_end, at_their_best, over_seeds, paired_difference
from rlvr_direction.lab.claims.verdicts import verdicts_by_chance

__all__ = [
    "CLAIMS",
    "Claim",
    "Judged",
    "accuracies",
    "areas",
    "arms_of",
    "arms_of_part",
    "at_the_end",
    "at_their_best",
    "deciding",
    "fewest_replacements",
    "gain",
    "gains_by_seed",
    "gains_of_task",
    "gradient_mass",
    "judge_all",
    "log_ratios_by_seed",
    "mass_by_problem",
    "over_seeds",
    "paired_difference",
    "recorded",
    "separation_of",
    "share_over_problems",
    "sign_does_it",
    "verdict_records",
    "verdicts_by_chance",
    "where_the_pair_differs",
]
