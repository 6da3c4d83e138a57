"""Load checkpoints from folders or Hub names, or refuse them in one sentence."""

import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import errors
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from rlvr_direction.adapters import adapted, is_adapter

__all__ = [
    "SPREADING",
    *("check_model", "common_rows", "context_in", "context_length", "ends_of", "generation_settings"),
    *("has_tokenizer", "load_part", "torch_dtype", "warn_of_settings"),
]

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
DTYPES |= {name: getattr(torch, name) for name in ("float32", "bfloat16", "float16", "float64")}
TOKENIZER_FILES = ("*token*", "vocab*", "*.model", "merges.txt", "tekken.json", "*.tiktoken")
SPREADING = ("auto", "balanced", "balanced_low_0", "sequential")
STATE_IN_LAYERS = {"recurrent_gemma"}  # these families have no cache whose rows could be moved
OFFLINE = (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, ConnectionError)


def load_part(auto: type, name: str | Path, **options: object) -> Any:
    """Load a model, configuration or tokenizer by its Auto class; options that are None are left out.

    Weights are read from safetensors only, and a checkpoint's own code is run only with `trust_remote_code=True`.
    Raises FileNotFoundError, in one sentence, for a name that is neither a folder nor available from the Hub, and
    ValueError for a folder that holds only part of a checkpoint, or another kind of checkpoint.
    """
    _check_path(Path(name), auto)
    given = {"trust_remote_code": False} | {key: value for key, value in options.items() if value is not None}
    try:
        if auto is not AutoModelForCausalLM:
            return auto.from_pretrained(name, **given)
        model, loaded = auto.from_pretrained(name, output_loading_info=True, use_safetensors=True, **given)
    except (OSError, ValueError, TypeError, ImportError, SafetensorError) as error:
        if "unexpected keyword argument" in str(error):  # an option that the caller named
            raise
        if "trust_remote_code" in str(error):
            raise ValueError(
                f"{name} brings code of its own, which is not run unless asked for; read it, then allow it with "
                "--trust-remote-code"
            ) from error
        if isinstance(error, OSError) and not Path(name).is_dir():
            raise FileNotFoundError(_why_not(str(name), options.get("revision"), error)) from error
        why = str(error).strip().splitlines()[0]
        if isinstance(error, ImportError) or "attn_implementation" in why:
            raise ValueError(f"{name} cannot be loaded as asked for: {why}") from error
        raise ValueError(f"{name} lacks what {auto.__name__} loads; save the whole checkpoint ({why})") from error
    if missing := sorted(loaded["missing_keys"]):
        raise ValueError(
            f"{name} lacks {len(missing)} of the model's weights, {missing[0]} among them, which would be random "
            "numbers; save the whole checkpoint"
        )
    return model


def check_model(
    name: str | Path, *, revision: str | None = None, device_map: str | None = None, trust_remote_code: bool = False
) -> None:
    """Raise ValueError, before weights are loaded, for a family that is not supported or a device that is missing."""
    kinds = (*SPREADING, "cpu", "cuda", "mps", "xpu", "npu")
    if device_map is not None and not str(device_map).startswith(kinds):
        raise ValueError(f"the device map is {device_map!r}; expected auto, cpu, cuda or another device of PyTorch's")
    if str(device_map).startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"the device map is {device_map}, but PyTorch sees no CUDA device; leave it out for the CPU")
    if device_map not in (None, *SPREADING):
        try:
            torch.zeros(1, device=device_map).item()
        except (RuntimeError, AssertionError) as error:  # which of them depends on the device
            why = str(error).partition(". ")[0]
            raise ValueError(f"the device map is {device_map}, which cannot be used here ({why})") from error
    _check_path(Path(name), AutoModelForCausalLM)
    family = load_part(AutoConfig, name, revision=revision, trust_remote_code=trust_remote_code).model_type
    if family in STATE_IN_LAYERS:
        raise ValueError(
            f"{name} is of the family {family}, which keeps its state in its layers and not in a cache, so it cannot "
            "be decoded in batches; use a pair of another family"
        )


def torch_dtype(dtype: torch.dtype | str) -> torch.dtype | str:
    """A number format by its long or short name; "auto" stays, for the format that the checkpoint names."""
    if isinstance(dtype, torch.dtype) or dtype == "auto":
        return dtype
    if dtype not in DTYPES:
        raise ValueError(f"the dtype is {dtype!r}; expected auto or one of {', '.join(DTYPES)}")
    return DTYPES[dtype]


def has_tokenizer(path: str | Path) -> bool:
    """Whether a folder has files of a tokenizer."""
    return any(any(Path(path).glob(pattern)) for pattern in TOKENIZER_FILES)


def context_length(model: PreTrainedModel) -> int:
    """The most tokens the model has positions for; unbounded where its configuration names no limit."""
    return context_in(model.config)


