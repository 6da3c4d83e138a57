"""Problems with a known answer, and who grades a response to them."""

from rlvr_direction.problems.datasets import DATASETS, KnownDataset
from rlvr_direction.problems.files import further_columns, load_problems, problem_rows, problems_in, read_rows
from rlvr_direction.problems.grading import grader, load_function, math_reward, task_named, task_names
from rlvr_direction.problems.pairs import PAIRS, KnownPair, pair_named
from rlvr_direction.problems.templates import TEMPLATES, Template, stops_of
from rlvr_direction.problems.types import Grader, Problem, Task, Verifier

__all__ = [
    "DATASETS",
    "PAIRS",
    "TEMPLATES",
    "Grader",
    "KnownDataset",
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
    "pair_named",
    "problem_rows",
    "problems_in",
    "read_rows",
    "stops_of",
    "task_named",
    "task_names",
]
