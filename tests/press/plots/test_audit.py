"""Charts of an audit: each is drawn from the columns it names and says in words what it shows."""

import pandas as pd
import pytest

from rlvr_direction import palette
from rlvr_direction.audit.arms import BUDGETS, GAMMAS
from rlvr_direction.lab.claims.wording import score_in_words
from rlvr_direction.press.plots import audit

SCORES = ("sum_delta_logp", "delta_logp", "entropy_rl", "length")
SEPARATED = pd.DataFrame({"score": SCORES, "value": [0.9, 0.8, 0.6, 0.5], "low": 0.5, "high": 0.95})
TRIED = pd.DataFrame([(f"{b:.0%}", g, 0.5) for b in BUDGETS for g in GAMMAS], columns=["gate", "gamma", "accuracy"])
CHARTS = {
    "separation": (audit.separation(SEPARATED, "areas"), SEPARATED),
    "tried": (audit.tried(TRIED, "what was tried"), TRIED),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_draws_every_row_and_column(honest, name):
    honest(*CHARTS[name])


def test_scores_stand_best_first_and_direction_has_a_colour_of_its_own():
    bars = CHARTS["separation"][0].to_dict()["layer"][1]["layer"][0]
    assert bars["encoding"]["y"]["sort"] == list(map(score_in_words, SCORES))
    (rows,) = [rows for rows in CHARTS["separation"][0].to_dict()["datasets"].values() if "score" in rows[0]]
    scale = bars["encoding"]["color"]["scale"]
    colours = dict(zip(scale["domain"], scale["range"], strict=True))
    assert [colours[row["kind"]] for row in rows] == [palette.VIOLET, palette.VIOLET, palette.GREY, palette.GREY]


def test_every_gate_has_a_line_of_its_own_in_the_order_of_the_table(draw):
    scale = CHARTS["tried"][0].to_dict()["encoding"]["color"]["scale"]
    assert scale["domain"] == ["2%", "5%", "10%", "20%"] and len(set(scale["range"])) == 4
    picture = draw(CHARTS["tried"][0])
    assert all(f">{gate}<" in picture for gate in scale["domain"])


def test_an_audit_has_no_more_gates_than_there_are_looks():
    assert len(BUDGETS) <= len(audit.LOOKS)
