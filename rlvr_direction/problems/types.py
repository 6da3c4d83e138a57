"""What a problem is, who grades a response to it, and what a task adds: problems without end, and a corpus."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

__all__ = ["Grader", "Problem", "Task", "Verifier"]


@dataclass(frozen=True)
class Problem:
    """A prompt, text or a list of messages (`role`, `content`), and the answer that its verifier compares with."""

    prompt: str | Sequence[Mapping[str, Any]]
    answer: str

    @property
    def text(self) -> str:
        r"""The prompt as one text, to show it.

        >>> Problem([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1="}], "2").text
        'Be brief.\n\n1+1='
        """
        return self.prompt if isinstance(self.prompt, str) else "\n\n".join(str(m["content"]) for m in self.prompt)


@runtime_checkable
class Grader(Protocol):
    """Who grades a response, under which name, and how long a response may get."""

    @property
    def name(self) -> str:
        """What tables and commands call it."""
        ...

    @property
    def max_new_tokens(self) -> int:
        """The longest response, in tokens, its end token included."""
        ...

    def reward(self, problem: Problem, response: str) -> float:
        """Return 1.0 if the response is right and 0.0 otherwise, for any text."""
        ...


@dataclass(frozen=True)
class Verifier:
    """A `Grader` made of a function: `reward(problem, response)` returns 1.0 or 0.0 for any text."""

    name: str
    reward: Callable[[Problem, str], float]
    max_new_tokens: int


@runtime_checkable
class Task(Grader, Protocol):
    """A `Grader` that also makes its problems, as the toy tasks do; one token is one character of `alphabet`."""

    @property
    def alphabet(self) -> str:
        """Every character that prompts and responses use, once."""
        ...

    def problems(self, n: int, *, seed: int, split: str = "test") -> list[Problem]:
        """Draw `n` different problems of a split, "train" or "test"; no prompt is in both."""
        ...

    def corpus(self, n: int, *, seed: int) -> list[tuple[Problem, str]]:
        """Draw, with replacement, `n` pairs of a train problem and an imperfect response to it."""
        ...

    def roles(self, problem: Problem, response: str) -> list[str]:
        """Label every character of the response with one of `lab.tasks.ROLES`, for any text."""
        ...
