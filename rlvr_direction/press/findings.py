"""What the book finds, in plain sentences: each stands as long as the verdicts that it tells are what they were."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rlvr_direction.press.ledger import deciding, in_unit, numbers

__all__ = ["FINDINGS", "Finding", "findings"]


class Finding(NamedTuple):
    """A sentence, and the verdicts, task by task, that it rests on, by claim.

    The sentence names estimates by claim and task, such as "{C2_arithmetic}".
    """

    sentence: str
    rests_on: Mapping[str, tuple[str, ...]]


YES, NO, OPEN = "reproduced", "not reproduced", "inconclusive"
FINDINGS = (
    Finding(
        "**In short.** `delta_logp` finds the tokens to repair with fewer replacements than KL, entropy or chance. "
        "But, in the paper's setting, RL alone, sampled as suits it best (*cold RL*), beats both repair and a step "
        "beyond RL on arithmetic (C2h, C4h); on the tree neither is shown to beat it; on worded repair by "
        "`delta_logp` does, by {C2h_worded_interval}.",
        {"C2": (YES, YES, YES), "C2h": (NO, OPEN, YES), "C4h": (NO, OPEN)},
    ),
    Finding(
        "**Who wrote it?** Added up from the start of a text, `delta_logp` tells base and RL apart, at single "
        "tokens, better than any other score, by {B1_arithmetic}, {B1_pointer_tree} and {B1_worded} points of AUROC "
        "(arithmetic, the tree, worded). A token's own beats entropy and KL on two tasks of three.",
        {"B1": (YES, YES, YES), "C1": (NO, YES, YES)},
    ),
    Finding(
        "**Which tokens to repair?** Choosing them by `delta_logp` takes {C2_arithmetic} (arithmetic), "
        "{C2_pointer_tree} (the tree) and {C2_worded} (worded) times as many replacements as the closest of KL, "
        "entropy and chance; counted by tokens that really become other tokens, it is ahead on two tasks of three. "
        "That the token counts, and not only its place, is shown on these two. But how far a token is behind RL's "
        "favourite, which RL alone can say, is nearly as good a guide.",
        {"C2": (YES, YES, YES), "C2c": (YES, NO, YES), "C2g": (OPEN, NO, OPEN), "C2f": (YES, NO, YES)},
    ),
    Finding(
        "**Is there more beyond RL?** On arithmetic gate and step together gain {C4c_arithmetic} points over an "
        "unfinished RL, of which the step adds {C4b_arithmetic} to its gate. On the tree, sampled as in the paper, no "
        "gain over RL is shown, and the step adds a tenth of a point at most.",
        {"C4b": (YES, OPEN), "C4c": (YES, OPEN)},
    ),
    Finding(
        "**Is a step beyond RL the same as more training?** On the tree, before RL levels off, it is about that: it "
        "lands where RL does after twice the rollouts. On arithmetic and worded it falls short of that, and soon "
        "behind RL itself.",
        {"B4": (NO, YES, NO)},
    ),
    Finding(
        "**Why those tokens?** The lemma on the gradient is right, but does not explain why few tokens change: when RL "
        "starts, rare tokens carry less of the gradient than chance alone would give them, at best as much.",
        {"C3b": (NO, NO, NO)},
    ),
    Finding(
        "**And in training?** Without rare tokens RL ends worse ({C3c_arithmetic} points of accuracy on "
        "arithmetic, {C3c_pointer_tree} on the tree). Letting them count for more, as the paper does, is level with "
        "DAPO: thirty seeds rule out a gain of one point (on arithmetic the weights stay close to 1, so little was "
        "tried). The better of two rivals is ahead of it on arithmetic, and level with it on the tree.",
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
    estimates = {f"{row['id']}_{row['task']}": in_unit(row["value"], row["unit"]) for row in claims}
    estimates |= {f"{row['id']}_{row['task']}_interval": numbers(row) for row in claims}
    return "".join(f"- {sentence.format_map(estimates)}\n" for sentence, _ in FINDINGS)
