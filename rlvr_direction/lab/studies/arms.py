"""Arms: one intervention with one pair on problems of one purpose, counted problem by problem."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Literal

import pandas as pd

from rlvr_direction.audit.arms import SCORE_OF
from rlvr_direction.distributions import PairLogprobs, Sampling
from rlvr_direction.evaluation import respond, score_responses
from rlvr_direction.interventions import AtRandom, Criterion, Intervention, calibrate, mass, parse
from rlvr_direction.lab.regime import NOISE, Cell, Purpose, checkpoint, problems_of
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import SCORES, Proposer, Score

__all__ = ["CALIBRATION", "COLDER", "FAMILIES", "Arm", "best_arm", "calibration_tokens", "choose", "cold_rl"]
__all__ += ["pair_of", "run_arm", "run_arms", "where_of"]

CALIBRATION = 500  # problems
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
    "mirrored": ">=",
}
COLDER = tuple(Sampling(t, p) for t in (0.0, 0.25, 0.5, 0.7, 1.0) for p in ((1.0,) if t == 0 else (1.0, 0.7)))


@dataclass(frozen=True)
class Arm:
    """What is done, in which cell and with which checkpoint: `where` in its text form, `family` and `budget` label it.

    `top_p` and `temperature` are what is sampled with; `cell` names the cell that the arm belongs to.
    """

    cell: str
    checkpoint: str
    rl_seed: int
    family: str
    where: str
    budget: float = float("nan")
    gamma: float = 0.0
    propose: Proposer = "base"
    temperature: float = 1.0
    top_p: float = 1.0
    samples: int = 1

    @classmethod
    def of(cls, task: str, cell: Cell, rl_seed: int, family: str, where: str, **more: object) -> "Arm":
        """An arm with the cell's checkpoint of an RL seed and the cell's sampling."""
        stage = checkpoint(task, cell.stage, rl_seed)
        return cls(str(cell), stage, rl_seed, family, where, **{"top_p": cell.top_p, **more})


def run_arm(task: str, arm: Arm, *, n: int, purpose: Purpose = "judged") -> pd.DataFrame:
    """One row per problem: the arm's fields, `purpose`, `problem_id`, and sums over its samples (`correct`, ...)."""
    table = respond(
        pair_of(task, arm.checkpoint),
        TASKS[task],
        problems_of(task, n, purpose),
        Intervention(parse(arm.where), arm.gamma),
        Sampling(arm.temperature, arm.top_p),
        samples=arm.samples,
        seed=NOISE[purpose],
        propose=arm.propose,
    )
    counts = table.groupby("problem_id")[["correct", "n_tokens", "n_selected", "n_changed"]].sum().astype("int32")
    return counts.reset_index().assign(purpose=purpose, **asdict(arm))


def run_arms(task: str, arms: Iterable[Arm], *, n: int, purpose: Purpose = "judged") -> pd.DataFrame:
    """The rows of several arms on the same problems."""
    return pd.concat([run_arm(task, arm, n=n, purpose=purpose) for arm in arms], ignore_index=True)


def best_arm(arms: Sequence[Arm], tried: pd.DataFrame) -> Arm:
    """The arm with the most right answers in a table of all of them, each labelled by its place, `arm`."""
    return arms[int(tried.groupby("arm")["correct"].sum().idxmax())]


def choose(task: str, arms: Sequence[Arm], *, n: int | None = None) -> tuple[Arm, pd.DataFrame]:
    """The best of several arms on calibration problems, and the rows that it was chosen by."""
    asked = {"n": n or CALIBRATION, "purpose": "calibration"}
    tried = pd.concat([run_arm(task, arm, **asked).assign(arm=i) for i, arm in enumerate(arms)])
    return best_arm(arms, tried), tried.drop(columns="arm")


def cold_rl(task: str, cell: Cell, rl_seed: int) -> tuple[Arm, pd.DataFrame]:
    """RL alone at its best temperature and top_p, and the calibration rows that it was chosen by."""
    alone = Arm.of(task, cell, rl_seed, "cold rl", "everywhere", budget=1.0)
    return choose(task, [replace(alone, temperature=s.temperature, top_p=s.top_p) for s in COLDER])


def where_of(
    task: str,
    cell: Cell,
    rl_seed: int,
    family: str,
    budget: float,
    *,
    propose: Proposer = "base",
    reads: Literal["raw", "sampled"] = "raw",
) -> str:
    """The criterion of a family that fires on a share `budget` of the proposer's tokens on calibration problems.

    "random" fires as often whatever the token, "coin" is the coin matched to delta_logp, "mirrored" is delta_logp on
    its other side. Where RL proposes, the sides are turned round: RL's own tokens go back where it raised them most.
    With `reads="sampled"` scores and criterion read the truncated policies.
    """
    if family == "random":
        return str(AtRandom(budget))
    name = SCORE_OF.get(family, family)
    stage = checkpoint(task, cell.stage, rl_seed)
    values = _calibration_scores(task, stage, propose, cell.top_p, reads)[name].to_numpy(float)
    side = ">=" if propose == "rl" else FAMILIES.get(family, FAMILIES[name])
    score = mass(MASS_OF) if name == "mass" else name
    criterion = Criterion(score, side, calibrate(values, side, budget), reads)
    return str(AtRandom(mass(criterion)) if family == "coin" else criterion)


@lru_cache(maxsize=2)
def pair_of(task: str, stage: str) -> ModelPair:
    """The pair of a task's base and one of its checkpoints, kept between arms."""
    return load_toy_pair(task, stage)


def calibration_tokens(
    pair: ModelPair,
    task: str,
    sampling: Sampling,
    scores: Mapping[str, Score] = SCORES,
    *,
    propose: Proposer = "base",
    n: int | None = None,
) -> pd.DataFrame:
    """Scores of every token that the proposer writes on calibration problems, which thresholds are chosen on."""
    problems = problems_of(task, n or CALIBRATION, "calibration")
    how = {"seed": NOISE["calibration"], "propose": propose}
    table = respond(pair, TASKS[task], problems, Intervention("nowhere"), sampling, **how)
    return score_responses(pair, problems, table, scores=scores, sampling=sampling, proposer=propose)


@lru_cache(maxsize=4)
def _calibration_scores(task: str, stage: str, propose: Proposer, top_p: float, reads: str) -> pd.DataFrame:
    """Every score of the proposer's tokens, of the raw policies or of those that are sampled."""
    scores = SCORED if reads == "raw" else {name: _of_sampled(score) for name, score in SCORES.items()}
    return calibration_tokens(pair_of(task, stage), task, Sampling(top_p=top_p), scores, propose=propose)


def _of_sampled(score: Score) -> Score:
    return lambda view, token: score(view._replace(raw=PairLogprobs(*view.sampled)), token)
