"""Commands on a pair: a file with its provenance for good input, one sentence and exit code 2 for bad input."""

import json
import shutil
from pathlib import Path

import pytest

from rlvr_direction import records, scoring
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.problems.pairs import KnownPair
from rlvr_direction.scoring import files as scoring_files

ROWS = (
    {"prompt": "1+2=", "response": "3\n", "source": "base"},
    {"prompt": "9", "response": "-4*5+2=a", "source": "rl"},
    {"prompt": "7*8-10+3=", "response": "49"},
)


def write(path, rows):
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows))
    return path


def everything(folder):
    return {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


@pytest.fixture
def scored(call, folders, tmp_path):
    """A function: score `ROWS` with a pair into `scores.parquet`, with these further options."""
    texts, out = write(tmp_path / "texts.jsonl", ROWS), tmp_path / "scores.parquet"
    return out, lambda *options: call("score", *folders("llama"), texts, "--out", out, *options)


def test_a_score_file_says_where_it_came_from(scored, folders):
    out, score = scored
    done = score("--batch-size", 2)
    assert (done.exit_code, done.stdout.strip()) == (0, str(out))
    table = records.load(out)
    assert list(table.columns) == list(scoring.TOKEN_COLUMNS)
    assert table.groupby("text_id").size().to_dict() == {i: len(row["response"]) for i, row in enumerate(ROWS)}
    assert table["source"].unique().tolist() == ["base", "rl", ""]
    assert table.attrs["command"].startswith(f"rlvr-direction score {folders('llama')[0]}")
    assert table.attrs["settings"]["batch_size"] == 2 and {"commit", "version"} <= table.attrs.keys()


def test_eos_scores_the_end_token_as_well(scored):
    out, score = scored
    score("--eos")
    last = records.load(out).groupby("text_id").tail(1)
    assert last["token"].tolist() == ["<eos>"] * len(ROWS)


def test_what_exists_is_kept_unless_forced(scored):
    out, score = scored
    score()
    before = out.read_bytes()
    refused = score("--eos")
    assert refused.exit_code == 2 and out.read_bytes() == before
    assert all(option in refused.stderr for option in (str(out), "--resume", "--force"))
    assert score("--eos", "--force").exit_code == 0
    assert len(records.load(out)) == sum(len(row["response"]) + 1 for row in ROWS)


def test_an_interruption_names_resume_which_finishes_the_run(scored, monkeypatch):
    out, score = scored

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(scoring_files, "score_encoded", interrupted)
        stopped = score()
    assert stopped.exit_code == 130 and not out.exists()
    assert stopped.stderr.splitlines()[-1].endswith("to go on, run the command again with --resume")
    assert score("--resume").exit_code == 0 and out.exists()


def test_resuming_with_other_settings_is_refused(scored):
    out, score = scored
    score()
    refused = score("--eos", "--resume")
    assert refused.exit_code == 2 and "eos" in refused.stderr and not out.with_name("scores.parquet.parts").exists()


@pytest.fixture
def decoded(call, tmp_path):
    """A function: decode four problems of the tree with its toy pair, with these further options."""
    rows = [{"problem": p.prompt, "answer": p.answer} for p in TASKS["pointer_tree"].problems(4, seed=0)]
    problems, out = write(tmp_path / "problems.jsonl", rows), tmp_path / "decoded.parquet"
    toy = (TOYS / "pointer_tree" / "base", TOYS / "pointer_tree" / "rl_080")
    command = ("decode", *toy, problems, "--out", out, "--task", "pointer_tree")
    return out, lambda *options: call(*command, *options)


def test_decode_writes_responses_and_tokens_and_report_shows_them(refused, decoded, call, tmp_path):
    out, decode = decoded
    done = decode("--where", "delta_logp<=-0.3", "--samples", 2)
    assert (done.exit_code, done.stdout.strip()) == (0, str(out)), done.output
    table = records.load(out)
    assert len(table) == 8 and table.attrs["command"].startswith("rlvr-direction decode")
    page = call("report", out, "--out", tmp_path / "report.html")
    assert page.exit_code == 0 and "<h1>Token view</h1>" in (tmp_path / "report.html").read_text()
    again = call("report", out, "--out", tmp_path / "report.html")
    assert refused(again, "--force")


@pytest.mark.parametrize(
    ("options", "phrase"),
    [
        (("--where", "nothing<=1"), "no score is called 'nothing'; choose from logp_base"),
        (("--where", "random:0.1", "--max-new-tokens", "90"), "a context of 96"),
    ],
)
def test_decode_refuses_bad_input_and_writes_nothing(refused, decoded, tmp_path, options, phrase):
    before = everything(tmp_path)
    assert refused(decoded[1](*options), phrase)
    assert everything(tmp_path) == before


def test_report_shows_what_score_wrote_and_only_as_many_texts_as_asked(scored, call, tmp_path):
    scores, score = scored
    score()
    page = call("report", scores, "--texts", 2, "--prompts", tmp_path / "texts.jsonl", "--out", tmp_path / "r.html")
    html = (tmp_path / "r.html").read_text()
    assert page.exit_code == 0 and "The first 2 of 3 texts are shown" in html and '<pre class="prompt">1+2=' in html


def test_report_of_a_file_that_is_not_there_is_refused(refused, call, tmp_path):
    assert refused(call("report", tmp_path / "no.parquet", "--out", tmp_path / "r.html"), "no.parquet is not a file")


GOOD = json.dumps(ROWS[0]) + "\n"
BAD_TEXTS = {
    "blank lines": (["\n", "\n"], "is empty"),
    "not JSON": ([GOOD, "{oops\n"], "line 2: not JSON"),
    "longer than the context": ([GOOD, json.dumps({"prompt": "1", "response": "2" * 99}) + "\n"], "at most 48"),
    "ids out of range": ([json.dumps({"prompt": "1", "response": "", "response_ids": [999]}) + "\n"], "id 999"),
}


@pytest.mark.parametrize(("rows", "phrase"), BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_bad_texts_are_refused_and_nothing_is_written(refused, call, folders, tmp_path, rows, phrase):
    texts = write(tmp_path / "texts.jsonl", rows)
    before = everything(tmp_path)
    done = call("score", *folders("llama"), texts, "--out", tmp_path / "deep" / "scores.parquet")
    assert refused(done, phrase), done.output
    assert everything(tmp_path) == before and not (tmp_path / "deep").exists()


def other_tokenizer(folder, target):
    """A copy of a checkpoint in which two tokens have changed places."""
    shutil.copytree(folder, target)
    text = json.loads((target / "tokenizer.json").read_text())
    vocabulary = text["model"]["vocab"]
    vocabulary["1"], vocabulary["2"] = vocabulary["2"], vocabulary["1"]
    (target / "tokenizer.json").write_text(json.dumps(text))
    return target


@pytest.mark.parametrize(
    ("models", "phrase"),
    [
        (lambda base, rl, tmp: ("/no/such/folder", rl), "no model at /no/such/folder"),
        (lambda base, rl, tmp: (base, "nobody/no-such-model"), "no model at nobody/no-such-model"),
        (lambda base, rl, tmp: (base, other_tokenizer(rl, tmp / "other")), "disagree on the tokenizer"),
    ],
    ids=["missing folder", "no such Hub name, offline", "tokenizers disagree"],
)
def test_a_pair_that_is_none_is_refused_and_nothing_is_written(refused, call, folders, tmp_path, models, phrase):
    texts = write(tmp_path / "texts.jsonl", ROWS)
    base, rl = models(*folders("llama"), tmp_path)
    before = everything(tmp_path)
    done = call("score", base, rl, texts, "--out", tmp_path / "scores.parquet")
    assert refused(done, phrase), done.output
    assert everything(tmp_path) == before


@pytest.fixture
def known(folders, monkeypatch, tmp_path):
    """A registry of one pair, made of folders, whose template is a file."""
    (base, rl), template = map(str, folders("llama")), tmp_path / "own.jinja"
    template.write_text("ab{{ messages[0].content }}")
    monkeypatch.setattr(
        "rlvr_direction.problems.pairs.PAIRS", {"mine": KnownPair(base, rl, str(template), "MIT", "here")}
    )
    return base, rl


@pytest.mark.parametrize("words", [("--pair", "mine"), ("--pair=mine",)])
def test_a_known_pair_goes_by_one_name_and_has_its_template(call, known, tmp_path, words):
    texts, out = write(tmp_path / "texts.jsonl", ROWS), tmp_path / "scores.parquet"
    done = call("score", texts, *words, "--out", out)
    assert done.exit_code == 0, done.output
    attrs = records.load(out).attrs
    assert attrs["command"].startswith(f"rlvr-direction score {known[0]} {known[1]} ")
    assert attrs["settings"]["template"].endswith("own.jinja") and attrs["first prompt"] == "ab1+2="
    assert call("score", texts, *words, "--template", "none", "--out", out, "--force").exit_code == 0
    assert records.load(out).attrs["first prompt"] == "1+2="


def test_an_unknown_pair_is_refused_with_those_that_are_known(call, refused, tmp_path):
    done = call(
        "decode", tmp_path / "p.jsonl", "--where", "nowhere", "--out", tmp_path / "d.parquet", "--pair", "chess"
    )
    assert refused(done, "no pair is called 'chess'; choose from orz-0.5b, orz-1.5b"), done.output
