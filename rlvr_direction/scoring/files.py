"""Score a file of texts into a token table, part by part."""

from pathlib import Path

from rlvr_direction.fingerprints import content_digest, fingerprint
from rlvr_direction.pair import ModelPair
from rlvr_direction.prompts import announced, digest, encode_prompt
from rlvr_direction.records import Run
from rlvr_direction.scoring.texts import encode, load_texts
from rlvr_direction.scoring.tokens import score_encoded
from rlvr_direction.settings import ScoreSettings
from rlvr_direction.vocabularies import load_tokenizer

__all__ = ["ScoreSettings", "score_file"]

TEXTS_PER_PART = 256


def score_file(settings: ScoreSettings) -> Path:
    """Score a file of texts with a named pair of models, part by part with a progress bar; returns the table's path.

    Every text is checked before the first is scored, and nothing is written if one is refused. Raises what
    `load_texts`, `records.Run`, `ModelPair.from_pretrained` and `score_tokens` raise.
    """
    s, texts = settings, load_texts(settings.texts)
    tokenizer = load_tokenizer(s.base, s.rl, **s.tokenizer)
    prompts = f"content {digest(encode_prompt(tokenizer, text['prompt']) for text in texts)}"
    identity = fingerprint(s, texts=content_digest(s.texts), prompts=prompts)
    run = Run(s.out, -(-len(texts) // TEXTS_PER_PART), identity, resume=s.resume, force=s.force)
    pair = ModelPair.from_pretrained(s.base, s.rl, **s.load)
    encoded = encode(pair, texts, eos=s.eos)
    said = announced(tokenizer, texts[0]["prompt"])
    for index in run.parts("scoring"):
        part = encoded[index * TEXTS_PER_PART : (index + 1) * TEXTS_PER_PART]
        run.write(index, score_encoded(pair, part, batch_size=s.batch_size))
    return run.finish({"command": s.command, **said})
