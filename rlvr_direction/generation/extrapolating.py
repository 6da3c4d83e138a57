"""Extrapolation as a logits processor: RL generates, and the base reads along with a cache of its own."""

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import LogitsProcessor, PreTrainedModel

from rlvr_direction.batches import positions
from rlvr_direction.cache import Fed, Stream
from rlvr_direction.distributions import PairLogprobs, extrapolate, log_softmax
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Criterion, Intervention, text_of
from rlvr_direction.rope import start_stream
from rlvr_direction.scores import SCORES, View
from rlvr_direction.selfcheck import examine

__all__ = ["Extrapolating"]


class Extrapolating(LogitsProcessor):
    r"""Makes RL's `generate` draw from pi_gamma, proportional to pi_rl^(1+gamma) / pi_base^gamma (paper, section 4.1).

    The scores become its log-probabilities (nats) over the whole vocabulary, before temperature and top_p. `where`
    gates by a score of the position, such as "entropy_rl>=0.5"; elsewhere RL's own stand. Rows that go on from the
    last step are fed one token, in whatever order; any other text is read from its start, so one object serves many
    calls. Ids equal to `pad_id` (default: the base's) that a row begins with are padding. Raises ValueError for a gate
    that needs a token, for a base that cannot be decoded or has another vocabulary, and for padding in every row.

    >>> from rlvr_direction import load_toy_pair
    >>> pair = load_toy_pair("arithmetic")
    >>> inputs = pair.tokenizer(["Q:7+5*3-4\n"], return_tensors="pt")
    >>> ids = pair.rl.generate(**inputs, logits_processor=[Extrapolating(pair.base, gamma=0.3)], max_new_tokens=48)
    >>> pair.tokenizer.decode(ids[0])
    'Q:7+5*3-4\n=7+15-4\n=22-4\n=18\nA:18<eos>'
    """

    def __init__(
        self,
        base: PreTrainedModel,
        gamma: float,
        where: str | Callable[..., Tensor] = "everywhere",
        *,
        pad_id: int | None = None,
    ) -> None:
        self._intervention = Intervention(where, gamma)
        _require_position(self._intervention.where)
        self._start = _starter(base)
        self._pad_id = base.generation_config.pad_token_id if pad_id is None else pad_id
        self._stream: Stream | None = None
        self._ids = self._place = torch.zeros(0, 0, dtype=torch.long)

    @torch.no_grad()
    def __call__(
        self, input_ids: Int[Tensor, "rows time"], scores: Float[Tensor, "rows vocab"]
    ) -> Float[Tensor, "rows vocab"]:
        """Log-probabilities of pi_gamma where the gate fires, RL's elsewhere; what is excluded stays so."""
        raw = PairLogprobs(self._read(input_ids).to(scores.device), log_softmax(scores.float()))
        if raw.base.shape != raw.rl.shape:
            raise ValueError(
                f"the base predicts {raw.base.shape[1]} tokens and RL {raw.rl.shape[1]}; pass two checkpoints of one "
                "vocabulary, or generate with custom_generate=replacing(pair, ...), which cuts both to the tokenizer"
            )
        fires = self._intervention.where(View(raw, raw, "rl"), input_ids[:, -1], torch.zeros(len(scores)))
        chosen = torch.where(fires.to(scores.device).unsqueeze(1), extrapolate(raw, self._intervention.gamma), raw.rl)
        return chosen.masked_fill(scores == -torch.inf, -torch.inf)

    def _read(self, ids: Int[Tensor, "rows time"]) -> Float[Tensor, "rows vocab"]:
        """The base's log-probabilities of the next token of every row; it reads what it has not read yet."""
        rows = self._continued(ids)
        if rows is None:
            mask = _text(ids, self._pad_id)
            self._stream, fed = self._start(), Fed(ids, positions(mask), mask)
        else:
            if not torch.equal(rows, torch.arange(len(self._ids), device=rows.device)):
                self._stream.keep(rows)
            place = self._place[rows] + 1
            fed = Fed(ids[:, -1:], place, torch.ones_like(place, dtype=torch.bool))
        self._ids, self._place = ids.clone(), fed.positions[:, -1:]
        return self._stream.feed(fed, keep=1)[:, 0]

    def _continued(self, ids: Int[Tensor, "rows time"]) -> Int[Tensor, " rows"] | None:
        """Which row of the last step each row goes on from by one token, itself if it can; None for another text."""
        if ids.shape[1] != self._ids.shape[1] + 1 or self._stream is None:
            return None
        before = ids[:, :-1]
        if torch.equal(before, self._ids):
            return torch.arange(len(ids), device=ids.device)
        same = torch.stack([(self._ids == row).all(1) for row in before])
        return same.int().argmax(1) if same.any(1).all() else None


def _require_position(where: object) -> None:
    """Raise ValueError for a gate that a logits processor cannot follow: it acts before there is a token."""
    names = [name for name, score in SCORES.items() if not hasattr(score, "of_all")]
    gates = isinstance(where, Criterion) and where.reads == "raw" and where.score in names
    if not gates and where not in (EVERYWHERE, NOWHERE):
        raise ValueError(
            f"a logits processor acts before a token is drawn and cannot follow {text_of(where)}; expected everywhere, "
            f"or a threshold on {', '.join(names)}; custom_generate=replacing(pair, ...) follows every criterion"
        )


def _starter(model: PreTrainedModel) -> Callable[[], Stream]:
    """A function that starts a stream of a model's log-probabilities, by the cache that is exact for it."""
    kind = examine(model.eval()).stream
    if kind is None:
        raise ValueError(
            f"{type(model).__name__} gives other predictions after its cache than for the whole text; use another base"
        )
    return partial(start_stream, kind, model, lambda logits: log_softmax(logits.float()))


def _text(ids: Int[Tensor, "rows time"], pad_id: int | None) -> Bool[Tensor, "rows time"]:
    """False on the padding that a row begins with."""
    if pad_id is None and len(ids) > 1:
        raise ValueError("the base names no pad id, so padding cannot be told from text; pass pad_id")
    mask = (ids != pad_id).cumsum(1) > 0 if pad_id is not None else torch.ones_like(ids, dtype=torch.bool)
    if not mask[:, 0].any():
        raise ValueError(
            f"every prompt begins with the pad id {pad_id}; if that is padding, drop its columns, and if it is text, "
            "pass a pad_id that no prompt begins with"
        )
    return mask
