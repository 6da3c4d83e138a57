"""A program that compares answers by Math-Verify: one line of JSON in, 1.0 or 0.0 out.

It is a process of its own because it can be killed: by its alarm where a comparison takes too long, by its limit of
memory where one grows too large. It imports nothing of the package, so it starts quickly.
"""

import json
import os
import resource
import signal
import sys

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
    """Say "ready", then answer every line of input; a comparison that takes longer than `seconds` ends the process."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a parser prints is no answer
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answers.write("ready\n")
    for line in sys.stdin:
        signal.alarm(seconds)
        reward = compare(*json.loads(line))
        signal.alarm(0)
        answers.write(f"{reward}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
