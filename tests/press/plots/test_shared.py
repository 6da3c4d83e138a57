"""The menu of a chart: its options and the one shown first."""

import pandas as pd
import pytest

from rlvr_direction.press.plots.shared import menu


@pytest.mark.parametrize(("start", "first"), [(0, "b"), (-1, "a")])
def test_a_menu_offers_the_values_in_the_order_of_the_table(start, first):
    shown = menu(pd.DataFrame({"task": ["b", "c", "b", "a"]}), "task", start=start).param.to_dict()
    assert shown["name"] == "task" and shown["value"] == first
    assert shown["bind"] == {"input": "select", "name": "task: ", "options": ["b", "c", "a"]}
