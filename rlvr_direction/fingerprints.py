"""What a result depends on, as settings that a resumed run is compared by: options, contents of files, weights."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from huggingface_hub import hf_hub_download
from transformers import PreTrainedModel

from rlvr_direction.settings import PairSettings

__all__ = ["content_digest", "fingerprint", "parameters_digest", "weights_digest"]

HEAD = 1 << 20  # bytes: the names and shapes of a safetensors file stand at its beginning
BLOCK, BLOCKS = 4096, 64
KINDS = (".safetensors", ".bin", ".json")


def fingerprint(settings: PairSettings, **contents: object) -> dict[str, Any]:
    """Every option that a result depends on, and the models' weights; `contents` take the place of options so called.

    Where a file lies, and whether a run is resumed or forced, are no part of it. Raises what `weights_digest` does.
    """
    names = [field.name for field in fields(settings) if field.name not in ("out", "resume", "force")]
    weights = {
        f"weights of {name}": weights_digest(getattr(settings, name), settings.revision) for name in ("base", "rl")
    }
    return {name: getattr(settings, name) for name in names} | weights | contents


def content_digest(path: str | Path) -> str:
    """What a file holds, as a digest."""
    return _digest([Path(path).read_bytes()])


def weights_digest(name: str | Path, revision: str | None = None) -> str:
    """Which model lies under a name: a digest of a folder's files, or the commit that a Hub name stands for.

    Of every file of weights or settings in a folder it reads the size, the first megabyte (where a safetensors file
    keeps its header), and 64 blocks spread over the rest: milliseconds for any model, and two checkpoints of one
    training run differ in them. Raises OSError for a Hub name that is not to be had.
    """
    if not Path(name).is_dir():
        return f"commit {Path(hf_hub_download(str(name), 'config.json', revision=revision)).parent.name}"
    files = sorted(path for path in Path(name).iterdir() if path.suffix in KINDS)
    return _digest(part for file in files for part in _sampled(file))


def parameters_digest(model: PreTrainedModel) -> str:
    """Which model this is, wherever it came from: a digest of 64 numbers of every parameter."""
    samples = ((name, p.detach().reshape(-1)) for name, p in model.named_parameters())
    return _digest(
        f"{name} {p.numel()}".encode() + p[:: -(-p.numel() // BLOCKS) or 1].float().cpu().numpy().tobytes()
        for name, p in samples
    )


def _sampled(file: Path) -> Iterator[bytes]:
    size = file.stat().st_size
    yield f"{file.name} {size} ".encode()
    with file.open("rb") as opened:
        yield opened.read(HEAD)
        for start in range(HEAD, size, max(BLOCK, (size - HEAD) // BLOCKS)):
            opened.seek(start)
            yield opened.read(BLOCK)


def _digest(parts: Iterable[bytes]) -> str:
    hashed = blake2b(digest_size=16)
    for part in parts:
        hashed.update(part)
    return f"content {hashed.hexdigest()}"
