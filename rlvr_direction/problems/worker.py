"""A program that compares answers by Math-Verify: one line of JSON in, 1.0 or 0.0 out.

Comparisons are made in a child of this process because that can be killed: by its alarm where one takes too long, by
its limit of memory where one grows too large. The next child is there in milliseconds, since this process has loaded
what it needs. Nothing of the package is imported, so that it starts quickly.
"""

import json
import mmap
import os
import resource
import signal
import sys
from typing import TextIO

from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

__all__ = ["compare", "main"]

BOXED_FIRST = (LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig())
MEMORY = 4 << 30  # bytes


def compare(answer: str, response: str) -> float:
    """Return 1.0 if the response's answer equals the other one, and 0.0 if not or if an error is raised."""
    try:
        wanted, given = (
            parse(text, extraction_config=BOXED_FIRST, parsing_timeout=None)
            for text in (rf"\boxed{{{answer}}}", response)
        )
        return float(verify(wanted, given, timeout_seconds=None))
    except Exception:  # whatever error a parser raises on a model's text, the text has not earned the reward
        return 0.0


def main(seconds: int) -> None:
    """Say "ready", then answer every line of input: 0.0 where a comparison takes longer than `seconds`, or dies.

    A line is written once the one before it is answered.
    """
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a parser prints is no answer
    asked = mmap.mmap(-1, 1)  # shared with the child: whether an answer is owed
    answers.write("ready\n")
    while child := os.fork():
        _, status = os.waitpid(child, 0)
        if status == 0:  # the end of the input
            return
        if asked[0]:
            answers.write("0.0\n")
            asked[0] = 0
    _serve(answers, asked, seconds)


def _serve(answers: TextIO, asked: mmap.mmap, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        asked[0] = 1
        signal.alarm(seconds)
        reward = compare(*json.loads(line))
        signal.alarm(0)
        asked[0] = 0
        answers.write(f"{reward}\n")
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
