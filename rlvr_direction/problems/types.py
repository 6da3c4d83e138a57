"""What a problem is, what grades a response to it, and what a task adds: endless problems and a corpus."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

__all__ = ["Grader", "Problem", "Task", "Verifier"]


@dataclass(frozen=True)
class Problem:
    """A prompt, as text, messages (`role`, `content`) or token ids, and the answer to compare a response with."""

    prompt: str | Sequence[Mapping[str, Any]] | Sequence[int]
    answer: str

    @property
    def text(self) -> str:
        r"""The prompt as one text, for display; of token ids, their numbers.

        >>> Problem([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1="}], "2").text
        'Be brief.\n\n1+1='
        """
        if isinstance(self.prompt, str):
            return self.prompt
        if isinstance(self.prompt[0], int):
            return " ".join(map(str, self.prompt))
        return "\n\n".join(str(message["content"]) for message in self.prompt)


@runtime_checkable
class Grader(Protocol):
    """What grades a response: its name, its limit on the length of a response, and its reward."""

    @property
    def name(self) -> str:
        """The name that tables and commands use."""
        ...

    @property
    def max_new_tokens(self) -> int:
        """The longest response in tokens, including its end token."""
        ...

    def reward(self, problem: Problem, response: str) -> float:
        """Return 1.0 if the response is correct and 0.0 otherwise, for any text."""
        ...


@dataclass(frozen=True)
class Verifier:
    """A `Grader` made from a function: `reward(problem, response)` returns 1.0 or 0.0 for any text."""

    name: str
    reward: Callable[[Problem, str], float]
    max_new_tokens: int


@runtime_checkable
class Task(Grader, Protocol):
    """A `Grader` that also makes its problems, as the toy tasks do; a token is an entry of `alphabet`."""

    @property
    def alphabet(self) -> Sequence[str]:
        """Every token of prompts and responses, once each: characters, or words with a space between them."""
        ...

    def problems(self, n: int, *, seed: int, split: str = "test") -> list[Problem]:
        """Draw `n` different problems of a split, "train" or "test"; no prompt is in both splits."""
        ...

    def corpus(self, n: int, *, seed: int) -> list[tuple[Problem, str]]:
        """Draw, with replacement, `n` pairs of a train problem and an imperfect response to it."""
        ...

    def roles(self, problem: Problem, response: str) -> list[str]:
        """Label every token of the response with one of `lab.tasks.ROLES`, for any text."""
        ...
