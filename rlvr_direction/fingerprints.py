"""Fingerprints: everything a result depends on (options, contents of files, weights), to compare a resumed run by."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from huggingface_hub import hf_hub_download
from transformers import PreTrainedModel

from rlvr_direction.adapters import is_adapter
from rlvr_direction.settings import PairSettings

__all__ = ["content_digest", "fingerprint", "parameters_digest", "rows_digest", "weights_digest"]

HEAD = 1 << 20  # bytes; a safetensors file begins with the names and shapes of its tensors
BLOCK, BLOCKS = 4096, 64  # bytes per block, and the number of blocks
SUFFIXES = (".safetensors", ".bin", ".json")


def fingerprint(settings: PairSettings, **contents: object) -> dict[str, Any]:
    """Every option that a result depends on, and digests of both models' weights; `contents` replace or add entries.

    The output path, `resume` and `force` are left out. Raises what `weights_digest` raises.
    """
    options = {field.name: getattr(settings, field.name) for field in fields(settings)}
    for name in ("out", "resume", "force"):
        del options[name]
    revisions = {name: settings.tokenizer[f"{name}_revision"] for name in ("base", "rl")}
    weights = {f"weights of {name}": weights_digest(options[name], revisions[name]) for name in revisions}
    return options | weights | contents


def content_digest(path: str | Path) -> str:
    """A digest of what a file holds."""
    return _digest([Path(path).read_bytes()])


def rows_digest(rows: Sequence[Mapping[str, Any]]) -> str:
    """A digest of rows, wherever they were read from: of their order, keys and values."""
    return _digest([json.dumps(rows, sort_keys=True, default=str).encode()])


def weights_digest(name: str | Path, revision: str | None = None) -> str:
    """Which model a name stands for: a digest of a folder's files, or the commit of a Hub name.

    Of every file of weights or settings it reads the size, the first megabyte, and 64 blocks spread over the rest. This
    takes milliseconds for any model, and two checkpoints of one training run differ in it. Raises OSError for a Hub
    name that cannot be resolved.
    """
    if not Path(name).is_dir():
        file = "adapter_config.json" if is_adapter(name, revision) else "config.json"
        return f"commit {Path(hf_hub_download(str(name), file, revision=revision)).parent.name}"
    files = sorted(path for path in Path(name).iterdir() if path.suffix in SUFFIXES)
    return _digest(part for file in files for part in _sampled(file))


def parameters_digest(model: PreTrainedModel) -> str:
    """Which model this is, wherever it was loaded from: a digest of 64 numbers of every parameter."""
    flat = ((name, p.detach().reshape(-1)) for name, p in model.named_parameters())
    return _digest(
        f"{name} {p.numel()}".encode() + p[:: -(-p.numel() // BLOCKS) or 1].float().cpu().numpy().tobytes()
        for name, p in flat
    )


def _sampled(file: Path) -> Iterator[bytes]:
    """The parts of a file that its digest is made of."""
    size = file.stat().st_size
    yield f"{file.name} {size} ".encode()
    with file.open("rb") as opened:
        yield opened.read(HEAD)
        for start in range(HEAD, size, max(BLOCK, (size - HEAD) // BLOCKS)):
            opened.seek(start)
            yield opened.read(BLOCK)


def _digest(parts: Iterable[bytes]) -> str:
    """A digest of bytes; its first word, `content`, marks it as a digest where settings are compared."""
    hashed = blake2b(digest_size=16)
    for part in parts:
        hashed.update(part)
    return f"content {hashed.hexdigest()}"
