"""Columns cut into levels, without looking at any outcome.

A number becomes narrow bins at quantiles of the universe, a choice its values, an industry its NACE
groups with their division and section above them, tags one yes or no each; unknown is always a level of
its own. Because no label is used, the grid may be laid once for training and test parts together; what
is *learned* on it (`evidence`) sees the training part only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10
from typing import Final

import numpy as np
import polars as pl

from icp_core.accounts.columns import Column, Kind, restates
from icp_core.accounts.universe import Universe
from icp_core.reference import industry
from icp_core.reference.arrays import Flags, Floats, Ints, Places
from icp_core.reference.numbers import SPACE, exact, from_to, number

UNKNOWN: Final = "(unknown)"
OTHER: Final = "(other)"
MOST_LEVELS: Final = 2_000
MOST_TAGS: Final = 60
_BITS: Final = 64

# Even steps, and finer ones in the tails, where the customers of specialists are.
_QUANTILES: Final = np.concatenate([[0.01, 0.02], np.arange(1, 25) / 25, [0.98, 0.99, 0.995]])

# Not attributes of a company: consequences of being a customer, and how the facts were recorded.
CONSEQUENCES: Final[Mapping[str, str]] = {
    "is_customer": "says who is a customer",
    "owner": "is given to customers by the sales team",
    "territory": "is given by the sales team",
    "last_touch": "is recorded by the sales team",
    "open_deals": "is recorded by the sales team",
}
BOOKKEEPING: Final = frozenset(
    {
        *("source", "industry_revision", "fiscal_year", "status", "marketing_opt_out"),
        *("latitude", "longitude", "employees_low", "employees_high"),
    }
)
# A choice of which almost every account has its own value is a name, whatever its column is called.
_OWN_VALUE: Final = 0.5
_FEW: Final = 50


@dataclass(frozen=True, eq=False)
class Coded:
    """The values of some accounts in one column, as levels.

    Attributes
    ----------
    levels
        The levels.
    codes
        Each account's level; for tags, 0 where known and 1 where unknown.
    sets
        For tags: the different sets that accounts have of `levels.names`, shape (sets, tags). They are
        far fewer than the accounts.
    held
        For tags: which of the sets each account has.
    """

    levels: "Levels"
    codes: Ints
    sets: Flags | None = None
    held: Ints | None = None

    def take(self, rows: Places) -> "Coded":
        """Some of the accounts."""
        held = None if self.held is None else self.held[rows]
        return Coded(self.levels, self.codes[rows], self.sets, held)

    @property
    def tags(self) -> Flags | None:
        """For tags: which of `levels.names` each account has, shape (accounts, tags)."""
        return None if self.sets is None or self.held is None else self.sets[self.held]

    @property
    def known(self) -> Flags:
        """Whether each account's value is known."""
        return np.asarray(self.codes != self.levels.unknown)


@dataclass(frozen=True, eq=False)
class Levels:
    """How one column is cut.

    Attributes
    ----------
    column
        The column.
    names
        Of the levels, without the unknown one, which comes last; for tags, of the tags.
    edges
        Of a number's bins, inner ones only: bin i holds edges[i-1] ≤ x < edges[i].
    centres
        Mean number in each bin, over the universe.
    parents
        For industry: the division and the section of each group, as indexes of `parent_names`.
    parent_names
        Divisions, then sections.
    """

    column: Column
    names: tuple[str, ...]
    edges: Floats | None = None
    centres: Floats | None = None
    parents: tuple[Ints, ...] = ()
    parent_names: tuple[tuple[str, ...], ...] = ()

    @property
    def unknown(self) -> int:
        """Code of the unknown level."""
        return 1 if self.column.kind is Kind.TAGS else len(self.names)

    @classmethod
    def of(cls, column: Column, values: pl.Series) -> "Levels":
        """Levels that suit these values."""
        match column.kind:
            case Kind.NUMBER:
                known = values.drop_nulls().cast(pl.Float64).to_numpy()
                edges = np.unique([_round(edge) for edge in np.quantile(known, _QUANTILES)])
                edges = edges[edges > known.min()]
                return cls(column, _bin_names(edges, column), edges, _centres(known, edges))
            case Kind.FLAG:
                return cls(column, ("no", "yes"))
            case Kind.TAGS:
                return cls(column, _frequent(values.explode(), MOST_TAGS))
            case Kind.INDUSTRY:
                return cls._of_industry(column, values)
            case _:
                names = _frequent(values, MOST_LEVELS)
                return cls(column, (*names, OTHER) if len(names) == MOST_LEVELS else names)

    @classmethod
    def _of_industry(cls, column: Column, values: pl.Series) -> "Levels":
        groups = _frequent(values.cast(pl.String).str.slice(0, 4), MOST_LEVELS)
        divisions = [group[:2] for group in groups]
        sections = [industry.section_of(group[:2]) or OTHER for group in groups]
        parents, names = [], []
        for keys in (divisions, sections):
            distinct = sorted(set(keys))
            names.append(tuple(distinct))
            parents.append(np.searchsorted(distinct, keys).astype(np.int64))
        return cls(column, groups, parents=tuple(parents), parent_names=tuple(names))

    def code(self, values: pl.Series) -> Coded:
        """These values as levels."""
        match self.column.kind:
            case Kind.NUMBER:
                numbers = values.cast(pl.Float64).to_numpy()
                codes = np.searchsorted(self._edges, numbers, side="right").astype(np.int64)
                codes[np.isnan(numbers)] = self.unknown
                return Coded(self, codes)
            case Kind.FLAG:
                return Coded(self, values.cast(pl.Int64).fill_null(self.unknown).to_numpy())
            case Kind.TAGS:
                return self._code_tags(values)
            case Kind.INDUSTRY:
                return Coded(self, self._code_texts(values.cast(pl.String).str.slice(0, 4)))
            case _:
                return Coded(self, self._code_texts(values.cast(pl.String)))

    @property
    def _edges(self) -> Floats:
        return np.empty(0) if self.edges is None else self.edges

    def _code_texts(self, values: pl.Series) -> Ints:
        other = self.names.index(OTHER) if OTHER in self.names else self.unknown
        codes = values.replace_strict(
            list(self.names), range(len(self.names)), default=other, return_dtype=pl.Int64
        )
        return (
            pl.select(pl.when(values.is_not_null()).then(codes).otherwise(self.unknown))
            .to_series()
            .to_numpy()
        )

    def _code_tags(self, values: pl.Series) -> Coded:
        held = np.zeros((len(values), len(self.names)), dtype=bool)
        pairs = pl.DataFrame({"row": np.arange(len(values)), "tag": values}).explode("tag")
        pairs = pairs.drop_nulls().with_columns(
            pl.col("tag")
            .cast(pl.String)
            .replace_strict(
                list(self.names), range(len(self.names)), default=None, return_dtype=pl.Int64
            )
        )
        pairs = pairs.drop_nulls()
        held[pairs["row"].to_numpy(), pairs["tag"].to_numpy()] = True
        # A bit a tag: as whole numbers, sets are told apart fast.
        bits = np.packbits(np.pad(held, ((0, 0), (0, _BITS - held.shape[1]))), axis=1)
        _, first, of_account = np.unique(
            bits.view(np.uint64)[:, 0], return_index=True, return_inverse=True
        )
        unknown = values.is_null().cast(pl.Int64).to_numpy()
        return Coded(self, unknown, held[first], of_account.astype(np.int64, copy=False))


