"""Noise: every (seed, problem, sample, position) and every draw has its own uniforms, whoever else is drawn."""

import itertools

import torch

from rlvr_direction.decoding import indexed_noise


def test_the_streams_of_every_problem_sample_and_draw_are_their_own():
    pairs = list(itertools.product(range(4), range(4)))
    noise = torch.stack(indexed_noise(*zip(*pairs, strict=True), 20, seed=0)).reshape(-1, 20)
    assert noise.unique().numel() == noise.numel()
    assert (torch.corrcoef(noise).fill_diagonal_(0).abs() < 0.95).all()
    other = torch.stack(indexed_noise([0], [0], 20, seed=1)).flatten()
    assert not torch.isin(other, noise).any()


def test_the_first_uniforms_do_not_depend_on_how_many_there_are_nor_on_company():
    long, short = (indexed_noise([3, 8], [0, 2], n, seed=5) for n in (11, 4))
    alone = indexed_noise([8], [2], 7, seed=5)
    for a, b, c in zip(long, short, alone, strict=True):
        assert torch.equal(a[:, :4], b) and torch.equal(a[1:, :7], c)
        assert a.dtype == torch.float64 and (a >= 0).all() and (a < 1).all()
