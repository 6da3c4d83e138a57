"""The pace: the expected cost of drafting is what counting rounds by hand gives, and the cheapest draft is taken."""

import pytest
import torch

from rlvr_direction.decoding import end_ids, measure_pace
from rlvr_direction.decoding import pace as module
from rlvr_direction.decoding.pace import expected_cost
from rlvr_direction.decoding.rounds import Job
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import NOWHERE, Intervention

FREE = {1: 1.0, 2: 1.0, 4: 1.0, 8: 1.0, 16: 1.0}  # a step of many tokens costs what one does


def rows(*lines):
    return torch.tensor([[character == "x" for character in line] for line in lines])


def test_lockstep_costs_two_steps_a_token():
    nothing = rows("........")
    assert expected_cost(nothing, nothing, ~nothing, 1, FREE) == pytest.approx(2)


def test_a_draft_that_stays_whole_costs_its_tokens_and_one_check():
    nothing = rows("........")
    assert expected_cost(nothing, nothing, ~nothing, 4, FREE) == pytest.approx((4 + 1) * 2 / 8)


def test_a_selection_throws_the_rest_of_a_draft_away():
    selected, nothing = rows(".x......"), rows("........")
    # four drafted, two stay; four; two: 4 + 1, 4 + 1, 2 + 1 for eight tokens
    assert expected_cost(selected, nothing, ~nothing, 4, FREE) == pytest.approx(13 / 8)


def test_a_doubt_ends_the_draft_before_it_is_thrown_away():
    selected = rows(".x......")
    # two drafted, two stay; four; two: 2 + 1, 4 + 1, 2 + 1
    assert expected_cost(selected, selected, ~rows("........"), 4, FREE) == pytest.approx(11 / 8)


def test_steps_between_measurements_are_interpolated():
    seconds = {1: 1.0, 4: 4.0}
    nothing = rows("...")
    assert expected_cost(nothing, nothing, ~nothing, 4, seconds) == pytest.approx((3 + 3) / 3)


def test_rows_that_ended_take_no_part():
    alive = ~rows("....xxxx", "........")
    nothing = ~alive & alive
    # the longer row needs two rounds of four whether or not the other is there
    assert expected_cost(nothing, nothing, alive, 4, FREE) == pytest.approx((4 + 1) * 2 / 12)


@pytest.mark.parametrize(("cost", "block"), [(0.0, 16), (1.0, 1)])
def test_the_cheapest_draft_is_taken(load_pair, monkeypatch, cost, block):
    monkeypatch.setattr(module, "_seconds", lambda *_: {k: 1 + 3 * cost * (k - 1) for k in (1, 2, 4, 8, 16)})
    monkeypatch.setattr(module, "_watch", lambda *_, **__: (rows("." * 16), rows("." * 16), ~rows("." * 16)))
    pair = load_pair("llama")
    job = Job(Intervention(NOWHERE), Sampling(), "base", end_ids(pair))
    assert measure_pace(pair, job, [[5, 6]], seed=0, max_new_tokens=16).block == block


def test_a_measurement_says_what_it_saw(load_pair):
    pair = load_pair("gpt2")
    job = Job(Intervention(NOWHERE), Sampling(), "base", end_ids(pair))
    pace = measure_pace(pair, job, [[5, 6], [7]], seed=0, max_new_tokens=20)
    assert pace.block in pace.seconds and pace.selected == 0 and all(s > 0 for s in pace.seconds.values())
