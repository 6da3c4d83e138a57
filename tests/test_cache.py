"""A stream: the log-probabilities of one forward over the text, whatever was dropped and whoever left on the way."""

import pytest
import torch

from rlvr_direction.cache import Fed, PlainStream, Stream, stream, takes_holes

FAMILIES = ("llama", "gpt2", "qwen3", "mistral", "gemma2")
GIVEN = torch.Generator().manual_seed(0)
IDS = torch.randint(3, 20, (3, 14), generator=GIVEN)


def log_softmax(logits):
    return torch.log_softmax(logits.float(), -1)


def fed(ids, start, valid=None):
    where = torch.arange(start, start + ids.shape[1]).expand_as(ids)
    return Fed(ids, where, torch.ones_like(ids, dtype=torch.bool) if valid is None else valid)


def alone(model, ids):
    with torch.inference_mode():
        return log_softmax(model(ids).logits)


@pytest.mark.parametrize(
    ("family", "implementation"),
    [(family, "eager") for family in FAMILIES] + [(family, "sdpa") for family in FAMILIES if family != "gemma2"],
)
def test_drafts_that_are_taken_back_leave_no_trace(random_model, family, implementation):
    model = random_model(family)
    model.set_attn_implementation(implementation)
    cached = stream(model, log_softmax)
    got = [cached.feed(fed(IDS[:, :3], 0), keep=3)]
    for start in range(3, 14, 2):
        garbage = torch.randint(3, 20, (3, 4), generator=GIVEN)
        cached.feed(fed(garbage, start), keep=1)
        cached.drop(torch.zeros(3, 4, dtype=torch.bool))
        got.append(cached.feed(fed(IDS[:, start : start + 2], start), keep=2))
    torch.testing.assert_close(torch.cat(got, 1)[:, : IDS.shape[1]], alone(model, IDS), atol=2e-4, rtol=0)


@pytest.mark.parametrize("family", FAMILIES)
def test_rows_may_take_back_different_lengths_and_leave(random_model, family):
    model = random_model(family)
    cached = stream(model, log_softmax)
    cached.feed(fed(IDS[:, :6], 0), keep=1)
    kept = torch.arange(4) < torch.tensor([[1], [4], [2]])
    cached.feed(fed(IDS[:, 6:10], 6), keep=1)
    cached.drop(kept)
    cached.keep(torch.tensor([2, 0]))
    nexts = torch.tensor([[8], [7]])
    last = cached.feed(Fed(IDS[[2, 0]].gather(1, nexts), nexts, torch.ones(2, 1, dtype=torch.bool)), keep=1)[:, 0]
    for row, (i, at) in zip(last, ((2, 8), (0, 7)), strict=True):
        torch.testing.assert_close(row, alone(model, IDS[i : i + 1, : at + 1])[0, -1], atol=2e-4, rtol=0)


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_is_never_seen(random_model, family):
    model = random_model(family)
    cached = stream(model, log_softmax)
    valid = torch.arange(8).expand(3, 8) >= torch.tensor([[0], [3], [5]])
    where = (valid.long().cumsum(1) - 1).clamp(min=0)
    last = cached.feed(Fed(IDS[:, :8], where, valid), keep=1)[:, 0]
    for i, start in enumerate((0, 3, 5)):
        torch.testing.assert_close(last[i], alone(model, IDS[i : i + 1, start:8])[0, -1], atol=2e-4, rtol=0)


@pytest.fixture(scope="module")
def recurrent():
    """A small model with a recurrent state in place of a cache of tokens."""
    from transformers import AutoConfig, AutoModelForCausalLM

    sizes = {"vocab_size": 22, "hidden_size": 32, "num_hidden_layers": 2, "num_heads": 4, "head_dim": 16}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = AutoConfig.for_model("mamba2", state_size=8, n_groups=1, chunk_size=8, **sizes, expand=2)
        return AutoModelForCausalLM.from_config(config).eval()


def test_a_recurrent_model_is_fed_in_step_without_holes(recurrent):
    assert not takes_holes(recurrent)
    cached = stream(recurrent, log_softmax)
    assert isinstance(cached, PlainStream)
    got = [cached.feed(fed(IDS[:, :5], 0), keep=1)]
    got += [cached.feed(fed(IDS[:, i : i + 1], i), keep=1) for i in range(5, 9)]
    torch.testing.assert_close(torch.cat(got, 1), alone(recurrent, IDS[:, :9])[:, 4:], atol=2e-4, rtol=0)
    cached.drop(torch.ones(3, 1, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"Mamba2ForCausalLM cannot take tokens back from its cache; .* block=1"):
        cached.drop(torch.zeros(3, 1, dtype=torch.bool))


@pytest.mark.parametrize("family", FAMILIES)
def test_attention_alone_takes_holes(random_model, family):
    model = random_model(family)
    assert takes_holes(model) and isinstance(stream(model, log_softmax), Stream)
