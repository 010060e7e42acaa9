"""Classes to shade the areas of a map in."""

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
import polars as pl

from icp_core.reference.arrays import Ints

CLASSES: Final = 5
"""Shades that a reader tells apart on a map."""


@dataclass(frozen=True)
class Class:
    """Areas shaded alike: the least and the largest value among them, and how many they are."""

    low: float
    high: float
    areas: int


@dataclass(frozen=True, eq=False)
class Shading:
    """Values sorted into classes.

    Attributes
    ----------
    classes
        From little to much, all above zero.
    place
        Class of each value: 0 for a value of zero, n for the n-th class, -1 for unknown.
    """

    classes: tuple[Class, ...]
    place: Ints

    @property
    def zeros(self) -> int:
        """How many values are zero."""
        return int(np.count_nonzero(self.place == 0))

    @property
    def unknown(self) -> int:
        """How many values are unknown."""
        return int(np.count_nonzero(self.place < 0))


def shading(values: pl.Series, *, classes: int = CLASSES) -> Shading:
    """Sort values into classes of about as many areas each; zero and unknown stand apart.

    Quantiles, except that equal values share a class and the classes after it share what is left
    evenly; where most areas have one account, the few above are still told apart.

    Examples
    --------
    >>> found = shading(pl.Series([0, 1, 1, 2, 9, None]), classes=2)
    >>> [(one.low, one.high, one.areas) for one in found.classes], found.place.tolist()
    ([(1.0, 1.0, 2), (2.0, 9.0, 2)], [0, 1, 1, 2, 2, -1])
    """
    numbers = values.cast(pl.Float64).to_numpy()
    positive = numbers > 0
    place = np.where(np.isnan(numbers), -1, 0)
    rest = np.sort(numbers[positive])
    ends: list[float] = []
    while len(rest):
        share = ceil(len(rest) / (classes - len(ends)))
        ends.append(rest[share - 1])
        rest = rest[rest > ends[-1]]
    place[positive] = np.searchsorted(ends, numbers[positive]) + 1
    members = (numbers[place == index + 1] for index in range(len(ends)))
    return Shading(
        tuple(Class(float(one.min()), float(one.max()), len(one)) for one in members), place
    )
