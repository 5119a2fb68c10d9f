from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from treadle.core.library import statistics

A = [1.0, 2.0, 4.0, 7.0]
B = [2.0, 2.5, 5.0, 9.0]


def test_a_sample_is_summarised_without_what_is_not_a_number():
    found = statistics.summary([*A, float("nan")])
    assert found == (4, 3.5, pytest.approx(np.std(A, ddof=1)), 1, 1.75, 3, 4.75, 7)
    assert statistics.summary([5]).std == 0
    with pytest.raises(ValueError, match="1 or more numbers, and there are 0"):
        statistics.summary([])


def test_mean_and_quantiles():
    assert statistics.mean(A) == 3.5
    assert statistics.quantiles(A, [0, 0.5, 1]) == [1, 3, 7]
    with pytest.raises(ValueError, match="between 0 and 1"):
        statistics.quantiles(A, [50])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Welch", scipy.stats.ttest_ind(A, B, equal_var=False)),
        ("equal variances", scipy.stats.ttest_ind(A, B)),
        ("paired", scipy.stats.ttest_rel(A, B)),
    ],
)
def test_a_t_test_is_that_of_scipy(kind, expected):
    assert statistics.t_test(A, B, kind) == (expected.statistic, expected.pvalue, expected.df)


def test_samples_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match="one length, not 4 and 1"):
        statistics.t_test(A, [1.0], "paired")
    with pytest.raises(ValueError, match="2 or more numbers"):
        statistics.t_test(A, [1.0])
    with pytest.raises(ValueError, match="no t-test 'z'"):
        statistics.t_test(A, B, "z")
    with pytest.raises(ValueError, match="two or more groups"):
        statistics.one_way_anova([A])


def test_an_analysis_of_variance_tells_its_degrees_of_freedom():
    expected = scipy.stats.f_oneway(A, B)
    assert statistics.one_way_anova([A, B]) == (expected.statistic, expected.pvalue, 1, 6)


@pytest.mark.parametrize("method", ["Pearson", "Spearman", "Kendall"])
def test_samples_that_go_together_correlate(method):
    assert statistics.correlation(A, B, method).coefficient == pytest.approx(1, abs=0.02)
    assert statistics.correlation(A, A[::-1], method).coefficient < -0.8


def test_a_line_goes_through_points_on_it():
    line = statistics.linear_regression([0, 1, 2], [1, 3, 5])
    assert line[:3] == pytest.approx((2, 1, 1))
    with pytest.raises(ValueError, match="one length, 2 or more"):
        statistics.linear_regression([0, 1], [1])


def test_robust_noise_is_blind_to_outliers(read_only):
    sample = np.random.default_rng(0).normal(10, 2, 20_000)
    sample[:100] = 1e6
    found = statistics.robust_noise(read_only([*sample, np.nan]))
    assert found == pytest.approx((10, 2), rel=0.02)


def test_z_scores_are_counted_in_deviations():
    scores = statistics.z_scores([1, 2, 3, float("nan")])
    assert scores[:3] == pytest.approx([-np.sqrt(1.5), 0, np.sqrt(1.5)])
    assert np.isnan(scores[3])
    assert statistics.z_scores([1, 2, 3, 1000], robust=True)[3] > 100
    with pytest.raises(ValueError, match="do not differ"):
        statistics.z_scores([1, 1])
