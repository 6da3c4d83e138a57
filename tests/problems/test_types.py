import dataclasses

import pytest

from rlvr_direction.problems import Grader, Problem, Verifier


def test_a_verifier_is_a_grader_and_a_problem_cannot_be_changed():
    assert isinstance(Verifier("same", lambda problem, text: float(text == problem.answer), 8), Grader)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Problem("1+1=", "2").answer = "3"
