"""Measurements repeated over arms and seeds, resumable part by part, recorded as counts and intervals."""

from rlvr_direction.lab.studies.direction import separation
from rlvr_direction.lab.studies.run import DATA, STUDIES, study

__all__ = ["DATA", "STUDIES", "separation", "study"]
