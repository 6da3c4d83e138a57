"""What the book finds, in plain sentences: each stands as long as the verdicts that it tells are what they were."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rlvr_direction.press.ledger import deciding

__all__ = ["FINDINGS", "Finding", "findings"]


class Finding(NamedTuple):
    """A sentence, and the verdicts on arithmetic and on the tree (or the only one) that it rests on, by claim."""

    sentence: str
    rests_on: Mapping[str, tuple[str, ...]]


YES, NO, OPEN = "reproduced", "not reproduced", "inconclusive"
FINDINGS = (
    Finding(
        "**Who wrote it?** Added up from the start of a text, `delta_logp` tells base and RL apart better than any "
        "other score. Token by token it beats entropy and KL on one task of two.",
        {"B1": (YES, YES), "C1": (NO, YES)},
    ),
    Finding(
        "**Which tokens to repair?** Choosing them by `delta_logp` takes fewer replacements than by KL, by entropy or "
        "by chance, on both tasks; counted by tokens that really become other tokens, only on one. A gate that asks "
        "RL alone does about as well, and one that has learnt from a verifier does better, on one task.",
        {"C2": (YES, YES), "C2c": (YES, NO), "C2g": (OPEN, NO), "B2q": (YES, NO)},
    ),
    Finding(
        "**Is it worth it?** In the paper's setting no gate and no step beyond RL is shown to beat an RL that may "
        "choose its own temperature.",
        {"C2h": (NO, OPEN), "C4h": (NO, OPEN)},
    ),
    Finding(
        "**Is there more beyond RL?** On arithmetic going further than an unfinished RL gains many points over it; on "
        "the tree, next to nothing once the sampling is truncated. But on the tree going further is time travel: it "
        "does what RL does later, as fast as a theorem on whole responses says.",
        {"C4b": (YES, OPEN), "C4c": (YES, OPEN), "B4": (NO, YES)},
    ),
    Finding(
        "**Why those tokens?** The lemma on the gradient is right, but does not explain why few tokens change: when RL "
        "starts, rare tokens carry less of the gradient than chance alone would give them.",
        {"C3b": (NO, NO)},
    ),
    Finding(
        "**And in training?** Without rare tokens RL ends worse, on both tasks. Letting them count for more, as the "
        "paper does, gains nothing that thirty seeds can show, over DAPO or over the better of two rivals.",
        {"C3c": (YES, YES), "C5a": (NO, NO), "C5b": (YES, YES), "C5c": (NO, NO)},
    ),
)


def findings(claims: Sequence[Mapping]) -> str:
    """The sentences as a Markdown list. Raises ValueError where a verdict that one tells has changed."""
    for _, rests_on in FINDINGS:
        for id, told in rests_on.items():
            now = deciding(claims, id)
            if now != list(told):
                raise ValueError(f"the front page tells of {id} as {', '.join(told)}; it is {', '.join(now)} now")
    return "".join(f"- {sentence}\n" for sentence, _ in FINDINGS)
