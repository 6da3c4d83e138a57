"""Parts made several at a time: none is lost to a failure, and no process outlives the one that started it."""

import sys
import time
from functools import partial

import pandas as pd
import psutil
import pytest

from rlvr_direction.lab.parts import made
from rlvr_direction.records import Run, load

FAILS_AFTER_TWO = """
import time
from pathlib import Path

for _ in range(1200):
    if len(list(Path({folder!r}).glob("0*.parquet"))) == 2:
        break
    time.sleep(0.05)
raise ValueError("seven")
"""


def test_a_failure_among_two_at_a_time_keeps_what_was_made_and_the_rest_is_made_later(tmp_path):
    parts = [partial(pd.DataFrame, {"rl_seed": [seed]}) for seed in range(3)]
    run, written = Run(tmp_path / "s.parquet", 3, {}), []
    with pytest.raises(ValueError, match="seven"):
        failing = partial(exec, FAILS_AFTER_TWO.format(folder=str(run.folder)))
        for index, table in made([*parts[:2], failing], run, "", jobs=2):
            run.write(index, table)
            written.append(index)
    assert sorted(written) == [0, 1]
    run = Run(tmp_path / "s.parquet", 3, {}, resume=True)
    for index, table in made(parts, run, "", jobs=1):
        run.write(index, table)
        written.append(index)
    assert written[2:] == [2] and load(run.finish({}))["rl_seed"].tolist() == [0, 1, 2]


SLEEPERS = """
import sys, time
from functools import partial
from pathlib import Path
from rlvr_direction.lab.parts import made
from rlvr_direction.records import Run

if __name__ == "__main__":
    list(made([partial(time.sleep, 600)] * 2, Run(Path(sys.argv[1]), 2, {}), "sleeping", jobs=2))
"""


def test_workers_end_with_a_run_that_is_killed(tmp_path):
    (tmp_path / "sleepers.py").write_text(SLEEPERS)
    run = psutil.Popen([sys.executable, str(tmp_path / "sleepers.py"), str(tmp_path / "s.parquet")])
    workers = []
    while sum(worker.num_threads() > 1 for worker in workers) < 2:  # the watch has begun, and so has the part
        time.sleep(0.1)
        assert run.poll() is None
        workers = run.children()
    run.kill()
    run.wait()
    assert not psutil.wait_procs(workers, timeout=30)[1]
