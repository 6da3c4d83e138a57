"""Measurements repeated over arms and seeds, resumable part by part, recorded as counts and intervals."""

from rlvr_direction.study.direction import separation, separation_of
from rlvr_direction.study.run import DATA, STUDIES, study

__all__ = ["DATA", "STUDIES", "separation", "separation_of", "study"]
