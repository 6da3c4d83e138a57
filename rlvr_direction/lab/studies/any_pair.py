"""What studies ask of a pair that is not a committed toy: replacement, extrapolation and separation, counted."""

from collections.abc import Sequence

import pandas as pd

from rlvr_direction.audit.arms import gate_at
from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import respond, score_sources
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention, text_of
from rlvr_direction.lab.claims.direction import DIFFERS, MAGNITUDES, Lead, separated
from rlvr_direction.lab.regime import NOISE, Purpose, problems_of
from rlvr_direction.lab.studies.arms import CALIBRATION, COLDER, calibration_tokens
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.pair import ModelPair

__all__ = ["answers", "cold", "extrapolated", "replaced", "separation"]

GAMMAS = (0.0, 0.1, 0.3, 1.0, 2.0, 4.0)
GATES = (0.05, 0.1, 0.2)  # budgets of delta_logp that extrapolation chooses from
REPLACED = ("delta_logp", "kl_rl_base", "random")
COUNTS = ("correct", "n_tokens", "n_selected", "n_changed")
DRAWS = 500


def answers(
    pair: ModelPair, task: str, what: Intervention, sampling: Sampling, *, n: int, purpose: Purpose
) -> pd.DataFrame:
    """One row per problem of a purpose: `problem_id` and the counts of one sample, with the purpose's noise."""
    table = respond(pair, TASKS[task], problems_of(task, n, purpose), what, sampling, seed=NOISE[purpose])
    counts = table[list(COUNTS)].astype("int32").assign(problem_id=table["problem_id"].astype("int32"))
    labels = {"where": text_of(what.where), "gamma": what.gamma}
    return counts.assign(**labels, temperature=sampling.temperature, top_p=sampling.top_p)


def replaced(
    pair: ModelPair, task: str, top_p: float, budgets: Sequence[float], *, n: int, calibration: int = CALIBRATION
) -> pd.DataFrame:
    """The base alone, RL alone, and replacement by each of `REPLACED` at each budget: rows of `answers`, labelled."""
    sampling = Sampling(top_p=top_p)
    tokens = calibration_tokens(pair, task, sampling, n=calibration)
    arms = [("nowhere", 0.0, NOWHERE), ("everywhere", 1.0, EVERYWHERE)]
    arms += [(family, budget, gate_at(family, budget, tokens)) for family in REPLACED for budget in budgets]
    tables = [
        answers(pair, task, Intervention(where), sampling, n=n, purpose="judged").assign(family=family, budget=budget)
        for family, budget, where in arms
    ]
    return pd.concat(tables, ignore_index=True)


def extrapolated(pair: ModelPair, task: str, top_p: float, *, n: int, calibration: int = CALIBRATION) -> pd.DataFrame:
    """Selective extrapolation and gamma 0 under its gate; gate and gamma are the best on calibration problems."""
    sampling = Sampling(top_p=top_p)
    tokens = calibration_tokens(pair, task, sampling, n=calibration)
    gates = [gate_at("delta_logp", budget, tokens) for budget in GATES]
    grid = [Intervention(gate, gamma) for gate in gates for gamma in GAMMAS]
    chosen = max(grid, key=lambda what: _right(pair, task, what, sampling, calibration))
    arms = {"selective": chosen, "gamma 0": Intervention(chosen.where)}
    tables = [
        answers(pair, task, what, sampling, n=n, purpose="judged").assign(family=family)
        for family, what in arms.items()
    ]
    return pd.concat(tables, ignore_index=True)


def cold(pair: ModelPair, task: str, *, n: int, calibration: int = CALIBRATION) -> pd.DataFrame:
    """RL alone at the temperature and top_p that are best on calibration problems: the reference of every claim."""
    alone = Intervention(EVERYWHERE)
    best = max(COLDER, key=lambda sampling: _right(pair, task, alone, sampling, calibration))
    return answers(pair, task, alone, best, n=n, purpose="judged").assign(family="cold rl")


def separation(pair: ModelPair, task: str, *, n: int) -> pd.DataFrame:
    """C1 per token: each score's oriented AUROC between base- and RL-written text: `family, value, low, high`.

    Tokens are those with a total variation above .01; intervals are over problems. The row "lead" is delta_logp minus
    the best magnitude.
    """
    tokens = score_sources(pair, TASKS[task], problems_of(task, n, "judged"), seed=NOISE["judged"])
    differing, lead = tokens[tokens["total_variation"] > DIFFERS], {"C1": Lead("delta_logp", MAGNITUDES)}
    found = separated(differing, ("delta_logp", *MAGNITUDES), lead, draws=DRAWS)
    return found.drop(columns="overlap").rename(columns={"score": "family"}).replace({"family": {"lead C1": "lead"}})


def _right(pair: ModelPair, task: str, what: Intervention, sampling: Sampling, n: int) -> int:
    return int(answers(pair, task, what, sampling, n=n, purpose="calibration")["correct"].sum())
