"""Responses by the base and by RL to the same problems, scored token by token, and the role of every token."""

from collections.abc import Sequence

import pandas as pd

from rlvr_direction.distributions import total_variation
from rlvr_direction.evaluation.responses import respond
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention
from rlvr_direction.lab.tasks import Problem, Task
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import SCORES
from rlvr_direction.scoring import score_tokens

__all__ = ["score_sources", "token_roles"]


def score_sources(
    pair: ModelPair, task: Task, problems: Sequence[Problem], *, seed: int, batch_size: int = 256
) -> pd.DataFrame:
    """The token table of responses by the base and by RL to the same problems, at T = 1 and top_p = 1 (claim C1).

    `source` is "base" or "rl". It adds to `TOKEN_COLUMNS`: `prompt_id` (the index in `problems`), the position's
    `total_variation`, and the `response` as text with whether it is `correct`.
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
    """The role of each row of a table by `score_sources`; that of the end token is "end".

    A task labels characters, so ValueError is raised where the tokens of a response are not its characters.
    """
    labels = []
    for (text_id, prompt_id, response), rows in tokens.groupby(["text_id", "prompt_id", "response"], sort=True):
        found = [*task.roles(problems[prompt_id], response), "end"][: len(rows)]
        if len(found) < len(rows):
            raise ValueError(f"text {text_id} has {len(rows)} tokens and {len(response)} characters: no role each")
        labels += found
    return pd.Series(labels, index=tokens.index, name="role")
