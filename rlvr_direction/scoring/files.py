"""Score a file of texts into a token table, part by part."""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path

import pandas as pd
from transformers import PreTrainedTokenizerBase

from rlvr_direction.adapters import is_adapter
from rlvr_direction.fingerprints import content_digest, fingerprint
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import further_columns
from rlvr_direction.prompts import announced, digest
from rlvr_direction.scoring.sequential import one_by_one
from rlvr_direction.scoring.spill import SpillingRun
from rlvr_direction.scoring.texts import Encoded, encode, load_texts, prompt_of, require_fit
from rlvr_direction.scoring.tokens import TOKEN_COLUMNS, at_responses, by_length, score_encoded
from rlvr_direction.settings import ScoreSettings
from rlvr_direction.vocabularies import end_tokens, limits_of, load_tokenizer

__all__ = ["ScoreSettings", "score_file"]

TEXTS_PER_PART = 256
OF_TEXTS = ("prompt", "prompt_ids", "response", "response_ids")


def score_file(settings: ScoreSettings) -> Path:
    """Score a file of texts with a named pair of models, part by part with a progress bar; returns the table's path.

    Further keys of the texts, such as `problem_id` and `correct`, become columns after the token table's own. With
    `sequential` one model is in memory at a time; the table is the same, and a run may go on either way. Every text is
    checked before the first is scored, and nothing is written if one is refused. Raises what `load_texts`,
    `records.Run`, `ModelPair.from_pretrained`, `score_tokens` and, with `sequential`, `one_by_one` raise.
    """
    s, texts = settings, load_texts(settings.texts)
    tokenizer = load_tokenizer(s.base, s.rl, **s.tokenizer)
    encoded = encode(tokenizer, texts, **limits_of(s, tokenizer)._asdict(), eos=s.eos)
    prompts = f"content {digest(text.prompt for text in encoded)}"
    identity = fingerprint(s, texts=content_digest(s.texts), prompts=prompts)
    del identity["sequential"]  # nothing depends on it
    run = SpillingRun(s.out, -(-len(texts) // TEXTS_PER_PART), identity, resume=s.resume, force=s.force)
    further = further_columns(texts, {*OF_TEXTS, *TOKEN_COLUMNS})
    announce = cache(partial(announced, tokenizer, prompt_of(texts[0])))  # once, after the texts are checked
    tables = one_by_one if _is_sequential(s) else _together
    for index, table in tables(s, run, tokenizer, partial(_parts, encoded, announce)):
        run.write(index, table.join(further, on="text_id"))
    return run.finish({"command": s.command, **announce(), "ends": end_tokens(s, tokenizer)})


def _is_sequential(s: ScoreSettings) -> bool:
    """Whether the models are to take turns; an adapter and its base hold their weights once and need not."""
    if s.sequential and is_adapter(s.rl, s.tokenizer["rl_revision"]):
        logging.getLogger(__name__).info("--sequential changes nothing: the adapter %s has the base's weights", s.rl)
        return False
    return s.sequential


def _together(
    s: ScoreSettings,
    run: SpillingRun,
    tokenizer: PreTrainedTokenizerBase,
    parts_for: Callable[..., list[list[Encoded]]],
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield the number and the token table of each missing part, with both models in memory."""
    pair = ModelPair.from_pretrained(s.base, s.rl, **s.load)
    parts = parts_for(context=pair.context, vocab_size=pair.vocab_size)
    for index in run.parts("scoring"):
        found = at_responses(pair, parts[index], s.batch_size)
        yield index, score_encoded(tokenizer, parts[index], found)


def _parts(
    encoded: Sequence[Encoded], announce: Callable[[], object], *, context: int, vocab_size: int
) -> list[list[Encoded]]:
    """The texts as the fixed parts of a run, once the models in memory are found to take them all."""
    require_fit(encoded, context=context, vocab_size=vocab_size)
    announce()
    starts = range(0, len(encoded), TEXTS_PER_PART)
    return [by_length(encoded[start : start + TEXTS_PER_PART]) for start in starts]
