"""Parts made at a time: none is lost to a failure, and no process outlives the one that started it."""

import sys
import time
from functools import partial

import pandas as pd
import psutil
import pytest

from rlvr_direction.lab.parts import made
from rlvr_direction.records import Run, load


def test_two_at_a_time_make_the_same_table_and_a_failure_keeps_what_was_made(tmp_path):
    parts = [partial(pd.DataFrame, {"rl_seed": [seed]}) for seed in range(3)]
    with pytest.raises(ValueError, match="seven"):
        for index, table in made([*parts[:2], partial(float, "seven")], run := Run(tmp_path / "s", 3, {}), "", jobs=2):
            run.write(index, table)
    run, written = Run(tmp_path / "s", 3, {}, resume=True), []
    for index, table in made(parts, run, "", jobs=2):
        run.write(index, table)
        written.append(index)
    assert 2 in written and load(run.finish({}))["rl_seed"].tolist() == [0, 1, 2]


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
