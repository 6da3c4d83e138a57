"""The picture of the decoder says what the decoder does."""

import pytest
import torch

from rlvr_direction.distributions import inverse_cdf, truncate
from rlvr_direction.press.pictures import decoder as picture
from rlvr_direction.scores import View


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_the_numbers_are_those_of_the_example(layout):
    svg = picture.draw(layout=layout)
    assert "delta_logp = \N{MINUS SIGN}1.10" in svg and "at most \N{MINUS SIGN}0.3" in svg
    assert svg.count(' cut"') == 2, "top-p 0.7 cuts one token of each policy"


def test_the_gate_fires_on_the_proposal_and_not_on_what_is_drawn():
    fires = picture.INTERVENTION.where.of_all(View(picture.RAW, picture.RAW)).tolist()
    assert fires[picture.PROPOSED] and not fires[picture.DRAWN]


def test_some_noise_picks_what_the_picture_says():
    base, rl = (truncate(policy, picture.SAMPLING) for policy in picture.RAW)
    uniforms = torch.linspace(0, 0.99, 50, dtype=torch.float64)
    picked = [{int(inverse_cdf(policy, u)) for u in uniforms} for policy in (base, rl)]
    assert picture.PROPOSED in picked[0] and picture.DRAWN in picked[1]


def test_a_gate_that_does_not_fire_is_not_drawn(monkeypatch):
    monkeypatch.setattr(picture, "THRESHOLD", -5.0)
    with pytest.raises(ValueError, match="a gate that fires"):
        picture.draw(layout="wide")
