"""What a task is: problems, a corpus to pretrain on, a verifier, and a role for every character of a response."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, runtime_checkable

__all__ = ["ROLES", "SPLITS", "Problem", "Task", "check_probabilities", "in_split"]

ROLES = ("copy", "compute", "decide", "format", "first_error")
SPLITS = ("train", "test")


@dataclass(frozen=True)
class Problem:
    """A prompt and the answer that its verifier compares with."""

    prompt: str
    answer: str


@runtime_checkable
class Task(Protocol):
    """A toy task over characters: one token is one character, and the end of a response is a token outside the text."""

    @property
    def name(self) -> str:
        """The key of this task in `TASKS`."""
        ...

    @property
    def alphabet(self) -> str:
        """Every character that prompts and responses use, once."""
        ...

    @property
    def max_new_tokens(self) -> int:
        """Room in tokens for the longest corpus response and its end."""
        ...

    def problems(self, n: int, *, seed: int, split: str = "test") -> list[Problem]:
        """`n` different problems of a split; no prompt is in both splits."""
        ...

    def corpus(self, n: int, *, seed: int) -> list[tuple[Problem, str]]:
        """`n` pairs of a train problem and an imperfect response to it, drawn with replacement."""
        ...

    def reward(self, problem: Problem, response: str) -> float:
        """Return 1.0 if the verifier accepts the response and 0.0 otherwise, for any text."""
        ...

    def roles(self, problem: Problem, response: str) -> list[str]:
        """One of `ROLES` for every character of the response, for any text."""
        ...


def in_split(prompt: str, split: str, *, test_share: float) -> bool:
    """Whether a prompt belongs to a split: its hash decides, so the splits are disjoint whatever the seed.

    Raises ValueError for a split that is neither "train" nor "test".
    """
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}; choose one of {', '.join(SPLITS)}")
    digest = blake2b(prompt.encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") < test_share * 2**64) == (split == "test")


def check_probabilities(**probabilities: float) -> None:
    """Raise ValueError that names the first of these values outside [0, 1]."""
    for name, value in probabilities.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value}; it is a probability, so pass a value from 0 to 1")
