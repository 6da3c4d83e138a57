"""Score a file of texts into a token table, part by part."""

from pathlib import Path

from rlvr_direction.fingerprints import content_digest, fingerprint
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import further_columns
from rlvr_direction.prompts import announced, digest, encode_prompt
from rlvr_direction.records import Run
from rlvr_direction.scoring.texts import encode, load_texts, prompt_of
from rlvr_direction.scoring.tokens import TOKEN_COLUMNS, score_encoded
from rlvr_direction.settings import ScoreSettings
from rlvr_direction.vocabularies import load_tokenizer

__all__ = ["ScoreSettings", "score_file"]

TEXTS_PER_PART = 256
OF_TEXTS = ("prompt", "prompt_ids", "response", "response_ids")


def score_file(settings: ScoreSettings) -> Path:
    """Score a file of texts with a named pair of models, part by part with a progress bar; returns the table's path.

    Further keys of the texts, such as `problem_id` and `correct`, become columns after the token table's own.
    Every text is checked before the first is scored, and nothing is written if one is refused. Raises what
    `load_texts`, `records.Run`, `ModelPair.from_pretrained` and `score_tokens` raise.
    """
    s, texts = settings, load_texts(settings.texts)
    tokenizer = load_tokenizer(s.base, s.rl, **s.tokenizer)
    prompts = f"content {digest(encode_prompt(tokenizer, prompt_of(text)) for text in texts)}"
    identity = fingerprint(s, texts=content_digest(s.texts), prompts=prompts)
    run = Run(s.out, -(-len(texts) // TEXTS_PER_PART), identity, resume=s.resume, force=s.force)
    pair = ModelPair.from_pretrained(s.base, s.rl, **s.load)
    encoded, further = encode(pair, texts, eos=s.eos), further_columns(texts, {*OF_TEXTS, *TOKEN_COLUMNS})
    said = announced(tokenizer, prompt_of(texts[0]))
    for index in run.parts("scoring"):
        part = encoded[index * TEXTS_PER_PART : (index + 1) * TEXTS_PER_PART]
        table = score_encoded(pair, part, batch_size=s.batch_size)
        run.write(index, table.join(further, on="text_id"))
    return run.finish({"command": s.command, **said})