def context_in(config: PreTrainedConfig) -> int:
    """The most tokens that a model of this configuration has positions for."""
    return getattr(config.get_text_config(decoder=True), "max_position_embeddings", None) or 1 << 62


def generation_settings(
    name: str | Path, *, revision: str | None = None, trust_remote_code: bool = False
) -> GenerationConfig:
    """The generation settings that a model has once it is loaded, without its weights."""
    try:
        return GenerationConfig.from_pretrained(name, revision=revision or "main")
    except OSError:  # a checkpoint without a file of them
        config = load_part(AutoConfig, name, revision=revision, trust_remote_code=trust_remote_code)
        return GenerationConfig.from_model_config(config)


def ends_of(settings: GenerationConfig | None) -> set[int]:
    """The token ids that a model generates until."""
    ends = getattr(settings, "eos_token_id", None)
    return {*ends} if isinstance(ends, list) else {ends} - {None}


def common_rows(rows: Collection[int], tokenizer: PreTrainedTokenizerBase) -> int:
    """How many vocabulary rows two models share: all if they have equally many, else the tokenizer's tokens.

    Raises ValueError if one then has too few.
    """
    vocab_size = min(rows) if len({*rows}) == 1 else len(tokenizer)
    if min(rows) < vocab_size:
        raise ValueError(
            f"base and rl have {sorted(rows)} vocabulary rows, too few for the tokenizer's {vocab_size} tokens; "
            "pass two checkpoints and the tokenizer of one family"
        )
    return vocab_size


def warn_of_settings(base: GenerationConfig | None, rl: GenerationConfig | None) -> None:
    """Warn of generation settings that the models do not share or that are not followed: end tokens, a penalty."""
    if (a := ends_of(base)) != (b := ends_of(rl)):
        warnings.warn(f"base ends at token ids {sorted(a)}, rl at {sorted(b)}: a response ends at any", stacklevel=3)
    for name, settings in (("base", base), ("rl", rl)):
        if (penalty := getattr(settings, "repetition_penalty", None) or 1.0) != 1.0:
            warnings.warn(
                f"{name} asks for a repetition penalty of {penalty:g}, which is ignored: policies here are the "
                "models' own",
                stacklevel=3,
            )


def _check_path(path: Path, auto: type) -> None:
    """Raise an error that says what an existing path is, if it is no whole checkpoint of transformers."""
    if path.suffix == ".gguf" or (path.is_dir() and any(path.glob("*.gguf")) and not (path / "config.json").exists()):
        raise ValueError(f"{path} holds GGUF weights, which are quantised; pass the checkpoint they were made from")
    if path.is_file():
        raise ValueError(f"{path} is a file; pass the folder that save_pretrained wrote")
    if not path.is_dir():
        return
    if is_adapter(path):
        if auto is AutoTokenizer and has_tokenizer(path):
            return
        raise ValueError(
            f"{path} holds an adapter for {adapted(path)}, not a model; pass it as RL of a pair whose base is that "
            "model, or merge it with peft (merge_and_unload) and save the result with save_pretrained"
        )
    if not (path / "config.json").is_file():
        raise FileNotFoundError(f"{path} is a folder without a config.json; pass a folder that save_pretrained wrote")
    if auto is AutoTokenizer and not has_tokenizer(path):
        raise FileNotFoundError(f"{path} is a folder without tokenizer files; save the model's tokenizer there, too")
    if auto is AutoModelForCausalLM and any(path.glob("*.bin")) and not any(path.glob("*.safetensors")):
        raise ValueError(
            f"{path} holds its weights as pickled .bin files, which can run code when they are opened; load it where "
            "you trust it and save it again with save_pretrained, which writes safetensors"
        )


def _why_not(name: str, revision: object, error: BaseException) -> str:
    """Why a name could not be loaded from the Hub, and what to do."""
    reasons = {
        errors.GatedRepoError: f"{name} is gated: ask for access at https://huggingface.co/{name}, then log in with "
        "hf auth login",
        errors.RevisionNotFoundError: f"{name} has no revision {revision}; see https://huggingface.co/{name}/commits "
        "for those that exist",
        OFFLINE: f"no model at {name}: it is neither a folder here nor in the local cache, and the Hugging Face Hub "
        "cannot be reached; check the path, or go online",
        errors.EntryNotFoundError: f"{name} on the Hugging Face Hub is no checkpoint of transformers: "
        f"{str(error).splitlines()[0]}",
    }
    causes = tuple(_causes(error))
    for kind, reason in reasons.items():
        if any(isinstance(cause, kind) for cause in causes):
            return reason
    return f"no model at {name}: it is neither a folder here nor a name on the Hugging Face Hub; check both"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
