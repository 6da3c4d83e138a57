"""An audit's findings where the truth is known, and the number of problems that a verdict takes."""

from functools import partial
from math import inf, isnan

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import any_pair, c2, c2c, leads
from rlvr_direction.lab.claims.any_pair import alone, aurocs, best_gate, curves, findings, in_short, problems_needed
from rlvr_direction.lab.claims.direction import SCORES
from rlvr_direction.statistics import Interval

SPEEDS = {"delta_logp": 40.0, "kl_rl_base": 12.0, "entropy_base": 5.0, "random": 1.5}
SPEEDS |= {"coin": 3.0, "mirrored": 1.0, "logp_rl": 8.0}
GATE, GAMMA = 0.05, 1.0  # of the chosen arm
RECOVERY, LEADS = {"C2", "C2c"}, {"C2f", "C2g"}
SEPARATION, EXTRAPOLATION = {"C1", "C1h", "B1"}, {"C4b", "C4c", "C4h"}


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    for module, name in ((c2, "log_ratios"), (c2c, "log_ratios"), (leads, "leads")):
        monkeypatch.setattr(module, name, partial(getattr(module, name), draws=100))
    monkeypatch.setattr(any_pair, "separation_of", partial(any_pair.separation_of, draws=40))


@pytest.fixture
def audited(gates_table):
    """A function: the tables of an audit of `n` problems. Base .2, RL .8 unless `rl` says otherwise, cold RL .7.

    The arm that was chosen has the accuracy `chosen`, and `shift` is how far RL's tokens lie from the base's on
    delta_logp, in standard deviations.
    """

    def make(n=300, *, rl=None, chosen=0.9, shift=2.0, speeds=SPEEDS, gamma=GAMMA):
        table, best = (gates_table(speeds, cold=cold, seeds=1, n=n) for cold in (0.7, chosen))
        table = pd.concat([table, best[best["family"] == "cold rl"].assign(family="chosen", budget=GATE)])
        table = table.drop(columns=["cell", "rl_seed", "checkpoint"]).assign(temperature=1.0, top_p=0.7)
        table["gamma"] = np.where(table["family"] == "chosen", gamma, 0.0)
        table["finished"] = table["samples"]
        table["where"] = [
            f"delta_logp<=-{budget}12345" if family in ("delta_logp", "chosen") else family
            for family, budget in zip(table["family"], table["budget"], strict=True)
        ]
        answers, tried = (table[table["purpose"] == purpose].copy() for purpose in ("judged", "calibration"))
        if rl is not None:
            answers.loc[answers["family"] == "everywhere", "correct"] = (np.arange(n) < rl * n).astype(int)
        tried = pd.concat([tried.assign(family="tried", gamma=gamma) for gamma in (0.0, GAMMA, 2.0)])
        return {"answers": answers, "calibration": tried, "written": written(n, shift)}

    return make


