"""Hidden states on disk beside a run's parts, each file for as long as it is needed."""

import logging
import shutil
from pathlib import Path

from jaxtyping import Float
from safetensors.torch import load_file, save
from torch import Tensor

from rlvr_direction.records import Run, atomically

__all__ = ["SpillingRun"]


class SpillingRun(Run):
    """A run in whose `OUT.parts/` the base's hidden states of a batch wait until RL has read the same texts.

    They are no part of the result: what is missing is made again, and what is left over goes with the run's parts.
    """

    def begin(self) -> None:
        """Begin the run before its first part is written: from here on it is resumed or forced."""
        if not self._settings_path.exists():
            self._begin()

    def require_room(self, needed: int) -> None:
        """Log how many bytes the states will take; raises ValueError if the disk has fewer."""
        there = next(folder for folder in (self.folder.absolute(), *self.folder.absolute().parents) if folder.exists())
        free = shutil.disk_usage(there).free
        said = f"{needed / 2**30:.3f} GiB in {self.folder}, where {free / 2**30:.3f} GiB are free"
        if needed > free:
            raise ValueError(
                f"the base's hidden states need {said}: make room, write --out to another disk, score fewer texts at a "
                "time, or leave out --sequential"
            )
        logging.getLogger(__name__).info("the base's hidden states take %s", said)

    def states_path(self, index: int, batch: int) -> Path:
        """The file of one batch of a part: safetensors with the one tensor `states`, `(tokens, hidden)`."""
        return self.folder / f"{index:06d}.{batch:04d}.base.safetensors"

    def write_states(self, index: int, batch: int, states: Float[Tensor, "tokens hidden"]) -> None:
        """Keep the states of one batch; the file appears whole or not at all."""
        data = save({"states": states.cpu().contiguous()})
        atomically(self.states_path(index, batch), lambda file: file.write(data))

    def states(self, index: int, batch: int) -> Float[Tensor, "tokens hidden"]:
        """The states of one batch, aligned in memory as when they were computed, for the last bit of a product."""
        return load_file(self.states_path(index, batch))["states"].clone()

    def drop_states(self, index: int | None = None) -> None:
        """Remove the states of a part, or of all."""
        for file in self.folder.glob(f"{'*' if index is None else f'{index:06d}'}.*.base.safetensors"):
            file.unlink()

    def _discard_parts(self) -> None:
        self.drop_states()
        super()._discard_parts()
