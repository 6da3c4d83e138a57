"""The tokenizer of a pair: one vocabulary for both models, or a refusal."""

import json
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase

from rlvr_direction.adapters import is_adapter
from rlvr_direction.checkpoints import common_rows, context_in, ends_of, generation_settings, has_tokenizer, load_part
from rlvr_direction.problems import TEMPLATES
from rlvr_direction.prompts import prepared
from rlvr_direction.settings import PairSettings

__all__ = ["Limits", "end_tokens", "limits_of", "load_tokenizer", "same_tokenizer"]


class Limits(NamedTuple):
    """What both models of a pair take: so many tokens, prompt and response together, with ids below `vocab_size`."""

    context: int
    vocab_size: int


def load_tokenizer(
    base: str | Path,
    rl: str | Path,
    *,
    base_revision: str | None = None,
    rl_revision: str | None = None,
    tokenizer_from: str = "rl",
    template: str | None = None,
    system: str | None = None,
    thinking: bool | None = None,
    trust_remote_code: bool = False,
) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a pair, RL's unless the base's is asked for; an adapter without one has the base's.

    `template` replaces its chat template: "base" or "rl" for that of either tokenizer, "none" for prompts as they are,
    a name in `TEMPLATES`, or a file of Jinja; `system` and `thinking` as in `prompts.prepared`. Raises what
    `load_part`, `same_tokenizer` and `prepared` raise, and ValueError for a template that is none of these.
    """
    names = {"base": (base, base_revision), "rl": (rl, rl_revision)}
    if tokenizer_from not in names:
        raise ValueError(f"the tokenizer is taken from {tokenizer_from!r}; expected base or rl")
    if is_adapter(rl, rl_revision) and not has_tokenizer(rl):
        names["rl"] = names["base"]
    found = {
        which: load_part(AutoTokenizer, name, revision=revision, trust_remote_code=trust_remote_code)
        for which, (name, revision) in names.items()
    }
    same_tokenizer(found["base"], found["rl"], base_name=str(base), rl_name=str(rl))
    own = found[tokenizer_from]
    if (template, system, thinking) == (None, None, None):
        return own
    text = own.chat_template if template is None else _template(template, found)
    return prepared(own, text, system=system, thinking=thinking)


def end_tokens(settings: PairSettings, tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """The tokens that end a response, known without the models' weights: the tokenizer's own and either model's."""
    ids = {tokenizer.eos_token_id} - {None}
    for name, how in _whole_models(settings):
        ids |= ends_of(generation_settings(name, **how))
    return tokenizer.convert_ids_to_tokens(sorted(ids))


def limits_of(settings: PairSettings, tokenizer: PreTrainedTokenizerBase) -> Limits:
    """The limits of a pair, known without the models' weights. Raises what `load_part` and `common_rows` raise."""
    configs = [load_part(AutoConfig, name, **how) for name, how in _whole_models(settings)]
    rows = [config.get_text_config(decoder=True).vocab_size for config in configs]
    return Limits(min(map(context_in, configs)), common_rows(rows, tokenizer))


def _whole_models(settings: PairSettings) -> Iterator[tuple[str, dict[str, object]]]:
    """The checkpoints that are no adapter, each with what its settings are loaded with."""
    s = settings
    adapts = is_adapter(s.rl, s.tokenizer["rl_revision"])
    for which in ("base",) if adapts else ("base", "rl"):
        how = {"revision": s.tokenizer[f"{which}_revision"], "trust_remote_code": s.trust_remote_code}
        yield getattr(s, which), how


def _template(name: str, tokenizers: Mapping[str, PreTrainedTokenizerBase]) -> str | None:
    """The text of a chat template by its name."""
    if name in tokenizers:
        return tokenizers[name].chat_template
    if name == "none":
        return None
    if name in TEMPLATES:
        return TEMPLATES[name].text
    if Path(name).is_file():
        try:
            return Path(name).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{name} is no text ({error}); pass a chat template in Jinja, in UTF-8") from error
    raise ValueError(f"no template is called {name!r}; choose from base, rl, none, {', '.join(TEMPLATES)}, or a file")


def same_tokenizer(base: PreTrainedTokenizerBase, rl: PreTrainedTokenizerBase, *, base_name: str, rl_name: str) -> None:
    """Raise ValueError at the first token id that differs, or if the two split text differently.

    Tokens that one of them has beyond the last of the other are reported in a warning, and so are other templates.
    """
    ours, theirs = ({i: token for token, i in t.get_vocab().items()} for t in (base, rl))
    last = min(max(ours, default=-1), max(theirs, default=-1))
    for i in sorted(i for i in ours.keys() | theirs.keys() if i <= last):
        if (a := ours.get(i)) != (b := theirs.get(i)):
            raise ValueError(
                f"base and rl disagree on the tokenizer: token {i} is {a!r} in {base_name} and {b!r} in {rl_name}; "
                "delta_logp compares the same token under both, so pass two checkpoints of one family"
            )
    for name, vocabulary in (("base", ours), ("rl", theirs)):
        if added := [token for i, token in sorted(vocabulary.items()) if i > last]:
            warnings.warn(
                f"the tokenizer of {name} alone has {len(added)} further tokens, {added[0]!r} first: the other model "
                "was never trained on them",
                stacklevel=2,
            )
    if base.chat_template != rl.chat_template:
        warnings.warn(
            "base and rl have different chat templates; both models read what one of them makes", stacklevel=2
        )
    ours, theirs = _splitting(base), _splitting(rl)
    if different := [part for part in ours.keys() & theirs.keys() if ours[part] != theirs[part]]:
        raise ValueError(
            f"the tokenizers of {base_name} and {rl_name} have one vocabulary but cut text into tokens differently "
            f"(their {' and '.join(sorted(different))} differ); pass two checkpoints of one family"
        )


def _splitting(tokenizer: PreTrainedTokenizerBase) -> dict[str, object]:
    """How a fast tokenizer splits text, apart from its vocabulary; empty for a slow one."""
    if not tokenizer.is_fast:
        return {}
    whole = json.loads(tokenizer.backend_tokenizer.to_str())
    model = {key: value for key, value in whole["model"].items() if key != "vocab"}
    merges = model.pop("merges", None)
    return {"merges": merges, "model": model} | {key: whole[key] for key in ("normalizer", "pre_tokenizer")}
