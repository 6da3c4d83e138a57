"""Chapters run by papermill, and what they recorded.

A run is written to `*.failed.ipynb` and renamed once it has passed every check here: papermill leaves its file behind
when a cell raises, only logs a parameter that the notebook lacks, and does not check what a cell should have recorded.
"""

import ast
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from rlvr_direction.lab.checkout import ROOT
from rlvr_direction.press.display import CHECK, CLAIM, STAMP
from rlvr_direction.press.downloads import settled
from rlvr_direction.press.provenance import versions

__all__ = [
    "ROOT",
    "chapters",
    "collect",
    "declared",
    "executed",
    "failed_checks",
    "faults",
    "fingerprint",
    "parameters",
    "records",
    "run",
    "run_chapter",
    "tagged",
]

KINDS = {"claim": CLAIM, "check": CHECK, "stamp": STAMP}
CELL_SECONDS = 3600
AT_A_TIME = 2
UNFINISHED = (".parts", ".partial", ".partial.pt")


def chapters(root: Path = ROOT) -> list[Path]:
    """The chapters' source notebooks, in reading order. Raises FileNotFoundError outside a checkout of the book."""
    found = sorted((root / "book").glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise FileNotFoundError(f"{root}/book holds no chapter; the book is built from a checkout, not an installation")
    return found


def executed(profile: str, chapter: Path, root: Path = ROOT) -> Path:
    """The path of a chapter's executed notebook, which exists once a run has passed every check."""
    return root / "_build" / "run" / profile / chapter.name


def tagged(notebook: NotebookNode, tag: str) -> list[NotebookNode]:
    """The cells that carry a tag."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def declared(notebook: NotebookNode) -> set[str]:
    """The names that the notebook's one parameters cell assigns."""
    cells = tagged(notebook, "parameters")
    if len(cells) != 1:
        raise ValueError(f"{len(cells)} cells are tagged 'parameters'; a chapter needs exactly one")
    names = (node for node in ast.walk(ast.parse(cells[0].source)) if isinstance(node, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def parameters(profile: str, root: Path = ROOT) -> dict[str, dict]:
    """The parameters of every chapter under a profile. Raises ValueError for an unknown profile, chapter or name."""
    sources = {chapter.stem: chapter for chapter in chapters(root)}
    path = root / "params" / f"{profile}.yaml"
    if not path.exists():
        known = ", ".join(sorted(other.stem for other in path.parent.glob("*.yaml")))
        raise ValueError(f"there is no profile {profile!r}; params/ has {known}")
    given = yaml.safe_load(path.read_text()) or {}
    if unknown := sorted(set(given) - set(sources)):
        raise ValueError(f"{path.name} has parameters for {', '.join(unknown)}; the chapters are {', '.join(sources)}")
    for stem, values in given.items():
        names = declared(nbformat.read(sources[stem], 4))
        if unknown := sorted(set(values or {}) - names):
            raise ValueError(f"{path.name} sets {', '.join(unknown)} in {stem}; it declares {', '.join(sorted(names))}")
    return {stem: given.get(stem) or {} for stem in sources}


def faults(notebook: NotebookNode) -> list[str]:
    """Whatever makes an executed notebook unfit to publish: a traceback, or a claim cell that recorded no claim."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    raised = [f"a cell raised {output.ename}: {output.evalue}" for output in outputs if output.output_type == "error"]
    silent = [cell for cell in tagged(notebook, "claim") if not any(CLAIM in o.get("data", {}) for o in cell.outputs)]
    return raised + [f"a cell tagged 'claim' recorded none: {cell.source[:80]!r}" for cell in silent]


def run_chapter(source: Path, target: Path, values: Mapping, *, profile: str) -> None:
    """Execute one notebook into `target`. Raises RuntimeError and leaves `*.failed.ipynb` if it cannot be published."""
    failed = target.with_suffix(".failed.ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    command = [sys.executable, "-m", "papermill", str(source), str(failed), "--cwd", str(source.parent)]
    command += ["--kernel", "python3", "--no-progress-bar", "--execution-timeout", str(CELL_SECONDS)]
    command += ["--parameters_yaml", json.dumps(dict(values))] if values else []
    threads = str(max(1, (os.cpu_count() or 1) // AT_A_TIME))
    own = {"RLVR_BOOK": profile, "HF_HUB_DISABLE_PROGRESS_BARS": "1", "OMP_NUM_THREADS": threads}
    done = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{source.name} did not run to its end (see {failed}):\n{done.stderr[-4000:]}")
    if wrong := faults(nbformat.read(failed, 4)):
        raise RuntimeError(f"{source.name} cannot be published (see {failed}): " + "; ".join(wrong))
    failed.rename(target)


def fingerprint(chapter: Path, values: Mapping, root: Path = ROOT) -> str:
    """A hash of all that a chapter's outputs depend on: its source, parameters, the package, the data, versions.

    The versions are those installed of what the lock names, and Python's. The data are without the parts of a study
    that is under way, which no chapter reads.
    """
    data = root / "book" / "data"
    recorded = (path for path in data.rglob("*") if path.is_file() and not _under_way(path.relative_to(data)))
    files = [chapter, *sorted((root / "rlvr_direction").rglob("*.py")), *sorted(recorded)]
    installed = {name: found for name, (_, found) in versions(root / "requirements.txt").items()}
    given = [values, installed, platform.python_version()]
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode())
    for path in files:
        digest.update(f"\n{path.relative_to(root)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _under_way(path: Path) -> bool:
    """Whether a file in book/data belongs to a study that has not ended."""
    return any(part.endswith(UNFINISHED) for part in path.parts)


def run(profile: str, *, root: Path = ROOT, force: bool = False) -> list[Path]:
    """Execute the chapters whose inputs changed since their last good run, and return all executed ones.

    A chapter whose public pair cannot be had, which is logged, runs on its toy.
    """
    values, sources = settled(parameters(profile, root)), chapters(root)

    def run_if_changed(chapter: Path) -> Path:
        target = executed(profile, chapter, root)
        mark, inputs = target.with_suffix(".inputs"), fingerprint(chapter, values[chapter.stem], root)
        if force or not target.exists() or not mark.exists() or mark.read_text() != inputs:
            run_chapter(chapter, target, values[chapter.stem], profile=profile)
            mark.write_text(inputs)
        return target

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(run_if_changed, sources))


def collect(profile: str, *, root: Path = ROOT) -> list[dict]:
    """The records of all executed chapters: claims, checks and stamps, each with its `kind` and `chapter`."""
    return [record for chapter in chapters(root) for record in records(executed(profile, chapter, root))]


def records(path: Path) -> list[dict]:
    """The records of one executed notebook, in the order of its cells."""
    data = [output.get("data", {}) for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", [])]
    found = ((kind, bundle[mime]) for bundle in data for kind, mime in KINDS.items() if mime in bundle)
    return [{"kind": kind, "chapter": path.stem, **record} for kind, record in found]


def failed_checks(found: Iterable[Mapping]) -> list[str]:
    """The checks whose value is outside its range, one sentence each."""
    return [sentence for record in found if record["kind"] == "check" and (sentence := _outside(record))]


def _outside(check: Mapping) -> str | None:
    value, (low, high) = check["value"], check["band"]
    if value is not None and (low is None or low <= value) and (high is None or value <= high):
        return None
    return f"{check['chapter']}: {check['name']} is {value}, outside {low} to {high}"
