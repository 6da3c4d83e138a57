"""Public pairs of a base and its RL model, with the prompt that RL was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["PAIRS", "KnownPair", "pair_named"]


@dataclass(frozen=True)
class KnownPair:
    """Names on the Hugging Face Hub, the template (see `TEMPLATES`; "rl" is RL's own), RL's licence and its source.

    `checked` says which of names, licence and template public documents confirmed; no pair was downloaded.
    """

    base: str
    rl: str
    template: str
    licence: str
    source: str
    checked: tuple[str, ...] = ()


def _open_reasoner(size: str) -> KnownPair:
    rl = f"Open-Reasoner-Zero/Open-Reasoner-Zero-{size}"
    return KnownPair(f"Qwen/Qwen2.5-{size}", rl, "orz", "MIT", "arXiv 2503.24290", ("names", "template"))


def _simple(size: str, template: str) -> KnownPair:
    rl = f"hkust-nlp/Qwen-2.5-{size}-SimpleRL-Zoo"
    return KnownPair(f"Qwen/Qwen2.5-{size}", rl, template, "Apache 2.0", "arXiv 2503.18892", ("names", "licence"))


def _oat(size: str) -> KnownPair:
    rl = f"sail/Qwen2.5-Math-{size}-Oat-Zero"
    checked = ("names", "template")
    return KnownPair(f"Qwen/Qwen2.5-Math-{size}", rl, "qwen-math", "Apache 2.0", "arXiv 2503.20783", checked)


PAIRS: Mapping[str, KnownPair] = MappingProxyType(
    {f"orz-{size.lower()}": _open_reasoner(size) for size in ("0.5B", "1.5B", "7B", "32B")}
    | {f"simplerl-{size.lower()}": _simple(size, "abel") for size in ("0.5B", "1.5B")}
    | {f"simplerl-{size.lower()}": _simple(size, "qwen-boxed") for size in ("7B", "32B")}
    | {f"oat-zero-{size.lower()}": _oat(size) for size in ("1.5B", "7B")}
    | {
        "deepscaler-1.5b": KnownPair(
            "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B",
            "agentica-org/DeepScaleR-1.5B-Preview",
            "rl",
            "MIT",
            "github.com/agentica-project/rllm",
            ("names",),
        ),
        "olmo3-7b-math": KnownPair(
            "allenai/Olmo-3-1025-7B",
            "allenai/Olmo-3-7B-RL-Zero-Math",
            "olmo3-rl-zero-math",
            "Apache 2.0",
            "its model card",
            ("names",),
        ),
    }
)


def pair_named(name: str) -> KnownPair:
    """A pair in `PAIRS`. Raises ValueError for an unknown name."""
    if name not in PAIRS:
        raise ValueError(f"no pair is called {name!r}; choose from {', '.join(PAIRS)}")
    return PAIRS[name]
