"""A pair of random models, problems for it, and a grader that is right now and then."""

import json

import pytest

from rlvr_direction.audit.settings import AuditSettings
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import random_pair

N_PROBLEMS = 11
GRADER = "def even(problem, response):\n    return float(len(response) % 2 == 0)\n"


@pytest.fixture(scope="session")
def pair_folder(tmp_path_factory):
    """A folder with a random pair in `base` and `rl`, `problems.jsonl`, and a module with a grader."""
    folder = tmp_path_factory.mktemp("pair")
    random_pair(folder, seed=0)
    rows = [{"problem": p.prompt, "answer": p.answer} for p in TASKS["worded"].problems(N_PROBLEMS, seed=1)]
    (folder / "problems.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "grader_of_audits.py").write_text(GRADER)
    return folder


@pytest.fixture(scope="session")
def settings_in(pair_folder):
    """A function (folder to write, changes) -> settings of an audit of the random pair with 8 of its problems."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(pair_folder)
        given = {"base": str(pair_folder / "base"), "rl": str(pair_folder / "rl"), "use": 8, "samples": 1}
        given |= {"problems": pair_folder / "problems.jsonl", "task": "grader_of_audits:even"}
        given |= {"max_new_tokens": 5, "stop": ["e", "o", "1"], "batch_size": 8}
        yield lambda out, **changed: AuditSettings(**{**given, "out": out, **changed})
