"""Result B3: responses of the base and of every stage of RL, with what delta_logp says of each as a whole."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import respond, score_responses
from rlvr_direction.interventions import NOWHERE, Intervention
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import NOISE, problems_of
from rlvr_direction.lab.studies.arms import pair_of
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import stages
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Problem
from rlvr_direction.scores import SCORES, Proposer

__all__ = ["measure", "plan"]

TOP_P, TOP_P_WORDED = (1.0, 0.7), (1.0,)  # on `worded` only what a rule names
RESPONSES, RESPONSES_WORDED = 16, 8  # per problem
AT_ONCE: Mapping[str, int] = {"worded": 200}  # problems of a part, all of them elsewhere: about 2 minutes
DIGITS = 4  # of the sums, in nats


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each stage of RL seed 0, writer and top_p, and for each 200 problems of `worded` at top_p 1.

    `seeds` changes nothing. Raises FileNotFoundError without the task's toy.
    """
    samples, top_ps = (RESPONSES_WORDED, TOP_P_WORDED) if task == "worded" else (RESPONSES, TOP_P)
    size = AT_ONCE.get(task, n)
    return [
        partial(measure, task, stage, writer, top_p, range(first, min(first + size, n)), samples)
        for stage in stages(require(TOYS / task))
        for writer in ("base", "rl")
        for top_p in top_ps
        for first in range(0, n, size)
    ]


def measure(task: str, stage: str, writer: Proposer, top_p: float, asked: range, samples: int) -> pd.DataFrame:
    """One row per response, at T = 1, to the judged problems `asked`: what it is and what delta_logp says of it.

    Columns: `stage, writer, top_p, problem_id, correct, finished, n_tokens`; `sum, minimum, last` of delta_logp and
    `sum_logp_rl`, in nats; `answer`, equal for equal answers to a problem, -1 where none was finished. The end token
    counts as a token but is never the last one: it says nothing of its own.
    """
    pair, problems = pair_of(task, stage), problems_of(task, asked.stop, "judged")
    table = respond(
        pair,
        TASKS[task],
        problems[asked.start :],
        Intervention(NOWHERE),
        Sampling(top_p=top_p),
        samples=samples,
        seed=NOISE["judged"],
        propose=writer,
        first_problem=asked.start,
    )
    kept = ["problem_id", "correct", "finished", "n_tokens"]
    labels = {"answer": _answers(table), "stage": stage, "writer": writer, "top_p": top_p}
    found = table[kept].assign(**_rewards(pair, problems, table), **labels)
    small = {"problem_id": "int16", "correct": "int8", "finished": "int8", "n_tokens": "int16", "answer": "int8"}
    return found.astype({**small, "stage": "category", "writer": "category", "top_p": "float32"})


def _rewards(pair: ModelPair, problems: Sequence[Problem], table: pd.DataFrame) -> pd.DataFrame:
    """Sum, minimum and last token of delta_logp, and the sum of logp_rl, one row per response."""
    used = {name: SCORES[name] for name in ("delta_logp", "logp_rl")}
    tokens = score_responses(pair, problems, table, scores=used)
    tokens[list(used)] = tokens[list(used)].astype(float)
    by_text = tokens.groupby("text_id")
    last = (table["n_tokens"] - 1 - table["finished"]).clip(lower=0)
    at_last = tokens["position"].to_numpy() == last.to_numpy()[tokens["text_id"].to_numpy()]
    columns = {
        "sum": by_text["delta_logp"].sum(),
        "minimum": by_text["delta_logp"].min(),
        "last": tokens[at_last].set_index("text_id")["delta_logp"],
        "sum_logp_rl": by_text["logp_rl"].sum(),
    }
    return pd.DataFrame(columns).round(DIGITS).astype("float32")


def _answers(table: pd.DataFrame) -> pd.Series:
    """A number for each answer to a problem: what a response's last line says, after its last "answer"."""
    said = table["response"].str.rsplit("\n", n=1).str[-1].str.rsplit("answer", n=1).str[-1].str.strip()
    codes = said.groupby(table["problem_id"]).transform(lambda of_problem: pd.factorize(of_problem)[0])
    return codes.where(table["finished"], -1).astype("int8")
