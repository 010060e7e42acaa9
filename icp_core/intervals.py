"""Estimates between their ends, and the Wilson score interval that most of them have."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt

CONFIDENCE: Final = 0.95


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
        """Plain values for JSON.

        Examples
        --------
        >>> Estimate(1.4, 0.9, 2.1).to_dict()
        {'value': 1.4, 'low': 0.9, 'high': 2.1}
        """
        return {"value": self.value, "low": self.low, "high": self.high}


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


def lift_of(hits: float, total: float, base: float) -> Estimate | None:
    """How many times as common something is in a sample as in the whole market; None if never there.

    The market's share is counted, not sampled, so the interval is that of the sample's share.

    Parameters
    ----------
    hits, total
        How many of the sample have it, of how many whose value is known.
    base
        Share of the market that has it.

    Examples
    --------
    >>> lift_of(25, 100, 0.125).value
    2.0
    """
    if base <= 0 or total <= 0:
        return None
    low, high = wilson(hits, total)
    return Estimate(hits / total / base, float(low) / base, float(high) / base)
