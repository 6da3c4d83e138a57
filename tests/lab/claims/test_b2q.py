"""B2q: the learnt gate against delta_logp, in accuracy."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import b2q


@pytest.mark.parametrize(("gain", "expected"), [(0.1, "reproduced"), (-0.1, "not reproduced")])
def test_the_more_accurate_gate_decides(gain, expected):
    rng, tables = np.random.default_rng(0), []
    for family, level in (("delta_logp", 0.5), ("q_head", 0.5 + gain)):
        for seed in range(5):
            counts = {"problem_id": np.arange(500), "correct": (rng.random(500) < level).astype(int)}
            labels = {"family": family, "budget": 0.05, "rl_seed": seed, "cell": "unfinished, top_p 0.7", "samples": 1}
            tables.append(pd.DataFrame(counts).assign(n_tokens=10, n_selected=1, n_changed=1, **labels))
    (row,) = b2q.judge({"q_head": {"arithmetic": pd.concat(tables, ignore_index=True)}})
    fired = "the head fired on 10.0 % of the tokens, delta_logp on 10.0 %"
    assert row.note == f"At thresholds set on other problems {fired}; no rule asks about equal shares."
    assert row.verdict == expected and row.value == pytest.approx(gain, abs=0.03)
