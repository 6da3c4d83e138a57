"""What every chart must do: have a description, be drawable, and show every row and column of its tables."""

import pytest
import vl_convert

from rlvr_direction.press.display import VEGA_LITE


def parts(node):
    """Every object inside a specification."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from parts(child)


@pytest.fixture
def draw():
    """A function that turns a chart, or its specification, into its picture (SVG) as a page shows it."""

    def picture(chart):
        spec = chart if isinstance(chart, dict) else chart.to_dict()
        fixed = {**spec, "width": 600} if spec.get("width") == "container" else spec
        return vl_convert.vegalite_to_svg(fixed, vl_version=VEGA_LITE)

    return picture


@pytest.fixture
def honest(draw):
    """A function that checks that a chart is described and holds every row of its tables and every column it names."""

    def check(chart, *tables):
        spec = chart.to_dict()
        assert spec["description"] and draw(chart).startswith("<svg")
        held = list(spec["datasets"].values())
        rows = [row for rows in held for row in rows if set(row) not in ({"x"}, {"y"})]  # without lines of reference
        assert len(rows) == sum(map(len, tables))
        made = {step["as"] for step in parts(spec) if "calculate" in step}
        assert {part["field"] for part in parts(spec) if "field" in part} <= made.union(*(rows[0] for rows in held))

    return check


@pytest.fixture
def offers():
    """A function that returns, for each menu of a chart, its options and the one shown first."""

    def menus(chart):
        bound = [param for param in chart.to_dict()["params"] if param.get("bind", {}).get("input") == "select"]
        return {param["name"]: (param["bind"]["options"], param["value"]) for param in bound}

    return menus
