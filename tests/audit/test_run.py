"""An audit from end to end: what it leaves, what it refuses, and that a killed one ends in the same bytes."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from rlvr_direction.audit.measure import COUNTS, GATED_BY, LISTS, SEPARATED_BY, Asked
from rlvr_direction.audit.run import TABLES, _planned, audit, tables_of
from rlvr_direction.audit.sizes import JUDGED, TRIED, sizes_for, spread
from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import RESPONSE_COLUMNS
from rlvr_direction.interventions import parse
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import grader, load_problems
from rlvr_direction.records import Run
from rlvr_direction.report import report
from rlvr_direction.settings import ReportSettings

ARM = ["family", "where", "budget", "gamma", "temperature", "top_p"]
COLUMNS = {
    "plan": ["n_calibration", "n_judged", "samples", "responses", "seconds"],
    "calibration_tokens": [*GATED_BY],
    "calibration": ["problem_id", *COUNTS, "samples", "purpose", *ARM],
    "written": [
        *("text_id", "source", "position", "token_id", "token", *SEPARATED_BY),
        *("total_variation", "prompt_id", "correct"),
    ],
    "answers": ["problem_id", *COUNTS, "samples", "purpose", *ARM],
    "examples": [*RESPONSE_COLUMNS, *LISTS],
}
PARTS = 1 + 1 + TRIED + 1 + JUDGED + 1 + 1  # of an audit whose problems fit into a batch


@pytest.fixture(scope="module")
def whole(settings_in, tmp_path_factory):
    """The settings of a finished audit."""
    settings = settings_in(tmp_path_factory.mktemp("audit") / "out")
    assert audit(settings) == settings.out
    return settings


@pytest.fixture(scope="module")
def written_by(whole):
    """The bytes of every file of the finished audit; tests that run it again leave the same ones."""
    return bytes_of(whole.out)


@pytest.fixture
def no_models(monkeypatch):
    """Nothing loads a model from here on."""

    def load(*_, **__):
        raise AssertionError("a model was loaded")

    monkeypatch.setattr(ModelPair, "from_pretrained", load)


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def changed(settings, **changes):
    return type(settings)(**{**vars(settings), **changes})


def test_every_table_is_there_with_its_columns_and_nothing_else(whole):
    assert {path.name for path in whole.out.iterdir()} == {f"{name}.parquet" for name in TABLES}
    tables = tables_of(whole.out)
    assert list(tables) == [*TABLES]
    assert {name: list(tables[name].columns) for name in COLUMNS} == COLUMNS
    assert {"token", "proposal", "selected", "base_top_1", "prompt", "answer"} < {*tables["examples.tokens"].columns}
    assert all(len(table) for table in tables.values())


def test_every_table_says_what_it_depends_on(whole):
    for table in tables_of(whole.out).values():
        said = table.attrs
        assert said["command"] == whole.command and said["prompts"] == "by a chat template"
        assert (
            said["first prompt"] == f"<|im_start|>user\n{_problems(whole)[0].prompt}<|im_end|>\n<|im_start|>assistant\n"
        )
        assert said["template"].startswith("{% for message in messages %}<|im_start|>")
        assert said["ends"] == ["<|im_end|>", "e", "o", "1"]
        settings = said["settings"]
        assert settings["dtype"] == "float32" and {"revision", "base_revision", "rl_revision"} < settings.keys()
        assert all(settings[f"weights of {model}"].startswith("content ") for model in ("base", "rl"))


def _problems(settings):
    return load_problems(settings.problems)


def test_calibration_and_judged_problems_are_rows_of_the_file_and_disjoint(whole):
    tables, (calibration, judged) = tables_of(whole.out), spread(11, 8)
    assert sorted(tables["calibration"]["problem_id"].unique()) == calibration
    for name, column in (("answers", "problem_id"), ("written", "prompt_id"), ("examples", "problem_id")):
        assert sorted(tables[name][column].unique()) == judged
    asked = tables["examples.tokens"].groupby("problem_id")["prompt"].first()
    assert asked.to_dict() == {row: _problems(whole)[row].text for row in judged}


def test_every_arm_answers_every_problem_once_and_the_plan_counts_them(whole):
    tables = tables_of(whole.out)
    for name, n_arms, n_problems in (("calibration", TRIED, 2), ("answers", JUDGED, 6)):
        assert len(tables[name]) == n_arms * n_problems
        assert set(tables[name].groupby(["family", "budget", "gamma", "temperature", "top_p"]).size()) == {n_problems}
    assert tables["calibration"]["purpose"].eq("calibration").all() and tables["answers"]["purpose"].eq("judged").all()
    plan = tables["plan"].iloc[0]
    assert plan["n_calibration"] == 2 and plan["n_judged"] == 6 and np.isnan(plan["seconds"])
    n_texts = tables["written"]["text_id"].nunique()
    assert plan["responses"] == len(tables["calibration"]) + 2 + len(tables["answers"]) + n_texts


def test_thresholds_fire_on_their_share_of_the_calibration_tokens(whole):
    tables = tables_of(whole.out)
    scores, arms = tables["calibration_tokens"], tables["answers"].drop_duplicates(["family", "budget"])
    for row in arms[arms["family"].isin([*GATED_BY, "mirrored"])].itertuples():
        gate = parse(row.where)
        values = scores[gate.score] if gate.side == "<=" else -scores[gate.score]
        bound = gate.threshold if gate.side == "<=" else -gate.threshold
        assert (values < bound).sum() < row.budget * len(scores) <= (values <= bound).sum()


def test_chosen_and_cold_rl_are_the_first_of_those_with_the_most_right_answers(whole):
    tables = tables_of(whole.out)
    for family, name in (("tried", "chosen"), ("cold rl", "cold rl")):
        rows = tables["calibration"][tables["calibration"]["family"] == family]
        right = rows.groupby(ARM[1:], sort=False)["correct"].sum()
        assert right.max() > right.min()
        run = tables["answers"].loc[tables["answers"]["family"] == name, ARM[1:]].drop_duplicates()
        assert [tuple(row) for row in run.to_numpy()] == [right.idxmax()]


def test_both_models_alone_are_counted_as_they_were_written(whole):
    tables = tables_of(whole.out)
    for source, family in (("base", "nowhere"), ("rl", "everywhere")):
        texts = tables["written"][tables["written"]["source"] == source].groupby("prompt_id")
        arm = tables["answers"][tables["answers"]["family"] == family].set_index("problem_id").sort_index()
        assert arm["n_tokens"].tolist() == texts.size().tolist()
        assert arm["correct"].tolist() == texts["correct"].first().astype(int).tolist()
        assert arm["n_selected"].tolist() == (arm["n_tokens"] * (source == "rl")).tolist()


def test_examples_are_answers_of_the_chosen_arm_that_report_shows(whole, tmp_path):
    tables = tables_of(whole.out)
    chosen = tables["answers"][tables["answers"]["family"] == "chosen"]
    for name in COUNTS:
        assert tables["examples"][name].astype(int).tolist() == chosen[name].tolist()
    page = report(ReportSettings(whole.out / "examples.parquet", tmp_path / "page.html"))
    assert tables["examples"]["intervention"].iloc[0].replace("<", "&lt;") in Path(page).read_text(encoding="utf-8")


def test_a_finished_audit_loads_no_model_and_stays_as_it_is(whole, written_by, no_models):
    assert audit(changed(whole, resume=True)) == whole.out
    assert bytes_of(whole.out) == written_by


def test_other_settings_are_refused_and_so_is_a_second_audit(whole, written_by, no_models):
    with pytest.raises(ValueError, match="begun with seed = 0, now 1: pass the settings it was begun with"):
        audit(changed(whole, seed=1, resume=True))
    with pytest.raises(ValueError, match="begun with samples = 1, now 2"):
        audit(changed(whole, samples=2, resume=True))
    with pytest.raises(FileExistsError, match=r"plan\.parquet exists already: pass --resume"):
        audit(whole)
    with pytest.raises(ValueError, match="--resume keeps what was made and --force discards it: pass one"):
        audit(changed(whole, resume=True, force=True))
    assert bytes_of(whole.out) == written_by


def test_an_audit_that_lacks_a_table_is_no_finished_one(whole, tmp_path):
    some = shutil.copytree(whole.out, tmp_path / "some")
    (some / "answers.parquet").unlink()
    with pytest.raises(FileNotFoundError, match=r"answers\.parquet is not there: finish the audit with .* --resume"):
        tables_of(some)


def test_a_forced_audit_starts_over_and_however_often_interrupted_ends_in_the_same_bytes(
    whole, written_by, monkeypatch
):
    real, made = Run.write, []

    def write(run, index, table):
        if len(made) % 12 == 3:
            made.append("interrupted")
            raise KeyboardInterrupt
        real(run, index, table)
        made.append((run.out.name, index))

    monkeypatch.setattr(Run, "write", write)
    with pytest.raises(KeyboardInterrupt):
        audit(changed(whole, force=True))
    assert {path.name for path in whole.out.iterdir()} <= {"plan.parquet", "calibration_tokens.parquet"} | {
        "calibration.parquet.parts"
    }
    for _ in range(PARTS):
        try:
            audit(changed(whole, resume=True))
            break
        except KeyboardInterrupt:
            pass
    kept = [part for part in made if part != "interrupted"]
    assert len(made) - len(kept) > 3 and len({*kept}) == len(kept) == PARTS
    assert bytes_of(whole.out) == written_by


def test_an_audit_that_is_killed_at_any_moment_ends_in_the_same_bytes(whole, written_by, killed):
    for attempt in range(3):
        killed(audit, changed(whole, force=not attempt, resume=bool(attempt)), whole.out, seconds=0.3)
    audit(changed(whole, resume=True))
    assert bytes_of(whole.out) == written_by


def test_the_size_follows_from_the_time_of_a_response(whole, settings_in, tmp_path):
    timed = settings_in(tmp_path, use=None, samples=None, budget_minutes=1000.0)
    pair = ModelPair.from_pretrained(timed.base, timed.rl)
    how = {"seed": 0, "batch_size": timed.batch_size, "stop": ("e",)}
    asked = Asked(lambda: pair, grader(timed.task, 4), _problems(timed), Sampling(), how)
    plan = _planned(timed, asked).iloc[0]
    sizes = sizes_for(11, plan["seconds"], 1000.0)
    assert 0 < plan["seconds"] < 60 and plan["responses"] == sizes.responses
    assert [*plan[["n_calibration", "n_judged", "samples"]]] == [*vars(sizes).values()]
    with pytest.raises(ValueError, match="0 minutes are too few for 8 problems: pass --budget-minutes"):
        _planned(changed(timed, budget_minutes=0.0), asked)


def rows_of(n, **columns):
    return "".join(json.dumps({"problem": f"{i}+1=", "answer": str(i + 1)} | columns) + "\n" for i in range(n))


@pytest.mark.parametrize(
    ("text", "wrong", "seen"),
    [
        (None, {}, r"mine\.jsonl is not a file"),
        (rows_of(7), {}, "7 problems; expected at least 8: pass more problems"),
        (rows_of(9), {"use": 10}, "9 problems; expected at least 10: pass more problems"),
        (rows_of(9, answer=None), {}, "line 1: 'answer' is 'None'"),
        ('{"problem": "1+1="}\n', {}, "line 1: no key 'answer', only"),
        (rows_of(9), {"task": "chess"}, "no task is called 'chess'; choose from math"),
        (rows_of(9), {"top_p": 0.0}, "top_p is 0.0"),
        (rows_of(9), {"stop": [""]}, "stop is .* none of them empty"),
        (rows_of(9), {"task": "operator:concat"}, "the grader operator:concat raised TypeError"),
        (rows_of(9), {"max_new_tokens": 512}, "max_new_tokens is 512; expected 1 to 511"),
        (rows_of(9, problem="cats " * 2000), {}, "prompt 0 has .* new ones fit into a context of 512"),
        (rows_of(9, prompt_ids=[1, 600]), {}, "prompt 0 has the token id 600; expected 0 to 599"),
        (rows_of(9), {"base": "no/such"}, "no model at no/such"),
        (rows_of(9), {"template": "chess"}, "no template is called 'chess'"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_before_a_model_is_loaded(
    settings_in, tmp_path, no_models, text, wrong, seen
):
    problems = tmp_path / "mine.jsonl"
    if text is not None:
        problems.write_text(text)
    with pytest.raises((ValueError, FileNotFoundError), match=seen) as refusal:
        audit(settings_in(tmp_path / "out", **{"problems": problems, **wrong}))
    assert "\n" not in str(refusal.value) and not (tmp_path / "out").exists()


@pytest.mark.parametrize(("wrong", "seen"), [({"dtype": "int8"}, "dtype is 'int8'"), ({"device_map": "x"}, "is 'x'")])
def test_a_pair_that_cannot_be_loaded_leaves_nothing_behind(settings_in, tmp_path, wrong, seen):
    with pytest.raises(ValueError, match=seen):
        audit(settings_in(tmp_path / "out", **wrong))
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_folder_for_an_audit(settings_in, tmp_path, no_models):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ValueError, match="out is a file; name a folder"):
        audit(settings_in(tmp_path / "out", force=True))
    assert (tmp_path / "out").read_text() == "mine"
