"""Where a command intervenes: a criterion, a function of one's own, or a score with the share it may select."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation.responses import respond, score_responses
from rlvr_direction.interventions import NOWHERE, Criterion, Intervention, Where, calibrate, parse
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Grader, Problem, load_function
from rlvr_direction.scores import SCORES

__all__ = ["at_budget", "read_where"]

CALIBRATION = 64  # problems, at most


def read_where(text: str, budget: float | None = None) -> Where | Callable:
    """The criterion of a text form or the function that `module:function` names.

    With a budget the text ends at its sign, as in "delta_logp<=", and the criterion's threshold is still to be found.
    Raises ValueError for any other text.
    """
    if budget is not None:
        found = parse(f"{text.strip()}0") if text.strip().endswith(("<=", ">=")) else None
        if not isinstance(found, Criterion) or found.reads != "raw" or not 0 < budget <= 1:
            raise ValueError(
                f"the budget is {budget:g} and where {text!r}; expected a share above 0 and at most 1, and a score "
                "with its sign and no number, such as 'delta_logp<=' or 'entropy_base>='"
            )
        return found
    if re.fullmatch(r"[\w.]+:\w+", text.strip()) and not text.strip().startswith(("random:", "sampled:")):
        return load_function(text.strip())
    return parse(text)


def at_budget(
    pair: ModelPair,
    task: Grader,
    problems: Sequence[Problem],
    criterion: Criterion,
    budget: float,
    sampling: Sampling,
    **how: object,
) -> Criterion:
    """The criterion with the threshold at which it fires on a share of the proposer's tokens.

    They are the tokens that the proposer writes alone on the first problems, `CALIBRATION` at most; `how` is passed on
    to `respond`.
    """
    some = problems[:CALIBRATION]
    texts = respond(pair, task, some, Intervention(NOWHERE), sampling, **how)
    score = SCORES[criterion.score] if isinstance(criterion.score, str) else criterion.score
    seen = {"sampling": sampling, "proposer": how.get("propose", "base"), "batch_size": how.get("batch_size", 64)}
    tokens = score_responses(pair, some, texts, scores={"score": score}, **seen)
    return replace(criterion, threshold=calibrate(tokens["score"].to_numpy(float), criterion.side, budget))
