"""Metrics that TRL lacks: which way tokens moved, pass@k, and a Parquet file of all logs."""

from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor
from transformers import TrainerCallback

from rlvr_direction import records
from rlvr_direction.statistics import pass_at_k

__all__ = ["Direction", "MetricsFile", "passes"]


class Direction(TrainerCallback):
    """Direction correctness of every n-th update (the paper's reviewers' Q7).

    Logs two fractions: tokens with positive advantage whose log-probability the update raises, and tokens with negative
    advantage whose log-probability it lowers. Tokens of weight 0 are not counted.
    """

    def __init__(self, trainer: Any, every: int) -> None:
        self._trainer, self._every, self._kept = trainer, every, []

    def keep(self, batch: dict[str, Any], logp: Tensor) -> None:
        """Keep a batch and its log-probabilities (B, T) before the update, if this update is to be measured."""
        if self._every and (self._trainer.state.global_step + 1) % self._every == 0:
            self._kept.append((batch, logp))

    def on_step_end(self, *_state: Any, **_objects: Any) -> None:
        """Compute the log-probabilities of the kept batches again, and log the two fractions."""
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
    """Keeps `metrics.parquet` in the output folder: one row per log of transformers, and `metadata`."""

    def __init__(self, folder: str | Path) -> None:
        self._path, self.metadata = Path(folder, "metrics.parquet"), {}

    def on_log(self, _arguments: Any, state: Any, _control: Any, **_objects: Any) -> None:
        """Write all rows, including those that a resumed run took from its checkpoint."""
        if state.is_world_process_zero:
            records.save(pd.DataFrame(state.log_history), self._path, metadata=self.metadata)


def passes(correct: Tensor, n: int) -> dict[str, float]:
    """Unbiased `pass@1`, `pass@2`, `pass@4`, ... up to n responses per prompt; right is a reward above 0."""
    right = (correct.nan_to_num(0.0).view(-1, n) > 0).sum(1).cpu().numpy()
    ks = [2**i for i in range(n.bit_length())]
    return {f"pass@{k}": float(pass_at_k(right, n, k).mean()) for k in ks if k <= n}
