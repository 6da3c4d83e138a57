"""How large an audit is: how many problems and samples fit into its time, and which problems they are."""

import math
from dataclasses import dataclass

from rlvr_direction.audit.arms import BUDGETS, COLDER, GAMMAS, REPLACED

__all__ = ["Sizes", "require_enough", "sizes_for", "spread"]

LEAST = 8  # problems
MOST_SAMPLES = 16
TRIED = len(BUDGETS) * len(GAMMAS) + len(COLDER)  # arms on calibration problems
PLAIN = 1  # responses per calibration problem that are scored token by token
ALONE = 2  # responses per judged problem that are scored token by token
JUDGED = 2 + len(REPLACED) * len(BUDGETS) + 2  # arms


@dataclass(frozen=True)
class Sizes:
    """The numbers of calibration and judged problems, and of samples per problem and arm."""

    n_calibration: int
    n_judged: int
    samples: int = 1

    @property
    def responses(self) -> int:
        """How many responses are decoded in all."""
        calibrated = (PLAIN + TRIED * self.samples) * self.n_calibration
        return calibrated + (ALONE + JUDGED * self.samples) * self.n_judged

    def said(self, seconds: float = math.nan) -> str:
        """The sizes in words, with the minutes that they take at so many `seconds` per response."""
        samples = f", {self.samples} samples each" if self.samples > 1 else ""
        time = "" if math.isnan(seconds) else f", about {self.responses * seconds / 60:.0f} minutes"
        return (
            f"{self.n_calibration} problems calibrate and {self.n_judged} are judged{samples}: "
            f"{self.responses} responses under {JUDGED} arms and {TRIED} tried ones{time}"
        )


def require_enough(n_problems: int, use: int | None = None) -> None:
    """Raise ValueError where there are fewer problems than are to be used, or than the fewest that make an audit."""
    if n_problems < (use or LEAST):
        raise ValueError(f"{n_problems} problems; expected at least {use or LEAST}: pass more problems")


def sizes_for(
    n_problems: int,
    seconds: float,
    minutes: float,
    *,
    use: int | None = None,
    samples: int | None = None,
) -> Sizes:
    """The sizes of an audit of at most `n_problems` problems that takes about `minutes` at `seconds` per response.

    More problems come before more samples. `use` and `samples` are taken as they are. Raises ValueError where not even
    8 problems fit into the time, and what `require_enough` raises. With both given, `seconds` may be nan.

    >>> sizes_for(200, seconds=0.5, minutes=30.0)
    Sizes(n_calibration=28, n_judged=83, samples=1)
    """
    require_enough(n_problems, use)
    fitting = 0.0 if math.isnan(seconds) else 60 * minutes / seconds  # responses
    n = use or min(n_problems, int(4 * fitting / (_split(4, samples or 1).responses)))
    if n < LEAST:
        needed = _split(LEAST, samples or 1).responses * seconds / 60
        raise ValueError(
            f"at {seconds:.2g} seconds per response, {minutes:g} minutes are too few for {LEAST} problems: pass "
            f"--budget-minutes {math.ceil(needed)}, a smaller --max-new-tokens, or --use {LEAST}"
        )
    alone = _split(n, 0).responses
    more = int((fitting - alone) / (_split(n, 1).responses - alone))
    return _split(n, samples or min(MOST_SAMPLES, max(1, more)))


def spread(n_problems: int, n: int) -> tuple[list[int], list[int]]:
    """Which of the problems calibrate and which are judged: `n` of them, evenly spread, every fourth for calibration.

    >>> spread(20, 10)
    ([0, 8, 16], [2, 4, 6, 10, 12, 14, 18])
    """
    chosen = [i * n_problems // n for i in range(n)]
    return chosen[::4], [row for i, row in enumerate(chosen) if i % 4]


def _split(n: int, samples: int) -> Sizes:
    return Sizes(-(-n // 4), n - -(-n // 4), samples)
