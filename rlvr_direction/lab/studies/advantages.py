"""Result B2: the advantage of replacing a proposal, with every score beside it, and a gate on a learnt head."""

from collections.abc import Mapping
from functools import lru_cache, partial

import pandas as pd
import torch

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import respond
from rlvr_direction.interventions import Criterion, Intervention, calibrate
from rlvr_direction.lab.anatomy.advantages import advantages_at, draw_positions, score_proposals
from rlvr_direction.lab.anatomy.q_head import QHead, features, train_head
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import DECIDING, NOISE, Purpose, checkpoint, finished_seeds, problems_of
from rlvr_direction.lab.studies.arms import SCORED, calibration_tokens, pair_of
from rlvr_direction.lab.tasks import TASKS

__all__ = ["BUDGET", "measure", "plan", "plan_head"]

BUDGET = 0.05  # of the base's tokens, fired by the gate whose continuations are counted
CALIBRATION = 500  # problems
CONTINUATIONS = 8  # continuations of each half
RATE: Mapping[str, float] = {"pointer_tree": 0.3, "worded": 0.01}  # of positions to draw; elsewhere all
TUNING = 1000  # problems that the head learns from
STAGES = ("early", "unfinished", "finished")


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """Three stages of every RL seed at top_p .7, and at top_p 1 of seed 0; the head in the deciding cell.

    A run that was stopped early has the unfinished stage alone.
    """
    whole = finished_seeds(task, seeds)
    sampled = [(seed, top_p) for seed in range(seeds) for top_p in ((0.7, 1.0) if seed == 0 else (0.7,))]
    stages = {seed: STAGES if seed in whole else (DECIDING.stage,) for seed in range(seeds)}
    return [partial(measure, task, stage, seed, top_p, n) for seed, top_p in sampled for stage in stages[seed]]


def plan_head(task: str, *, seeds: int, n: int) -> list[Part]:
    """The learnt gate and delta_logp at one budget, on judged problems in the deciding cell."""
    return [partial(_head_arms, task, seed, n) for seed in range(seeds)]


def measure(task: str, stage: str, rl_seed: int, top_p: float, n: int) -> pd.DataFrame:
    """One row per drawn position: its cell and `chance`, `continuations` of a half, counts, and every score."""
    scores = dict(SCORED)
    if (stage, top_p) == DECIDING:
        scores["q_head"] = _head(task, rl_seed)
    table, _ = _measured(task, stage, rl_seed, top_p, n, "judged", scores)
    return table


def _measured(
    task: str, stage: str, rl_seed: int, top_p: float, n: int, purpose: Purpose, scores: Mapping
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of `measure` with these scores, and the scores alone."""
    folder = _folder(task, stage, rl_seed)
    pair, problems, sampling = pair_of(task, folder), problems_of(task, n, purpose), Sampling(top_p=top_p)
    gate = Intervention(Criterion("delta_logp", "<=", _threshold(task, folder, top_p, "delta_logp", "<=")))
    how = {"seed": NOISE[purpose] + 10}
    at = draw_positions(pair, TASKS[task], problems, gate, sampling, rate=RATE.get(task, 1.0), **how)
    scored = score_proposals(pair, problems, at, sampling, scores).round(4)
    counts = advantages_at(pair, TASKS[task], problems, at, gate, sampling, continuations=CONTINUATIONS, **how)
    labels = {"cell": f"{stage}, top_p {top_p:g}", "rl_seed": rl_seed, "continuations": CONTINUATIONS}
    kept = at[["problem_id", "chance"]]
    return pd.concat([kept, counts, scored], axis=1).assign(**labels), scored


def _folder(task: str, stage: str, rl_seed: int) -> str:
    """The checkpoint of a stage; "early" is rollout 10."""
    if stage != "early":
        return checkpoint(task, stage, rl_seed)
    return "rl_010" if rl_seed == 0 else f"rl_010_seed_{rl_seed}"


def _threshold(task: str, folder: str, top_p: float, score: object, side: str) -> float:
    """Where a score fires on `BUDGET` of the base's tokens on calibration problems."""
    scores = {"score": score if callable(score) else SCORED[score]}
    tokens = calibration_tokens(pair_of(task, folder), task, Sampling(top_p=top_p), scores, n=CALIBRATION)
    return calibrate(tokens["score"].to_numpy(float), side, BUDGET)


@lru_cache(maxsize=1)
def _head(task: str, rl_seed: int) -> QHead:
    """The head of the deciding cell, learnt on tuning problems alone."""
    table, seen = _measured(task, *_deciding(rl_seed), TUNING, "tuning", {"seen": features})
    gain = table[["replaced_1", "replaced_2"]].sum(axis=1) - table[["kept_1", "kept_2"]].sum(axis=1)
    columns = (
        seen.to_numpy("float32"),
        (gain / (2 * CONTINUATIONS)).to_numpy("float32"),
        1 / table["chance"].to_numpy(),
    )
    return train_head(*map(torch.tensor, columns), seed=rl_seed)


def _deciding(rl_seed: int) -> tuple[str, int, float]:
    return DECIDING.stage, rl_seed, DECIDING.top_p


def _head_arms(task: str, rl_seed: int, n: int) -> pd.DataFrame:
    folder = checkpoint(task, DECIDING.stage, rl_seed)
    pair, problems, sampling = pair_of(task, folder), problems_of(task, n, "judged"), Sampling(top_p=DECIDING.top_p)
    tables = []
    for family, score, side in (("delta_logp", "delta_logp", "<="), ("q_head", _head(task, rl_seed), ">=")):
        where = Criterion(score, side, _threshold(task, folder, DECIDING.top_p, score, side))
        found = respond(pair, TASKS[task], problems, Intervention(where), sampling, seed=NOISE["judged"])
        counts = found.groupby("problem_id")[["correct", "n_tokens", "n_selected", "n_changed"]].sum().astype("int32")
        labels = {"cell": str(DECIDING), "rl_seed": rl_seed, "family": family, "budget": BUDGET, "samples": 1}
        tables.append(counts.reset_index().assign(**labels))
    return pd.concat(tables, ignore_index=True)
