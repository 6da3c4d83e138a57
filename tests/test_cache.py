"""A stream: the log-probabilities of one forward over the text, whatever was dropped and whoever left on the way."""

import pytest
import torch

from rlvr_direction.cache import Fed, OwnCacheStream, RollbackStream, accepts_custom_mask, text_config

FAMILIES = ("llama", "gpt2", "mistral", "gemma2", "gemma3")
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
    cached = RollbackStream(model, log_softmax)
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
    cached = RollbackStream(model, log_softmax)
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
    cached = RollbackStream(model, log_softmax)
    valid = torch.arange(8).expand(3, 8) >= torch.tensor([[0], [3], [5]])
    where = (valid.long().cumsum(1) - 1).clamp(min=0)
    last = cached.feed(Fed(IDS[:, :8], where, valid), keep=1)[:, 0]
    for i, start in enumerate((0, 3, 5)):
        torch.testing.assert_close(last[i], alone(model, IDS[i : i + 1, start:8])[0, -1], atol=2e-4, rtol=0)


@pytest.mark.parametrize("family", ["mamba", "mamba2", "jamba", "llama4_text"])
def test_rows_of_a_models_own_cache_may_be_padded_copied_and_leave(random_model, family):
    model = random_model(family)
    cached = OwnCacheStream(model, log_softmax)
    valid = torch.arange(8).expand(3, 8) >= torch.tensor([[0], [3], [5]])
    cached.feed(Fed(IDS[:, :8], (valid.long().cumsum(1) - 1).clamp(min=0), valid), keep=1)
    rows, starts = torch.tensor([2, 0, 2, 1]), (5, 0, 5, 3)
    cached.keep(rows)
    for step in range(8, 12):
        where = torch.tensor([[step - start] for start in starts])
        seen = cached.feed(Fed(IDS[rows, step : step + 1], where, torch.ones(4, 1, dtype=torch.bool)), keep=1)[:, 0]
        for row, i, start in zip(seen, rows.tolist(), starts, strict=True):
            torch.testing.assert_close(row, alone(model, IDS[i : i + 1, start : step + 1])[0, -1], atol=2e-4, rtol=0)


def test_a_recurrent_model_refuses_to_take_tokens_back(random_model):
    cached = OwnCacheStream(random_model("mamba2"), log_softmax)
    cached.drop(torch.ones(3, 1, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"Mamba2ForCausalLM cannot take tokens back from its cache; .* block=1"):
        cached.drop(torch.zeros(3, 1, dtype=torch.bool))


@pytest.mark.shows("nested", of=["gemma3"])
def test_a_nested_configuration_is_that_of_the_language_model(random_model, family):
    model = random_model(family)
    assert not hasattr(model.config, "sliding_window") and text_config(model).sliding_window == 4


def test_what_accepts_a_custom_mask_is_read_off_the_language_models_configuration(random_model):
    assert all(accepts_custom_mask(random_model(family)) for family in FAMILIES)
    assert not any(accepts_custom_mask(random_model(family)) for family in ("mamba", "jamba", "gpt_neo", "llama4_text"))
