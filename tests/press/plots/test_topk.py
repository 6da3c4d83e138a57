"""The chart of list errors: one line per score, one pair at a time, and an exact score drawn at zero."""

import re

import pandas as pd
import pytest

from rlvr_direction.press.plots import topk
from rlvr_direction.scores import SCORES

PAIRS, KS = ("arithmetic", "random"), (2, 5, 50)
TABLE = pd.DataFrame(
    [(pair, score, k, 0.5, 0.0 if k == 50 else 1 / k) for pair in PAIRS for score in SCORES for k in KS],
    columns=["pair", "score", "k", "touched", "mean_error"],
)
DRAWN = TABLE[TABLE["score"].isin(list(topk.SCORES))]
CHART = topk.errors(TABLE, "errors")


def test_the_chart_is_described_and_holds_five_scores_at_every_k(honest):
    honest(CHART, DRAWN)
    assert len(DRAWN) == len(PAIRS) * 5 * len(KS)


def test_it_shows_one_pair_and_offers_all(offers):
    assert offers(CHART) == {"pair": (list(PAIRS), PAIRS[0])}


@pytest.mark.parametrize("channel", ["color", "strokeDash"])
def test_no_two_scores_look_alike(channel):
    scale = CHART.to_dict()["encoding"][channel]["scale"]
    assert scale["domain"] == list(topk.NAMES.values())
    assert len(set(map(str, scale["range"]))) == 5


def test_an_exact_score_lies_at_the_foot_and_larger_errors_higher(draw):
    path = draw(topk.errors(TABLE.query("pair == 'random' and score == 'delta_logp'"), "errors"))
    points = re.search(r'line mark.*? d="M([^"]+)"', path, re.DOTALL)[1].split("L")
    heights = [float(point.split(",")[1]) for point in points]
    assert heights[0] < heights[1] < heights[2] == 260
