"""A reward function that fails is named, with the first response on which it does."""

import pytest
from torch import nn

from rlvr_direction.training.rewards import named


def columns(*texts):
    return {
        "prompts": ["?"] * len(texts),
        "completions": list(texts),
        "answer": ["1"] * len(texts),
        "trainer_state": object(),
    }


def lengths(completions, answer, **_columns):
    return [1 / len(text) for text in completions]


def test_rewards_are_returned_unchanged():
    assert named(lengths, "lengths")(**columns("ab", "abcd")) == [0.5, 0.25]
    assert named(lambda completions, **_: [None], "none")(**columns("a")) == [None]


def test_what_raises_is_named_with_the_response():
    with pytest.raises(ValueError, match=r"'lengths' raised ZeroDivisionError \(.*\) on response 2, ''") as caught:
        named(lengths, "lengths")(**columns("ab", "a", "", "b", ""))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_what_fails_only_on_a_whole_batch_is_named_too():
    def never_two(completions, **_columns):
        if len(completions) > 1:
            raise KeyError("batch")
        return [0.0]

    with pytest.raises(ValueError, match=r"'never_two' raised KeyError .* on response 0"):
        named(never_two, "never_two")(**columns("a", "b"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", [0.5]])
def test_a_reward_that_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"gave (nan|inf|'1'|\[0.5\]) to response 1; expected a number"):
        named(lambda completions, **_columns: [0.0, value], "wild")(**columns("a", "b"))


def test_a_long_response_is_cut():
    with pytest.raises(ValueError, match=r"aaa \.\.\.$"):
        named(lambda completions, **_columns: 1 / 0, "long")(**columns("a" * 500))


def test_reward_models_and_coroutines_are_not_wrapped():
    async def later(**_columns):
        return []

    model = nn.Linear(1, 1)
    assert named(model, "model") is model and named(later, "later") is later
