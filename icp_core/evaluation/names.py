"""Names of the columns that evaluating adds, in one place.

While accounts are evaluated, whatever is added begins with `icp__`, which no list's own column does
(`columns.PREFIX`; engines compare names without case). Only rows that leave an evaluation have results
under plain names, as `told` gives them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import narwhals as nw
import polars as pl

from icp_core.accounts.columns import PREFIX


@dataclass(frozen=True)
class Names:
    """Names of results and of the workings on the way to them."""

    score: str = "score"
    score_low: str = "score_low"
    score_high: str = "score_high"
    coverage: str = "coverage"
    potential: str = "potential"
    tier: str = "tier"
    state: str = f"{PREFIX}state"
    least_potential: str = f"{PREFIX}least_potential"

    @staticmethod
    def fit(index: int) -> str:
        """Fit of the criterion at that place in the profile."""
        return f"{PREFIX}fit_{index}"

    @staticmethod
    def fit_low(index: int) -> str:
        """The least fit that it may have where a band tells more than nothing."""
        return f"{PREFIX}fit_low_{index}"

    @staticmethod
    def fit_high(index: int) -> str:
        """The highest fit, likewise."""
        return f"{PREFIX}fit_high_{index}"

    @staticmethod
    def passes(index: int) -> str:
        """Whether the gate at that place passes: true, false, or null when unknown."""
        return f"{PREFIX}passes_{index}"


NAMES: Final = Names()
"""In rows that left an evaluation."""

_RESULTS: Final = ("score", "score_low", "score_high", "coverage", "potential", "tier")


def inner(name: str) -> str:
    """A name that no column of a list has, for what is added on the way."""
    return f"{PREFIX}{name}"


INNER: Final = Names(**{name: inner(name) for name in _RESULTS})
"""While accounts are evaluated."""


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their results under plain names.

    A list's own column of such a name steps aside, and is not lost.

    Examples
    --------
    >>> told(pl.DataFrame({"account_id": ["a"], "score": ["high"], INNER.score: [91.0]})).columns
    ['account_id', 'score (list)', 'score']
    """
    results = {inner(name): name for name in _RESULTS if inner(name) in rows.columns}
    return rows.rename(stepped_aside(rows.columns) | results)


def stepped_aside(columns: Collection[str]) -> dict[str, str]:
    """What a list's own columns are called whose names results have, by those names.

    Examples
    --------
    >>> stepped_aside(["account_id", "score", "tier", "tier (list)"])
    {'score': 'score (list)', 'tier': 'tier (list) (list)'}
    """
    found = {}
    for name in _RESULTS:
        if name in columns:
            found[name] = f"{name} (list)"
            while found[name] in columns:
                found[name] += " (list)"
    return found


def indicator(condition: nw.Expr) -> nw.Expr:
    """1 where a condition holds, else 0, null included."""
    return nw.when(condition).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
