"""Arms: one intervention with one pair on the study's problems, counted problem by problem."""

from dataclasses import asdict, dataclass
from functools import cache, lru_cache

import pandas as pd

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import respond
from rlvr_direction.interventions import Criterion, Intervention, calibrate, mass, parse
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.tasks import TASKS, Problem
from rlvr_direction.lab.toys import load_toy_pair, stage_name, stages
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import SCORES, Proposer
from rlvr_direction.scoring import score_tokens

__all__ = ["CALIBRATION", "FAMILIES", "Arm", "last_stage", "problems_of", "run_arm", "threshold"]

CALIBRATION = 500
MOST_JUDGED = 2000
SEED = 20_260_401  # of the studies' problems and of their noise
MASS_OF = Criterion("delta_logp", "<=", -0.3)
SCORED = {**SCORES, "mass": mass(MASS_OF)}
FAMILIES = {
    "delta_logp": "<=",
    "kl_rl_base": ">=",
    "entropy_base": ">=",
    "abs_delta_logp": ">=",
    "logp_base": "<=",
    "logp_rl": "<=",
    "gap_to_rl_argmax": ">=",
    "mass": ">=",
}


@dataclass(frozen=True)
class Arm:
    """What is done, to whom, and how often: `where` in its text form, `family` and `budget` as labels of it."""

    part: str
    family: str
    where: str
    stage: str
    budget: float = float("nan")
    gamma: float = 0.0
    propose: Proposer = "base"
    temperature: float = 1.0
    top_p: float = 1.0
    rl_seed: int = 0
    samples: int = 1
    problems: int = 2000


def last_stage(task: str, rl_seed: int = 0) -> str:
    """The last checkpoint of the toy's RL run of this seed. Raises FileNotFoundError where there is none."""
    if checkpoints := stages(require(TOYS / task), seed=rl_seed):
        return checkpoints[-1]
    raise FileNotFoundError(
        f"the {task} toy has no RL run of seed {rl_seed} (such as {stage_name(80, seed=rl_seed)}); make it with "
        f"`rlvr-direction toy {task} --out {TOYS / task} --rl-seed {rl_seed}`"
    )


def problems_of(task: str, n: int, *, calibration: bool = False) -> list[Problem]:
    """The first `n` held-out problems that are judged, or the calibration problems; no problem is both.

    Raises ValueError for more than `MOST_JUDGED` problems: one draw of all of them keeps the two apart whatever n is.
    """
    if n > MOST_JUDGED:
        raise ValueError(f"{n} problems asked for; the studies judge on at most {MOST_JUDGED}")
    problems = _drawn(task, CALIBRATION + MOST_JUDGED)
    return problems[:CALIBRATION] if calibration else problems[CALIBRATION : CALIBRATION + n]


def run_arm(task: str, arm: Arm, *, calibration: bool = False) -> pd.DataFrame:
    """One row per problem: the arm's fields, `problem_id`, and sums over its samples (`correct`, `n_tokens`, ...)."""
    table = respond(
        _pair(task, arm.stage),
        TASKS[task],
        problems_of(task, arm.problems, calibration=calibration),
        Intervention(parse(arm.where), arm.gamma),
        Sampling(arm.temperature, arm.top_p),
        samples=arm.samples,
        seed=SEED,
        propose=arm.propose,
    )
    counts = table.groupby("problem_id")[["correct", "n_tokens", "n_selected", "n_changed"]].sum().astype("int32")
    return counts.reset_index().assign(**asdict(arm))


def threshold(
    task: str, family: str, budget: float, *, stage: str, propose: Proposer = "base", top_p: float = 1.0, reads: str
) -> Criterion:
    """The criterion of a family that fires on a share `budget` of the proposer's tokens on calibration problems.

    Where RL proposes, the sides are turned round: RL's own tokens go back where it raised them most.
    """
    values = _calibration_scores(task, stage, propose, top_p, reads)[family].to_numpy(dtype=float)
    side = ">=" if propose == "rl" else FAMILIES[family]
    name = mass(MASS_OF) if family == "mass" else family
    return Criterion(name, side, calibrate(values, side, budget), reads)


@cache
def _drawn(task: str, n: int) -> list[Problem]:
    return TASKS[task].problems(n, seed=SEED)


@lru_cache(maxsize=2)
def _pair(task: str, stage: str) -> ModelPair:
    return load_toy_pair(task, stage)


@lru_cache(maxsize=16)
def _calibration_scores(task: str, stage: str, propose: Proposer, top_p: float, reads: str) -> pd.DataFrame:
    """Every score of every token that the proposer writes on calibration problems."""
    pair, sampling = _pair(task, stage), Sampling(top_p=top_p)
    problems = problems_of(task, 0, calibration=True)
    alone = Intervention(parse("nowhere"))
    table = respond(pair, TASKS[task], problems, alone, sampling, seed=SEED, propose=propose)
    table["prompt"] = [problems[i].prompt for i in table["problem_id"]]
    scores = SCORED if reads == "raw" else {name: _of_sampled(score) for name, score in SCORES.items()}
    texts = table[["prompt", "response", "response_ids"]].to_dict("records")
    return score_tokens(pair, texts, scores=scores, sampling=sampling, proposer=propose, batch_size=256)


def _of_sampled(score):
    return lambda view, token: score(view._replace(raw=view.sampled), token)
