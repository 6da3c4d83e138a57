"""Progress of a run: a bar over its parts that moves with every token, or one line where there is no terminal."""

import logging
import time
from collections.abc import Iterator, Sequence

from tqdm import tqdm

__all__ = ["count_tokens", "each_part"]

SECONDS = 0.1  # between two drawings


class _Bar(tqdm):
    """A bar over parts that also shows how many tokens went by, and how fast."""

    tokens = 0

    def add(self, tokens: int) -> None:
        self.tokens += tokens
        rate = self.tokens / max(time.time() - self.start_t, 1e-9)
        self.set_postfix_str(f"{_short(self.tokens)} tokens, {_short(rate)} tokens/s", refresh=False)
        if time.time() - self.last_print_t >= self.mininterval:
            self.refresh()
            self.last_print_t = time.time()


_SHOWN: list[_Bar] = []  # innermost last


def each_part(indices: Sequence[int], description: str, *, n_parts: int) -> Iterator[int]:
    """Yield the parts still to make, of `n_parts`, below a bar if stderr is a terminal.

    Where it is none, the first part is timed and the log says how long the others will take.
    """
    how = {"unit": "part", "disable": None, "mininterval": SECONDS}
    bar = _Bar(total=n_parts, initial=n_parts - len(indices), desc=description, **how)
    _SHOWN.append(bar)
    begun = time.monotonic()
    try:
        for done, index in enumerate(indices):
            if done == 1 and bar.disable:
                _log_time(description, time.monotonic() - begun, len(indices))
            yield index
            bar.update()
    finally:
        _SHOWN.remove(bar)
        bar.close()


def count_tokens(n: int) -> None:
    """Tell the innermost bar, if there is one, that so many tokens were read or written."""
    if _SHOWN and not _SHOWN[-1].disable:
        _SHOWN[-1].add(n)


def _log_time(description: str, seconds: float, n: int) -> None:
    said = (
        f"{description}: the first of {n} parts took {_time(seconds)}, the others take about {_time(seconds * (n - 1))}"
    )
    logging.getLogger(__name__).info(said)


def _time(seconds: float) -> str:
    units = ((7200, 3600, "h"), (120, 60, "min"))
    size, unit = next(((size, unit) for least, size, unit in units if seconds >= least), (1, "s"))
    return f"{seconds / size:.1f} {unit}"


def _short(number: int | float) -> str:
    return tqdm.format_sizeof(number) if number >= 1000 else f"{number:.0f}"
