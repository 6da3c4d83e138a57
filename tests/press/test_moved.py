"""What moved: verdicts, their numbers and versions, against what is recorded."""

import copy
import subprocess
import sys

import pytest

from rlvr_direction.press import ledger, moved, site

CLAIM = {"id": "C9", "task": "tree", "cell": "deciding", "text": "gain", "verdict": "reproduced"}
CLAIM |= {"value": 0.1234, "low": 0.1, "high": 0.2}
NEIGHBOUR = {"cell": "other", "text": "gain", "verdict": "inconclusive", "value": 1.0, "low": None, "high": None}
BEFORE = [{**CLAIM, "neighbours": [NEIGHBOUR]}]


def after(**changes):
    (claim,) = copy.deepcopy(BEFORE)
    return [{**claim, **changes}]


def test_nothing_moved_where_nothing_did():
    assert moved.moved_verdicts(BEFORE, after()) == []


def test_one_in_the_last_recorded_digit_is_rounding_and_two_are_not():
    assert moved.moved_verdicts(BEFORE, after(value=0.1235)) == []
    (row,) = moved.moved_verdicts(BEFORE, after(value=0.1236))
    assert row == ["C9", "tree", "deciding", "reproduced: 0.1234 [0.1, 0.2]", "reproduced: 0.1236 [0.1, 0.2]"]


@pytest.mark.parametrize("changes", [{"verdict": "inconclusive"}, {"low": 0.09}, {"high": None}])
def test_a_verdict_or_an_end_of_its_interval_that_changed_has_moved(changes):
    assert len(moved.moved_verdicts(BEFORE, after(**changes))) == 1


def test_a_neighbouring_cell_has_moved_on_its_own():
    (row,) = moved.moved_verdicts(BEFORE, after(neighbours=[NEIGHBOUR | {"verdict": "reproduced"}]))
    assert row == ["C9", "tree", "other", "inconclusive: 1 [-, -]", "reproduced: 1 [-, -]"]


def test_new_and_gone_verdicts_have_moved():
    now = after(task="arithmetic", neighbours=[])
    told = [(task, cell, was == "-", now == "-") for _, task, cell, was, now in moved.moved_verdicts(BEFORE, now)]
    assert told == [
        ("tree", "deciding", False, True),
        ("tree", "other", False, True),
        ("arithmetic", "deciding", True, False),
    ]


def test_the_recorded_verdicts_stand_in_different_places_and_are_all_compared():
    claims = ledger.read_claims(site.claims_file())
    assert len(moved.moved_verdicts([], claims)) == sum(1 + len(claim["neighbours"]) for claim in claims)


def test_versions_other_than_the_locks_are_listed():
    found = {"numpy": ("2", "2"), "torch": ("2", "3"), "ray": ("1", None)}
    assert moved.moved_versions(found) == [["torch", "2", "3"], ["ray", "1", "-"]]


def test_a_page_counts_what_moved_and_ends_with_the_log_of_a_failure():
    text = moved.page("latest", [], [["torch", "2", "3"]], "KeyError: 'x'")
    assert text.startswith("# The book on the latest versions\n") and "```text\nKeyError: 'x'\n```" in text
    assert "## 0 verdicts or numbers moved" in text and "| torch | 2 | 3 |" in text
    assert "The book was not built." in text and "The book was not built." in moved.page("latest", [], [], "")
    assert "The book was built." in moved.page("latest", [], [])


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """The exit code and the page for verdicts before and now and the status of a build."""
    (tmp_path / "log").write_text("".join(f"line {n}\n" for n in range(50)))

    def run(now, status):
        ledger.write_claims(BEFORE, tmp_path / "committed.json")
        monkeypatch.setattr(site, "verdicts", lambda: now)
        return moved.main(
            "pinned", str(tmp_path / "committed.json"), str(tmp_path / "log"), status
        ), capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("now", "status", "code"), [(after(), "0", 0), (after(low=0.0), "0", 1), (after(), "2", 1)], ids=repr
)
def test_a_lane_fails_if_a_number_moved_or_the_book_was_not_built(told, now, status, code):
    found, written = told(now, status)
    assert found == code and written.out.startswith("# The book on the pinned versions")
    assert ("line 49" in written.out and "line 9\n" not in written.out) == (status != "0")


def test_the_module_is_a_program():
    done = subprocess.run([sys.executable, "-m", "rlvr_direction.press.moved"], capture_output=True, text=True)
    assert done.returncode == 1 and "missing 4 required positional arguments" in done.stderr
