"""C4b and C4c: paired gains, Holm over stages, and the gains of all RL seeds."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.first.counts import arms_of
from rlvr_direction.lab.first.extrapolation import at_the_last_stage, gain, gains_by_stage


def stage(gained, *, n=2000, seed=0):
    rng = np.random.default_rng(seed)
    hard = rng.random(n)
    rows = [
        pd.DataFrame({"problem_id": np.arange(n), "correct": rng.binomial(4, np.clip(hard + more, 0, 1))}).assign(
            family=family, samples=4, n_tokens=10, n_selected=1, n_changed=1
        )
        for family, more in {"chosen": gained, "gamma 0": 0.0, "rl": 0.0}.items()
    ]
    return arms_of(pd.concat(rows), ["family"])


def test_a_gain_is_the_paired_difference_of_accuracies():
    arms = stage(0.05)
    interval = gain(arms, "chosen", "gamma 0", seed=0, draws=400)
    rates = (arms.correct / 4).mean(1)
    names = list(arms.labels["family"])
    assert interval.value == pytest.approx(rates[names.index("chosen")] - rates[names.index("gamma 0")])
    assert interval.low < interval.value < interval.high and 0.03 < interval.value < 0.06


def test_holm_adjusts_over_the_stages(extrapolation_table):
    table = gains_by_stage(extrapolation_table(0.0, 0.02, []), "rl", seed=0, draws=20)
    assert table["stage"].tolist() == ["rl_010", "rl_080"] and table["gain"].tolist() == pytest.approx([0.1, 0.02])
    assert table["p_holm"].iloc[0] == pytest.approx(2 * table["p"].iloc[0]) and table["p"].iloc[0] < 1e-6
    assert table["p_holm"].iloc[1] == pytest.approx(table["p"].iloc[1])
    assert table["where"].iloc[1] == "delta_logp<=-0.3" and table["gamma"].iloc[1] == 0.3


def test_what_is_judged_is_the_last_stage_with_all_seeds_and_holm_over_the_stages(extrapolation_table):
    table = extrapolation_table(0.05, 0.02, [0.02, -0.02, 0.03, 0.04])
    (name, part), (_, on_rl) = at_the_last_stage(table, ["gamma 0", "rl"]).items()
    assert name == "gamma 0, with gamma 0.3 where delta_logp<=-0.3"
    assert part.interval.value == pytest.approx(0.05) and on_rl.interval.value == pytest.approx(0.02)
    assert 0 < part.p_holm < 0.05
    assert part.seeds == pytest.approx([0.05, 0.02, -0.02, 0.03, 0.04])
