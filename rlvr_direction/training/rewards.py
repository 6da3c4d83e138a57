"""Reward functions that say which one failed, and on which response."""

from collections.abc import Callable
from functools import wraps
from math import isfinite
from typing import Any

from torch import nn
from trl.trainer.utils import is_async_callable

__all__ = ["named"]


def named(reward: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Wrap a reward function so that it raises one ValueError with its name and the first response that it fails on.

    A reward that is not a finite number is a failure, None is not. Reward models and coroutines are not wrapped.
    """
    if isinstance(reward, nn.Module) or not callable(reward) or is_async_callable(reward):
        return reward

    @wraps(reward)
    def call(**columns: Any) -> list[float | None]:
        try:
            rewards = list(reward(**columns))
        except Exception as error:
            index, error = _first_failure(reward, columns, error)
            raise ValueError(
                f"the reward function {name!r} raised {type(error).__name__} ({error}) on response {index}, "
                f"{_short(columns['completions'][index])}"
            ) from error
        for index, value in enumerate(rewards):
            if value is not None and not _is_number(value):
                raise ValueError(f"the reward function {name!r} gave {value!r} to response {index}; expected a number")
        return rewards

    return call


def _first_failure(reward: Callable[..., Any], columns: dict[str, Any], error: Exception) -> tuple[int, Exception]:
    """The first response on which the function raises when called for it alone, else response 0; and the error."""
    n = len(columns["completions"])
    per_response = {name: column for name, column in columns.items() if isinstance(column, list) and len(column) == n}
    for index in range(n):
        alone = {name: [column[index]] for name, column in per_response.items()}
        try:
            list(reward(**{**columns, **alone}))
        except Exception as found:
            return index, found
    return 0, error


def _is_number(value: Any) -> bool:
    try:
        return isfinite(value)
    except (TypeError, ValueError):
        return False


def _short(completion: Any) -> str:
    text = repr(completion)
    return text if len(text) <= 80 else f"{text[:76]} ..."
