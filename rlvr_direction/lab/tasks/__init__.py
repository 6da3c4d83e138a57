"""Toy tasks with a verifier that reads the whole response."""

from types import MappingProxyType

from rlvr_direction.lab.tasks.arithmetic import Arithmetic
from rlvr_direction.lab.tasks.pointer_tree import PointerTree
from rlvr_direction.lab.tasks.types import ROLES
from rlvr_direction.lab.tasks.worded import Worded
from rlvr_direction.problems import Problem, Task

__all__ = [
    "ARITHMETIC",
    "POINTER_TREE",
    "ROLES",
    "SMALL_TASKS",
    "TASKS",
    "WORDED",
    "Arithmetic",
    "PointerTree",
    "Problem",
    "Task",
]
__all__ += ["Worded"]

ARITHMETIC, POINTER_TREE, WORDED = Arithmetic(), PointerTree(), Worded()
TASKS: MappingProxyType[str, Task] = MappingProxyType({task.name: task for task in (ARITHMETIC, POINTER_TREE, WORDED)})
SMALL_TASKS: MappingProxyType[str, Task] = MappingProxyType({task.name: task for task in (ARITHMETIC, POINTER_TREE)})
"""Tasks of short responses, whose tokens are characters."""
