"""The market by segment: matches, customers and white space in every region, industry or size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from icp_core.evaluation.expressions import AGE_BANDS, SIZE_BANDS
from icp_core.evaluation.in_memory import Evaluation

_BANDS: Final = {"size": SIZE_BANDS, "age": AGE_BANDS}
_INDUSTRIES: Final = {1: "section", 2: "industry", 4: "group", 5: "class"}
"""Dimensions of industry by the length of their codes."""
_FINEST: Final = max(_INDUSTRIES)


@dataclass(frozen=True)
class Split:
    """How a market is split, and how far it has been opened.

    Attributes
    ----------
    by
        `region`, `municipality`, `industry`, `size` or `age`.
    inside
        Code of a region or an industry to look inside of; None for all.

    Examples
    --------
    >>> Split("industry", "62").dimension, Split("industry", "62").within
    ('group', ('industry', '62'))
    >>> Split("region").opening("SE-01")
    Split(by='region', inside='SE-01')
    """

    by: str
    inside: str | None = None

    @property
    def dimension(self) -> str:
        """As `expressions.dimension` names it: one level down from what it is inside of."""
        if self.by == "industry":
            finer = (
                name for length, name in _INDUSTRIES.items() if length > len(self.inside or "")
            )
            return next(finer)
        return "municipality" if self.by == "region" and self.inside else self.by

    @property
    def within(self) -> tuple[str, str] | None:
        """The dimension and key that the split lies in."""
        if self.inside is None:
            return None
        by_industry = self.by == "industry"
        return _INDUSTRIES[len(self.inside)] if by_industry else "region", self.inside

    def opening(self, key: str | None) -> "Split | None":
        """The split inside of one of its segments; None where there is nothing finer."""
        if key is None or key == self.inside:
            return None
        by_industry = self.by == "industry" and len(key) in _INDUSTRIES and len(key) < _FINEST
        return Split(self.by, key) if self.dimension == "region" or by_industry else None


def segments(
    evaluation: Evaluation,
    by: str,
    *,
    within: tuple[str, str | None] | None = None,
    countries: Sequence[str] = (),
) -> pl.DataFrame:
    """Add up the matches of every segment.

    Parameters
    ----------
    evaluation
        The market.
    by
        A dimension, as `expressions.dimension` names it.
    within
        Another dimension and one of its keys, to count only the matches there.
    countries
        Only matches in these countries; none means all.

    Returns
    -------
    pl.DataFrame
        One row per segment with a match, keys rising and the unknown (null) last: `key`, `accounts`,
        one column `tier_0`, `tier_1` … for each of `tiers.groups` with its accounts, `customers`,
        `customers_unknown`, `white_space`, `share` (of the matches in the table), `penetration` (share
        that are customers of the matches of which it is known; null without one), `potential`,
        `potential_customers` and `potential_white_space` (null where no match they cover has a known
        potential; 0 where they cover none), and `potential_unknown` (matches).
    """
    matches, keys = evaluation.matches, evaluation.codes(by)[1]
    at = matches.codes(by).astype(np.int64)
    amount, tier = evaluation.potential.amount, evaluation.tier
    customer = np.where(matches.customers_unknown, 2, matches.customers)
    inside = np.ones(len(matches), dtype=bool)
    if within is not None:
        codes, values = evaluation.codes(within[0])
        inside &= codes[matches.rows] == (values.index(within[1]) if within[1] in values else -1)
    if countries:
        codes, values = evaluation.codes("country")
        chosen = np.array([value in countries for value in values])
        inside &= chosen[codes[matches.rows]]
    if not inside.all():
        at, amount, tier, customer = at[inside], amount[inside], tier[inside], customer[inside]
    tiers = len(evaluation.tiers)
    by_tier = np.bincount(at * tiers + tier, minlength=len(keys) * tiers).reshape(-1, tiers)
    known = ~np.isnan(amount)
    # Columns: white space, customers, unknown.
    cell, size = at * 3 + customer, len(keys) * 3
    accounts = np.bincount(cell, minlength=size).reshape(-1, 3)
    priced = np.bincount(cell[known], minlength=size).reshape(-1, 3)
    summed = np.bincount(cell[known], amount[known], size).reshape(-1, 3)
    nothing_known = (accounts > 0) & (priced == 0)
    table = pl.DataFrame(
        {
            "key": pl.Series(keys, dtype=pl.String),
            "accounts": accounts.sum(axis=1),
            **{f"tier_{index}": by_tier[:, index] for index in range(tiers)},
            "customers": accounts[:, 1],
            "customers_unknown": accounts[:, 2],
            "white_space": accounts[:, 0],
            "potential": np.where(
                (accounts.sum(axis=1) > 0) & (priced.sum(axis=1) == 0), np.nan, summed.sum(axis=1)
            ),
            "potential_customers": np.where(nothing_known[:, 1], np.nan, summed[:, 1]),
            "potential_white_space": np.where(nothing_known[:, 0], np.nan, summed[:, 0]),
            "potential_unknown": (accounts - priced).sum(axis=1),
        },
    )
    return (
        table.filter(pl.col("accounts") > 0)
        .with_columns(
            pl.col("^potential(_customers|_white_space)?$").cast(pl.Float64).fill_nan(None)
        )
        .with_columns(
            share=pl.col("accounts") / pl.col("accounts").sum(),
            penetration=(
                pl.when(pl.col("accounts") > pl.col("customers_unknown")).then(
                    pl.col("customers") / (pl.col("accounts") - pl.col("customers_unknown"))
                )
            ),
        )
        .sort("key", nulls_last=True)
    )


def in_order(table: pl.DataFrame, *, by: str | None = None) -> pl.DataFrame:
    """Segments in the order of their bands or the largest first, the unknown last.

    Parameters
    ----------
    table
        With key, accounts and, to order the equally large by, name.
    by
        What it is split by; without, the largest come first.
    """
    if by in _BANDS:
        order = {label: place for place, (_least, label) in enumerate(reversed(_BANDS[by]))}
        rank = pl.col("key").replace_strict(order, default=len(order))
        return table.sort(pl.col("key").is_null(), rank)
    return table.sort(pl.col("key").is_null(), -pl.col("accounts"), "name")
