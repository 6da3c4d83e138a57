"""The ledger: made of the recorded verdicts, and of nothing else."""

import pytest

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.press import ledger
from rlvr_direction.press.words import WORDS


def record(id="C1", task="arithmetic", **more):
    common = {"chapter": "02_direction_not_magnitude", "statement": "a | b", "verdict": "reproduced"}
    numbers = {"value": 0.1235, "low": 0.1, "high": 0.2, "unit": "oriented AUROC difference"}
    where = {"id": id, "task": task, "deterministic": False, "ours": False, "deciding": True, "bound": 0.0}
    return common | numbers | where | {"neighbours": []} | more


EXACT = record("C4a", None, deterministic=True, low=None, high=None, value=1e-5, unit="change of the expected reward")


def test_the_table_has_a_row_per_claim_and_a_column_per_task():
    text = ledger.table([record(), record(task="pointer_tree", verdict="inconclusive"), record("C2")])
    head, _, first, second, *_ = text.splitlines()
    assert head == "| Claim | Question | arithmetic | the tree |"
    assert first.startswith(
        f"| [C1](02_direction_not_magnitude.ipynb) | {WORDS['C1'].question} | ●\u00a0+12.3\u00a0[+10.0,\u00a0+20.0] |"
    )
    assert "| ◐\u00a0+12.3" in first and second.endswith("|  |")
    assert "Units: points of AUROC (C1, C2)." in text


def test_harder_questions_and_results_of_our_own_are_folded_away():
    shown, folded = ledger.table([record(), record("C1h"), record("B1", ours=True)]).split("<details>")
    assert "[C1](" in shown and "[C1h](" not in shown and "[B1](" not in shown and "[C1](" not in folded
    assert f"| {CLAIMS['C1h'].statement} |" in folded and f"| {CLAIMS['B1'].statement} |" in folded


def test_without_further_claims_the_fold_has_the_units_alone():
    assert ledger.table([record()]).split("<details>")[1].count("|") == 0


def test_what_waits_for_a_verdict_is_named():
    text = ledger.table([record(), record("C2")])
    named = text.split("without a verdict yet: ")[1].split(".\n")[0].split(", ")
    assert named == [id for id in CLAIMS if id not in ("C1", "C2")]


def test_a_row_that_decides_nothing_is_called_a_look():
    assert "a\u00a0look:\u00a0●" in ledger.table([record("C5a", "worded", deciding=False)])


def test_an_exact_verdict_has_no_interval_and_is_not_counted_among_what_chance_gives():
    text = ledger.table([record(task=str(i)) for i in range(20)] + [EXACT])
    (row,) = [line for line in text.splitlines() if "C4a](" in line]
    assert "1e-05\u00a0(on\u00a0every\u00a0task)" in row and "[" not in row.split("](")[1]
    assert "gained at every step of gamma, at the least (C4a)" in text
    rows = [record(task=str(i)) for i in range(20)] + [EXACT, record("C5b", bound=-0.02)]
    assert "about 0.5 of 20 verdicts with an interval would read *reproduced* by luck" in ledger.by_chance(rows)


@pytest.mark.parametrize(
    ("unit", "said"),
    {
        "accuracy difference": "+12.3 [+10.0, +20.0] points of accuracy",
        "log ratio of shares of tokens": "1.13 [1.11, 1.22] times the tokens of its closest rival",
        "largest relative error": "0.123 [0.1, 0.2] largest relative error",
    }.items(),
)
def test_numbers_are_in_the_unit_that_reads_best(unit, said):
    assert ledger.numbers(record(unit=unit)) == said


def test_what_supports_a_claim_is_in_the_unit_of_its_numbers():
    assert ledger.supports(record(unit="accuracy difference") | {"below": False, "bound": 0.0}) == "above 0 supports it"
    assert ledger.supports(record(unit="Pass@k difference") | {"below": False, "bound": -0.02}).startswith("above -2.0")
    log_ratio = record(unit="log ratio of shares of tokens") | {"below": True, "bound": 0.0}
    assert ledger.supports(log_ratio) == "below 1.00 supports it"


def test_in_short_the_claims_of_the_paper_are_counted():
    rows = [record(task=task) for task in ("a", "b")]
    rows += [record("C2", task="a"), record("C2", task="b", verdict="inconclusive")]
    rows += [record("C5a", verdict="inconclusive")]
    uncounted = [record("B1", ours=True), record("C3a", deterministic=True), record("C2g"), record("C3b")]
    text = ledger.in_short(rows + uncounted)
    assert text == (
        "Of 3 claims of the paper about experiments, 1 holds on every task that judges them, 1 on some, 1 on none."
    )


def test_a_replaced_verdict_is_shown_with_its_reason():
    text = ledger.replaced_table([record(verdict="inconclusive", replaced="Reason.")])
    assert "| C1 | arithmetic | inconclusive | +12.3" in text and "| Reason. |" in text


def test_no_record_is_no_table():
    assert ledger.table([]) == "" and ledger.replaced_table([]) == ""


def test_only_what_is_between_the_marks_changes(tmp_path):
    start, end = ledger.MARKS
    page = tmp_path / "README.md"
    page.write_text(f"before\n{start}\nold\n{end} after\n")
    for _ in range(2):
        ledger.update(page, "| new |\n")
        assert page.read_text() == f"before\n{start}\n| new |\n{end} after\n"


@pytest.mark.parametrize("text", ["none", "<!-- ledger:end --><!-- ledger:start -->", "<!-- ledger:start -->" * 2])
def test_a_page_without_the_two_marks_is_refused(text):
    with pytest.raises(ValueError, match="each once"):
        ledger.between_marks(text, "")


def test_claims_survive_the_file(tmp_path):
    ledger.write_claims([record(), EXACT], tmp_path / "claims" / "cpu.json")
    assert ledger.read_claims(tmp_path / "claims" / "cpu.json") == [record(), EXACT]
    assert ledger.read_claims(tmp_path / "nothing.json") == []
