"""Turn a prompt into what a model reads: one rule for scoring, decoding and training."""

import json
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from hashlib import blake2b

import numpy as np
from transformers import PreTrainedTokenizerBase

__all__ = ["DATE", "Prompt", "announced", "dated", "described", "digest", "encode_prompt", "prepared", "render"]

Prompt = str | Sequence[Mapping[str, str]] | Sequence[int]
SHOWN = 1000  # characters of a prompt that are shown before a run
LARGEST = 1 << 31  # no vocabulary has as many tokens
DATE = date(2024, 7, 26)  # the date that Llama 3's own template assumes where it has no clock


def render(tokenizer: PreTrainedTokenizerBase, prompt: Prompt) -> str:
    """Write out a prompt with the tokenizer's chat template, if it has one; a string counts as one user message.

    Token ids are decoded. A template that asks for today's date gets `DATE`, so that a prompt does not change from day
    to day. A final assistant message is continued. Raises ValueError for what is none of these, for messages without a
    template, and for messages that the template refuses.
    """
    if tokenizer.chat_template is None and isinstance(prompt, str):
        return prompt
    if _is_ids(prompt):
        return tokenizer.decode(prompt)
    messages = _messages(prompt)
    if tokenizer.chat_template is None:
        raise ValueError("the prompt is a list of messages, but the tokenizer has no chat template; pass a string")
    continued = messages[-1]["role"] == "assistant"
    try:
        return tokenizer.apply_chat_template(
            messages,
            chat_template=dated(tokenizer.get_chat_template()),
            add_generation_prompt=not continued,
            continue_final_message=continued,
            tokenize=False,
        )
    except Exception as error:  # whatever a template of the user's may raise
        roles = [message["role"] for message in messages]
        why = " ".join(str(error).split())
        raise ValueError(f"the chat template refuses messages of the roles {roles}: {why}") from error


def prepared(
    tokenizer: PreTrainedTokenizerBase, template: str | None, *, system: str | None = None, thinking: bool | None = None
) -> PreTrainedTokenizerBase:
    """A copy of a tokenizer with this chat template, or none, which is how `render` then writes prompts.

    A `system` message goes before prompts that bring none; `thinking` answers a template that asks for it. Raises
    ValueError for either without a template that could show it.
    """
    for name, given, word in (("a system message", system, "role"), ("thinking", thinking, "enable_thinking")):
        if given is not None and word not in (template or ""):
            raise ValueError(f"{name} is asked for, but the prompts have no template that knows of it; leave it out")
    settings = "" if thinking is None else f"{{% set enable_thinking = {str(thinking).lower()} %}}"
    if system is not None:
        first = json.dumps({"role": "system", "content": system})
        settings += (
            f"{{% if messages[0]['role'] != 'system' %}}{{% set messages = [{first}] + messages %}}{{% endif %}}"
        )
    copied = deepcopy(tokenizer)
    copied.chat_template = None if template is None else settings + template
    return copied


def encode_prompt(tokenizer: PreTrainedTokenizerBase, prompt: Prompt) -> list[int]:
    """A prompt as token ids: special tokens come from the chat template, or else from the tokenizer; ids stay."""
    if _is_ids(prompt):
        return [*prompt]
    return tokenizer(render(tokenizer, prompt), add_special_tokens=tokenizer.chat_template is None)["input_ids"]


def described(tokenizer: PreTrainedTokenizerBase) -> str:
    """Say in words how prompts are encoded: as they are or by the chat template, with its date if it asks for one."""
    if tokenizer.chat_template is None:
        return "used as they are, without a chat template"
    asks = "strftime_now" in tokenizer.get_chat_template()
    return "by a chat template" + (f", its date fixed at {DATE}" if asks else "")


def announced(tokenizer: PreTrainedTokenizerBase, first: Prompt) -> dict[str, str | None]:
    """Log how prompts are encoded and what the models read as the first one, and return both, for a file's metadata.

    The chat template goes with them as text; None if there is none.
    """
    said = {"prompts": described(tokenizer), "first prompt": render(tokenizer, first)}
    logging.getLogger(__name__).info("prompts: %s; the first one:\n%s", said["prompts"], said["first prompt"][:SHOWN])
    return said | {"template": tokenizer.chat_template and tokenizer.get_chat_template()}


def digest(prompt_ids: Iterable[Sequence[int]]) -> str:
    """A fingerprint, in hexadecimal, of prompts as the models read them.

    >>> digest([[1, 2], [3]]) == digest([[1], [2, 3]])
    False
    """
    hashed = blake2b(digest_size=16)
    for ids in prompt_ids:
        hashed.update(np.array([len(ids), *ids], dtype="<i8").tobytes())
    return hashed.hexdigest()


def _is_ids(prompt: object) -> bool:
    """Whether a prompt is a list of token ids."""
    some = isinstance(prompt, Sequence) and len(prompt) > 0
    return some and all(type(token) is int and 0 <= token < LARGEST for token in prompt)


def _messages(prompt: object) -> list[dict[str, str]]:
    """A prompt as messages."""
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    whole = isinstance(prompt, Sequence) and len(prompt) > 0
    if not (whole and all(isinstance(m, Mapping) and {"role", "content"} <= m.keys() for m in prompt)):
        raise ValueError(
            f"the prompt is {str(prompt)[:60]!r}; expected a string, or a list of messages with "
            "role and content, or of token ids"
        )
    return [dict(message) for message in prompt]


def dated(template: str) -> str:
    """A chat template whose clock stands still: a macro replaces `strftime_now`."""
    if "strftime_now" not in template:
        return template
    directives = sorted(set(re.findall(r"%-?[a-zA-Z]", template)))
    filled = "".join(f" | replace({directive!r}, {DATE.strftime(directive)!r})" for directive in directives)
    return f"{{% macro strftime_now(format) %}}{{{{ format{filled} }}}}{{% endmacro +%}}{template}"
