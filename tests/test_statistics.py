import itertools

import numpy as np
import pytest
from scipy import stats

from rlvr_direction.statistics import (
    Interval,
    auroc,
    auroc_of_weights,
    bootstrap,
    oriented,
    overlap,
    paired_t,
    pass_at_k,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("k", [1, 2, 4, 5])
def test_pass_at_k_is_the_share_of_k_subsets_that_hold_a_right_sample(k):
    n = 5
    expected = [
        np.mean([any(i < c for i in chosen) for chosen in itertools.combinations(range(n), k)]) for c in range(n + 1)
    ]
    np.testing.assert_allclose(pass_at_k(np.arange(n + 1), n, k), expected)


def test_pass_at_k_is_unbiased_for_the_chance_that_k_fresh_samples_hold_a_right_one():
    n, k, p = 10, 4, 0.15
    counts = np.arange(n + 1)
    assert stats.binom.pmf(counts, n, p) @ pass_at_k(counts, n, k) == pytest.approx(1 - (1 - p) ** k)


def test_pass_at_1_is_the_share_of_right_samples_also_where_problems_have_different_numbers_of_samples():
    correct, samples = np.array([0, 2, 3]), np.array([4, 4, 3])
    np.testing.assert_allclose(pass_at_k(correct, samples, 1), [0, 0.5, 1])


@pytest.mark.parametrize("n_correct, n_samples, k", [([1], 4, 5), ([1], 4, 0), ([5], 4, 2), ([-1], 4, 2), ([0], 0, 1)])
def test_impossible_counts_are_refused(n_correct, n_samples, k):
    with pytest.raises(ValueError, match="samples"):
        pass_at_k(np.array(n_correct), n_samples, k)


def test_bootstrap_covers_the_mean_of_clustered_data_and_ignoring_clusters_does_not(rng):
    n_clusters, size, covered, naive_covered = 40, 6, 0, 0
    for trial in range(300):
        values = rng.normal(size=(n_clusters, size)) * 0.5 + rng.normal(size=(n_clusters, 1)) + 1.0
        sums = values.sum(axis=1)
        interval = bootstrap(lambda w, sums=sums: w @ sums / (w.sum() * size), n_clusters, draws=300, seed=trial)
        covered += interval.low <= 1.0 <= interval.high
        flat = values.ravel()
        naive_covered += abs(flat.mean() - 1.0) <= 1.96 * stats.sem(flat)
    assert 0.90 <= covered / 300 <= 0.98
    assert naive_covered / 300 < 0.75


def test_bootstrap_agrees_with_the_enumeration_of_all_draws():
    values = np.array([0.0, 1.0, 4.0])
    means = sorted(np.mean(drawn) for drawn in itertools.product(values, repeat=3))
    interval = bootstrap(lambda w: w @ values / 3, 3, draws=4000, seed=0, level=0.6)
    assert interval.value == pytest.approx(values.mean())
    assert (interval.low, interval.high) == pytest.approx(np.quantile(means, [0.2, 0.8], method="inverted_cdf"))


def test_two_quantities_of_one_draw_are_paired(rng):
    a = rng.normal(size=50)
    both = bootstrap(lambda w: np.array([w @ a, w @ (a + 1), w @ (a + 1) - w @ a]) / 50, 50, draws=200, seed=0)
    assert both.low[2] == pytest.approx(1) and both.high[2] == pytest.approx(1)
    assert both.high[0] - both.low[0] > 0.1


def test_bootstrap_repeats_with_its_seed_and_only_with_it(rng):
    a = rng.normal(size=30)
    first, again, other = (bootstrap(lambda w: w @ a, 30, draws=100, seed=seed) for seed in (0, 0, 1))
    assert first == again and first != other


def test_bootstrap_refuses_a_statistic_that_some_draws_leave_undefined():
    with pytest.raises(ValueError, match=r"nan in \d+ of 50 draws"):
        bootstrap(lambda w: 1.0 if w[0] else float("nan"), 3, draws=50, seed=0)
    with pytest.raises(ValueError, match="1 clusters"):
        bootstrap(lambda w: 1.0, 1, seed=0)


def test_paired_t_is_scipys_interval(rng):
    a, b = rng.normal(size=(2, 10))
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert paired_t(a - b) == pytest.approx((np.mean(a - b), expected.low, expected.high))
    assert paired_t(np.full(5, 0.25)) == Interval(0.25, 0.25, 0.25)
    with pytest.raises(ValueError, match="at least two"):
        paired_t(np.array([1.0]))


def brute_auroc(positive, negative, weights_p=None, weights_n=None):
    wp = np.ones(len(positive)) if weights_p is None else weights_p
    wn = np.ones(len(negative)) if weights_n is None else weights_n
    wins = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    return wp @ wins @ wn / (wp.sum() * wn.sum())


def test_auroc_counts_won_pairs_and_half_of_ties(rng):
    positive, negative = rng.integers(0, 6, 40), rng.integers(-1, 5, 25)
    assert auroc(positive, negative) == pytest.approx(brute_auroc(positive, negative))
    u = stats.mannwhitneyu(positive, negative).statistic
    assert auroc(positive, negative) == pytest.approx(u / (40 * 25))


def test_auroc_of_two_normals_is_the_closed_form(rng):
    area = auroc(rng.normal(size=20_000) + 1, rng.normal(size=20_000))
    assert area == pytest.approx(stats.norm.cdf(1 / np.sqrt(2)), abs=0.01)


@pytest.mark.parametrize("levels", [4, 10**9])
def test_weighted_auroc_is_the_auroc_of_repeated_clusters(rng, levels):
    values, is_positive = rng.integers(0, levels, 120), rng.random(120) < 0.4
    clusters = rng.integers(0, 15, 120)
    area = auroc_of_weights(values, is_positive, clusters)
    for _ in range(5):
        weights = rng.multinomial(15, np.full(15, 1 / 15))
        w = weights[clusters]
        expected = brute_auroc(values[is_positive], values[~is_positive], w[is_positive], w[~is_positive])
        assert area(weights) == pytest.approx(expected)
        repeated = np.repeat(np.arange(120), w)
        positive, negative = repeated[is_positive[repeated]], repeated[~is_positive[repeated]]
        assert area(weights) == pytest.approx(auroc(values[positive], values[negative]))
    assert area(np.ones(15, dtype=int)) == pytest.approx(auroc(values[is_positive], values[~is_positive]))


def test_weighted_auroc_is_nan_where_a_draw_has_one_side_only():
    area = auroc_of_weights(np.array([1.0, 2.0]), np.array([True, False]), np.array([0, 1]))
    assert np.isnan(area(np.array([2, 0])))


@pytest.mark.parametrize("positive, negative", [([], [1.0]), ([1.0], []), ([1.0], [np.nan])])
def test_auroc_and_overlap_refuse_an_empty_side_and_nan(positive, negative):
    for function in (auroc, overlap):
        with pytest.raises(ValueError, match="expected at least one on each side and none nan"):
            function(np.array(positive), np.array(negative))


def test_oriented_reads_an_auroc_in_the_direction_that_separates():
    assert oriented(0.2) == pytest.approx(0.8) and oriented(0.8) == pytest.approx(0.8)
    np.testing.assert_allclose(oriented(np.array([0.5, 0.1])), [0.5, 0.9])


def test_overlap_is_1_for_equal_0_for_separate_and_the_closed_form_between(rng):
    a = rng.normal(size=50_000)
    assert overlap(a, a) == pytest.approx(1)
    assert overlap(a, a + 100) == 0
    assert overlap(a, rng.normal(size=50_000) + 2) == pytest.approx(2 * stats.norm.cdf(-1), abs=0.01)
    assert overlap(a, a[:500] + 1) == pytest.approx(overlap(a[:500] + 1, a))


def test_overlap_of_ties_keeps_equal_values_in_one_bin():
    a, b = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1])
    assert overlap(a, b) == pytest.approx(0.5)
