"""Modules for statistics: summaries, tests, correlation, regression and robust noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from ..worker import Choices, Schemes, module
from .choosing import one_of
from .optional import need

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)
MAD_TO_SIGMA = 1.482602218505602
"""One over the upper quartile of the normal distribution: turns a median deviation into a standard one."""


class Summary(NamedTuple):
    """A sample in a few numbers; ``std`` is the sample's, with n - 1."""

    size: int
    mean: float
    std: float
    minimum: float
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: float


class MeanTest(NamedTuple):
    """The statistic of a test, the probability of one as extreme by chance, and the degrees of freedom."""

    statistic: float
    p_value: float
    degrees_of_freedom: float


class Anova(NamedTuple):
    """The F of an analysis of variance, its probability by chance, and both degrees of freedom."""

    f: float
    p_value: float
    between: int
    within: int


class Correlation(NamedTuple):
    """How two samples go together, from -1 to 1, and the probability of that by chance."""

    coefficient: float
    p_value: float


class Line(NamedTuple):
    """A straight line through points, and how well it goes through them."""

    slope: float
    intercept: float
    r_squared: float
    slope_error: float
    p_value: float


class Noise(NamedTuple):
    """The middle of a sample, and its deviation, both blind to outliers."""

    background: float
    noise: float


@module(title="Summary of a sample", category="Statistics", schemes=ANYWHERE)
def summary(values: list[float]) -> Summary:
    """Summarise a sample; what is not a number is left out.

    Args:
        values: the sample.
    """
    import numpy as np

    sample = _finite(values, 1, "a summary")
    deviation = float(sample.std(ddof=1)) if sample.size > 1 else 0.0
    quartiles = map(float, np.quantile(sample, (0, 0.25, 0.5, 0.75, 1)))
    return Summary(int(sample.size), float(sample.mean()), deviation, *quartiles)


@module(title="Mean", category="Statistics", schemes=ANYWHERE)
def mean(values: list[float]) -> float:
    """Calculate the mean of a sample; what is not a number is left out.

    Args:
        values: the sample.
    """
    return float(_finite(values, 1, "a mean").mean())


@module(title="Quantiles", category="Statistics", schemes=ANYWHERE)
def quantiles(values: list[float], levels: list[float]) -> list[float]:
    """Calculate the numbers below which given parts of a sample lie.

    Args:
        values: the sample.
        levels: the parts, from 0 to 1; 0.5 is the median.
    """
    import numpy as np

    if not all(0 <= level <= 1 for level in levels):
        raise ValueError(f"a level lies between 0 and 1, not {levels}")
    return [float(q) for q in np.quantile(_finite(values, 1, "a quantile"), levels)]


@module(title="t-test", category="Statistics", schemes=ANYWHERE)
def t_test(
    first: list[float],
    second: list[float],
    kind: Annotated[str, Choices("Welch", "equal variances", "paired")] = "Welch",
) -> MeanTest:
    """Test whether two samples have the same mean.

    Args:
        first: one sample.
        second: the other sample; in a paired test of the same length.
        kind: for variances that may differ (Welch), for equal ones, or for pairs.
    """
    stats = need("scipy.stats", "a t-test")
    one_of(kind, ("Welch", "equal variances", "paired"), "t-test")
    if kind == "paired" and len(first) != len(second):
        raise ValueError(f"a paired test needs samples of one length, not {len(first)} and {len(second)}")
    if kind == "paired":
        result = stats.ttest_rel(first, second)
    else:
        samples = (_finite(first, 2, "a t-test"), _finite(second, 2, "a t-test"))
        result = stats.ttest_ind(*samples, equal_var=kind == "equal variances")
    return MeanTest(float(result.statistic), float(result.pvalue), float(result.df))


@module(title="One-way analysis of variance", category="Statistics", schemes=ANYWHERE)
def one_way_anova(groups: list[list[float]]) -> Anova:
    """Test whether several samples have the same mean (scipy.stats.f_oneway).

    Args:
        groups: the samples.
    """
    if len(groups) < 2:
        raise ValueError(f"an analysis of variance compares two or more groups, not {len(groups)}")
    result = need("scipy.stats", "an analysis of variance").f_oneway(*groups)
    count = sum(len(group) for group in groups)
    return Anova(float(result.statistic), float(result.pvalue), len(groups) - 1, count - len(groups))


@module(title="Correlation", category="Statistics", schemes=ANYWHERE)
def correlation(
    x: list[float],
    y: list[float],
    method: Annotated[str, Choices("Pearson", "Spearman", "Kendall")] = "Pearson",
) -> Correlation:
    """Measure how two samples go together.

    Args:
        x: one sample.
        y: the other sample, of the same length.
        method: of the numbers (Pearson), or of their ranks (Spearman, Kendall).
    """
    stats = need("scipy.stats", "a correlation")
    known = {"Pearson": stats.pearsonr, "Spearman": stats.spearmanr, "Kendall": stats.kendalltau}
    _same_length(x, y)
    result = known[one_of(method, known, "correlation")](x, y)
    return Correlation(float(result.statistic), float(result.pvalue))


@module(title="Linear regression", category="Statistics", schemes=ANYWHERE)
def linear_regression(x: list[float], y: list[float]) -> Line:
    """Draw the straight line that comes closest to points, by least squares.

    Args:
        x: where the points are.
        y: how high they are; as many.
    """
    _same_length(x, y)
    found = need("scipy.stats", "a regression").linregress(x, y)
    numbers = (found.slope, found.intercept, found.rvalue**2, found.stderr, found.pvalue)
    return Line(*map(float, numbers))


@module(title="Robust noise", category="Statistics", schemes=ANYWHERE)
def robust_noise(values: np.ndarray) -> Noise:
    """Estimate background and noise: the median, and the median absolute deviation as a standard deviation.

    Args:
        values: numbers of any shape; what is not a number is left out.
    """
    import numpy as np

    sample = _finite(values, 1, "a noise")
    middle = np.median(sample)
    return Noise(float(middle), float(np.median(np.abs(sample - middle)) * MAD_TO_SIGMA))


@module(title="z-scores", category="Statistics", schemes=ANYWHERE)
def z_scores(values: list[float], *, robust: bool = False) -> list[float]:
    """Tell how many deviations each value lies from the middle of its sample.

    Args:
        values: the sample; what is not a number stays so.
        robust: whether to use median and median deviation in place of mean and standard deviation.
    """
    import numpy as np

    sample = _finite(values, 1, "a z-score")
    middle, deviation = robust_noise(sample) if robust else (float(sample.mean()), float(sample.std()))
    if deviation == 0:
        raise ValueError("the values do not differ, so they have no z-scores")
    return [float(z) for z in (np.asarray(values, dtype=float).ravel() - middle) / deviation]


def _finite(values: Any, least: int, purpose: str) -> np.ndarray:
    """Return the finite numbers among ``values``; ValueError if there are fewer than needed."""
    import numpy as np

    sample = np.asarray(values, dtype=float).ravel()
    sample = np.asarray(sample[np.isfinite(sample)])
    if sample.size < least:
        raise ValueError(f"{purpose} needs {least} or more numbers, and there are {sample.size}")
    return sample


def _same_length(x: list[float], y: list[float]) -> None:
    """Raise ValueError if two samples cannot be paired."""
    if len(x) != len(y) or len(x) < 2:
        raise ValueError(f"two samples of one length, 2 or more, are needed, not {len(x)} and {len(y)}")
