"""The site: stage the sources and the executed chapters, build them with Jupyter Book, and check the result."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from rlvr_direction.lab.claims import judge_all, recorded, variants, verdict_records
from rlvr_direction.press import board, in_page, ledger
from rlvr_direction.press.captions import number_figures
from rlvr_direction.press.citation import citation
from rlvr_direction.press.findings import findings
from rlvr_direction.press.readers import for_readers
from rlvr_direction.press.run import ROOT, chapters, collect, executed, failed_checks, run
from rlvr_direction.press.stamps import stamps
from rlvr_direction.press.verify import verify

__all__ = ["build", "build_book", "claims_file", "record", "stage", "verdicts"]

CITE, STAMPS = "<!-- citation -->", "<!-- stamps -->"  # lines of pages that give way to what is made here


def build_book(profile: str, *, root: Path = ROOT, force: bool = False) -> Path:
    """Run the chapters, check their records, then build and check the site; returns the site's folder.

    The cpu profile first records its verdicts, which a chapter reads, in book/data/claims/cpu.json and in the README.
    Raises RuntimeError if a number is outside its range, if Jupyter Book warns, or if the site cannot be published.
    """
    if profile == "cpu":
        record(verdicts(), root, force=force)
    run(profile, root=root, force=force)
    _refuse("outside the expected range", failed_checks(collect(profile, root=root)))
    staged = stage(profile, root=root)
    in_page.write_scripts(staged / "assets" / "live")
    site = build(profile, root=root)
    _refuse("the site cannot be published", verify(site))
    return site


def verdicts() -> list[dict]:
    """The verdicts on all claims, judged anew from the recorded runs."""
    return verdict_records(judge_all(recorded()))


def record(claims: list[dict], root: Path = ROOT, *, force: bool = False) -> None:
    """Save the verdicts of the cpu profile and show them in the README.

    They are judged under other rules too, which takes minutes and so is left out where the verdicts, with the digests
    of their tables, are those saved already; `force` does it all the same.
    """
    file = claims_file(root)
    if force or claims != ledger.read_claims(file):
        ledger.write_claims(variants.survey(recorded(), claims), claims_file(root, "variants"))
        ledger.write_claims(claims, file)
    ledger.update(root / "README.md", ledger.table(claims, chapters_at="book/"))


def claims_file(root: Path = ROOT, which: str = "cpu") -> Path:
    """The file of the recorded verdicts.

    `which` is "first" for those of the first registration that were replaced, and "variants" for the verdicts under
    other rules.
    """
    return root / "book" / "data" / "claims" / f"{which}.json"


def stage(profile: str, *, root: Path = ROOT) -> Path:
    """Copy the pages and the executed chapters to where Jupyter Book reads them; returns that folder."""
    source, staged = root / "book", root / "_build" / "src"
    shutil.rmtree(staged, ignore_errors=True)
    skip = shutil.ignore_patterns("data", ".ipynb_checkpoints", "*.ipynb", *(f"{c.stem}.md" for c in chapters(root)))
    shutil.copytree(source, staged, ignore=skip)

    files = ("cpu", "first", "variants")
    now, replaced, varied = (ledger.read_claims(claims_file(root, which)) for which in files)
    board.write_files(now, varied, staged / "assets")
    index = staged / "index.md"
    index.write_text(in_page.fill(ledger.between_marks(index.read_text(), _front_page(now, replaced, varied))))
    made = {CITE: lambda: citation(root / "CITATION.cff"), STAMPS: lambda: stamps(collect(profile, root=root))}
    for page in staged.glob("*.md"):
        for mark, make in made.items():
            if mark in (text := page.read_text()):
                page.write_text(text.replace(mark, make()))
    for chapter in chapters(root):
        notebook = for_readers(nbformat.read(executed(profile, chapter, root), 4), profile, varied)
        number_figures(notebook, int(chapter.stem[:2]))
        nbformat.write(notebook, staged / chapter.name)
    return staged


def _front_page(claims: list[dict], replaced: list[dict], varied: list[dict]) -> str:
    """The answer in short, the board, how to read it, and behind a fold what the first registration said."""
    files = '<a href="_static/verdicts.json">JSON</a>, <a href="_static/verdicts.csv">CSV</a>; '
    files += 'under other rules: <a href="_static/variants.json">JSON</a>'
    short = f"**{ledger.in_short(claims)}**\n\n{findings(claims)}\n" if claims else ""
    shown = f"{short}```{{raw}} html\n{board.board_html(claims, varied)}<p>All verdicts as data: {files}.</p>\n```\n"
    shown += f"\n{ledger.NOT_COUNTED} {ledger.by_chance(claims)}\n" if claims else ""
    old = ledger.replaced_table(replaced)
    return shown + (
        f"\n:::{{admonition}} What the first registration said\n:class: dropdown\n{old}:::\n" if old else ""
    )


def build(profile: str, *, root: Path = ROOT) -> Path:
    """Run Jupyter Book on the staged sources; returns the site's folder. Raises RuntimeError on any warning."""
    work, site = root / "_build" / "jupyter-book", root / "_build" / "site" / profile
    shutil.rmtree(work, ignore_errors=True)
    program = str(Path(sys.executable).with_name("jupyter-book"))
    command = [program, "build", str(root / "_build" / "src"), "-W", "-n", "--keep-going"]
    command += ["--config", str(root / "_config.yml"), "--toc", str(root / "_toc.yml"), "--path-output", str(work)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        warnings = [line for line in done.stdout.splitlines() if "WARNING" in line or "ERROR" in line]
        raise RuntimeError("Jupyter Book did not build the site:\n" + ("\n".join(warnings) or done.stdout[-4000:]))
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(work / "_build" / "html", site)
    return site


def _refuse(what: str, sentences: list[str]) -> None:
    if sentences:
        raise RuntimeError(f"{what}:\n" + "\n".join(sentences))
