"""What the site ships of a pair: the models as they are, in float16, and the recorded runs beside them."""

import base64
import json
import re

import numpy as np
import pytest

from rlvr_direction.interventions import parse
from rlvr_direction.lab.claims.wording import in_words
from rlvr_direction.lab.regime import DECIDING, checkpoint, problems_of
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.press.in_page import SHIPPED, write_scripts
from rlvr_direction.press.in_page.shipped import FAMILIES, accuracies, program, shipped


@pytest.fixture(scope="module", params=SHIPPED)
def what(request):
    return shipped(request.param)


def test_unpacked_weights_are_those_of_the_models_to_half_precision(what):
    pair = load_toy_pair(what["task"], checkpoint(what["task"], DECIDING.stage))
    for name, model in zip(("base", "rl"), pair.models, strict=True):
        packed = what["models"][name]
        numbers = np.frombuffer(base64.b64decode(packed["f16"]), np.float16)
        assert len(numbers) == sum(weight.numel() for weight in model.parameters())
        for key, (start, shape) in packed["index"].items():
            weight = model.get_parameter(key).detach().numpy()
            there = numbers[start : start + weight.size].reshape(shape)
            assert np.allclose(there, weight, rtol=2**-10, atol=2**-24), key


def test_problems_are_the_judged_ones_in_their_order_so_that_a_point_of_the_page_is_part_of_the_recorded_one(what):
    judged = problems_of(what["task"], 200, "judged")
    assert what["problems"] == [[problem.prompt, problem.answer] for problem in judged]


def test_recorded_points_have_the_thresholds_and_the_accuracies_of_the_study(what):
    table = accuracies(what["task"]).set_index(["family", "budget"])
    for family, points in what["recorded"].items():
        for point in points:
            row = table.loc[family, point["budget"]]
            assert point["accuracy"] == pytest.approx(row["accuracy"], abs=1e-4)
            criterion = parse(row["where"])
            assert point["threshold"] in (getattr(criterion, "threshold", None), getattr(criterion, "rate", None))
    assert what["ends"]["base"] < what["ends"]["RL"] <= what["ends"]["cold RL"]


def test_scripts_hold_one_assignment_that_cannot_end_early(tmp_path):
    files = write_scripts(tmp_path)
    assert [file.name for file in files] == ["live.js", *(f"{task}.js" for task in SHIPPED)]
    for task, file in zip(SHIPPED, files[1:], strict=True):
        text = file.read_text().removesuffix(";\n")
        head, data = text.split(" = ", 1)
        assert head == f"(window.rlvrPairs ||= {{}}).{task}" and json.loads(data)["task"] == task


def test_the_menu_of_criteria_has_the_names_that_claims_use():
    menu = re.search(r"const NAMES = \{(.*?)\};", program(), re.DOTALL)[1]
    offered = dict(re.findall(r'(\w+): "([^"]*)"', menu))
    assert set(offered) == set(FAMILIES) and all(in_words(name) in said for name, said in offered.items())
