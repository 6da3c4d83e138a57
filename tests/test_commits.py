"""The commit that a result is stamped with is that of the code that made it."""

import subprocess

from rlvr_direction import commits


def test_the_commit_is_unknown_outside_a_checkout_and_without_git(tmp_path, monkeypatch):
    monkeypatch.setattr(commits, "__file__", str(tmp_path / "rlvr_direction" / "commits.py"))
    (tmp_path / "rlvr_direction").mkdir()
    assert commits.commit() == "unknown"
    monkeypatch.setenv("PATH", "")
    assert commits.commit() == "unknown"


def test_the_commit_is_not_that_of_a_project_the_package_is_merely_installed_in(tmp_path, monkeypatch):
    package = tmp_path / ".venv" / "rlvr_direction"
    package.mkdir(parents=True)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    monkeypatch.setattr(commits, "__file__", str(package / "commits.py"))
    assert commits.commit() == "unknown"


def test_the_commit_says_when_the_code_differs_from_it(tmp_path, monkeypatch):
    package = tmp_path / "rlvr_direction"
    package.mkdir()
    (package / "commits.py").write_text("x = 1\n")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *command], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    monkeypatch.setattr(commits, "__file__", str(package / "commits.py"))
    (tmp_path / "data.parquet").write_text("a result of the run")
    assert commits.commit() == head
    (package / "commits.py").write_text("x = 2\n")
    assert commits.commit() == f"{head}+changes"
