"""Rounds: what a draft keeps, what it throws away, and who leaves."""

import pytest
import torch

from rlvr_direction.decoding.noise import indexed_noise
from rlvr_direction.decoding.rounds import Job, Rows, empty
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, AtRandom, Intervention

PROMPTS = ("1+2", "3", "45-6*7=")
LIMIT = 12


@pytest.fixture
def rows(load_pair):
    """A function: rows of three prompts under a criterion, and the `Decoded` that they fill."""

    def build(where, propose="base", ends=(1,)):
        pair = load_pair("llama")
        prompts = [pair.encode_prompt(prompt) for prompt in PROMPTS]
        decoded = empty(3, LIMIT, pair.pad_id)
        noise = indexed_noise(range(3), [0] * 3, LIMIT, seed=3)
        job = Job(Intervention(where), Sampling(), propose, torch.tensor(ends))
        return Rows(pair, job, prompts, noise, decoded, torch.arange(3)), decoded

    return build


def test_a_draft_stays_up_to_and_with_the_first_selection(rows):
    written, decoded = rows(AtRandom(0.3))
    done = written.round(6)
    for i in range(3):
        n = int(done.stays[i])
        assert decoded.n_tokens[i] == n and not decoded.selected[i, : n - 1].any()
        assert decoded.selected[i, n - 1] == done.selected[i]
        assert n == done.drafted or done.selected[i] or decoded.token_ids[i, n - 1] == 1


def test_where_everything_is_selected_every_round_writes_one_token(rows):
    written, decoded = rows(EVERYWHERE)
    assert written.round(6).stays.tolist() == [1, 1, 1] and decoded.selected[:, 0].all()


def test_where_nothing_is_selected_a_draft_stays_whole(rows):
    written, decoded = rows(NOWHERE, ends=(-1,))
    done = written.round(5)
    assert done.stays.tolist() == [done.drafted] * 3 and 1 <= done.drafted <= 5
    assert not decoded.selected.any()


def test_rows_leave_at_their_end_or_the_limit(rows):
    written, decoded = rows(NOWHERE)
    while len(written.rows):
        before = set(written.rows.tolist())
        written.round(4)
        left = before - set(written.rows.tolist())
        assert all(decoded.finished[i] or decoded.n_tokens[i] == LIMIT for i in left)
    assert (decoded.finished == (decoded.token_ids == 1).any(1)).all()


def test_nobody_writes_behind_the_limit(rows):
    written, decoded = rows(NOWHERE, ends=(-1,))
    for _ in range(LIMIT):
        if len(written.rows):
            written.round(5)
    assert decoded.n_tokens.tolist() == [LIMIT] * 3 and not decoded.finished.any()
