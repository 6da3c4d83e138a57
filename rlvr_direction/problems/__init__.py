"""Problems with a known answer, and who grades a response to them."""

from rlvr_direction.problems.files import further_columns, load_problems, read_rows
from rlvr_direction.problems.grading import grader, load_function, math_reward, task_named, task_names
from rlvr_direction.problems.pairs import PAIRS, KnownPair
from rlvr_direction.problems.templates import TEMPLATES, Template, stops_of
from rlvr_direction.problems.types import Grader, Problem, Task, Verifier

__all__ = [
    "PAIRS",
    "TEMPLATES",
    "Grader",
    "KnownPair",
    "Problem",
    "Task",
    "Template",
    "Verifier",
    "further_columns",
    "grader",
    "load_function",
    "load_problems",
    "math_reward",
    "read_rows",
    "stops_of",
    "task_named",
    "task_names",
]
