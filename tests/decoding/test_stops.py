"""Responses that end with a text: the same whatever the block, and never later than its first token."""

import pytest
import torch

from rlvr_direction.decoding import decode
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import NOWHERE, Intervention, parse

PROMPTS = ("1+2=", "45-6*7=", "9:", "a1*2+3-4?")


@pytest.fixture
def written(load_pair):
    """A function: decode eight samples of each prompt until these stop texts; the texts, and which were finished."""
    pair = load_pair("llama")

    def run(stop, *, where="delta_logp<=-0.2", block=4, length=16):
        where = NOWHERE if where is None else parse(where)
        rows = [pair.encode_prompt(prompt) for prompt in PROMPTS for _ in range(8)]
        ids = {"problem_ids": [i // 8 for i in range(32)], "sample_ids": [i % 8 for i in range(32)]}
        how = {"seed": 0, "max_new_tokens": length, "batch_size": 7, "block": block, "stop": stop, **ids}
        found = decode(pair, rows, Intervention(where), Sampling(), **how)
        texts = [pair.tokenizer.decode(row[:n]) for row, n in zip(found.token_ids, found.n_tokens, strict=True)]
        return texts, found

    return run


@pytest.mark.parametrize("where", [None, "delta_logp<=-0.2"])
@pytest.mark.parametrize("stop", [["5"], ["12", "b"], ["\n", "no such text"]])
def test_a_response_is_the_unstopped_one_up_to_its_first_stop(written, stop, where):
    free, _ = written([], where=where)
    texts, found = written(stop, where=where)
    for whole, cut, done in zip(free, texts, found.finished.tolist(), strict=True):
        ends = [whole.index(text) + len(text) for text in stop if text in whole]
        assert cut == whole[: min(ends, default=len(whole))]
        assert done or not ends
    assert any(len(cut) < len(whole) for whole, cut in zip(free, texts, strict=True))


def test_the_block_does_not_matter(written):
    one, four, eight = (written(["3", "+"], block=block)[1] for block in (1, 4, 8))
    for other in (four, eight):
        assert torch.equal(one.token_ids, other.token_ids) and torch.equal(one.n_tokens, other.n_tokens)
        assert torch.equal(one.finished, other.finished) and torch.equal(one.selected, other.selected)


def test_nothing_is_left_behind_the_stop(written):
    _, found = written(["5"])
    after = torch.arange(16) >= found.n_tokens.unsqueeze(1)
    assert not found.token_ids[after].any() and not found.selected[after].any() and not found.logp_rl[after].any()


@pytest.mark.parametrize("stop", ["5", [""]])
def test_what_is_no_list_of_texts_is_refused(written, stop):
    with pytest.raises(ValueError, match="expected a list of texts, none of them empty"):
        written(stop)
