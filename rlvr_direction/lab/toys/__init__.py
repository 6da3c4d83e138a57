"""Toy pairs: a base trained from scratch and its RL checkpoints, as ordinary Hugging Face folders."""

from rlvr_direction.lab.toys.base import train_base
from rlvr_direction.lab.toys.folders import accuracy_table, gate, load_toy_pair, stages
from rlvr_direction.lab.toys.make import make_toy
from rlvr_direction.lab.toys.random_pair import random_pair, wide_pair
from rlvr_direction.lab.toys.rl import stage_name, train_rl

__all__ = [
    "accuracy_table",
    "gate",
    "load_toy_pair",
    "make_toy",
    "random_pair",
    "stage_name",
    "stages",
    "train_base",
    "train_rl",
    "wide_pair",
]
