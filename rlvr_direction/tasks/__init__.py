"""Tasks with a verifier: two toy tasks, and problems from a file (in `rlvr_direction.tasks.loading`)."""

from rlvr_direction.tasks.arithmetic import Arithmetic
from rlvr_direction.tasks.pointer_tree import PointerTree
from rlvr_direction.tasks.types import ROLES, Problem, Task

__all__ = ["ROLES", "TASKS", "Arithmetic", "PointerTree", "Problem", "Task"]

TASKS: dict[str, Task] = {"arithmetic": Arithmetic(), "pointer_tree": PointerTree()}
