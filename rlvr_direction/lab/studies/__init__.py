"""Measurements repeated over arms and seeds, resumable part by part, recorded as counts and intervals."""

from rlvr_direction.lab.studies.run import DATA, STUDIES, study

__all__ = ["DATA", "STUDIES", "study"]
