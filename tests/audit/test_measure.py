"""What a part measures is what the library's own functions give when they are called by hand."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.audit.arms import Arm
from rlvr_direction.audit.measure import (
    GATED_BY,
    SEPARATED_BY,
    Asked,
    answers,
    chunks,
    respond_to,
    scores_of_base,
    written,
)
from rlvr_direction.audit.sizes import Sizes, spread
from rlvr_direction.distributions import Sampling, total_variation
from rlvr_direction.evaluation import respond
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Verifier, load_problems
from rlvr_direction.scoring import score_tokens

SAMPLING = Sampling(1.0, 0.9)
HOW = {"seed": 3, "batch_size": 4, "stop": ("e", "o")}
GRADER = Verifier("even", lambda problem, response: float(len(response) % 2 == 0), 6)
SIZES = Sizes(2, 6, samples=2)
CALIBRATION, JUDGED = spread(11, 8)
GATE = Arm("delta_logp", "delta_logp<=-0.1", 0.1, gamma=0.3, temperature=0.8, top_p=0.9)


@pytest.fixture(scope="module")
def asked(pair_folder):
    pair = ModelPair.from_pretrained(pair_folder / "base", pair_folder / "rl")
    problems = load_problems(pair_folder / "problems.jsonl")
    return Asked(lambda: pair, GRADER, problems, SAMPLING, HOW).sized(SIZES)


def by_hand(asked, intervention, places, *, sampling=SAMPLING, **how):
    """Responses to the problems at some places, calibration problems first."""
    rows = [*CALIBRATION, *JUDGED]
    some = [asked.problems[rows[place]] for place in places]
    return respond(asked.pair(), GRADER, some, intervention, sampling, **HOW | how, first_problem=places.start)


def scored(asked, responses):
    """The token table of responses with every score and the total variation."""
    rows = [*CALIBRATION, *JUDGED]
    prompts = [asked.problems[rows[place]].prompt for place in responses["problem_id"]]
    texts = responses.assign(prompt=prompts)[["prompt", "response", "response_ids"]].to_dict("records")
    distance = score_tokens(asked.pair(), texts, scores={"tv": lambda v, _: total_variation(v.raw)}, batch_size=3)
    return score_tokens(asked.pair(), texts, batch_size=3).assign(total_variation=distance["tv"])


def close(found, expected, names):
    for name in names:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-4, err_msg=name)


def test_chunks_cover_all_places_in_order():
    assert [list(c) for c in chunks(range(2, 9), 3)] == [[2, 3, 4], [5, 6, 7], [8]]
    assert chunks(range(2, 4), 0) == [range(2, 3), range(3, 4)] and chunks(range(3), 5) == [range(3)]


def test_places_number_calibration_problems_first_and_rows_are_those_of_the_file(asked):
    assert [asked.row(place) for place in range(8)] == [*CALIBRATION, *JUDGED]
    assert not {*CALIBRATION} & {*JUDGED} and asked.samples == 2
    assert asked.at(range(1, 3)) == [asked.problems[CALIBRATION[1]], asked.problems[JUDGED[0]]]


def test_before_it_is_sized_a_place_is_a_row(asked):
    unsized = Asked(asked.pair, GRADER, asked.problems, SAMPLING, HOW)
    assert unsized.at(range(11)) == asked.problems


def test_gates_are_calibrated_by_the_scores_of_what_the_base_writes_alone(asked):
    found = scores_of_base(asked, range(0, 2))
    expected = scored(asked, by_hand(asked, Intervention(NOWHERE), range(0, 2)))
    assert list(found.columns) == list(GATED_BY) and len(found) == len(expected) > 2
    close(found, expected, GATED_BY)


@pytest.mark.parametrize("purpose", ["judged", "calibration"])
def test_answers_are_sums_over_the_samples_of_a_problem_with_the_labels_of_their_arm(asked, purpose):
    found = answers(asked, GATE, range(3, 7), purpose)
    what = Intervention(GATE.where, GATE.gamma)
    texts = by_hand(asked, what, range(3, 7), sampling=Sampling(0.8, 0.9), samples=2)
    for place, row in zip(range(3, 7), found.itertuples(), strict=True):
        own = texts[texts["problem_id"] == place]
        assert len(own) == 2 == row.samples and row.problem_id == [*CALIBRATION, *JUDGED][place]
        for name in ("correct", "finished", "n_tokens", "n_selected", "n_changed"):
            assert getattr(row, name) == own[name].sum()
    labels = {"purpose": purpose, **vars(GATE)}
    assert all((found[name] == value).all() for name, value in labels.items())
    assert found["n_selected"].sum() > 0 and found["correct"].nunique() > 1


@pytest.mark.parametrize("where", ["nowhere", "delta_logp<=-0.1", "random:mass(delta_logp<=-0.1)", "random:0.3"])
def test_answers_do_not_depend_on_the_batch(asked, where):
    arm = Arm("any", where, top_p=0.9)
    ones = pd.concat([answers(_with(asked, batch_size=1), arm, c, "judged") for c in chunks(range(2, 8), 1)])
    pd.testing.assert_frame_equal(
        ones.reset_index(drop=True), answers(_with(asked, batch_size=32), arm, range(2, 8), "judged")
    )


def _with(asked, **how):
    return Asked(**{**vars(asked), "how": {**asked.how, **how}})


def test_one_problem_at_two_places_meets_other_noise(asked):
    twice = Asked(asked.pair, GRADER, [asked.problems[0]] * 8, SAMPLING, HOW)
    arm = Arm("nowhere", "nowhere")
    texts = respond_to(twice, arm, range(8), sampling=Sampling(1.0), samples=1)["response_ids"].tolist()
    assert len({tuple(ids) for ids in texts}) > 4
    alone = respond_to(twice, arm, range(5, 6), sampling=Sampling(1.0), samples=1)["response_ids"].tolist()
    assert alone == texts[5:6]


def test_all_that_both_write_alone_is_scored_token_by_token(asked):
    parts = [written(asked, places) for places in (range(2, 5), range(5, 8))]
    for places, found in zip((range(2, 5), range(5, 8)), parts, strict=True):
        for source, where in (("base", NOWHERE), ("rl", EVERYWHERE)):
            responses = by_hand(asked, Intervention(where), places)
            expected, own = scored(asked, responses), found[found["source"] == source].reset_index(drop=True)
            assert own["token_id"].tolist() == expected["token_id"].tolist()
            assert own["position"].tolist() == expected["position"].tolist()
            close(own, expected, (*SEPARATED_BY, "total_variation"))
            of_text = responses.iloc[expected["text_id"]]
            assert own["correct"].tolist() == of_text["correct"].tolist()
            assert own["prompt_id"].tolist() == [[*CALIBRATION, *JUDGED][place] for place in of_text["problem_id"]]
    whole = pd.concat(parts)
    assert whole.groupby("text_id")[["prompt_id", "source"]].nunique().eq(1).all(axis=None)
    assert whole["text_id"].nunique() == 12 and "response" not in whole


def test_what_is_written_is_scored_in_one_pass(asked, monkeypatch):
    from rlvr_direction.scoring import tokens

    passes, fused = [], tokens.fused
    monkeypatch.setattr(tokens, "fused", lambda *given: passes.append(1) or fused(*given))
    written(asked, range(2, 4))
    assert passes
