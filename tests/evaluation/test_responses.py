"""Interventions over problems: one row per response, paired by problem and sample, graded by the task."""

import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import RESPONSE_COLUMNS, evaluate, require_grades, respond, score_responses
from rlvr_direction.evaluation import responses as module
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.problems import Verifier
from rlvr_direction.records import load

TASK = TASKS["pointer_tree"]
PROBLEMS = TASK.problems(12, seed=5)
ALONE = {"base": Intervention(NOWHERE), "rl": Intervention(EVERYWHERE)}


@pytest.fixture(scope="module")
def pair():
    return load_toy_pair("pointer_tree")


@pytest.fixture(scope="module")
def responses(pair):
    return evaluate(pair, TASK, PROBLEMS, ALONE, samples=2, seed=3)


def test_a_row_for_each_response(responses):
    assert tuple(responses.columns) == RESPONSE_COLUMNS
    rows = responses[["intervention", "problem_id", "sample_id"]]
    assert len(rows) == len(rows.drop_duplicates()) == 2 * len(PROBLEMS) * 2


def test_correct_is_the_verifiers_word_on_a_finished_response(responses):
    for row in responses.itertuples():
        assert row.correct == (row.finished and TASK.reward(PROBLEMS[row.problem_id], row.response) == 1)
    assert responses["correct"].any() and not responses["correct"].all()


def test_counts_are_of_tokens_with_the_end(responses):
    finished = responses[responses["finished"]]
    assert (finished["n_tokens"] == finished["response"].str.len() + 1).all()
    selected = responses.groupby("intervention")[["n_selected", "n_tokens"]].sum()
    assert selected.loc["base", "n_selected"] == 0
    assert selected.loc["rl", "n_selected"] == selected.loc["rl", "n_tokens"]
    assert (responses["n_changed"] <= responses["n_selected"]).all()


def test_interventions_share_their_noise_and_batches_do_not_matter(pair, responses):
    one = respond(pair, TASK, PROBLEMS, ALONE["rl"], samples=2, seed=3, batch_size=5)
    of_rl = responses[responses["intervention"] == "rl"].reset_index(drop=True)
    assert one["response"].tolist() == of_rl["response"].tolist()
    twice = evaluate(pair, TASK, PROBLEMS, {"a": ALONE["rl"], "b": ALONE["rl"]}, seed=3)
    a, b = (twice[twice["intervention"] == name]["response"].tolist() for name in "ab")
    assert a == b


def test_another_seed_is_another_sample(pair, responses):
    other = respond(pair, TASK, PROBLEMS, ALONE["base"], samples=2, seed=4)["response"].tolist()
    assert other != responses[responses["intervention"] == "base"]["response"].tolist()


def test_at_temperature_zero_the_noise_does_not_matter(pair):
    first, second = (respond(pair, TASK, PROBLEMS, ALONE["base"], Sampling(0.0), seed=seed) for seed in (1, 2))
    assert first["response"].tolist() == second["response"].tolist()


def test_a_response_cut_off_at_the_limit_is_wrong(pair):
    class Short(type(TASK)):
        max_new_tokens = 3

        def reward(self, problem, response):
            return 1.0

    table = respond(pair, Short(), PROBLEMS, ALONE["base"], seed=0)
    assert not table["finished"].any() and not table["correct"].any() and (table["n_tokens"] == 3).all()


