"""The ledger: made of the recorded verdicts, and of nothing else."""

import pytest

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.press import ledger


def record(id="C1", task="arithmetic", **more):
    common = {"chapter": "02_direction_not_magnitude", "statement": "a | b", "verdict": "reproduced"}
    numbers = {"value": 0.1235, "low": 0.1, "high": 0.2, "reading": "share; above 0 supports it"}
    where = {"id": id, "task": task, "deterministic": False, "registration": 2, "ours": False, "deciding": True}
    return common | numbers | where | {"neighbours": []} | more


EXACT = record("C4a", None, deterministic=True, low=None, high=None, value=1e-5)


def test_the_table_shows_every_recorded_verdict_and_names_the_open_claims():
    text = ledger.table([record(), record(task="other", verdict="inconclusive")])
    assert text.count("| [C1](02_direction_not_magnitude.ipynb)") == 2 and text.count("a &#124; b") == 1
    assert "**inconclusive**" in text and "share; above 0 supports it" in text
    assert all(id in text.splitlines()[-1] for id in CLAIMS if id != "C1")
    assert "C1," not in text.splitlines()[-1]


def test_our_own_results_and_what_is_not_judged_again_stand_under_their_headings():
    text = ledger.table([record(), record("B1", ours=True), record("C2", registration=1)])
    heads = [line for line in text.splitlines() if line.startswith("###")]
    assert heads == ["### The paper's claims", "### Results of our own", "### Not judged again yet"]


def test_what_stands_beside_a_verdict_is_a_sign_and_a_look_is_called_one():
    beside = {"cell": "finished, top_p 1", "verdict": "not reproduced", "text": "t"}
    text = ledger.table([record(neighbours=[beside]), record("C5a", "worded", deciding=False)])
    assert "| **reproduced** | ○ |" in text and "| a look: reproduced |" in text
    assert "0.0 of the 1 verdicts" in text


def test_a_replaced_verdict_is_shown_with_its_reason_once_its_claim_is_judged_again():
    old = [record(id, verdict="inconclusive", replaced=f"Reason {id}.") for id in ("C1", "C2")]
    text = ledger.table([record(), record("C2", registration=1)], old)
    assert "| Reason C1. |" in text and "Reason C2" not in text and "**inconclusive**" not in text


def test_an_exact_verdict_has_no_interval_and_is_not_counted_among_what_chance_gives():
    text = ledger.table([record(task=str(i)) for i in range(20)] + [EXACT])
    (row,) = [line for line in text.splitlines() if "C4a](" in line]
    assert "| 1e-05 share" in row and "[0.1, 0.2]" not in row
    assert "0.5 of the 20 verdicts with an interval would read *reproduced* by chance" in text


def test_no_record_is_no_table():
    assert "|" not in ledger.table([])


def test_only_what_is_between_the_marks_changes(tmp_path):
    start, end = ledger.MARKS
    page = tmp_path / "README.md"
    page.write_text(f"before\n{start}\nold\n{end} after\n")
    ledger.update(page, [record()], chapters_at="book/")
    once = page.read_text()
    ledger.update(page, [record()], chapters_at="book/")
    assert page.read_text() == once
    assert once.startswith(f"before\n{start}\n###") and once.endswith(f"{end} after\n") and "old" not in once
    assert "(book/02_direction_not_magnitude.ipynb)" in once


@pytest.mark.parametrize("text", ["none", "<!-- ledger:end --><!-- ledger:start -->", "<!-- ledger:start -->" * 2])
def test_a_page_without_the_two_marks_is_refused(text):
    with pytest.raises(ValueError, match="each once"):
        ledger.between_marks(text, "")


def test_claims_survive_the_file(tmp_path):
    ledger.write_claims([record(), EXACT], tmp_path / "claims" / "cpu.json")
    assert ledger.read_claims(tmp_path / "claims" / "cpu.json") == [record(), EXACT]
    assert ledger.read_claims(tmp_path / "nothing.json") == []
