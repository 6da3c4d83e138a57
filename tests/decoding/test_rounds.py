"""Rounds: what a draft keeps, what it throws away, and who leaves."""

import pytest
import torch

from rlvr_direction.decoding.noise import indexed_noise
from rlvr_direction.decoding.rounds import Job, act, advance, begin, check, draft
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, AtRandom, Intervention

PROMPTS = ("1+2", "3", "45-6*7=")
LIMIT = 12


@pytest.fixture
def rounds(load_pair):
    """A function: the rounds that write three prompts under a criterion, each as (rows, what it wrote, rows left)."""

    def build(where, length, propose="base", ends=(1,)):
        pair = load_pair("llama")
        prompts = [pair.encode_prompt(prompt) for prompt in PROMPTS]
        noise = indexed_noise(range(3), [0] * 3, LIMIT, seed=3)
        job = Job(Intervention(where), Sampling(), propose, torch.tensor(ends), noise)
        caches, rows = begin(pair, job, prompts, torch.arange(3), block=8)
        while len(rows.number):
            drafted = draft(caches, job, rows, length)
            written = act(job, rows, drafted.token_ids, check(caches, job, rows, drafted))
            after = advance(caches, job, rows, written)
            yield rows, written, after
            rows = after

    return build


def test_a_draft_stays_up_to_and_with_the_first_selection(rounds):
    _, written, _ = next(rounds(AtRandom(0.3), 6))
    columns, drafted = written.columns, written.kept.shape[1]
    for i, n in enumerate(columns.n_tokens.tolist()):
        assert not columns.selected[i, : n - 1].any()
        assert n == drafted or columns.selected[i, n - 1] or columns.token_ids[i, n - 1] == 1
        assert written.kept[i].tolist() == [True] * n + [False] * (drafted - n)


def test_where_everything_is_selected_every_round_writes_one_token(rounds):
    assert all((written.columns.n_tokens == 1).all() for _, written, _ in rounds(EVERYWHERE, 6))


def test_where_nothing_is_selected_a_draft_stays_whole(rounds):
    _, written, _ = next(rounds(NOWHERE, 5, ends=(-1,)))
    assert written.kept.all() and 1 <= written.kept.shape[1] <= 5 and not written.columns.selected.any()


def test_rows_leave_at_their_end_or_the_limit_and_never_pass_it(rounds):
    for before, written, after in rounds(NOWHERE, 4):
        left = ~torch.isin(before.number, after.number)
        total = before.written + written.columns.n_tokens
        assert torch.equal(left, (written.last == 1) | (total == LIMIT)) and (total <= LIMIT).all()
        assert torch.equal(written.columns.finished, written.last == 1)
