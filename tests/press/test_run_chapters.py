"""The gates between a run and a publishable notebook, on notebooks of one cell."""

import nbformat
import pytest
from nbformat import v4

from rlvr_direction.press import provenance, run
from rlvr_direction.press.audit import CHAPTER
from rlvr_direction.press.display import CHECK, CLAIM
from rlvr_direction.problems import DATASETS, PAIRS

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
EMIT = "from IPython.display import display; display({{'{mime}': {record}, 'text/plain': ''}}, raw=True)"


def cell(source, *tags, outputs=()):
    return v4.new_code_cell(source, metadata={"tags": list(tags)}, outputs=list(outputs))


@pytest.fixture
def book(tmp_path):
    def make(*cells, parameters="{}"):
        for folder in ("book/data", "params", "rlvr_direction"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "rlvr_direction" / "module.py").write_text("")
        (tmp_path / "requirements.txt").write_text("nbformat==5.0.0\n")
        (tmp_path / "params" / "smoke.yaml").write_text(parameters)
        declares = cell("n = 1\nm, k = 2, 3", "parameters")
        nbformat.write(v4.new_notebook(cells=[declares, *cells], metadata=KERNEL), tmp_path / "book" / "01_tiny.ipynb")
        return tmp_path

    return make


def test_a_chapter_runs_with_its_profile_and_its_records_are_collected(book):
    check = "import os; r = {'name': os.environ['RLVR_BOOK'], 'value': n + m, 'band': [9, 9]}"
    root = book(cell(check + "\n" + EMIT.format(mime=CHECK, record="r")), parameters="01_tiny: {n: 7}")
    (executed,) = run.run("smoke", root=root)
    first = executed.stat().st_mtime_ns
    (record,) = run.collect("smoke", root=root)
    assert record == {"kind": "check", "chapter": "01_tiny", "name": "smoke", "value": 9, "band": [9, 9]}
    run.run("smoke", root=root)
    assert executed.stat().st_mtime_ns == first, "nothing changed, so nothing runs"


def test_a_cell_that_raises_leaves_no_file_under_the_good_name(book):
    root = book(cell("1 / 0"))
    target = run.executed("smoke", root / "book" / "01_tiny.ipynb", root)
    target.parent.mkdir(parents=True)
    target.write_text("an earlier run")
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        run.run("smoke", root=root)
    assert not target.exists() and target.with_suffix(".failed.ipynb").exists()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [("01_tiny: {nn: 1}", "sets nn in 01_tiny; it declares k, m, n"), ("02_other: {n: 1}", "parameters for 02_other")],
)
def test_a_parameter_that_does_not_exist_is_refused_before_anything_runs(book, parameters, message):
    with pytest.raises(ValueError, match=message):
        run.run("smoke", root=book(parameters=parameters))


def test_an_unknown_profile_is_refused(book):
    with pytest.raises(ValueError, match="no profile 'huge'; params/ has smoke"):
        run.parameters("huge", book())


@pytest.mark.parametrize("profile", ["smoke", "cpu", "gpu"])
def test_a_profile_of_the_book_sets_parameters_that_exist(profile):
    assert set(run.parameters(profile)) == {chapter.stem for chapter in run.chapters()}


def test_the_gpu_profile_audits_a_known_pair_on_a_known_data_set_in_less_time_than_a_cell_has():
    given = run.parameters("gpu")[CHAPTER]
    assert given["public_pair"] in PAIRS and given["dataset"] in DATASETS
    assert 60 * given["budget_minutes"] < run.CELL_SECONDS


def test_a_chapter_runs_with_what_is_left_of_its_parameters(book, monkeypatch):
    monkeypatch.setattr(run, "settled", lambda values: {name: given | {"n": 5} for name, given in values.items()})
    check = "r = {'name': 'n', 'value': n, 'band': [5, 5]}"
    root = book(cell(check + "\n" + EMIT.format(mime=CHECK, record="r")), parameters="01_tiny: {n: 7}")
    run.run("smoke", root=root)
    assert [record["value"] for record in run.collect("smoke", root=root)] == [5]


def test_a_folder_without_chapters_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="from a checkout"):
        run.chapters(tmp_path)


def test_a_chapter_declares_its_parameters_once():
    with pytest.raises(ValueError, match="2 cells"):
        run.declared(v4.new_notebook(cells=[cell("a = 1", "parameters"), cell("b = 1", "parameters")]))


def test_a_traceback_in_an_output_is_a_fault():
    error = v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    assert run.faults(v4.new_notebook(cells=[cell("d['x']", outputs=[error])])) == ["a cell raised KeyError: 'x'"]


def test_a_claim_cell_without_a_record_is_a_fault():
    recorded = v4.new_output("display_data", data={CLAIM: {"id": "C1"}})
    good, bad = cell("claim()", "claim", outputs=[recorded]), cell("'forgotten'", "claim")
    assert run.faults(v4.new_notebook(cells=[good])) == []
    assert "recorded none" in run.faults(v4.new_notebook(cells=[good, bad]))[0]


@pytest.fixture
def inputs(book):
    """The root of a book of one chapter, and its fingerprint now."""
    root = book(cell("1"))
    return root, lambda values=None: run.fingerprint(root / "book" / "01_tiny.ipynb", values or {}, root)


@pytest.mark.parametrize(
    "path", ["book/01_tiny.ipynb", "rlvr_direction/module.py", "book/data/curve.csv", "book/data/claims/cpu.json"]
)
def test_the_fingerprint_follows_source_package_data_and_verdicts(inputs, path):
    root, fingerprint = inputs
    before = fingerprint()
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text("another")
    assert fingerprint() != before


def test_the_fingerprint_follows_parameters(inputs):
    _, fingerprint = inputs
    assert fingerprint({"n": 2}) != fingerprint()


def test_the_fingerprint_follows_what_is_installed_and_what_the_lock_names(inputs, monkeypatch):
    root, fingerprint = inputs
    seen = [fingerprint()]
    (root / "requirements.txt").write_text("nbformat==5.0.1\n")
    assert fingerprint() == seen[0], "a lock that nobody has installed yet changes no output"
    (root / "requirements.txt").write_text("nbformat==5.0.1\nno-such-package==1\n")
    seen.append(fingerprint())
    monkeypatch.setattr(provenance, "version", lambda name: "9")
    seen.append(fingerprint())
    monkeypatch.setattr(run.platform, "python_version", lambda: "4.0.0")
    seen.append(fingerprint())
    assert len(set(seen)) == 4


@pytest.mark.parametrize("path", ["curve.csv.parts/000000.csv", "toys/x/seed_0.partial/a.pt"])
def test_the_fingerprint_ignores_studies_under_way(inputs, path):
    root, fingerprint = inputs
    before = fingerprint()
    (root / "book" / "data" / path).parent.mkdir(parents=True)
    (root / "book" / "data" / path).write_text("[]")
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("value", "band", "fine"),
    [
        (1, [0, 2], True),
        (3, [0, 2], False),
        (3, [0, None], True),
        (-1, [0, None], False),
        (None, [None, None], False),
    ],
)
def test_a_check_fails_outside_its_range(value, band, fine):
    record = {"kind": "check", "chapter": "01", "name": "x", "value": value, "band": band}
    assert (run.failed_checks([record, {"kind": "claim", "chapter": "01"}]) == []) is fine
