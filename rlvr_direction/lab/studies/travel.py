"""Result B4: RL trained again with dense checkpoints, and every step of it alone and extrapolated."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from rlvr_direction.distributions import Sampling, extrapolate, kl, truncate
from rlvr_direction.evaluation import respond, score_responses
from rlvr_direction.interventions import EVERYWHERE, Intervention
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import NOISE, problems_of
from rlvr_direction.lab.tasks import SMALL_TASKS, TASKS
from rlvr_direction.lab.toys import stages, train_rl
from rlvr_direction.lab.toys.recipe import RLRecipe
from rlvr_direction.pair import ModelPair

__all__ = ["GAMMAS", "SAMPLINGS", "STEPS", "measure", "plan"]

GAMMAS = (0.3, 1.0, 2.0)
SAMPLINGS = (Sampling(1.0, 0.7), Sampling(1.0, 1.0), Sampling(0.0, 1.0))
STEPS = tuple(range(5, 81, 5))  # rollouts


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each RL seed: the whole run of 80 rollouts, 3 to 4 minutes on a small task, and its measurements.

    Where a run takes an hour, a part for the base and for each committed stage of RL seed 0.
    """
    if task in SMALL_TASKS:
        return [partial(_travel, task, seed, n) for seed in range(seeds)]
    return [partial(_kept, task, stage, n) for stage in ("base", *stages(require(TOYS) / task))]


def _travel(task: str, rl_seed: int, n: int) -> pd.DataFrame:
    """Every step of a run, alone and at each gamma: the columns of `measure`, `rl_seed`, `step` (0 is the base)."""
    base, rows = require(TOYS) / task / "base", []
    with TemporaryDirectory() as scratch:
        Path(scratch, "base").symlink_to(base.resolve())
        recipe = RLRecipe(rollouts=STEPS[-1], stages=STEPS)
        trained = train_rl(TASKS[task], Path(scratch), seed=rl_seed, recipe=recipe, progress=False)
        for step, folder in zip((0, *STEPS), (base, *trained), strict=True):
            rows.append(_at(step, base, folder, task, n))
    return pd.concat(rows, ignore_index=True).assign(rl_seed=rl_seed)


def _kept(task: str, stage: str, n: int) -> pd.DataFrame:
    """One committed stage, or the base: the columns of `_travel`."""
    toy, step = require(TOYS) / task, 0 if stage == "base" else int(stage.removeprefix("rl_"))
    return _at(step, toy / "base", toy / stage, task, n).assign(rl_seed=0)


def _at(step: int, base: Path, rl: Path, task: str, n: int) -> pd.DataFrame:
    """A step of RL, alone and at each gamma, in every sampling."""
    pair = ModelPair.from_pretrained(base, rl)
    gammas = (0.0, *GAMMAS) if step else (0.0,)
    rows = [measure(pair, task, gamma, how, n) for gamma in gammas for how in SAMPLINGS]
    return pd.concat(rows, ignore_index=True).assign(step=step)


def measure(pair: ModelPair, task: str, gamma: float, sampling: Sampling, n: int) -> pd.DataFrame:
    """One row per problem for pi_gamma at every token: `gamma, temperature, top_p, problem_id, correct, n_tokens, kl`.

    `kl` is the sum over a response's tokens of KL(what is sampled || the base at T = 1), in nats: its mean is the KL
    of whole responses, by the chain rule.
    """

    def distance(view, _token):
        return kl(truncate(extrapolate(view.raw, gamma), sampling), view.raw.base)

    problems, tilted = problems_of(task, n, "judged"), Intervention(EVERYWHERE, gamma)
    table = respond(pair, TASKS[task], problems, tilted, sampling, seed=NOISE["judged"])
    tokens = score_responses(pair, problems, table, scores={"kl": distance})
    counts = table[["problem_id", "correct", "n_tokens"]].astype("int32")
    far = tokens.groupby("text_id")["kl"].sum().astype("float32").to_numpy()
    return counts.assign(kl=far, gamma=gamma, temperature=sampling.temperature, top_p=sampling.top_p)
