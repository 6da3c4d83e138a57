"""Replacement as the decoding loop of transformers' `generate`, for everything that `decode` can follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Literal

import torch
from jaxtyping import Int
from torch import Tensor
from transformers import (
    EosTokenCriteria,
    GenerationConfig,
    LogitNormalization,
    LogitsProcessor,
    MaxLengthCriteria,
    MinPLogitsWarper,
    PreTrainedModel,
    StoppingCriteria,
    StoppingCriteriaList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)
from transformers.generation import GenerateDecoderOnlyOutput, GenerationMode

from rlvr_direction.batches import positions
from rlvr_direction.decoding import Decoded, decode, end_ids
from rlvr_direction.interventions import Intervention
from rlvr_direction.pair import ModelPair
from rlvr_direction.sampling import Sampling
from rlvr_direction.scores import Proposer

__all__ = ["replacing"]

Written = Int[Tensor, "rows time"] | GenerateDecoderOnlyOutput
WARPERS = {
    TemperatureLogitsWarper: "temperature",
    TopKLogitsWarper: "top_k",
    TopPLogitsWarper: "top_p",
    MinPLogitsWarper: "min_p",
}
FOLLOWED = {LogitNormalization, MaxLengthCriteria, EosTokenCriteria}
OUTPUTS = ("output_scores", "output_logits", "output_attentions", "output_hidden_states")
PREPARED = {"attention_mask", "position_ids", "logits_to_keep", "past_key_values", "cache_params", "use_cache"}
PREPARED |= {"mm_encoder_outputs"}  # an empty one, where there is no image


def replacing(
    pair: ModelPair,
    intervention: Intervention,
    *,
    seed: int,
    block: Literal["auto"] | int = "auto",
    stop: Sequence[str] = (),
) -> Callable[..., Written]:
    r"""A `custom_generate` for transformers: with it, `generate` writes what `decode` writes, token for token.

    The model whose `generate` is called proposes: the pair's base, or its RL. Sampling is what `generate` is asked for,
    its default `top_k` of 50 included. Distinct prompts are problems 0, 1, ... and copies of a prompt its samples
    0, 1, ...; a second call repeats the first, so give each call its own seed. A response ends with any end token of
    the pair. Raises ValueError for another model, and for whatever else `generate` is asked to do: beams, penalties,
    processors, criteria, scores. A streamer and an assistant model never reach a `custom_generate`.

    >>> from rlvr_direction import load_toy_pair
    >>> pair = load_toy_pair("arithmetic")
    >>> inputs = pair.tokenizer(["Q:7+5*3-4\n"], return_tensors="pt")
    >>> replace = replacing(pair, Intervention("everywhere"), seed=0)
    >>> pair.tokenizer.decode(pair.base.generate(**inputs, custom_generate=replace, max_new_tokens=48)[0])
    'Q:7+5*3-4\n=7+15-4\n=22-4\n=18\nA:18<eos>'
    """
    settings = {"seed": seed, "block": block, "stop": stop}

    def custom_generate(
        model: PreTrainedModel,
        input_ids: Int[Tensor, "rows width"],
        *,
        logits_processor: Sequence[LogitsProcessor],
        stopping_criteria: StoppingCriteriaList,
        generation_config: GenerationConfig,
        **inputs: object,
    ) -> Written:
        prompts = _prompts(input_ids, inputs)
        _require_ends(pair, stopping_criteria)
        decoded = decode(
            pair,
            prompts,
            intervention,
            _sampling(generation_config, [*logits_processor, *stopping_criteria]),
            propose=_proposer(pair, model),
            max_new_tokens=stopping_criteria.max_length - input_ids.shape[1],
            batch_size=len(prompts),
            **_numbered(prompts),
            **settings,
        )
        return _joined(input_ids, decoded, generation_config, pair.pad_id)

    return custom_generate


def _prompts(ids: Int[Tensor, "rows width"], inputs: Mapping[str, object]) -> list[list[int]]:
    """The prompts without their padding; raise ValueError for other inputs that the models would have to be given."""
    mask, where, cache = (inputs.get(name) for name in ("attention_mask", "position_ids", "past_key_values"))
    mask = torch.ones_like(ids, dtype=torch.bool) if mask is None else mask.bool()  # a mask of ones was dropped
    unused = [name for name, value in inputs.items() if name not in PREPARED and value is not None]
    if where is not None and where.shape == mask.shape and not torch.equal(where[mask], positions(mask)[mask]):
        unused.append("position_ids")
    if cache is not None and cache.get_seq_length():
        unused.append("past_key_values")
    if unused:
        raise ValueError(f"generate is given {', '.join(unused)}; replacement reads input_ids and attention_mask alone")
    return [row[kept].tolist() for row, kept in zip(ids, mask, strict=True)]


def _sampling(asked: GenerationConfig, steps: Sequence[LogitsProcessor | StoppingCriteria]) -> Sampling:
    """How `generate` is asked to draw; raise ValueError for steps and outputs that the decoder of a pair has not."""
    if (mode := asked.get_generation_mode()) not in (GenerationMode.GREEDY_SEARCH, GenerationMode.SAMPLE):
        raise ValueError(f"generate is asked for {mode.value.replace('_', ' ')}; replacement samples, with num_beams=1")
    given = {field.name: (type(field.default), getattr(asked, field.name)) for field in fields(Sampling)}
    sampling = Sampling(**{name: number(value) for name, (number, value) in given.items() if value is not None})
    sampling = sampling if asked.do_sample else Sampling(temperature=0.0)
    others = [type(step).__name__ for step in steps if not _follows(step, sampling)]
    others += [name for name in OUTPUTS if asked.return_dict_in_generate and getattr(asked, name)]
    if others:
        raise ValueError(
            f"generate is asked for {', '.join(others)}, which replacement cannot follow; it follows temperature, "
            "top_k, top_p, min_p, lengths, end tokens and num_return_sequences, so leave the rest out"
        )
    return sampling


def _follows(step: LogitsProcessor | StoppingCriteria, sampling: Sampling) -> bool:
    """Whether a processor or criterion is one that `generate` made of settings which `decode` gets."""
    name = WARPERS.get(type(step))
    return type(step) in FOLLOWED or (name is not None and getattr(step, name) == getattr(sampling, name))


def _require_ends(pair: ModelPair, criteria: StoppingCriteriaList) -> None:
    """Raise ValueError for an end token that neither the tokenizer nor a model of the pair knows as one."""
    asked = {end for step in criteria if isinstance(step, EosTokenCriteria) for end in step.eos_token_id.tolist()}
    if unknown := sorted(asked - {*(ends := end_ids(pair).tolist())}):
        raise ValueError(
            f"generate is to end at token ids {unknown}, but the pair's responses end at {ends}; add them to "
            "generation_config.eos_token_id of one of its models"
        )


def _numbered(prompts: Sequence[Sequence[int]]) -> dict[str, list[int]]:
    """Problem and sample ids: a prompt that was there before is another sample of its problem.

    >>> _numbered([[5], [5], [7, 8], [5]])
    {'problem_ids': [0, 0, 1, 0], 'sample_ids': [0, 1, 0, 2]}
    """
    copies: dict[tuple[int, ...], int] = {}
    sample_ids = []
    for prompt in map(tuple, prompts):
        sample_ids.append(copies.setdefault(prompt, 0))
        copies[prompt] += 1
    problems = {prompt: i for i, prompt in enumerate(copies)}
    return {"problem_ids": [problems[tuple(prompt)] for prompt in prompts], "sample_ids": sample_ids}


def _proposer(pair: ModelPair, model: PreTrainedModel) -> Proposer:
    """Which of the pair a model is."""
    if model is not pair.base and model is not pair.rl:
        raise ValueError(
            f"generate is called on a {type(model).__name__} outside the pair; call pair.base.generate, or "
            "pair.rl.generate to let RL propose"
        )
    return "base" if model is pair.base else "rl"


def _joined(ids: Int[Tensor, "rows width"], decoded: Decoded, asked: GenerationConfig, pad_id: int) -> Written:
    """The prompts as they came, and after them the responses, padded on the right up to the longest one."""
    pad_id = pad_id if asked._pad_token_tensor is None else int(asked._pad_token_tensor)
    after = torch.arange(decoded.token_ids.shape[1]) >= decoded.n_tokens.unsqueeze(1)
    written = decoded.token_ids.masked_fill(after, pad_id)[:, : decoded.n_tokens.max()]
    sequences = torch.cat([ids, written.to(ids.device)], dim=1)
    return GenerateDecoderOnlyOutput(sequences) if asked.return_dict_in_generate else sequences
