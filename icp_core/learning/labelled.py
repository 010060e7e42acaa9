"""The accounts that learning compares: the best customers against the market, or against the worst."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from icp_core.accounts.columns import Column
from icp_core.accounts.universe import Universe
from icp_core.learning.customers import RankedCustomers
from icp_core.learning.levels import Coded, Levels
from icp_core.reference.arrays import Floats, Ints, Places, Rows
from icp_core.reference.text import fold_expr

Against = Literal["market", "worst"]
Report = Callable[[float, str], None]

BACKGROUND: Final = 10_000

_COMPANY_KEYS: Final = (("country", "org_number"), ("domain",))
_PLACES: Final = ("municipality", "city", "postcode", "region", "country")
_NAMESAKES: Final = 20


@dataclass(frozen=True, eq=False)
class LabelledAccounts:
    """Labelled accounts with their columns as levels.

    Attributes
    ----------
    frame
        The accounts, with all columns of the universe.
    positive
        1 for the best customers, 0 for those they are compared with.
    company
        Accounts of one company share a number (`companies`), and never stand on both sides of a split.
    day
        When the deal closed; not a time where unknown, as for accounts that nobody tried to win.
    coded
        Their columns as levels.
    """

    frame: pl.DataFrame
    positive: Floats
    company: Ints
    day: npt.NDArray[np.datetime64]
    coded: dict[str, Coded]

    def __len__(self) -> int:
        return len(self.positive)

    @property
    def base_rate(self) -> float:
        """Share of positives."""
        return float(self.positive.mean())

    def take(self, rows: Places) -> "LabelledAccounts":
        """Some of the accounts."""
        return LabelledAccounts(
            self.frame[rows],
            self.positive[rows],
            self.company[rows],
            self.day[rows],
            {name: coded.take(rows) for name, coded in self.coded.items()},
        )

    def relabelled(self, positive: Floats) -> "LabelledAccounts":
        """The same accounts with other labels."""
        return LabelledAccounts(self.frame, positive, self.company, self.day, self.coded)

    def without(self, columns: Iterable[str]) -> "LabelledAccounts":
        """The same accounts, not looking at some columns."""
        left_out = set(columns)
        kept = {name: coded for name, coded in self.coded.items() if name not in left_out}
        return LabelledAccounts(self.frame, self.positive, self.company, self.day, kept)


def levels_of(universe: Universe, columns: Iterable[Column]) -> dict[str, Levels]:
    """The grid of each column, laid over the whole universe."""
    return {column.name: Levels.of(column, universe.frame[column.name]) for column in columns}


def label(
    universe: Universe,
    positives: Rows,
    negatives: Rows,
    levels: dict[str, Levels],
    *,
    days: dict[int, object] | None = None,
) -> LabelledAccounts:
    """Accounts with labels.

    Parameters
    ----------
    universe
        The accounts.
    positives, negatives
        Rows of the universe.
    levels
        The columns to look at.
    days
        When the deal of a row closed.
    """
    rows = np.concatenate([positives, negatives])
    frame = universe.frame[rows]
    days = days or {}
    return LabelledAccounts(
        frame,
        np.concatenate([np.ones(len(positives)), np.zeros(len(negatives))]),
        companies(frame),
        np.array([days.get(int(row)) for row in rows], dtype="datetime64[D]"),
        {name: level.code(frame[name]) for name, level in levels.items()},
    )


def companies(frame: pl.DataFrame) -> Ints:
    """A number for each account, the same for accounts of one company.

    Of one company are accounts that share the national number, the web domain, or name and place, also
    by way of a third: a company that stands in a list four times must not be learned from and judged.

    Parameters
    ----------
    frame
        Accounts.
    """
    keys: list[pl.Expr] = []
    for names in _COMPANY_KEYS:
        if set(names) <= set(frame.columns):
            # A part that is unknown makes the whole key unknown.
            parts = [fold_expr(pl.col(name).cast(pl.String)) for name in names]
            keys.append(pl.concat_str(parts, separator="\x1f"))
    place = [name for name in _PLACES if name in frame.columns]
    # A name that many have tells nothing, where nobody knows where they are.
    name = fold_expr(pl.col("name"))
    known = pl.coalesce(pl.col(place).cast(pl.String)) if place else pl.lit(None, pl.String)
    alone = known.is_null() & (pl.len().over(name) > _NAMESAKES)
    keys.append(
        pl.when(~alone).then(pl.concat_str(name, fold_expr(known.fill_null("")), separator="\x1f"))
    )
    row = pl.col("#row")
    first = frame.with_row_index("#row").select(
        pl.when(key.is_null()).then(row).otherwise(row.first().over(key)).alias(str(number))
        for number, key in enumerate(keys)
    )
    size = len(frame)
    ends = np.concatenate([first[name].to_numpy() for name in first.columns])
    starts = np.tile(np.arange(size), len(keys))
    graph = coo_array((np.ones(len(ends), dtype=bool), (starts, ends)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def background(universe: Universe, customers: RankedCustomers, rng: np.random.Generator) -> Rows:
    """Rows of accounts that are not customers, as far as known: at most `BACKGROUND`, drawn at random.

    Comparing the best with a sample of the market instead of all of it costs next to no precision,
    because the customers are the few (case-control sampling: Prentice and Pyke 1979).
    """
    free = np.ones(len(universe), dtype=bool)
    free[customers.customer_rows] = False
    if "is_customer" in universe.columns:
        free &= ~universe.frame["is_customer"].fill_null(False).to_numpy()
    rows = np.flatnonzero(free)
    if len(rows) > BACKGROUND:
        rows = np.sort(rng.choice(rows, BACKGROUND, replace=False))
    return rows.astype(np.int64)
