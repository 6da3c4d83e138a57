"""What charts share: the menu's options and the one shown first, and one legend for colour and dash."""

import pandas as pd

from rlvr_direction.press.plots.shared import menu, strokes


def test_a_menu_offers_the_values_in_the_order_of_the_table():
    shown = menu(pd.DataFrame({"task": ["b", "c", "b", "a"]}), "task").param.to_dict()
    assert shown["name"] == "task" and shown["value"] == "b"
    assert shown["bind"] == {"input": "select", "name": "task: ", "options": ["b", "c", "a"]}


def test_colour_and_dash_of_a_line_share_their_legend():
    look = strokes("way", "chosen by", {"sum": ("red", [1, 0]), "mean": ("blue", [6, 3])})
    drawn = {name: channel.to_dict() for name, channel in look.items()}
    assert drawn["color"]["scale"] == {"domain": ["sum", "mean"], "range": ["red", "blue"]}
    assert drawn["strokeDash"]["scale"] == {"domain": ["sum", "mean"], "range": [[1, 0], [6, 3]]}
    assert drawn["color"]["legend"] == drawn["strokeDash"]["legend"] and drawn["color"]["title"] == "chosen by"
