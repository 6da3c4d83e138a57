"""The names of gates and rivals as a reader meets them."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

__all__ = ["in_words", "listed"]

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "kl_rl_base": "KL",
        "entropy_base": "the base's entropy",
        "random": "chance",
        "mirrored": "the mirrored gate",
        "mass": "the position-level mass",
        "coin": "the matched coin",
        "logp_rl": "RL's log-probability",
        "logp_base": "the base's log-probability",
        "gap_to_rl_argmax": "the gap to RL's favourite",
        "abs_delta_logp": "|delta_logp|",
    }
)
NAME = re.compile(rf"\b({'|'.join(WORDS)})\b")
PERCENT = re.compile(r"(?<=\d)%")


def in_words(name: str) -> str:
    """A part of a rule in words: "coin at 2%" is "the matched coin at 2 %"."""
    return PERCENT.sub(" %", NAME.sub(lambda match: WORDS[match[0]], name))


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names in a row: "a, b and c"."""
    *first, end = names
    return f"{', '.join(first)} {last} {end}" if first else end
