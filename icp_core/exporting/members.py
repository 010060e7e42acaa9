"""How many members an ad audience of companies is likely to reach: an estimate, and what it rests on."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from icp_core.evaluation.market import Bounds

RECOGNISED: Final = Bounds(0.6, 0.9)
"""Share of companies that LinkedIn recognises: by name alone some 60–70 %, with a domain 80–90 %, as
guides to it say."""

MEMBERS: Final = Bounds(0.3, 0.9)
"""Share of employees who are members: an assumption, wide because it hangs on country and trade."""


@dataclass(frozen=True)
class Reach:
    """Who works at the companies of a file.

    Attributes
    ----------
    employees
        Of the companies whose headcount, or a band of it, is known.
    known
        How many companies that are.
    """

    employees: Bounds
    known: int

    @classmethod
    def of(cls, kept: pl.DataFrame) -> "Reach":
        """Add up the headcounts of `eligibility_of`; a band counts with both of its ends."""
        low, high = pl.col("headcount_low"), pl.col("headcount_high")
        sums = kept.select(
            low=pl.coalesce(low, pl.when(high.is_not_null()).then(1)).sum(),
            high=pl.coalesce(high, low).sum(),
            known=pl.coalesce(low, high).count(),
        ).row(0, named=True)
        return cls(Bounds(sums["low"], sums["high"]), sums["known"])

    @property
    def members(self) -> Bounds:
        """Members that are likely to be matched, in whole tens at least."""
        return Bounds(
            round(self.employees.low * RECOGNISED.low * MEMBERS.low, -1),
            round(self.employees.high * RECOGNISED.high * MEMBERS.high, -1),
        )
