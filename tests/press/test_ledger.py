"""The ledger: made of the recorded verdicts, and of nothing else."""

import pytest

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.press import ledger


def record(id="C1", task="arithmetic", value=0.123456, **more):
    common = {"kind": "claim", "chapter": "02_direction_not_magnitude", "statement": "a | b", "verdict": "reproduced"}
    return (
        common
        | {"id": id, "task": task, "value": value, "low": 0.1, "high": 0.2, "profile": "cpu", "band": None}
        | more
    )


def test_kept_claims_do_not_depend_on_the_order_or_the_last_digits_of_a_run():
    one = ledger.recorded_claims([record(task="b"), {"kind": "stamp", "chapter": "x"}, record(task="a")])
    other = ledger.recorded_claims([record(task="a", value=0.1234561), record(task="b")])
    assert one == other and [claim["task"] for claim in one] == ["a", "b"]


def test_the_table_shows_every_recorded_verdict_and_names_the_open_claims():
    text = ledger.table(ledger.recorded_claims([record(), record(task=None, verdict="inconclusive", value=None)]))
    assert text.count("| [C1](02_direction_not_magnitude.ipynb)") == 2
    assert "**inconclusive**" in text and "undefined" in text and "a \\| b" in text
    assert all(id in text.splitlines()[-1] for id in CLAIMS if id != "C1")
    assert "C1," not in text.splitlines()[-1]


def test_the_table_says_how_many_verdicts_chance_would_give():
    claims = ledger.recorded_claims([record(task=str(i)) for i in range(20)])
    assert "0.5 of these 20 verdicts would read *reproduced* by chance" in ledger.table(claims)


def test_no_record_is_no_table():
    assert "|" not in ledger.table([])


def test_only_what_is_between_the_marks_changes(tmp_path):
    start, end = ledger.MARKS
    page = tmp_path / "README.md"
    page.write_text(f"before\n{start}\nold\n{end} after\n")
    ledger.update(page, ledger.recorded_claims([record()]), chapters_at="book/")
    once = page.read_text()
    ledger.update(page, ledger.recorded_claims([record()]), chapters_at="book/")
    assert page.read_text() == once
    assert once.startswith(f"before\n{start}\n|") and once.endswith(f"{end} after\n") and "old" not in once
    assert "(book/02_direction_not_magnitude.ipynb)" in once


@pytest.mark.parametrize("text", ["none", "<!-- ledger:end --><!-- ledger:start -->", "<!-- ledger:start -->" * 2])
def test_a_page_without_the_two_marks_is_refused(text):
    with pytest.raises(ValueError, match="each once"):
        ledger.between_marks(text, "")


def test_claims_survive_the_file(tmp_path):
    claims = ledger.recorded_claims([record()])
    ledger.write_claims(claims, tmp_path / "claims" / "cpu.json")
    assert ledger.read_claims(tmp_path / "claims" / "cpu.json") == claims
    assert ledger.read_claims(tmp_path / "nothing.json") == []
