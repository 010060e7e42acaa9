"""A newer load of the same source: what changed, and what was decided before and stays."""

from dataclasses import dataclass
from typing import Final

import polars as pl

WATCHED: Final = ("employees", "revenue")
KEPT: Final = ("is_customer", "owner", "territory", "last_touch", "open_deals")
"""Columns that the team filled; a newer file that has none leaves them as they are."""


@dataclass(frozen=True)
class Changes:
    """How a newer load differs.

    Attributes
    ----------
    new, gone
        Accounts that only the newer or only the older load has.
    moved
        `account_id, name, column, before, after, change` where headcount or revenue moved; `change`
        is a fraction of the value before.
    """

    new: pl.DataFrame
    gone: pl.DataFrame
    moved: pl.DataFrame


def compare(old: pl.DataFrame, new: pl.DataFrame, *, least: float = 0.1) -> Changes:
    """What changed from one load to the next.

    Parameters
    ----------
    old, new
        Accounts of the two loads.
    least
        Smallest change of headcount or revenue to show, as a fraction. From or to unknown is none.
    """
    both = new.join(old, on="account_id", how="inner", suffix="#old")
    moved = []
    for column in WATCHED:
        if f"{column}#old" in both.columns:
            before, after = pl.col(f"{column}#old"), pl.col(column)
            moved.append(
                both.select(
                    "account_id",
                    "name",
                    column=pl.lit(column),
                    before=before.cast(pl.Float64),
                    after=after.cast(pl.Float64),
                    change=pl.when(before != 0).then(after / before - 1),
                ).filter(
                    (pl.col("before") != pl.col("after"))
                    & (pl.col("change").abs().fill_null(float("inf")) >= least)
                )
            )
    schema = {
        "account_id": pl.String, "name": pl.String, "column": pl.String,
        "before": pl.Float64, "after": pl.Float64, "change": pl.Float64,
    }  # fmt: skip
    return Changes(
        new.join(old, on="account_id", how="anti"),
        old.join(new, on="account_id", how="anti"),
        pl.concat([pl.DataFrame(schema=schema), *moved]),
    )


def carry_over(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The newer accounts with what the team had filled in the older ones, where they lack it."""
    kept = [c for c in KEPT if c in old.columns]
    if not kept:
        return new
    both = new.join(
        old.select("account_id", *(pl.col(c).alias(f"{c}#old") for c in kept)),
        on="account_id",
        how="left",
        maintain_order="left",
    )
    filled = both.with_columns(
        pl.coalesce(c, f"{c}#old").alias(c) if c in new.columns else pl.col(f"{c}#old").alias(c)
        for c in kept
    )
    return filled.drop(f"{c}#old" for c in kept)
