"""Interventions over problems: sample responses with a pair, grade them, and give one row a response."""

from collections.abc import Mapping, Sequence

import pandas as pd

from rlvr_direction.decoding import Decoded, decode
from rlvr_direction.distributions import Sampling, total_variation
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, SCORES, Intervention, Proposer
from rlvr_direction.pair import ModelPair
from rlvr_direction.scoring import score_tokens
from rlvr_direction.tasks import Problem, Task

__all__ = ["RESPONSE_COLUMNS", "evaluate", "respond", "score_sources", "token_roles"]

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
    task: Task,
    problems: Sequence[Problem],
    interventions: Mapping[str, Intervention],
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    *,
    samples: int = 1,
    seed: int,
    propose: Proposer = "base",
    batch_size: int = 256,
) -> pd.DataFrame:
    """Responses to every problem under every intervention: `RESPONSE_COLUMNS`, a row a response.

    `selected` counts tokens where the criterion fired, `changed` those that really differ from the proposal; `n_tokens`
    counts the end token, and a response cut off at the task's limit is unfinished and wrong. All interventions at one
    seed share their noise, so differences between them are paired by (problem, sample).
    """
    tables = [
        respond(
            pair,
            task,
            problems,
            intervention,
            sampling,
            samples=samples,
            seed=seed,
            propose=propose,
            batch_size=batch_size,
        )
        .drop(columns="response_ids")
        .assign(intervention=name)
        for name, intervention in interventions.items()
    ]
    return pd.concat(tables, ignore_index=True)[list(RESPONSE_COLUMNS)]


def respond(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    intervention: Intervention,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    *,
    samples: int = 1,
    seed: int,
    propose: Proposer = "base",
    batch_size: int = 256,
) -> pd.DataFrame:
    """The same for one intervention, without its name and with `response_ids`, ready to be scored."""
    problem_ids = [i for i in range(len(problems)) for _ in range(samples)]
    sample_ids = list(range(samples)) * len(problems)
    prompts = [pair.encode_prompt(problem.prompt) for problem in problems]
    decoded = decode(
        pair,
        [prompts[i] for i in problem_ids],
        intervention,
        sampling,
        seed=seed,
        problem_ids=problem_ids,
        sample_ids=sample_ids,
        propose=propose,
        max_new_tokens=task.max_new_tokens,
        batch_size=batch_size,
    )
    table = pd.DataFrame({"problem_id": problem_ids, "sample_id": sample_ids, **_responses(pair, decoded)})
    correct = [bool(row.finished and task.reward(problems[row.problem_id], row.response)) for row in table.itertuples()]
    return table.assign(correct=correct)


def score_sources(
    pair: ModelPair, task: Task, problems: Sequence[Problem], *, seed: int, batch_size: int = 256
) -> pd.DataFrame:
    """The token table of responses by the base and by RL to the same problems, T = 1 and top_p = 1 (claim C1).

    `source` is "base" or "rl"; beside `TOKEN_COLUMNS` there are `prompt_id`, the row in `problems`, the position's
    `total_variation`, and of the whole response its text, in `response`, and `correct`.
    """
    alone = {"base": Intervention(NOWHERE), "rl": Intervention(EVERYWHERE)}
    tables = [
        respond(pair, task, problems, intervention, seed=seed, batch_size=batch_size).assign(source=source)
        for source, intervention in alone.items()
    ]
    texts = pd.concat(tables, ignore_index=True)
    texts["prompt"] = [problems[i].prompt for i in texts["problem_id"]]
    scores = {**SCORES, "total_variation": lambda view, _: total_variation(view.raw)}
    tokens = score_tokens(pair, texts.to_dict("records"), scores=scores, batch_size=batch_size)
    of_text = texts[["problem_id", "response", "correct"]].rename(columns={"problem_id": "prompt_id"})
    return tokens.join(of_text, on="text_id")


def token_roles(tokens: pd.DataFrame, task: Task, problems: Sequence[Problem]) -> pd.Series:
    """The role of every row of a table by `score_sources`; the end token's is "end".

    Roles are a label a character: raises ValueError where the tokens of a response are not its characters.
    """
    labels = []
    for (text_id, prompt_id, response), rows in tokens.groupby(["text_id", "prompt_id", "response"], sort=True):
        found = [*task.roles(problems[prompt_id], response), "end"][: len(rows)]
        if len(found) < len(rows):
            raise ValueError(f"text {text_id} has {len(rows)} tokens and {len(response)} characters: no role each")
        labels += found
    return pd.Series(labels, index=tokens.index, name="role")


def _responses(pair: ModelPair, decoded: Decoded) -> dict[str, list]:
    """What each row of `decoded` says and counts; stray special tokens stay visible in the text."""
    lengths, finished = decoded.n_tokens.tolist(), decoded.finished.tolist()
    ids = [row[:n].tolist() for row, n in zip(decoded.token_ids, lengths, strict=True)]
    texts = [row[:-1] if ended else row for row, ended in zip(ids, finished, strict=True)]
    changed = decoded.selected & (decoded.token_ids != decoded.proposal_ids)
    return {
        "response": [pair.tokenizer.decode(text, skip_special_tokens=False) for text in texts],
        "response_ids": ids,
        "finished": finished,
        "n_tokens": lengths,
        "n_selected": decoded.selected.sum(1).tolist(),
        "n_changed": changed.sum(1).tolist(),
    }
