"""What one part of an audit measures: an arm, or both models' own texts, on a few problems."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from rlvr_direction.audit.arms import Arm
from rlvr_direction.audit.sizes import Sizes, spread
from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import RESPONSE_COLUMNS, kept_tokens, respond, score_responses, score_sources
from rlvr_direction.interventions import NOWHERE, Intervention
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Grader, Problem
from rlvr_direction.scores import SCORES

__all__ = ["Asked", "answers", "chunks", "example_tokens", "examples", "respond_to", "scores_of_base", "written"]

COUNTS = ["correct", "finished", "n_tokens", "n_selected", "n_changed"]
GATED_BY = ("delta_logp", "kl_rl_base", "entropy_base", "logp_rl")
SEPARATED_BY = ("delta_logp", "entropy_base", "entropy_rl", "kl_base_rl", "kl_rl_base", "logp_base", "logp_rl")
LISTS = ("response_ids", "proposal_ids", "selected_at", "proposal_delta_logp")
SHOWN = 6  # responses that are kept token by token


@dataclass(frozen=True)
class Asked:
    """What all parts share. `calibration` and `judged` are row numbers in the file of problems.

    `pair` loads the models when it is first called. `how` is passed on to `respond`: seed, batch size and stop texts.
    A problem's place counts calibration problems first, and numbers its noise.
    """

    pair: Callable[[], ModelPair]
    grade: Grader
    problems: Sequence[Problem]
    sampling: Sampling
    how: Mapping[str, Any]
    calibration: Sequence[int] = ()
    judged: Sequence[int] = ()
    samples: int = 1

    def sized(self, sizes: Sizes) -> "Asked":
        """The same, with this many problems, evenly spread over the file, and samples."""
        calibration, judged = spread(len(self.problems), sizes.n_calibration + sizes.n_judged)
        return replace(self, calibration=calibration, judged=judged, samples=sizes.samples)

    def row(self, place: int) -> int:
        """The row number, in the file of problems, of the problem at a place."""
        return [*self.calibration, *self.judged, *range(len(self.problems))][place]

    def at(self, places: range) -> list[Problem]:
        """The problems at some places."""
        return [self.problems[self.row(place)] for place in places]


def chunks(places: range, size: int) -> list[range]:
    """Consecutive places, at most `size` at a time.

    >>> chunks(range(3, 8), 3)
    [range(3, 6), range(6, 8)]
    """
    return [places[start : start + max(1, size)] for start in range(0, len(places), max(1, size))]


def scores_of_base(asked: Asked, places: range) -> pd.DataFrame:
    """The scores that gates are calibrated by, of every token that the base writes alone."""
    texts = respond_to(asked, Arm("nowhere", str(NOWHERE)), places, sampling=asked.sampling, samples=1)
    numbered = dict(enumerate(asked.at(places), places.start))
    scores = {name: SCORES[name] for name in GATED_BY}
    tokens = score_responses(asked.pair(), numbered, texts, scores=scores, batch_size=_batch(asked))
    return tokens[list(GATED_BY)]


def answers(asked: Asked, arm: Arm, places: range, purpose: str) -> pd.DataFrame:
    """One row per problem: the arm's labels, `purpose`, `problem_id` (the row in the file), and sums over samples."""
    texts = respond_to(asked, arm, places, sampling=arm.sampling, samples=asked.samples)
    counts = texts.groupby("problem_id")[COUNTS].sum().astype("int32").reset_index()
    counts["problem_id"] = [asked.row(place) for place in counts["problem_id"]]
    return counts.assign(samples=asked.samples, purpose=purpose, **asdict(arm))


def written(asked: Asked, places: range) -> pd.DataFrame:
    """Every token that base and RL write alone, with its scores: the rows of `score_sources` without the responses."""
    scores = {name: SCORES[name] for name in SEPARATED_BY}
    how = {**asked.how, "sampling": asked.sampling, "scores": scores, "first_problem": places.start}
    tokens = score_sources(asked.pair(), asked.grade, asked.at(places), **how).drop(columns="response")
    return tokens.assign(
        text_id=tokens["text_id"] + 2 * places.start,
        prompt_id=[asked.row(place) for place in tokens["prompt_id"]],
    )


def examples(asked: Asked, arm: Arm, places: range) -> pd.DataFrame:
    """A few responses under an arm, `RESPONSE_COLUMNS` and their tokens, for `example_tokens`."""
    texts = respond_to(asked, arm, places[:SHOWN], sampling=arm.sampling, samples=1)
    texts = texts.assign(intervention=f"{arm.where}, gamma {arm.gamma:g}")
    return texts[[*RESPONSE_COLUMNS, *LISTS]].assign(problem_id=[asked.row(place) for place in texts["problem_id"]])


def example_tokens(asked: Asked, responses: pd.DataFrame) -> pd.DataFrame:
    """The tokens of the responses of `examples`, as `report` reads them."""
    plain = responses.assign(**{name: [values.tolist() for values in responses[name]] for name in LISTS})
    return kept_tokens(asked.pair(), asked.problems, plain, batch_size=_batch(asked))


def respond_to(asked: Asked, arm: Arm, places: range, *, sampling: Sampling, samples: int) -> pd.DataFrame:
    """Responses under an arm; `problem_id` is the place of a problem."""
    what = Intervention(arm.where, arm.gamma)
    how = {**asked.how, "samples": samples, "first_problem": places.start}
    return respond(asked.pair(), asked.grade, asked.at(places), what, sampling, **how)


def _batch(asked: Asked) -> int:
    return asked.how["batch_size"]
