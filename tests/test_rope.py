"""Texts on either side of LongRoPE's switch are read as they are alone."""

import pytest
import torch

from rlvr_direction.cache import Fed, RollbackStream
from rlvr_direction.rope import SwitchingStream, rows_per_side, switch_length

ORIGINAL = 12
IDS = torch.randint(3, 20, (3, 20), generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def phi(random_model):
    return random_model("phi3")


@pytest.fixture
def stream(phi):
    return SwitchingStream(lambda: RollbackStream(phi, lambda logits: logits.log_softmax(-1)), ORIGINAL)


def alone(model, ids):
    with torch.inference_mode():
        return model(ids.unsqueeze(0)).logits[0].log_softmax(-1)


def at(starts, width):
    """The tokens of each row from its own position on."""
    where = torch.tensor(starts).unsqueeze(1) + torch.arange(width)
    return Fed(IDS.gather(1, where), where, torch.ones_like(where, dtype=torch.bool))


def close(seen, expected):
    torch.testing.assert_close(seen, expected, atol=1e-4, rtol=0)


def test_only_longrope_switches(random_model, phi):
    assert switch_length(phi) == ORIGINAL
    assert all(switch_length(random_model(family)) is None for family in ("llama", "gpt_oss", "gpt2"))


def test_the_switch_matters(phi):
    assert (alone(phi, IDS[0, :12])[:6] - alone(phi, IDS[0, :13])[:6]).abs().max() > 0.1


def test_only_adjacent_rows_on_one_side_share_a_forward(random_model, phi):
    mask = torch.arange(20) < torch.tensor([[3], [12], [13], [20], [5]])
    assert rows_per_side(phi, mask) == [2, 2, 1]
    assert rows_per_side(random_model("llama"), mask) == [5]


def test_rows_pass_the_switch_one_by_one_and_each_prediction_is_that_of_its_text_alone(phi, stream):
    begun, starts = at([0, 0, 0], 11), [11, 8, 5]
    stream.feed(begun._replace(valid=begun.positions < torch.tensor(starts).unsqueeze(1)), keep=1)
    for step in range(8):
        seen = stream.feed(at([start + step for start in starts], 1), keep=1)[:, 0]
        for row, start in enumerate(starts):
            close(seen[row], alone(phi, IDS[row, : start + step + 1])[-1])


def test_a_draft_over_the_switch_and_back_leaves_no_trace_and_rows_may_leave(phi, stream):
    stream.feed(at([0, 0, 0], 10), keep=1)
    seen = stream.feed(at([10, 10, 10], 5), keep=5)
    for row in range(3):
        close(seen[row], torch.stack([alone(phi, IDS[row, : n + 1])[-1] for n in range(10, 15)]))
    kept = torch.arange(5) < torch.tensor([[1], [5], [2]])
    stream.drop(kept)
    stream.keep(torch.tensor([2, 1, 2]))
    ids = torch.stack([IDS[2, 12], IDS[1, 15], IDS[2, 12]]).unsqueeze(1)
    fed = Fed(ids, torch.tensor([[12], [15], [12]]), torch.ones(3, 1, dtype=torch.bool))
    seen = stream.feed(fed, keep=1)[:, 0]
    for row, text in zip(seen, (IDS[2, :13], IDS[1, :16], IDS[2, :13]), strict=True):
        close(row, alone(phi, text)[-1])
