"""The choices that a rule makes, and what else could have been chosen: what a reader may change on a verdict."""

from collections.abc import Mapping
from math import log
from typing import NamedTuple

__all__ = ["FEWER", "GAIN", "LEAD", "LEVELS", "OVER_SEEDS", "TOKENS", "Axis", "Change", "at_shares", "rivals"]

Change = Mapping[str, object]


class Axis(NamedTuple):
    """One choice of a rule: its name, the answer as registered, and other answers with what each changes.

    A change names fields of the `Claim`, and options of the claim's `judge`.
    """

    name: str
    registered: str
    others: Mapping[str, Change]


OVER_SEEDS = Axis("Intervals over", "problems", {"RL seeds, a t-interval": {"over_seeds": True}})
GAIN = Axis(
    "Gain asked for",
    "above 0, and 1 point not ruled out",
    {
        "any gain above 0": {"minimum_gain": 0.0},
        "above 0, and 2 points not ruled out": {"minimum_gain": 0.02},
        "more than 1 point": {"minimum_gain": 0.0, "bound": 0.01},
    },
)
LEAD = Axis("Lead asked for", "any", {"more than 1 point": {"bound": 0.01}, "more than 5 points": {"bound": 0.05}})
LEVELS = Axis(
    "Compared", "responses and tokens, both", {"responses": {"only": "response"}, "tokens": {"only": "token"}}
)
FEWER = Axis("Saving asked for", "any", {f"{part:.0%} of the tokens": {"bound": log(1 - part)} for part in (0.1, 0.5)})
TOKENS = Axis("Tokens counted", "changed", {"selected": {"of": "selected"}})


def rivals(*names: str) -> Axis:
    """Each rival alone, where the rule asks for a lead over all of them."""
    return Axis("Rivals", "all of them", {f"{name} alone": {"only": name} for name in names})


def at_shares(*shares: float) -> Axis:
    """Each share of tokens alone, where the rule asks for a lead at all of them."""
    return Axis("Share of tokens", "each of them", {f"{at:.0%} alone": {"only": f"at {at:.0%}"} for at in shares})
