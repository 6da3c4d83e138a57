"""The commands `book` and `audit`: profiles, pairs by name, and one sentence for what cannot be audited."""

import json

import pytest

from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.press import audit as page
from rlvr_direction.press import cli
from rlvr_direction.problems import PAIRS

TREE = (TOYS / "pointer_tree" / "base", TOYS / "pointer_tree" / "rl_020")


def test_an_unknown_profile_is_refused(call, refused):
    assert refused(call("book", "--profile", "huge"), "there is no profile 'huge'")


def test_an_installation_without_a_clone_is_refused_in_one_sentence(call, refused, monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    assert refused(call("book"), "chapters come with a clone of the repository")


def test_a_clone_without_the_book_extra_is_told_how_to_install_it(call, refused, monkeypatch):
    monkeypatch.setattr(cli, "EXTRA", (*cli.EXTRA, "no_such_package"))
    assert refused(call("book", "--profile", "huge"), "chapters are run with no_such_package, not installed here")


@pytest.fixture
def problems(tmp_path):
    rows = [{"problem": p.prompt, "answer": p.answer} for p in TASKS["pointer_tree"].problems(10, seed=0)]
    (tmp_path / "problems.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path / "problems.jsonl"


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """The settings that an audit was asked for; none is run."""
    seen = []
    monkeypatch.setattr(page, "audit_page", lambda settings: seen.append(settings) or tmp_path / "audit.html")
    return seen


def test_an_audit_prints_where_its_page_is(call, asked, problems, tmp_path):
    done = call("audit", *TREE, problems, "--task", "pointer_tree", "--budget-minutes", "2.5", "--out", tmp_path)
    assert (done.exit_code, done.stdout.strip()) == (0, str(tmp_path / "audit.html")), done.output
    (settings,) = asked
    assert (settings.base, settings.rl, settings.problems) == (*map(str, TREE), problems)
    assert (settings.task, settings.budget_minutes, settings.top_p, settings.use) == ("pointer_tree", 2.5, 0.7, None)


def test_a_known_pair_is_audited_by_its_name_with_its_prompt(call, asked, problems, tmp_path):
    done = call("audit", problems, "--pair", "orz-1.5b", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    known = PAIRS["orz-1.5b"]
    assert (asked[0].base, asked[0].rl, asked[0].template) == (known.base, known.rl, known.template)


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ((*TREE, "NONE", "--task", "pointer_tree"), "none.jsonl is not a file"),
        ((*TREE, "PROBLEMS", "--task", "chess"), "no task is called 'chess'"),
        ((*TREE, "PROBLEMS", "--task", "pointer_tree", "--use", "11"), "10 problems; expected at least 11"),
        ((*TREE, "PROBLEMS", "--task", "pointer_tree", "--budget-minutes", "0"), "pass --budget-minutes"),
        ((*TREE, "PROBLEMS", "--task", "pointer_tree", "--max-new-tokens", "90"), "a context of"),
        (("/no/such/folder", TREE[1], "PROBLEMS", "--task", "pointer_tree"), "no model at /no/such/folder"),
        (("PROBLEMS", "--pair", "chess"), "no pair is called 'chess'; choose from orz-0.5b"),
    ],
)
def test_what_cannot_be_audited_is_refused_in_one_sentence_and_nothing_is_written(
    call, problems, tmp_path, words, phrase
):
    files = {"PROBLEMS": problems, "NONE": tmp_path / "none.jsonl"}
    done = call("audit", *(files.get(word, word) for word in words), "--out", tmp_path / "out")
    *_, last = done.stderr.splitlines()  # after what is said of the prompts
    assert last.startswith("error: ") and phrase in last and done.exit_code == 2, done.output
    assert "Traceback" not in done.output and not list(tmp_path.glob("out/*.parquet"))