@dataclass(frozen=True)
class LeftOut:
    """A column that learning does not use, and why (ends the sentence “The column …”)."""

    column: Column
    reason: str
    leaks: bool = False


def attributes_of(universe: Universe) -> tuple[tuple[Column, ...], tuple[LeftOut, ...]]:
    """Columns that can tell customers from others, and those left out before any look at outcomes.

    Names, dates and how the facts were recorded are not attributes and not mentioned.
    """
    used: list[Column] = []
    left: list[LeftOut] = []
    for name, column in universe.columns.items():
        if name in CONSEQUENCES:
            left.append(LeftOut(column, CONSEQUENCES[name], leaks=True))
            continue
        if not column.is_criterion or name in BOOKKEEPING or restates(name):
            continue
        values = universe.frame[name]
        known = len(values) - values.null_count()
        if not known:
            left.append(LeftOut(column, "has no value for any account"))
        elif column.kind is Kind.TAGS:
            used.append(column)
        elif values.drop_nulls().n_unique() == 1 and known == len(values):
            left.append(LeftOut(column, "has the same value for every account"))
        elif (
            column.kind is Kind.CHOICE
            and (distinct := values.drop_nulls().n_unique()) > _FEW
            and distinct > _OWN_VALUE * known
        ):
            left.append(
                LeftOut(
                    column,
                    f"has {number(distinct)} values for {number(known)} accounts, like a name",
                )
            )
        else:
            used.append(column)
    return tuple(used), tuple(left)


def _frequent(values: pl.Series, most: int) -> tuple[str, ...]:
    """Distinct values, the most frequent first."""
    counts = values.drop_nulls().cast(pl.String).value_counts(name="_n")
    ordered = counts.sort(["_n", values.name], descending=[True, False])
    return tuple(ordered[values.name].head(most))


def _round(number: float) -> float:
    """Two significant digits, so that bins and the ranges made of them read well."""
    if number == 0:
        return 0.0
    size = floor(log10(abs(number)))
    # Years differ in their last digits only.
    digits = 3 if 1000 <= number < 2100 else 1
    return round(number, digits - size)


def _centres(known: Floats, edges: Floats) -> Floats:
    bins = np.searchsorted(edges, known, side="right")
    size = np.bincount(bins, minlength=len(edges) + 1)
    mean = np.bincount(bins, known, len(edges) + 1) / np.maximum(size, 1)
    # A bin may be empty where rounded edges fall between two values.
    return np.where(
        size > 0, mean, np.interp(np.arange(len(size)), np.flatnonzero(size), mean[size > 0])
    )


def edge_name(value: float, column: Column) -> str:
    """A number of a column as it stands in a sentence, with its unit where the label does not say it."""
    if column.unit == "fraction":
        return exact(100 * value) + f"{SPACE}%"
    if column.unit == "year":
        return f"{value:.0f}"
    if column.unit.startswith("EUR"):
        return ("−€" if value < 0 else "€") + exact(abs(value))
    return exact(value)


def _bin_names(edges: Floats, column: Column) -> tuple[str, ...]:
    texts = [edge_name(edge, column) for edge in edges]
    if not texts:
        return ("any value",)
    inner = [from_to(low, high) for low, high in pairwise(texts)]
    return (f"below {texts[0]}", *inner, f"{texts[-1]} or more")
