"""What `math_reward` does with responses that mean it harm: time, memory, processes, and code that must not run.

    python benchmarks/hostile_answers.py [--responses 10000] [--seed 0]

Responses are generated from the seed, in equal numbers of each kind. The program fails (exit code 1) if a comparison
raises, gives anything but 0.0 or 1.0 or takes longer than the limit, if a process is left over, if the code in a
response ran, or if the memory of this process or of the worker grows. It reads /proc, so it needs Linux.
"""

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from random import Random
from time import perf_counter, sleep

import numpy as np
import psutil
from tqdm import tqdm

from rlvr_direction.problems import Problem, math_reward

LIMIT = 6.0  # seconds that any comparison may take, the start of a new worker included
GROWTH = 32  # MiB that this process may grow by after the first tenth
WORKER = 1024  # MiB that a worker may hold between two comparisons
EVERY = 50  # comparisons between two looks at memory
ANSWERS = (
    *("4", "-17", r"\frac{1}{2}", "0.333", "x^2+1", "(1,2)", "[0,1)", r"\{1,2,3\}", r"\sqrt{2}", "2x+3y=6", "x>3"),
    *(r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\frac{\pi}{4}", r"\text{Evelyn}", "10^{10}", "50\\%", "", "}{"),
)
AROUND = (
    *((r"\frac{1}{1+", "}"), ("(", ")"), (r"\sqrt{", "}"), ("{", "}"), (r"\boxed{", "}"), ("-", ""), ("x^{", "}")),
    *((r"\left(1+", r"\right)"), (r"\sin(", ")"), (r"\text{", "}"), ("|", "|"), (r"\{", r"\}"), ("[", ",1)")),
)
ODD = "\u202e\u200b\u0301\u2028\ufeff\ud800\udfff\U0001d7d8\uff11\u0663\u221e\u2264\u00bd\u2074\U0001f600é中"


def unbalanced(rng: Random) -> str:
    parts = ("{", "}", r"\{", r"\}", "(", ")", "[", "]", r"\left(", r"\right]", r"\boxed{", r"\frac{", "$", "$$", "^{")
    return "".join(rng.choice((*parts, "1", "x", "+")) for _ in range(rng.randint(1, 400)))


def powers(rng: Random) -> str:
    base, height = rng.randint(2, 99), rng.randint(2, 8)
    tower = "^{".join(str(rng.randint(2, 99)) for _ in range(height)) + "}" * (height - 1)
    big = 10 ** rng.randint(3, 30)
    kinds = (tower, f"{base}^{{{big}}}", f"{base}**{big}", f"{base}{'!' * height}", f"({base}!)^{{{base}!}}")
    kinds += (
        rf"\binom{{{big}}}{{{big // 2}}}",
        rf"\frac{{1}}{{{base}^{{{big}}}}}",
        rf"\sqrt[{big}]{{{base}^{{{big}}}}}",
    )
    return boxed(rng, rng.choice(kinds))


def nested(rng: Random) -> str:
    depth = rng.choice((20, 100, 400, 3000))
    left, right = rng.choice(AROUND)
    return boxed(rng, left * depth + "1" + right * depth)


def unicode(rng: Random) -> str:
    return boxed(rng, "".join(rng.choice(ODD + "12x+=,") for _ in range(rng.randint(1, 200))))


def control(rng: Random) -> str:
    text = "".join(chr(rng.choice((*range(32), 127, *range(128, 160), 49, 92))) for _ in range(rng.randint(1, 200)))
    return text + boxed(rng, text)


def sympy_bombs(rng: Random) -> str:
    n, k = 10 ** rng.randint(1, 12), rng.randint(2, 60)
    kinds = (
        rf"\sum_{{i=1}}^{{{n}}} i^{{{k}}}",
        rf"\prod_{{i=1}}^{{{n}}} (1+\frac{{1}}{{i}})",
        rf"\int_0^{{{k}}} e^{{x^x}} \sin(x^{{{k}}}) dx",
        rf"(x+y+z)^{{{n}}}",
        rf"(x+1)^{{{k}}}-(x-1)^{{{k}}}",
        "+".join(rf"\sqrt{{{rng.randint(2, 999)}}}" for _ in range(k)),
        "*".join(f"(x_{{{i}}}+{i})" for i in range(k)),
        rf"\lim_{{x \to 0}} \frac{{\sin({n}x)}}{{x^{{{k}}}}}",
        r"\{" + ",".join(str(rng.randint(0, 9**9)) for _ in range(20 * k)) + r"\}",
        r"\begin{pmatrix}" + r"\\".join("&".join(["x^9"] * k) for _ in range(k)) + r"\end{pmatrix}",
        rf"\sin({n})^{{{n}}}+\cos({n})^{{{n}}}",
        "0." + "".join(str(rng.randint(0, 9)) for _ in range(50 * k)),
        rf"\log_{{{k}}}({k}^{{{n}}})",
    )
    return boxed(rng, rng.choice(kinds))


def very_long(rng: Random) -> str:
    piece, size = rng.choice(("9", r"\boxed{4} ", "$4$ ", "{", "1+", "x=", r"\frac12 ", "a ", "\\", "1,")), 10**5
    return piece * (rng.randint(1, 5 * size) // len(piece))


def injections(rng: Random) -> str:
    touch = f"open({MARK!r}, 'w')"
    kinds = (
        f"__import__('os').system('touch {MARK}')",
        f"().__class__.__base__.__subclasses__()[0]; {touch}",
        f"eval({touch!r})",
        f"(lambda: {touch})()",
        rf"\input{{/etc/passwd}} \write18{{touch {MARK}}}",
        f"x.__init__.__globals__['__builtins__']['open']({MARK!r}, 'w')",
        f"Symbol('x').subs(1, {touch})",
        f"$(touch {MARK}) `touch {MARK}`",
        '"]}\n["4", "4"]\n1.0\nready\n',
        f"'); {touch}; ('",
        "%s%s%n{0.__class__}{mark}",
    )
    return boxed(rng, rng.choice(kinds))


def spliced(rng: Random) -> str:
    texts = [rng.choice(PLAIN)(rng)[:2000] for _ in range(rng.randint(2, 4))]
    cut = [text[rng.randint(0, len(text) // 2) :][: rng.randint(1, 500)] for text in texts]
    return r" \boxed{".join(cut) + rng.choice(("", "}", "}" * 9))


def boxed(rng: Random, text: str) -> str:
    around = rng.choice((r"so \boxed{%}.", "$%$", "%", r"\[ % \]", r"The answer is \boxed{%}, or \boxed{%}"))
    return around.replace("%", text)


PLAIN = (unbalanced, powers, nested, unicode, control, sympy_bombs, injections)
KINDS = (*PLAIN, very_long, spliced)
MARK = str(Path(tempfile.gettempdir(), f"hostile_answers_{os.getpid()}"))


def descendants() -> list[int]:
    """Processes that this one started and has not waited for, and theirs."""
    return [child.pid for child in psutil.Process().children(recursive=True)]


def resident(process: int) -> float:
    """Memory of a process in MiB, 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Seen:
    """What a run has shown so far."""

    def __init__(self) -> None:
        self.seconds, self.rewards, self.wrong = defaultdict(list), defaultdict(float), []
        self.own, self.workers = [], []

    def compare(self, kind: str, answer: str, response: str) -> None:
        """Make one comparison, and note what it took and what went wrong."""
        start = perf_counter()
        try:
            reward = math_reward(Problem("q", answer), response)
        except Exception as error:
            self.wrong.append(f"{kind}: {type(error).__name__} on {response[:80]!r}")
            reward = 0.0
        taken = perf_counter() - start
        self.seconds[kind].append(taken)
        self.rewards[kind] += reward
        if reward not in (0.0, 1.0) or taken > LIMIT:
            self.wrong.append(f"{kind}: {reward} after {taken:.1f} s for {answer!r} and {response[:80]!r}")

    def look(self) -> None:
        """Note the memory of this process and of those it started."""
        processes = descendants()
        self.own.append(resident(os.getpid()))
        self.workers.append(sum(map(resident, processes)))
        if len(processes) > 2:  # the worker and its child
            self.wrong.append(f"{len(processes)} processes at once")

    def judged(self) -> list[str]:
        """Everything that went wrong."""
        grown = max(self.own) - self.own[len(self.own) // 10]
        wrong = [*self.wrong]
        wrong += [f"this process grew by {grown:.0f} MiB"] if grown > GROWTH else []
        wrong += [f"a worker held {max(self.workers):.0f} MiB"] if max(self.workers) > WORKER else []
        return wrong + ([f"code ran: {MARK} is there"] if Path(MARK).exists() else [])


def table(seen: Seen) -> str:
    lines = [f"{'kind':<12} {'number':>6} {'right':>6} {'median s':>9} {'99 % s':>7} {'most s':>7} {'over 3.5 s':>10}"]
    for kind, seconds in seen.seconds.items():
        median, high = np.quantile(seconds, [0.5, 0.99])
        slow = sum(s > 3.5 for s in seconds)
        lines.append(
            f"{kind:<12} {len(seconds):>6} {seen.rewards[kind]:>6.0f} {median:>9.4f} {high:>7.2f} {max(seconds):>7.2f} "
            f"{slow:>10}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng, seen = Random(asked.seed), Seen()
    for i in tqdm(range(asked.responses), disable=None):
        kind = KINDS[i % len(KINDS)]
        seen.compare(kind.__name__, rng.choice(ANSWERS), kind(rng))
        if i % EVERY == 0:
            seen.look()
    seen.compare("plain", "4", r"\boxed{4}")
    sleep(0.5)
    seen.look()
    print(table(seen))
    tenth = len(seen.own) // 10
    print(f"this process  {seen.own[tenth]:.0f} MiB after a tenth, {seen.own[-1]:.0f} at the end")
    print(f"worker        {np.median(seen.workers):.0f} MiB (median), at most {max(seen.workers):.0f}")
    plain = "right" if seen.rewards["plain"] else "WRONG"
    print(f"processes     {len(descendants())} at the end, of 2; a plain answer is {plain}")
    wrong = seen.judged() + ([] if seen.rewards["plain"] else ["a plain answer was not right at the end"])
    print("\n".join(wrong) if wrong else "nothing went wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
