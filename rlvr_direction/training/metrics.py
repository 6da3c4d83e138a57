"""What training measures beside TRL's own: which way tokens moved, pass@k, and a Parquet file of everything."""

from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor
from transformers import TrainerCallback

from rlvr_direction import records
from rlvr_direction.statistics import pass_at_k

__all__ = ["Direction", "MetricsFile", "passes"]

NAME = "metrics.parquet"


class Direction(TrainerCallback):
    """Direction correctness of an update (the paper's reviewers' Q7), at every n-th update.

    Logs the share of tokens with a positive advantage whose log-probability the update raises, and of those with a
    negative one whose it lowers. A token that the weighting gave nothing counts for neither.
    """

    def __init__(self, trainer: Any, every: int) -> None:
        self._trainer, self._every, self._kept = trainer, every, []

    def before(self, batch: dict[str, Any], logp: Tensor) -> None:
        """Keep what the coming update is made from."""
        if self._every and (self._trainer.state.global_step + 1) % self._every == 0:
            self._kept.append((batch, logp))

    def on_step_end(self, *_state: Any, **_objects: Any) -> None:
        """Look at the same tokens again."""
        if not self._kept:
            return
        counts = sum(self._count(*kept) for kept in self._kept)
        self._kept = []
        rose, positive, fell, negative = self._trainer.accelerator.reduce(counts, reduction="sum").tolist()
        for name, moved, total in (("positive_rise", rose, positive), ("negative_fall", fell, negative)):
            if total:
                self._trainer._metrics["train"][f"direction/{name}"].append(moved / total)

    def _count(self, batch: dict[str, Any], before: Tensor) -> Tensor:
        after = self._trainer.logp_of(batch)
        mask = (batch["completion_mask"] * batch.get("tool_mask", 1)).bool()
        advantages = batch["advantages"] if batch["advantages"].dim() > 1 else batch["advantages"].unsqueeze(1)
        positive, negative = (advantages > 0) & mask, (advantages < 0) & mask
        found = ((after > before) & positive, positive, (after < before) & negative, negative)
        return torch.stack([tokens.sum() for tokens in found])


class MetricsFile(TrainerCallback):
    """Keeps `metrics.parquet` in the output folder: one row per log, as transformers logged it, and `metadata`."""

    def __init__(self, folder: str | Path) -> None:
        self._path, self.metadata = Path(folder, NAME), {}

    def on_log(self, _arguments: Any, state: Any, _control: Any, **_objects: Any) -> None:
        """Write all rows; a resumed run starts from those of its checkpoint."""
        if state.is_world_process_zero:
            records.save(pd.DataFrame(state.log_history), self._path, metadata=self.metadata)


def passes(correct: Tensor, n: int) -> dict[str, float]:
    """`pass@1`, `pass@2`, `pass@4`, ... up to the n responses a prompt: unbiased, over groups of rewards above 0."""
    right = (correct.nan_to_num(0.0).view(-1, n) > 0).sum(1).cpu().numpy()
    ks = [2**i for i in range(n.bit_length())]
    return {f"pass@{k}": float(pass_at_k(right, n, k).mean()) for k in ks if k <= n}
