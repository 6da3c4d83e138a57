"""What a pair in the paper's regime must show, from accuracy and agreement alone, before anything is run on it."""

from pathlib import Path

import numpy as np
import pandas as pd

from rlvr_direction import records
from rlvr_direction.distributions import Sampling, total_variation
from rlvr_direction.evaluation import respond, score_responses
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention
from rlvr_direction.lab.device import accelerator
from rlvr_direction.lab.tasks import Task
from rlvr_direction.pair import ModelPair
from rlvr_direction.statistics import pass_at_k

__all__ = ["GATES", "measure_gates", "passed"]

SEED = 20_261_099  # of the held-out problems and of their noise
GATES = {  # the least and the most of each
    "base, pass@1": (0.08, 0.20),
    "base, pass@32": (0.45, 0.75),
    "base, greedy": (0.0, 0.30),
    "unfinished RL, accuracy": (0.40, 0.55),
    "tokens with TV > .01": (0.0, 0.20),
}


def measure_gates(task: Task, folder: Path, stage: str, *, n: int = 300, samples: int = 32) -> pd.DataFrame:
    """Each of `GATES`: `gate, value, low, high`, measured at T = 1 on `n` held-out problems, for one stage of RL.

    The two policies are compared on texts that each of them wrote. Saved in the toy's folder as `gates.parquet`.
    """
    pair = ModelPair.from_pretrained(folder / "base", folder / stage, device_map=accelerator())
    problems = task.problems(n, seed=SEED)
    alone, rl = Intervention(NOWHERE), Intervention(EVERYWHERE)
    tried = respond(pair, task, problems, alone, samples=samples, seed=SEED)
    of_rl = respond(pair, task, problems, rl, samples=4, seed=SEED)
    greedy = respond(pair, task, problems, alone, Sampling(0.0), seed=SEED)
    right = tried.groupby("problem_id")["correct"].sum().to_numpy()
    texts = pd.concat([tried[tried["sample_id"] == 0], of_rl[of_rl["sample_id"] == 0]], ignore_index=True)
    scores = {"tv": lambda view, _: total_variation(view.raw)}
    differ = score_responses(pair, problems, texts, scores=scores)["tv"] > 0.01
    values = [
        right.mean() / samples,
        pass_at_k(right, samples, samples).mean(),
        greedy["correct"].mean(),
        of_rl["correct"].mean(),
        differ.mean(),
    ]
    table = pd.DataFrame([(name, value, *GATES[name]) for name, value in zip(GATES, values, strict=True)])
    table.columns = ["gate", "value", "low", "high"]
    records.save(table, folder / "gates.parquet", metadata={"stage": stage, "problems": n, "samples": samples})
    return table


def passed(table: pd.DataFrame) -> bool:
    """Whether every value of a table by `measure_gates` lies between its ends."""
    return bool(np.logical_and(table["value"] >= table["low"], table["value"] <= table["high"]).all())
