"""The market by segment: matches, customers and white space in every region, industry or size."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from icp_core.evaluation.in_memory import Evaluation


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
        one column `tier_0`, `tier_1` … per tier with its accounts, the unranked last, `customers`,
        `white_space`, `penetration` (share of the matches that are customers), `potential`,
        `potential_customers` and `potential_white_space` (null where no match they cover has a known
        potential; 0 where they cover none), and `potential_unknown` (matches).
    """
    matches, keys = evaluation.matches, evaluation.codes(by)[1]
    at = matches.codes(by).astype(np.int64)
    amount, tier, customer = evaluation.potential.amount, evaluation.tier, matches.customers
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
    # Columns: white space, customers.
    cell, size = at * 2 + customer, len(keys) * 2
    accounts = np.bincount(cell, minlength=size).reshape(-1, 2)
    priced = np.bincount(cell[known], minlength=size).reshape(-1, 2)
    worth = np.bincount(cell[known], amount[known], size).reshape(-1, 2)
    unknown_worth = (accounts > 0) & (priced == 0)
    table = pl.DataFrame(
        {
            "key": pl.Series(keys, dtype=pl.String),
            "accounts": accounts.sum(axis=1),
            **{f"tier_{index}": by_tier[:, index] for index in range(tiers)},
            "customers": accounts[:, 1],
            "white_space": accounts[:, 0],
            "potential": np.where(
                (accounts.sum(axis=1) > 0) & (priced.sum(axis=1) == 0), np.nan, worth.sum(axis=1)
            ),
            "potential_customers": np.where(unknown_worth[:, 1], np.nan, worth[:, 1]),
            "potential_white_space": np.where(unknown_worth[:, 0], np.nan, worth[:, 0]),
            "potential_unknown": (accounts - priced).sum(axis=1),
        },
    )
    return (
        table.filter(pl.col("accounts") > 0)
        .with_columns(
            pl.col("^potential(_customers|_white_space)?$").cast(pl.Float64).fill_nan(None)
        )
        .with_columns(penetration=pl.col("customers") / pl.col("accounts"))
        .sort("key", nulls_last=True)
    )
