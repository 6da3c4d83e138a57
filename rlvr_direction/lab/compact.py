"""A trainer that spends no computation on padding: on a processor most of a toy's training would go there."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad
from trl import GRPOTrainer

from rlvr_direction.decoding import decode
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import NOWHERE, Intervention
from rlvr_direction.lab.device import accelerator
from rlvr_direction.pair import ModelPair
from rlvr_direction.training import ReweightedGRPOTrainer

__all__ = ["CompactTrainer", "trainer_class"]

TOKENS = 2500  # of a forward pass: what its backward pass keeps of them stays in the processor's cache
ROWS = 256  # written together
PER_STEP = 1 << 20  # numbers of responses that belong to one update


class _ByLength(GRPOTrainer):
    """How a `CompactTrainer` writes responses and reads them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        a = self.args
        if a.use_vllm or a.top_k or a.min_p or a.repetition_penalty != 1.0:
            raise ValueError("a compact trainer samples by temperature and top_p alone, without vLLM")
        self._alone = ModelPair(self.model, self.model, self._tokenizer)
        self._numbered = (0, 0)  # the update, and how many responses were written since it

    def _generate_single_turn(self, prompt_ids: list, *_unused: Any, **_more: Any) -> tuple[list[list[int]], None]:
        step = self.state.global_step
        before = self._numbered[1] if self._numbered[0] == step else 0
        self._numbered = step, before + len(prompt_ids)
        training = self.model.training
        self.model.eval()
        decoded = decode(
            self._alone,
            [[int(i) for i in prompt] for prompt in prompt_ids],
            Intervention(NOWHERE),
            Sampling(self.args.temperature, self.args.top_p),
            seed=self.args.seed,
            problem_ids=[step * PER_STEP + before + i for i in range(len(prompt_ids))],
            max_new_tokens=self.args.max_completion_length,
            batch_size=ROWS,
        )
        self.model.train(training)
        lengths = decoded.n_tokens.tolist()
        return [row[:n].tolist() for row, n in zip(decoded.token_ids, lengths, strict=True)], None

    def _get_per_token_logps_and_entropies(
        self, model: torch.nn.Module, ids: Tensor, mask: Tensor, logits_to_keep: int, **options: Any
    ) -> tuple[Tensor, Tensor | None, None]:
        options.pop("batch_size", None)
        order, found = mask.sum(1).argsort(), []
        for rows in _pieces(mask[order]):
            columns = mask[order[rows]].any(0)
            first, last = columns.nonzero()[[0, -1], 0].tolist()
            cut = slice(first, last + 1)
            missing = ids.shape[1] - last - 1
            keep = logits_to_keep - missing
            parts = super()._get_per_token_logps_and_entropies(
                model, ids[order[rows], cut], mask[order[rows], cut], keep, **options
            )
            found.append([None if part is None else pad(part, (0, missing)) for part in parts[:2]])
        back = order.argsort()
        logp, entropy = (None if parts[0] is None else torch.cat(parts)[back] for parts in zip(*found, strict=True))
        return logp, entropy, None


class CompactTrainer(ReweightedGRPOTrainer, _ByLength):
    """A `ReweightedGRPOTrainer` for text models in one process, whose rows are worked through by their length.

    Responses are written by `decode`, which takes rows out of the batch when they end. Forward passes read the rows
    sorted by length, in pieces cut to their longest. Neither changes what is computed, but for rounding; the random
    numbers of a response depend on the seed and on its number in the run. Raises ValueError for sampling that `decode`
    does not know.
    """


def trainer_class() -> type[ReweightedGRPOTrainer]:
    """The trainer of toys and studies: the compact one, or on an accelerator, which likes large batches, the other."""
    return CompactTrainer if accelerator() is None else ReweightedGRPOTrainer


def _pieces(mask: Tensor) -> list[slice]:
    """Slices of rows, which are sorted by length, with about `TOKENS` tokens each."""
    lengths, pieces, start = mask.sum(1).tolist(), [], 0
    for end in range(1, len(lengths) + 1):
        if end == len(lengths) or (end + 1 - start) * lengths[end] > TOKENS:
            pieces.append(slice(start, end))
            start = end
    return pieces
