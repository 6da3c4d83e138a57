"""Result B4: which later step of RL a gamma amounts to, and what it reaches at equal distance from the base."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from rlvr_direction.lab.claims.claim import SEED, Part
from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["SPEEDS", "Runs", "at_equal_kl", "curves", "runs_of", "spaces_at_equal_kl", "speed"]

SPEEDS = np.round(np.arange(-0.5, 5.001, 0.01), 2)  # the c that are tried


class Runs(NamedTuple):
    """RL runs at one sampling: `correct` and `kl` are `(runs, cells, problems)`, each cell a step and a gamma.

    Cells are ordered by step, then gamma; step 0 is the base and has gamma 0 alone.
    """

    seeds: np.ndarray
    steps: np.ndarray
    gammas: np.ndarray
    correct: np.ndarray
    kl: np.ndarray


def runs_of(table: pd.DataFrame) -> Runs:
    """The runs of a recorded table, of one temperature and top_p. Raises ValueError where cells or problems lack."""
    keys = ["rl_seed", "step", "gamma", "problem_id"]
    ordered = table.sort_values(keys)
    cells = ordered[["step", "gamma"]].drop_duplicates().to_numpy(float)
    shape = ordered["rl_seed"].nunique(), len(cells), ordered["problem_id"].nunique()
    if len(ordered) != np.prod(shape) or ordered.duplicated(keys).any():
        raise ValueError(
            f"{len(ordered)} rows; expected one per run, step, gamma and problem: {' x '.join(map(str, shape))}"
        )
    correct, far = (ordered[name].to_numpy(float).reshape(shape) for name in ("correct", "kl"))
    return Runs(ordered["rl_seed"].unique(), *cells.T, correct, far)


def speed(runs: Runs, *, draws: int = 1000) -> Part:
    """The c with which gamma at step t comes nearest to RL at step (1 + c gamma) t, in accuracy, over problems.

    Least squares over the cells whose target under c = 1 the run reaches. RL between steps is a line, and its accuracy
    is made monotone in the step first, since c could otherwise not be told.
    """
    seeds = (
        [speed(_one(runs, i), draws=1).interval.value for i in range(len(runs.seeds))] if len(runs.seeds) > 1 else None
    )

    def fitted(weights: np.ndarray) -> float:
        return float(SPEEDS[_misfit(runs, weights).argmin()])

    return Part(bootstrap(fitted, runs.correct.shape[2], draws=draws, seed=SEED), seeds)


def _one(runs: Runs, i: int) -> Runs:
    return runs._replace(seeds=runs.seeds[[i]], correct=runs.correct[[i]], kl=runs.kl[[i]])


def _misfit(runs: Runs, weights: np.ndarray) -> np.ndarray:
    """The sum of squared differences of accuracy for each c in `SPEEDS`."""
    alone = runs.gammas == 0
    tilted = ~alone & ((1 + runs.gammas) * runs.steps <= runs.steps.max())
    targets = (1 + SPEEDS[:, None] * runs.gammas[tilted]) * runs.steps[tilted]
    total = np.zeros(len(SPEEDS))
    for accuracy in runs.correct @ weights / weights.sum():
        rising = isotonic_regression(accuracy[alone]).x
        total += ((np.interp(targets, runs.steps[alone], rising) - accuracy[tilted]) ** 2).sum(1)
    return total


def curves(table: pd.DataFrame) -> pd.DataFrame:
    """Accuracy and KL to the base (nats a response) of every step, gamma and sampling, over runs and problems."""
    return table.groupby(["temperature", "top_p", "step", "gamma"], as_index=False)[["correct", "kl"]].mean()


def at_equal_kl(runs: Runs, *, draws: int = 1000) -> pd.DataFrame:
    """What gamma gains on RL at the step that lies as far from the base: `step, gamma, kl, gain, low, high`.

    Accuracy of RL over KL (nats a response) is a line between its steps, with KL made monotone in the step. Cells that
    lie farther out than RL ever goes are left out, on the estimate of all problems.
    """
    alone = runs.gammas == 0

    def along(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        drawn = weights / weights.sum()
        return runs.correct.mean(0) @ drawn, runs.kl.mean(0) @ drawn

    def gains(weights: np.ndarray) -> np.ndarray:
        accuracy, far = along(weights)
        return accuracy - np.interp(far, isotonic_regression(far[alone]).x, accuracy[alone])

    interval = bootstrap(gains, runs.correct.shape[2], draws=draws, seed=SEED)
    _, far = along(np.ones(runs.correct.shape[2]))
    found = pd.DataFrame({"step": runs.steps, "gamma": runs.gammas, "kl": far, **_columns(interval)})
    return found[~alone & (far <= far[alone].max())].reset_index(drop=True)


def spaces_at_equal_kl(table: pd.DataFrame, *, draws: int = 1000) -> pd.DataFrame:
    """What extrapolating weights gains on extrapolating logits as far from the base, at every stage and sampling.

    Columns: `checkpoint, temperature, top_p, gamma` (of the weights), `kl` (nats a response), `accuracy`, and `gain,
    low, high` over logits, whose accuracy is a line between the recorded gammas. Weights farther out than the largest
    gamma of the logits are left out.
    """
    places, rows = ["checkpoint", "temperature", "top_p"], []
    for place, part in table.groupby(places):
        ordered = part.sort_values(["space", "gamma", "problem_id"])
        labels = ordered[["space", "gamma"]].drop_duplicates()
        shape = len(labels), ordered["problem_id"].nunique()
        correct, kl = (ordered[name].to_numpy(float).reshape(shape) for name in ("correct", "kl"))
        found = _weights_over_logits(labels, correct, kl, draws)
        rows.append(found.assign(**dict(zip(places, place, strict=True))))
    return pd.concat(rows, ignore_index=True)


def _weights_over_logits(labels: pd.DataFrame, correct: np.ndarray, kl: np.ndarray, draws: int) -> pd.DataFrame:
    weights_, logits = ((labels["space"].isin(which)).to_numpy() for which in (["weights"], ["logits", "rl"]))
    order = np.flatnonzero(logits)[labels["gamma"].to_numpy()[logits].argsort()]

    def gains(drawn: np.ndarray) -> np.ndarray:
        accuracy, far = (counts @ drawn / drawn.sum() for counts in (correct, kl))
        line = np.interp(far[weights_], isotonic_regression(far[order]).x, accuracy[order])
        return accuracy[weights_] - line

    interval, far = bootstrap(gains, correct.shape[1], draws=draws, seed=SEED), kl.mean(1)
    found = labels[weights_][["gamma"]].assign(kl=far[weights_], accuracy=correct.mean(1)[weights_])
    return found.assign(**_columns(interval))[far[weights_] <= far[order].max()]


def _columns(interval: Interval) -> dict[str, np.ndarray]:
    return dict(zip(("gain", "low", "high"), interval, strict=True))
