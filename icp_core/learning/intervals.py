"""Estimates with their 95 % intervals."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import stats

CONFIDENCE: Final = 0.95
Z: Final = float(stats.norm.ppf(0.5 + CONFIDENCE / 2))


@dataclass(frozen=True)
class Estimate:
    """A number estimated from a sample, with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def includes(self, number: float) -> bool:
        """Whether the number lies in the interval, so that the sample cannot rule it out."""
        return self.low <= number <= self.high

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}


def wilson(
    hits: npt.ArrayLike, total: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Ends of the 95 % interval of a share; 0 and 1 where nothing was counted.

    Wilson's score interval (1927), which keeps its coverage for rare levels and few customers.

    Parameters
    ----------
    hits, total
        Counts, of any one shape.
    """
    hits, total = np.asarray(hits, np.float64), np.asarray(total, np.float64)
    n = np.maximum(total, 1)
    share = hits / n
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    none = total == 0
    low = np.where(none | (hits == 0), 0.0, centre - half)
    high = np.where(none | (hits == total), 1.0, centre + half)
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
    """
    if base <= 0 or total <= 0:
        return None
    low, high = wilson(hits, total)
    return Estimate(hits / total / base, float(low) / base, float(high) / base)
