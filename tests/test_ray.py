"""The documented example for a Ray cluster, on a local one: the table of `score`, even if a worker is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from rlvr_direction.lab.checkout import ROOT, TOYS
from rlvr_direction.records import load
from rlvr_direction.scoring import ScoreSettings, score_file

PAIR = [str(TOYS / "arithmetic" / stage) for stage in ("base", "rl_010")]
LOCAL = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "OMP_NUM_THREADS": "1"}


def workers():
    """Workers that are making a part."""
    found = subprocess.run(["pgrep", "-f", "^ray::Scorer.make"], capture_output=True, text=True).stdout
    return [int(pid) for pid in found.split()]


def test_a_ray_cluster_scores_what_one_process_does_and_makes_a_lost_part_again(tmp_path):
    texts, out = tmp_path / "texts.jsonl", tmp_path / "ray.parquet"
    rows = [{"prompt": f"Q:{i % 90 + 1}+{i % 7}\n", "response": f"A:{i % 90 + 1 + i % 7}"} for i in range(600)]
    texts.write_text("".join(json.dumps(row) + "\n" for row in rows))
    script = [sys.executable, str(ROOT / "book" / "examples" / "score_with_ray.py"), *PAIR, str(texts), str(out)]
    with (tmp_path / "log").open("w") as log:
        cluster = subprocess.Popen(script, env={**os.environ, **LOCAL}, stdout=log, stderr=log)
        while not (running := workers()):
            assert cluster.poll() is None, Path(log.name).read_text()
            time.sleep(0.05)
        os.kill(running[0], signal.SIGKILL)
        assert cluster.wait() == 0, Path(log.name).read_text()
    expected = load(score_file(ScoreSettings(*PAIR, texts, tmp_path / "alone.parquet")))
    pd.testing.assert_frame_equal(load(out), expected, check_like=False)
    assert load(out).attrs["settings"]["n_parts"] == 3
