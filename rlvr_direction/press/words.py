"""Every claim as a question that a student understands, and what the paper itself reports of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["WORDS", "Words"]


class Words(NamedTuple):
    """A claim as a question, and the paper's number with its unit, or why it has none; empty where it does not ask.

    `claimed` is False where the paper does not claim as much as is asked.
    """

    question: str
    paper: str
    claimed: bool = True


NOT_ASKED = ""
WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "C1": Words(
            "Does the change of a token tell who wrote it better than entropy or KL do?",
            "Histograms: entropy and KL overlap, delta_logp does not. No number.",
        ),
        "C1h": Words("... and better than each model's log-probability and the length?", NOT_ASKED),
        "C2": Words(
            "Does the base need the fewest repairs where RL made its tokens less likely?",
            "Accuracy 11.5 to 53.7 % with 5.4 % of tokens replaced (RL: 54.6 %); KL needs 14 %, entropy about 19 %.",
        ),
        "C2c": Words("... also when only tokens count that really become other tokens?", NOT_ASKED),
        "C2f": Words("Does it matter which token was proposed, and not only where?", "Implied by the word direction."),
        "C2g": Words("Does finding them take both models?", NOT_ASKED),
        "C2h": Words(
            "Can the repaired base beat RL at RL's own best temperature and nucleus?",
            "54.06 against RL's 54.58, 51.67 against 52.50 and 43.33 against 46.15 % (RL at one setting).",
            claimed=False,
        ),
        "C3a": Words(
            "Does plain float64 show Lemma 3.1, which is exact, to nine digits?",
            "A formula: 2 |w| (1 - pi).",
            claimed=False,
        ),
        "C3b": Words(
            "Do rare tokens carry more of the gradient than by chance?",
            "That they carry more: a picture, without a number.",
            claimed=False,
        ),
        "C3c": Words("Does RL without the rare tokens end up worse?", "Curves, without a number."),
        "C4a": Words("Is there always a way further that helps, if an action is a whole response?", "Theorem 4.1."),
        "C4t": Words("... and if an action is one token?", "Theorem 4.1, for a table of probabilities.", claimed=False),
        "C4b": Words(
            "Does going past RL at the replaced tokens beat stopping at RL?",
            "+4.17, +3.75 and +1.77 points of accuracy on three pairs.",
        ),
        "C4c": Words("Does it beat RL?", "+1.35, +2.92 and +1.25 points of accuracy on three pairs."),
        "C4h": Words("... even RL at its own best temperature and nucleus?", NOT_ASKED),
        "C5a": Words(
            "Does it help training when rare tokens count for more?",
            "+1.63 points of accuracy over DAPO with a 7B model (43.75 against 42.12), +2.52 with an 8B one.",
        ),
        "C5b": Words("... without losing answers that many tries would find?", "Pass@16 +4.47 and +3.33 points."),
        "C5c": Words("Is that better than the two rivals?", "+0.64 over Dominate, +2.37 points over PPL (7B)."),
        "B1": Words("Is the running sum of the changes the best sign of who wrote a text?", NOT_ASKED),
        "B2": Words("Does the change say how much a replacement would gain?", NOT_ASKED),
        "B2q": Words("Can a learnt guess of that gain beat it?", NOT_ASKED),
        "B3": Words("Is the sum over a response a reward that knows right from wrong?", NOT_ASKED),
        "B3m": Words("Is the lowest change in a response such a reward?", NOT_ASKED),
        "B4": Words("Is going past RL the same as training for longer?", NOT_ASKED),
        "B5": Words(
            "Does the base's own doubt find the positions that matter?",
            "Claimed elsewhere (arXiv 2605.06241): 1 to 3 % of the positions.",
        ),
    }
)
