"""Shares of the gradient: by hand, and an excess that is zero where the advantage is independent of the token."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.gradient import BOUNDS, by_problem, excess, excess_over_seeds, shares


def rollouts(strength, *, seed=0, problems=300, n=40):
    """Tokens of three policies, by position; |A| is `strength(problem, p, position)`, p of the token drawn."""
    rng = np.random.default_rng(seed)
    policies = np.array([[0.9, 0.06, 0.04], [0.5, 0.3, 0.2], [0.75, 0.2, 0.05]])
    which = rng.integers(3, size=problems * n)
    drawn = (rng.random((len(which), 1)) > policies[which].cumsum(1)).sum(1).clip(max=2)
    p, spread = policies[which, drawn], policies * (1 - policies)
    forced = np.stack([(spread * (policies < bound)).sum(1) for bound in (1.1, *BOUNDS)], axis=1)[which]
    problem = np.repeat(np.arange(problems), n)
    table = pd.DataFrame({"problem_id": problem, "logp": np.log(p), "advantage": strength(problem, p, which)})
    return table.assign(**{f"forced_{k}": column for k, column in enumerate(forced.T, start=1)})


def test_sums_of_a_problem_by_hand():
    tokens = pd.DataFrame(
        {
            "problem_id": [0, 0, 1],
            "advantage": [1.0, -2.0, 0.0],
            "logp": np.log([0.9, 0.2, 0.05]),
            "forced_1": [0.2, 0.5, 0.4],
            "forced_2": [0.1, 0.0, 0.3],
            "forced_3": [0.1, 0.2, 0.3],
            "forced_4": [0.1, 0.5, 0.3],
        }
    )
    first, second = by_problem(tokens).to_dict("records")
    assert first["mass"] == pytest.approx(0.1 + 1.6) and first["mass_0.3"] == pytest.approx(1.6)
    assert (first["mass_0.1"], first["tokens"], first["tokens_0.5"], second["tokens_0.1"]) == (0, 2, 1, 1)
    assert first["forced"] == pytest.approx(0.7) and first["forced_0.5"] == pytest.approx(0.6)
    assert first["forced_within"] == pytest.approx(1.2) and first["forced_within_0.3"] == pytest.approx(0.5)
    assert second["mass"] == second["forced_within"] == 0 and second["forced"] == pytest.approx(0.4)


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("over", ["forced", "forced_within"])
def test_an_advantage_that_does_not_depend_on_the_token_leaves_no_excess(bound, over):
    table = by_problem(rollouts(lambda problem, p, _: 1.0 + problem % 3))
    found = excess(table, bound, over=over, draws=200)
    assert found.low < 0 < found.high and found.high - found.low < 0.04
    assert shares(table, "mass", bound, draws=20).value > shares(table, "tokens", bound, draws=20).value


@pytest.mark.parametrize("over", ["forced", "forced_within"])
def test_rare_tokens_that_decide_more_hold_an_excess_of_known_size(over):
    strong = by_problem(rollouts(lambda _, p, __: np.where(p < 0.1, 3.0, 1.0), problems=600))
    plain = by_problem(rollouts(lambda _, p, __: np.ones_like(p), problems=600))
    held = shares(plain, "forced", 0.1, draws=20).value
    expected = 3 * held / (1 + 2 * held) - held
    found = excess(strong, 0.1, draws=100)
    assert found.value == pytest.approx(expected, abs=0.02) and found.low > 0
    assert excess(strong, 0.1, over=over, draws=100).low > 0


def test_stronger_advantages_at_open_positions_matter_only_where_positions_count():
    table = by_problem(rollouts(lambda _, p, position: np.where(position == 1, 4.0, 1.0)))
    within = excess(table, 0.1, over="forced_within", draws=200)
    assert within.low < 0 < within.high and excess(table, 0.1, draws=200).high < -0.03


def test_a_stage_of_several_seeds_is_pooled_and_one_of_one_seed_is_not():
    table = by_problem(rollouts(lambda _, p, __: np.where(p < 0.1, 3.0, 1.0)))
    start = table.assign(stage="start", rl_seed=0)
    end = pd.concat([table.assign(stage="end", rl_seed=seed) for seed in range(2)])
    parts = excess_over_seeds(pd.concat([start, end]), draws=50)
    assert len(parts) == 6 and parts["p < 0.1, start"].seeds is None
    assert parts["p < 0.1, end"].seeds == pytest.approx([parts["p < 0.1, start"].interval.value] * 2)
    assert parts["p < 0.1, end"].interval == pytest.approx(parts["p < 0.1, start"].interval)


def test_another_baseline_is_refused():
    with pytest.raises(ValueError, match="forced_within"):
        excess(by_problem(rollouts(lambda _, p, __: p, problems=3)), 0.1, over="mass")
