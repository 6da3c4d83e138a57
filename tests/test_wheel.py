"""The source distribution, the wheel that it makes, and what that does where there is no clone of the repository."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from rlvr_direction import __version__
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS

ROOT = Path(__file__).parents[1]
TREE = (TOYS / "pointer_tree" / "base", TOYS / "pointer_tree" / "rl_020")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_{}(sys.argv[1])"


def build(kind, source, dist):
    subprocess.run([sys.executable, "-c", BUILD.format(kind), dist], cwd=source, check=True, capture_output=True)
    (made,) = dist.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel that was made from the source distribution of this state of the code."""
    source, unpacked, sdists, wheels = (tmp_path_factory.mktemp(name) for name in ("source", "un", "sdist", "wheel"))
    shutil.copytree(ROOT / "rlvr_direction", source / "rlvr_direction", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    with tarfile.open(build("sdist", source, sdists)) as sdist:
        sdist.extractall(unpacked, filter="data")
    (inside,) = unpacked.iterdir()
    return build("wheel", inside, wheels)


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A function: run the program as the wheel installs it, outside the clone; the toys come by their paths."""
    site, work = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("work")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    environment = {name: value for name, value in os.environ.items() if name != "RLVR_DATA"} | {"PYTHONPATH": str(site)}

    def run(*words):
        command = [sys.executable, "-m", "rlvr_direction", *map(str, words)]
        return subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)

    return work, run


def test_a_wheel_holds_every_file_of_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        (entry_points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        programs = archive.read(entry_points).decode()
    package = (path for path in (ROOT / "rlvr_direction").rglob("*") if path.is_file())
    assert held == {str(path.relative_to(ROOT)) for path in package if "__pycache__" not in path.parts}
    assert "rlvr-direction = rlvr_direction.__main__:app" in programs


def test_the_version_is_one(wheel):
    assert wheel.name.split("-")[1] == __version__
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_an_installation_scores_a_pair_and_shows_it(installed):
    work, run = installed
    rows = [{"prompt": p.prompt, "response": p.answer} for p in TASKS["pointer_tree"].problems(3, seed=0)]
    (work / "texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    scored = run("score", *TREE, "texts.jsonl", "--out", "scores.parquet")
    assert (scored.returncode, scored.stdout.strip()) == (0, "scores.parquet"), scored.stderr
    shown = run("report", "scores.parquet", "--out", "page.html")
    assert shown.returncode == 0, shown.stderr
    assert "<html" in (work / "page.html").read_text()


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (["book"], "chapters come with a clone of the repository"),
        (["study", "gates", "--task", "arithmetic", "--seeds", "1"], "come with a clone of the repository"),
    ],
)
def test_what_takes_a_clone_says_so_in_one_sentence(installed, words, phrase):
    _, run = installed
    done = run(*words)
    (sentence,) = done.stderr.splitlines()
    assert done.returncode == 2 and sentence.startswith("error: ") and phrase in sentence
