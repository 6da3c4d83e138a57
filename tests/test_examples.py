"""The worked examples in the docstrings of the public functions hold."""

import doctest
import importlib

import pytest

MODULES = ["distributions", "statistics", "scoring.tokens", "decoding.run"]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name):
    module = importlib.import_module(f"rlvr_direction.{name}")
    tried = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried.failed == 0 < tried.attempted
