"""Checkpoints as folders or Hub names: loaded, or refused in one sentence."""

from pathlib import Path
from typing import Any

from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["context_length", "load_part", "load_tokenizer", "same_tokenizer"]


def load_part(auto: type, name: str | Path, **options: object) -> Any:
    """A model or tokenizer by its Auto class; options that are None are left out.

    Raises FileNotFoundError, in one sentence, for a name that is neither a folder nor to be had from the Hub, and
    ValueError for a folder that holds only part of a checkpoint.
    """
    folder = Path(name).is_dir()
    if folder and not Path(name, "config.json").is_file():
        raise FileNotFoundError(f"{name} is a folder without a config.json; pass a folder that save_pretrained wrote")
    try:
        return auto.from_pretrained(name, **{key: value for key, value in options.items() if value is not None})
    except (OSError, ValueError) as error:
        if folder:
            reason = str(error).splitlines()[0]
            raise ValueError(
                f"{name} lacks what {auto.__name__} loads; save the whole checkpoint ({reason})"
            ) from error
        if not isinstance(error, OSError):
            raise
        raise FileNotFoundError(
            f"no model at {name!s}: it is neither a folder here nor a name that the Hugging Face Hub or the local "
            "cache answers to; check the path, or go online"
        ) from error


def load_tokenizer(base: str | Path, rl: str | Path, *, revision: str | None = None) -> PreTrainedTokenizerBase:
    """The tokenizer of a pair, RL's. Raises what `load_part` does, and ValueError where it is not the base's, too."""
    ours, theirs = (load_part(AutoTokenizer, name, revision=revision) for name in (base, rl))
    same_tokenizer(ours, theirs, base_name=str(base), rl_name=str(rl))
    return theirs


def same_tokenizer(base: PreTrainedTokenizerBase, rl: PreTrainedTokenizerBase, *, base_name: str, rl_name: str) -> None:
    """Raise ValueError at the first token id that means different things to the two."""
    ours, theirs = ({i: token for token, i in t.get_vocab().items()} for t in (base, rl))
    for i in sorted(ours.keys() | theirs.keys()):
        if (a := ours.get(i)) != (b := theirs.get(i)):
            raise ValueError(
                f"base and rl disagree on the tokenizer: token {i} is {a!r} in {base_name} and {b!r} in {rl_name}; "
                "delta_logp compares the same token under both, so pass two checkpoints of one family"
            )


def context_length(model: PreTrainedModel) -> int:
    """The most tokens the model has positions for; unbounded where its configuration names no limit."""
    return getattr(model.config, "max_position_embeddings", None) or 1 << 62