def written(n, shift, length=5):
    """Both models' tokens on `n` problems: noise in every score, and RL's delta_logp `shift` above the base's."""
    rng, rows = np.random.default_rng(1), 2 * n * length
    text_id = np.repeat(np.arange(2 * n), length)
    table = pd.DataFrame({"text_id": text_id, "prompt_id": text_id // 2, "position": np.tile(np.arange(length), 2 * n)})
    table = table.assign(source=np.where(text_id % 2, "rl", "base"), total_variation=0.5)
    table = table.assign(**{score: rng.normal(size=rows) for score in SCORES})
    table["delta_logp"] += shift * (table["source"] == "rl")
    return table


def verdicts(found):
    return dict(zip(found["claim"], found["verdict"], strict=True))


def test_a_pair_on_which_every_claim_holds_is_found_to_be_one(audited):
    found = findings(audited())
    assert verdicts(found) == dict.fromkeys((*SEPARATION, *RECOVERY, *LEADS, "C2h", *EXTRAPOLATION), "reproduced")
    assert found["needed"].isna().all() and (found["problems"] == 300).all()
    rows = found.set_index("claim")
    assert rows.loc["C4c", "value"] == pytest.approx(0.9 - 0.8, abs=0.05)
    assert rows.loc["C4h", "value"] == pytest.approx(0.9 - 0.7, abs=0.05)
    measured = rows.loc["C4c", "measured"]
    assert "gamma 1 where delta_logp <= -0.0512" in measured and "0.05123" not in measured  # three digits


def test_a_gamma_that_loses_and_a_slow_gate_are_found_to_do_so(audited):
    found = verdicts(findings(audited(chosen=0.6, shift=0.0, speeds=SPEEDS | {"kl_rl_base": 200.0})))
    assert {found[claim] for claim in (*RECOVERY, "C4c", "C4h")} == {"not reproduced"}
    assert "reproduced" not in {found[claim] for claim in SEPARATION}


@pytest.mark.parametrize(("rl", "possible"), [(0.21, True), (0.1, False)])
def test_where_rl_is_no_better_nothing_is_said_of_what_recovers_it(audited, rl, possible):
    found = findings(audited(rl=rl))
    silent = found[found["verdict"] == "no verdict"].set_index("claim")
    assert set(silent.index) == RECOVERY
    assert ((silent["needed"] < inf) == possible).all() and (silent["needed"] > 300).all()


def test_fewer_than_twenty_problems_decide_nothing(audited):
    found = findings(audited(19))
    assert set(found["verdict"]) == {"no verdict"} and (found["problems"] == 19).all()
    assert (found["needed"] >= any_pair.FEWEST).all()
    decided = findings(audited(20))
    assert set(decided["verdict"]) != {"no verdict"}


def test_a_gamma_of_zero_says_nothing_about_extrapolation(audited):
    found = findings(audited(gamma=0.0)).set_index("claim").loc[sorted(EXTRAPOLATION)]
    assert set(found["verdict"]) == {"no verdict"} and (found["needed"] == inf).all()


def test_where_no_answer_is_right_no_accuracy_is_judged_and_the_first_sentence_says_so(audited):
    tables = audited()
    for name in ("answers", "calibration"):
        tables[name]["correct"] = 0
    found = findings(tables)
    assert set(verdicts(found).items()) <= {(claim, "no verdict") for claim in verdicts(found)} | {
        (claim, "reproduced") for claim in SEPARATION
    }
    assert in_short(tables, found)[0].startswith("**No answer of either model was right.**")


def test_in_short_it_is_said_who_is_right_how_often_and_what_is_decided(audited):
    tables = audited()
    tables["answers"]["finished"] = tables["answers"]["samples"] * (tables["answers"]["family"] == "nowhere")
    _, gates, decided, *claims, cut = in_short(tables, findings(tables))
    right = tables["answers"].query("family == 'chosen'")["correct"].mean()
    assert gates.endswith(f"gamma 1 where `delta_logp<=-0.0512`, on {right:.1%}.")
    assert decided == "Of 11 claims 11 are decided:" and len(claims) == 11
    assert sum(claim.endswith(" than entropy and KL do (C1).") for claim in claims) == 1
    assert [claim.split(": ")[0] for claim in claims] == sorted(
        (claim.split(": ")[0] for claim in claims), reverse=True
    )
    assert "of all responses were cut off" in cut
    found = alone(tables).set_index("arm")
    assert found["unfinished"].iloc[:3].tolist() == [0, 1, 1] and found["tokens"].iloc[0] > 0


def test_the_best_gate_is_the_one_of_the_calibration_problems_even_where_a_judged_one_does_better(audited):
    tables = audited()
    for name, lucky in (("calibration", 0.02), ("answers", 0.2)):
        gate = tables[name]["family"].isin(["tried", "delta_logp"])
        tables[name].loc[gate, "correct"] = (tables[name].loc[gate, "budget"] == lucky).astype(int)
    assert best_gate(tables)["accuracy"] == 0 and curves(tables).query("family == 'delta_logp'")["accuracy"].max() == 1
    assert " is right on 0.0%; " in in_short(tables, findings(tables))[1]


def test_the_rules_say_what_an_audit_leaves_out(audited):
    rules = findings(audited()).set_index("claim")["rule"]
    assert rules["C2"].endswith("An audit's budgets are 2%, 5%, 10%, 20% and RL everywhere.")
    assert rules["C1"].endswith("where TV(base, rl) > .01.") and "seeds" not in rules["B1"]  # an audit has one run
    assert rules["C4b"].endswith("An audit tries the gammas 0, 0.1, 0.3, 1, 2.")


def test_a_comparison_that_no_share_of_tokens_allows_is_left_out(audited):
    tables = audited(60)
    rivals = tables["answers"]["family"].isin(["mirrored", "coin"])
    tables["answers"].loc[rivals, "n_changed"] = 0
    assert "C2f" not in verdicts(findings(tables)) and "C2g" in verdicts(findings(tables))


def test_two_models_that_are_one_are_told_apart_by_nothing(audited):
    tables = audited(30, rl=0.2)
    tables["written"] = tables["written"].assign(total_variation=0.0)
    assert set(aurocs(tables)["level"]) == {"response"}
    found = findings(tables)
    assert SEPARATION - {*found["claim"]} == {"B1"} and found[["value", "low", "high"]].notna().all(axis=None)


def test_both_models_alone_and_their_difference_are_paired_by_problem(audited):
    tables = audited()
    right = tables["answers"].groupby("family")["correct"].sum()
    found = alone(tables).set_index("arm")
    expected = {"base alone": right["nowhere"], "RL alone": right["everywhere"], "cold RL": right["cold rl"]}
    expected["RL minus base"] = right["everywhere"] - right["nowhere"]
    assert found["value"].to_dict() == pytest.approx({arm: count / 300 for arm, count in expected.items()})
    gain = expected["RL minus base"] / 300  # whatever the base solves, RL solves too: a share of 0s and 1s
    reach = 1.96 * (gain * (1 - gain) / 300) ** 0.5
    assert found.loc["RL minus base", ["low", "high"]].tolist() == pytest.approx([gain - reach, gain + reach], abs=0.01)


def test_curves_are_of_judged_problems_alone_and_have_the_realised_shares(audited):
    tables = audited()
    found = curves(tables).set_index(["family", "budget"])
    assert "chosen" not in found.index.get_level_values("family")
    assert found.loc[("random", 0.1), ["selected", "changed"]].tolist() == [0.1, 0.09]
    judged = tables["answers"].query("family == 'delta_logp' and budget == 0.1")["correct"].mean()
    assert found.loc[("delta_logp", 0.1), "accuracy"] == pytest.approx(judged)


def test_the_score_that_tells_the_writers_apart_comes_first_at_each_level(audited):
    found = aurocs(audited())
    first = found.groupby("level")["score"].first()
    assert first["response"] in ("delta_logp", "sum_delta_logp") and first["token"] == "cumulative_delta_logp"
    assert not found["score"].str.startswith("lead").any()
    token = found.query("level == 'token' and score == 'delta_logp'")["value"].item()
    assert token == pytest.approx(0.921, abs=0.02)  # Phi(2 / sqrt 2): two normals, two standard deviations apart


@pytest.mark.parametrize(
    ("interval", "rule", "needed"),
    [
        (Interval(0.02, -0.02, 0.06), {"bound": 0.0}, 400),
        (Interval(-0.02, -0.06, 0.02), {"bound": 0.0}, 400),
        (Interval(-0.02, -0.06, 0.02), {"bound": 0.0, "below": True}, 400),
        (Interval(0.52, 0.48, 0.56), {"bound": 0.5}, 400),
        (Interval(0.002, -0.018, 0.022), {"bound": 0.0, "minimum_gain": 0.01}, 625),
        (Interval(0.0, -0.5, 0.5), {"bound": 0.0, "minimum_gain": 0.01}, 250_000),
        (Interval(0.0, -0.5, 0.5), {"bound": 0.0}, inf),
    ],
)
def test_the_problems_needed_put_the_nearer_end_on_its_bound(interval, rule, needed):
    assert problems_needed(interval, 100, **rule) == needed


def test_with_the_problems_needed_every_other_audit_decides():
    rng, shares = np.random.default_rng(2), np.array([0.2, 0.5, 0.3])  # of problems lost, kept and won: a lead of .1
    reach = 1.96 * (0.5 - 0.1**2) ** 0.5

    def decided(n):
        lost, _, won = rng.multinomial(round(n), shares, size=4000).T / round(n)
        return (won - lost - reach / n**0.5 > 0).mean()

    needed = problems_needed(Interval(0.1, 0.1 - reach / 8, 0.1 + reach / 8), 64, bound=0.0)
    assert decided(needed) == pytest.approx(0.5, abs=0.04)
    assert decided(needed / 2) < 0.35 and decided(2 * needed) > 0.75


def test_a_needed_number_is_nan_exactly_where_there_is_a_verdict(audited):
    found = findings(audited(40, chosen=0.8))
    settled = found["verdict"].isin(["reproduced", "not reproduced"])
    assert [isnan(needed) for needed in found["needed"]] == settled.tolist() and not settled.all()
