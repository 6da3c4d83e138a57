"""Scoring a file of texts into a token table, part by part."""

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from rlvr_direction.pair import ModelPair
from rlvr_direction.records import Run
from rlvr_direction.scoring.texts import encode, load_texts
from rlvr_direction.scoring.tokens import score_encoded

__all__ = ["ScoreSettings", "score_file"]

TEXTS_PER_PART = 256


@dataclass(frozen=True)
class ScoreSettings:
    """What `score_file` scores, with which models, and where the table goes: the options of the command `score`."""

    base: str
    rl: str
    texts: Path
    out: Path
    batch_size: int = 32
    eos: bool = False
    revision: str | None = None
    dtype: str = "float32"
    device_map: str | None = None
    resume: bool = False
    force: bool = False
    command: str = ""


def score_file(settings: ScoreSettings) -> Path:
    """Score a file of texts with two models by their names, part by part under a progress bar; returns the path.

    Every text is checked before the first is scored, so that a refusal leaves nothing behind. Raises what `load_texts`,
    `records.Run`, `ModelPair.from_pretrained` and `score_tokens` raise.
    """
    s, texts = settings, load_texts(settings.texts)
    digest = blake2b(Path(s.texts).read_bytes(), digest_size=16).hexdigest()
    fingerprint = {"base": s.base, "rl": s.rl, "texts": digest, "revision": s.revision, "dtype": s.dtype, "eos": s.eos}
    n_parts = -(-len(texts) // TEXTS_PER_PART)
    run = Run(s.out, n_parts, {**fingerprint, "batch_size": s.batch_size}, resume=s.resume, force=s.force)
    pair = ModelPair.from_pretrained(s.base, s.rl, revision=s.revision, dtype=s.dtype, device_map=s.device_map)
    encoded = encode(pair, texts, eos=s.eos)
    for index in run.parts("scoring"):
        part = encoded[index * TEXTS_PER_PART : (index + 1) * TEXTS_PER_PART]
        run.write(index, score_encoded(pair, part, batch_size=s.batch_size))
    return run.finish({"command": s.command})
