"""What a chapter needs from the Hugging Face Hub: fetched before it runs, or named where it cannot be had."""

import logging
from collections.abc import Callable, Mapping
from functools import partial

from transformers import AutoModelForCausalLM, AutoTokenizer

from rlvr_direction.checkpoints import load_part
from rlvr_direction.problems import pair_named, problem_rows

__all__ = ["lacking", "settled"]


def settled(values: Mapping[str, Mapping]) -> dict[str, dict]:
    """The parameters of chapters, without a public pair of which something cannot be had: such a chapter has a toy.

    What is lacking is logged, one sentence a download.
    """
    return {chapter: _settled(chapter, dict(given)) for chapter, given in values.items()}


def _settled(chapter: str, given: dict) -> dict:
    if not given.get("public_pair"):
        return given
    sentences = lacking(given["public_pair"], given["dataset"])
    for sentence in sentences:
        logging.getLogger(__name__).warning("%s runs on its toy: %s", chapter, sentence)
    return given | {"public_pair": ""} if sentences else given


def lacking(pair: str, dataset: str) -> list[str]:
    """Fetch a known pair and a data set by their names; returns a sentence for each part that cannot be had.

    What is kept on this machine is not fetched again. Raises ValueError for an unknown pair.
    """
    known = pair_named(pair)
    parts = partial(_fetch, known.base), partial(_fetch, known.rl), partial(problem_rows, dataset)
    return [sentence for fetch in parts if (sentence := _refusal(fetch))]


def _fetch(name: str) -> None:
    load_part(AutoTokenizer, name)
    load_part(AutoModelForCausalLM, name, device_map="meta")  # needs every file of weights and reads none


def _refusal(fetch: Callable[[], object]) -> str:
    try:
        fetch()
    except (OSError, ValueError) as error:
        return str(error)
    return ""
