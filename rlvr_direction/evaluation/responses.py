"""Interventions over problems: sample responses with a pair, grade them, and give one row per response."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd
from torch import Tensor

from rlvr_direction.decoding import Decoded, decode, end_ids
from rlvr_direction.distributions import Sampling
from rlvr_direction.fingerprints import parameters_digest
from rlvr_direction.interventions import Intervention, text_of
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Grader, Problem
from rlvr_direction.prompts import digest
from rlvr_direction.records import Run, load
from rlvr_direction.scores import Proposer
from rlvr_direction.scoring import score_tokens

__all__ = ["RESPONSE_COLUMNS", "evaluate", "require_grades", "respond", "score_responses"]

PROBLEMS_PER_PART = 512
UNNAMED = ("<lambda>", "<locals>", " at 0x")  # what such a function does is not in its name

RESPONSE_COLUMNS = (
    "intervention",
    "problem_id",
    "sample_id",
    "response",
    "correct",
    "finished",
    "n_tokens",
    "n_selected",
    "n_changed",
)


def evaluate(
    pair: ModelPair,
    task: Grader,
    problems: Sequence[Problem],
    interventions: Mapping[str, Intervention],
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    *,
    out: Path | None = None,
    resume: bool = False,
    force: bool = False,
    **how: object,
) -> pd.DataFrame:
    """Responses to every problem under every intervention: `RESPONSE_COLUMNS`, one row per response.

    `n_selected` counts the tokens where the criterion fired, `n_changed` those that differ from the proposal, and
    `n_tokens` all tokens with the end token. A response cut off at the task's limit is unfinished and wrong. All
    interventions at one seed share their noise, so differences between them are paired by (problem, sample). `how` is
    passed on to `respond`. With `out` the table is written there, `PROBLEMS_PER_PART` problems of an intervention at a
    time with a progress bar, and `resume` continues a run that was killed. Raises what `records.Run` raises, and
    ValueError for a criterion without a name that tells it from others in a file.
    """
    parts = [(name, start) for name in interventions for start in range(0, len(problems), PROBLEMS_PER_PART)]

    def part(name: str, start: int) -> pd.DataFrame:
        some = problems[start : start + PROBLEMS_PER_PART]
        table = respond(pair, task, some, interventions[name], sampling, first_problem=start, **how)
        return table.assign(intervention=name)[list(RESPONSE_COLUMNS)]

    if out is None:
        return pd.concat([part(*which) for which in parts], ignore_index=True)
    settings = {"task": task.name, "sampling": str(sampling), **how, **_contents(pair, problems, interventions)}
    run = Run(out, len(parts), settings, resume=resume, force=force)
    for index in run.parts("evaluating"):
        run.write(index, part(*parts[index]))
    return load(run.finish({"task": task.name}))


def respond(
    pair: ModelPair,
    task: Grader,
    problems: Sequence[Problem],
    intervention: Intervention,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    *,
    samples: int = 1,
    seed: int,
    propose: Proposer = "base",
    batch_size: int = 256,
    block: Literal["auto"] | int = "auto",
    stop: Sequence[str] = (),
    first_problem: int = 0,
) -> pd.DataFrame:
    """Responses to every problem under one intervention, with `response_ids` and what was proposed at each token.

    The columns are `RESPONSE_COLUMNS` without `intervention`, and lists with an entry per token: `response_ids,
    proposal_ids, selected_at, proposal_delta_logp` (nats). `first_problem` numbers the first problem, in the table and
    for the noise.
    """
    problem_ids = [first_problem + i for i in range(len(problems)) for _ in range(samples)]
    sample_ids = list(range(samples)) * len(problems)
    asked = [problem for problem in problems for _ in range(samples)]
    prompts = [pair.encode_prompt(problem.prompt) for problem in problems]
    decoded = decode(
        pair,
        [prompt for prompt in prompts for _ in range(samples)],
        intervention,
        sampling,
        seed=seed,
        problem_ids=problem_ids,
        sample_ids=sample_ids,
        propose=propose,
        max_new_tokens=task.max_new_tokens,
        batch_size=batch_size,
        block=block,
        stop=stop,
    )
    table = pd.DataFrame({"problem_id": problem_ids, "sample_id": sample_ids, **_responses(pair, decoded)})
    correct = [
        bool(row.finished and _reward(task, problem, row.response))
        for problem, row in zip(asked, table.itertuples(), strict=True)
    ]
    return table.assign(correct=correct)


def score_responses(
    pair: ModelPair,
    problems: Sequence[Problem] | Mapping[int, Problem],
    responses: pd.DataFrame,
    *,
    batch_size: int = 256,
    **how: object,
) -> pd.DataFrame:
    """The token table of a table by `respond`: one row per token, whose `text_id` is the row of its response.

    `problems` are those that were answered, in their order or by number; a column `source` is kept. `how` is passed on
    to `score_tokens`.
    """
    texts = responses.assign(prompt=[problems[i].prompt for i in responses["problem_id"]])
    kept = [name for name in ("prompt", "response", "response_ids", "source") if name in texts]
    return score_tokens(pair, texts[kept].to_dict("records"), batch_size=batch_size, **how)


def require_grades(task: Grader, problem: Problem) -> None:
    """Raise ValueError for a function of the user's that cannot grade an empty response."""
    if ":" in task.name:
        _reward(task, problem, "")