def test_a_table_in_a_file_is_the_table(pair, responses, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PROBLEMS_PER_PART", 5)
    written = evaluate(pair, TASK, PROBLEMS, ALONE, samples=2, seed=3, out=tmp_path / "r.parquet")
    order = ["intervention", "problem_id", "sample_id"]
    a, b = (table.sort_values(order, ignore_index=True) for table in (written, responses))
    assert a.equals(b)


def test_a_killed_run_resumes_to_the_same_bytes(pair, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PROBLEMS_PER_PART", 5)
    whole, killed = tmp_path / "whole.parquet", tmp_path / "killed.parquet"
    evaluate(pair, TASK, PROBLEMS, ALONE, seed=3, block=4, out=whole)
    real, calls = module.respond, []

    def dying(*arguments, **named):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(module, "respond", dying)
    with pytest.raises(KeyboardInterrupt):
        evaluate(pair, TASK, PROBLEMS, ALONE, seed=3, block=4, out=killed)
    evaluate(pair, TASK, PROBLEMS, ALONE, seed=3, block=4, out=killed, resume=True)
    assert killed.read_bytes() == whole.read_bytes() and len(calls) == 3 + 4


def test_what_differs_from_the_run_that_is_resumed_is_named(pair, tmp_path):
    def run(problems=PROBLEMS[:2], who=ALONE, seed=3, of=pair, **how):
        return evaluate(of, TASK, problems, who, seed=seed, out=tmp_path / "r.parquet", **how)

    run()
    with pytest.raises(ValueError, match="was begun with other answers; other prompts: pass"):
        run(PROBLEMS[1:3], resume=True)
    with pytest.raises(ValueError, match="was begun with seed = 3, now 4: pass"):
        run(seed=4, resume=True)
    half = {**ALONE, "rl": Intervention(EVERYWHERE, 0.5)}
    with pytest.raises(ValueError, match=r"intervention rl = 'everywhere, gamma 0', now 'everywhere, gamma 0.5': pass"):
        run(who=half, resume=True)
    with pytest.raises(ValueError, match="was begun with other weights of rl: pass"):
        run(of=load_toy_pair("pointer_tree", "rl_040"), resume=True)


OWN = """
from pathlib import Path
from rlvr_direction.evaluation import evaluate
from rlvr_direction.interventions import Intervention
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair

def unsure(view, token, uniform):
    return view.raw.base.amax(-1) <= -0.5

def run():
    pair, task, own = load_toy_pair("pointer_tree"), TASKS["pointer_tree"], {"own": Intervention(unsure)}
    evaluate(pair, task, task.problems(2, seed=5), own, seed=3, out=Path(__file__).with_name("r.parquet"), resume=True)
"""


def test_a_criterion_of_ones_own_is_resumed_in_another_process(tmp_path, monkeypatch):
    (tmp_path / "own_run.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    import_module("own_run").run()
    again = [sys.executable, "-c", "import own_run; own_run.run()"]
    done = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    recorded = load(tmp_path / "r.parquet").attrs["settings"]
    assert recorded["intervention own"] == "own_run:unsure, gamma 0"


def test_a_criterion_without_a_name_is_refused_where_a_file_would_have_to_tell_it_from_others(pair, tmp_path):
    with pytest.raises(ValueError, match=r"intervention own is .*<lambda>.*make its criterion a function with a name"):
        evaluate(pair, TASK, PROBLEMS, {"own": Intervention(lambda *_: _)}, seed=3, out=tmp_path / "r.parquet")
    assert not list(tmp_path.iterdir())


def test_functions_made_by_a_function_share_a_name_and_are_refused(pair, tmp_path):
    def below(rate):
        def fires(_view, _token, uniform):
            return uniform < rate

        return fires

    with pytest.raises(ValueError, match=r"intervention own is .*<locals>.*make its criterion a function with a name"):
        evaluate(pair, TASK, PROBLEMS, {"own": Intervention(below(0.9))}, seed=3, out=tmp_path / "r.parquet")


def test_a_grader_that_raises_is_named_with_how_it_is_called(pair):
    broken = Verifier("mine:f", lambda problem, response: response in problem, TASK.max_new_tokens)
    with pytest.raises(ValueError, match=r"the grader mine:f raised TypeError .* called as f\(problem, response\)"):
        respond(pair, broken, PROBLEMS[:2], Intervention(EVERYWHERE), seed=0)


@pytest.mark.parametrize(
    ("grade", "did"), [(0.5, "returned 0.5"), (float("nan"), "returned nan"), ("right", "raised V")]
)
def test_a_grade_is_0_or_1_and_that_is_seen_before_there_is_a_response(pair, grade, did):
    loose = Verifier("mine:f", lambda problem, response: grade, TASK.max_new_tokens)
    for asked in (
        lambda: require_grades(loose, PROBLEMS[0]),
        lambda: respond(pair, loose, PROBLEMS[:2], Intervention(EVERYWHERE), seed=0),
    ):
        with pytest.raises(ValueError, match=rf"the grader mine:f {did}.* and returns 0\.0 or 1\.0"):
            asked()


def test_scores_of_responses_are_of_their_own_prompts_in_their_order(pair):
    """One row per token that was written, whose delta_logp is the one recorded for the proposals RL did not touch."""
    written = respond(pair, TASK, PROBLEMS, ALONE["base"], samples=2, seed=3).sample(frac=1, random_state=0)
    tokens = score_responses(pair, PROBLEMS, written.reset_index(drop=True), batch_size=7)
    assert tokens.groupby("text_id").size().tolist() == written["n_tokens"].tolist()
    recorded = np.concatenate(written["proposal_delta_logp"].to_list())
    np.testing.assert_allclose(tokens["delta_logp"], recorded, atol=1e-4)
