"""How areas are shown: what they are shaded by, and the classes to shade them in."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.evaluation.tiers import UNRANKED
from ui.format import money, number, percent
from ui.texts import _

CLASSES: Final = 5
"""Shades that a reader tells apart on a map."""


def tier_label(name: str) -> str:
    """`Tier A`, or `Unranked`."""
    return _("Unranked") if name == UNRANKED else _("Tier {name}").format(name=name)


class Measure(StrEnum):
    """What areas are shaded by; the values are columns of `Areas.table`."""

    MATCHES = "accounts"
    POTENTIAL = "potential"
    BEST_TIER = "best_tier"
    MATCH_RATE = "match_rate"
    WHITE_SPACE = "white_space"
    CUSTOMERS = "customers"

    def label(self, best_tier: str) -> str:
        """As shown in menus and headings."""
        return {
            Measure.MATCHES: _("Matches"),
            Measure.POTENTIAL: _("Potential"),
            Measure.BEST_TIER: tier_label(best_tier),
            Measure.MATCH_RATE: _("Match rate"),
            Measure.WHITE_SPACE: _("White space"),
            Measure.CUSTOMERS: _("Customers"),
        }[self]

    def text(self, value: float | None, currency: str) -> str:
        """One value with its unit; unknown is a dash."""
        match self:
            case Measure.POTENTIAL:
                return money(value, currency)
            case Measure.MATCH_RATE:
                return percent(value, digits=1 if value else 0)
            case _:
                return number(value)


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
    place: npt.NDArray[np.int64]

    @property
    def zeros(self) -> int:
        """How many values are zero."""
        return int(np.count_nonzero(self.place == 0))

    @property
    def unknown(self) -> int:
        """How many values are unknown."""
        return int(np.count_nonzero(self.place < 0))


def shading_data(values: pl.Series, *, classes: int = CLASSES) -> Shading:
    """Sort values into classes of about as many areas each; zero and unknown stand apart.

    Quantiles, except that equal values share a class and the classes after it share what is left
    evenly; where most areas have one account, the few above are still told apart.
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
