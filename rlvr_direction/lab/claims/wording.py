"""The one list of names for criteria, gates, scores and tasks: in claims, charts, tables, menus and sentences."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

__all__ = ["in_words", "listed", "score_in_words", "task_in_words"]

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
SCORES: Mapping[str, str] = MappingProxyType(  # where both directions of KL and both entropies stand side by side
    {
        "kl_rl_base": "KL(RL || base)",
        "kl_base_rl": "KL(base || RL)",
        "entropy_rl": "RL's entropy",
        "jensen_shannon": "Jensen-Shannon",
    }
)
SUMS: Mapping[str, str] = MappingProxyType({"sum_": "sum of ", "cumulative_": "cumulative sum of "})
TASKS: Mapping[str, str] = MappingProxyType({"pointer_tree": "the tree"})
NAME = re.compile(rf"\b({'|'.join(WORDS)})\b")
PERCENT = re.compile(r"(?<=\d)%")


def in_words(name: str) -> str:
    """A part of a rule in words: "coin at 2%" is "the matched coin at 2 %"."""
    return PERCENT.sub(" %", NAME.sub(lambda match: WORDS[match[0]], name))


def score_in_words(name: str) -> str:
    """A column of scores in words: "sum_logp_rl" is "sum of RL's log-probability", "length" stays as it is."""
    for prefix, said in SUMS.items():
        if name.startswith(prefix):
            return said + score_in_words(name.removeprefix(prefix))
    return SCORES.get(name, WORDS.get(name, name))


def task_in_words(name: str) -> str:
    """A task in a sentence: "pointer_tree" is "the tree"; tables and code keep its name."""
    return TASKS.get(name, name)


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names in a row: "a, b and c"."""
    *first, end = names
    return f"{', '.join(first)} {last} {end}" if first else end
