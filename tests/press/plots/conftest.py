"""What every chart must be: described, drawable, made of the columns it names, and hiding no row of its tables."""

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
    """A function chart -> its picture (SVG) as a page shows it."""

    def picture(chart):
        spec = chart.to_dict()
        return vl_convert.vegalite_to_svg({**spec, "width": 600} if "width" in spec else spec, vl_version=VEGA_LITE)

    return picture


@pytest.fixture
def honest(draw):
    """A function chart, tables -> nothing, if the chart is described and holds every row and every column it names."""

    def check(chart, *tables):
        spec = chart.to_dict()
        assert spec["description"] and draw(chart).startswith("<svg")
        held = list(spec["datasets"].values())
        rows = [row for rows in held for row in rows if set(row) not in ({"x"}, {"y"})]  # without the lines at zero
        assert len(rows) == sum(map(len, tables))
        made = {step["as"] for step in parts(spec) if "calculate" in step}
        assert {part["field"] for part in parts(spec) if "field" in part} <= made.union(*(rows[0] for rows in held))

    return check


@pytest.fixture
def offers():
    """A function chart -> the options of each of its menus and the one that is shown first."""

    def menus(chart):
        bound = [param for param in chart.to_dict()["params"] if param.get("bind", {}).get("input") == "select"]
        return {param["name"]: (param["bind"]["options"], param["value"]) for param in bound}

    return menus
