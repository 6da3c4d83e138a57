"""Every change that an axis names is a field of a claim or an option of the `judge` of the claim that has the axis."""

import inspect
from dataclasses import fields

import pytest

from rlvr_direction.lab.claims.axes import at_shares, rivals
from rlvr_direction.lab.claims.claim import Claim
from rlvr_direction.lab.claims.registry import MODULES

WITH_AXES = [module for module in MODULES if hasattr(module, "AXES")]
FIELDS = {field.name for field in fields(Claim)}


@pytest.mark.parametrize("module", WITH_AXES, ids=lambda module: module.CLAIM.id)
def test_a_change_is_one_that_the_judge_takes_and_that_differs_from_the_rule(module):
    options = inspect.signature(module.judge).parameters
    for axis in module.AXES:
        assert axis.name and axis.registered and axis.registered not in axis.others
        for change in axis.others.values():
            assert change.keys() <= FIELDS | options.keys()
            for name, value in change.items():
                now = getattr(module.CLAIM, name) if name in FIELDS else options[name].default
                assert value != now


def test_claims_that_a_reader_would_contest_have_axes():
    assert {"C1", "C1h", "C2", "C2c", "C2f", "C2g", "C2h", "C3b", "C4b", "C4c", "C4h", "B1", "B3", "B5"} <= {
        module.CLAIM.id for module in WITH_AXES
    }


def test_rivals_and_shares_are_told_apart_by_the_names_of_their_parts():
    assert rivals("coin").others == {"coin alone": {"only": "coin"}}
    assert at_shares(0.02, 0.12).others == {"2% alone": {"only": "at 2%"}, "12% alone": {"only": "at 12%"}}
    assert "at 2%" not in "coin at 12%"