def _reward(task: Grader, problem: Problem, response: str) -> float:
    try:
        reward = float(task.reward(problem, response))
    except Exception as error:  # whatever a function of the user's may raise
        why = " ".join(str(error).split())
        raise ValueError(_misgraded(task, response, f"raised {type(error).__name__} ({why})")) from error
    if reward not in (0.0, 1.0):
        raise ValueError(_misgraded(task, response, f"returned {reward:g}"))
    return reward


def _misgraded(task: Grader, response: str, did: str) -> str:
    return (
        f"the grader {task.name} {did} on the response {response[:40]!r}; it is called as f(problem, response), with "
        "the expected answer in problem.answer, and returns 0.0 or 1.0"
    )


def _contents(
    pair: ModelPair, problems: Sequence[Problem], interventions: Mapping[str, Intervention]
) -> dict[str, str]:
    """What a table of responses depends on besides options: weights, prompts, answers and interventions."""
    text = {f"intervention {name}": f"{text_of(i.where)}, gamma {i.gamma:g}" for name, i in interventions.items()}
    if unnamed := [f"{name} is {where}" for name, where in text.items() if any(part in where for part in UNNAMED)]:
        raise ValueError(
            f"{unnamed[0]}, which a later run cannot recognise; make its criterion a function with a name, or an "
            "object whose str() describes it"
        )
    return {
        **text,
        **{f"weights of {name}": parameters_digest(getattr(pair, name)) for name in ("base", "rl")},
        "prompts": f"content {digest(pair.encode_prompt(problem.prompt) for problem in problems)}",
        "answers": f"content {digest(list(problem.answer.encode()) for problem in problems)}",
    }


def _responses(pair: ModelPair, decoded: Decoded) -> dict[str, list]:
    """Columns with an entry per response; special tokens before the end stay visible in the text, as stops do."""
    lengths, finished = decoded.n_tokens.tolist(), decoded.finished.tolist()
    changed = decoded.selected & (decoded.token_ids != decoded.proposal_ids)

    def cut(rows: Tensor) -> list[list]:
        return [row[:n].tolist() for row, n in zip(rows, lengths, strict=True)]

    ids, ends = cut(decoded.token_ids), {*end_ids(pair).tolist()}
    texts = [row[:-1] if row and row[-1] in ends else row for row in ids]
    return {
        "response": [pair.tokenizer.decode(text, skip_special_tokens=False) for text in texts],
        "response_ids": ids,
        "proposal_ids": cut(decoded.proposal_ids),
        "selected_at": cut(decoded.selected),
        "proposal_delta_logp": cut(decoded.proposal_logp_rl - decoded.proposal_logp_base),
        "finished": finished,
        "n_tokens": lengths,
        "n_selected": decoded.selected.sum(1).tolist(),
        "n_changed": changed.sum(1).tolist(),
    }
