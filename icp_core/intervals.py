"""Estimates between their ends, and the Wilson score interval that most of them have."""

from dataclasses import dataclass
from math import inf, isfinite, sqrt
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt

CONFIDENCE: Final = 0.95

_ROUNDING: Final = 1e-12
"""Share by which two floats may differ that were reckoned differently; people read fewer digits."""


def alike(one: float, other: float) -> bool:
    """Whether two numbers are the same but for the rounding of floats.

    Examples
    --------
    >>> alike(0.1 + 0.2, 0.3), alike(1, 1.000001)
    (True, False)
    """
    return abs(one - other) <= _ROUNDING * max(abs(one), abs(other))


@dataclass(frozen=True)
class Estimate:
    """A number estimated from a sample, with the ends of its 95 % interval.

    Examples
    --------
    >>> Estimate(1.4, 0.9, 2.1).includes(1)
    True
    """

    value: float
    low: float
    high: float

    def includes(self, number: float) -> bool:
        """Whether the number lies in the interval, so that the sample cannot rule it out."""
        return self.low <= number <= self.high

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, which has no word for an infinite end: None.

        Examples
        --------
        >>> Estimate(1.4, 0.9, inf).to_dict()
        {'value': 1.4, 'low': 0.9, 'high': None}
        """
        ends = {"value": self.value, "low": self.low, "high": self.high}
        return {name: end if isfinite(end) else None for name, end in ends.items()}


def quantile(confidence: float = CONFIDENCE) -> float:
    """Quantile of the normal distribution that leaves half of the rest on either side.

    Examples
    --------
    >>> round(quantile(0.95), 3)
    1.96
    """
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson_centre(
    hits: npt.ArrayLike, total: npt.ArrayLike, *, confidence: float = CONFIDENCE
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Centre and half width of the Wilson score interval (1927) of a share.

    Centre (x + z²/2) / (n + z²), half width z / (n + z²) · √(x·(n − x)/n + z²/4): the one place where
    it stands.

    Parameters
    ----------
    hits, total
        x successes in n trials, 0 ≤ x ≤ n, of any one shape.
    confidence
        Above 0, below 1.
    """
    x, n = np.asarray(hits, np.float64), np.asarray(total, np.float64)
    z = quantile(confidence)
    spread = x * (n - x) / np.maximum(n, 1)
    return (x + z * z / 2) / (n + z * z), z / (n + z * z) * np.sqrt(spread + z * z / 4)


def wilson(
    hits: npt.ArrayLike, total: npt.ArrayLike, *, confidence: float = CONFIDENCE
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Ends of the interval of a share; 0 and 1 where nothing was counted.

    Wilson's score interval (1927), which keeps its coverage for rare levels and few customers.

    Parameters
    ----------
    hits, total
        Counts, of any one shape.
    confidence
        Above 0, below 1.

    Examples
    --------
    >>> low, high = wilson([18, 0], [20, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.699, 0.0], [0.972, 0.278])
    """
    centre, half = wilson_centre(hits, total, confidence=confidence)
    hits, total = np.asarray(hits, np.float64), np.asarray(total, np.float64)
    # At 0 of n and n of n one end is exactly 0 or 1; rounding must not say otherwise.
    low = np.where(hits == 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(hits == total, 1.0, np.minimum(centre + half, 1.0))
    return low, high


def ratio_of(hits: float, total: float, other_hits: float, other_total: float) -> Estimate | None:
    """How many times as common something is in one sample as in another; None if it is in neither.

    The interval of a ratio of two proportions, both of which were sampled: recovered from the Wilson
    intervals of the two (MOVER: Donner and Zou, *Statistical Methods in Medical Research* 2012). Where
    the other sample has none of it, the ratio and its upper end are infinite and the lower end says
    how common it must be at least.

    Parameters
    ----------
    hits, total
        How many of the sample have it, of how many whose value is known.
    other_hits, other_total
        The same of the other sample.

    Examples
    --------
    >>> ratio_of(25, 100, 125, 1_000).value
    2.0
    >>> found = ratio_of(47, 50, 0, 400)
    >>> found.value, round(found.low), found.high
    (inf, 98, inf)
    """
    if total <= 0 or other_total <= 0 or not hits + other_hits:
        return None
    one, two = hits / total, other_hits / other_total
    lows, highs = wilson([hits, other_hits], [total, other_total])
    low, other_low, high, other_high = map(float, (*lows, *highs))
    product = one * two
    # The textbook's (product - √…) / (h₂(2p₂ - h₂)), turned so that it has no zero below the line.
    gap = low * (2 * one - low)
    lower = product + sqrt(max(product**2 - gap * other_high * (2 * two - other_high), 0.0))
    lower = gap / lower if hits else 0.0
    if two == 0:
        return Estimate(inf, lower, inf)
    spread = other_low * (2 * two - other_low)
    upper = product + sqrt(max(product**2 - high * (2 * one - high) * spread, 0.0))
    return Estimate(one / two, lower, upper / spread)
