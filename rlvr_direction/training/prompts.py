"""A task in TRL's terms: its problems as a data set, its verifier as a reward function."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from datasets import Dataset
from transformers import PreTrainedTokenizerBase
from transformers.utils import logging

from rlvr_direction.problems import Problem, Task

__all__ = ["prompts_of", "response_text", "reward_of", "without_known_warnings"]


def prompts_of(task: Task, n: int, *, seed: int, split: str = "train") -> Dataset:
    """`n` problems of a task, one row each: `prompt`, `answer`. The split "test" is held out."""
    return Dataset.from_list([asdict(problem) for problem in task.problems(n, seed=seed, split=split)])


def reward_of(task: Task, tokenizer: PreTrainedTokenizerBase) -> Callable[..., list[float]]:
    """The task's verifier as TRL calls a reward function: 1.0 for a right, finished response, else 0.0."""

    def correct(
        prompts: list[str], completion_ids: list[list[int]], answer: list[str], **_columns: object
    ) -> list[float]:
        texts = [response_text(tokenizer, ids) for ids in completion_ids]
        problems = map(Problem, prompts, answer)
        return [
            task.reward(problem, text) if finished else 0.0
            for problem, (text, finished) in zip(problems, texts, strict=True)
        ]

    return correct


def response_text(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> tuple[str, bool]:
    """The text of a response without its end token, and whether it ended. Other special tokens stay visible."""
    finished = len(ids) > 0 and ids[-1] == tokenizer.eos_token_id
    return tokenizer.decode(ids[:-1] if finished else ids, skip_special_tokens=False), finished


@contextmanager
def without_known_warnings() -> Iterator[None]:
    """Hide two harmless warnings: of a deprecated name in TRL, and of GPT-2 about padding after a finished response."""
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)
            yield
    finally:
        logging.set_verbosity(verbosity)
