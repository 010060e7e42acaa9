"""How like two companies are: Gower's distance over columns of every kind, the only one there is.

The weighted mean, over the columns that both companies know, of how far apart they are in each (Gower
1971): numbers by their percentiles in the universe, which no giant can stretch; choices equal or not;
industries by how many of the four levels of NACE (section, division, group, class) they do not share,
where a code that stops early is alike as far as it goes; tags by the share they do not have in common
(Jaccard). 0 is alike in everything known, 1 in nothing. An unknown value is neither alike nor different:
its column is left out, and two companies that know less than half of the weight in common are not
compared, because little known is not alike.

Whoever asks names the columns, of kinds that a criterion can test: the Accounts page those that the
profile reads, each counting the same; learning those that tell the best customers from others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from icp_core.accounts.columns import Column, Kind
from icp_core.accounts.encoded import Encoded
from icp_core.accounts.universe import Universe
from icp_core.errors import LearningError
from icp_core.reference import industry
from icp_core.reference.arrays import Array, Flags, Floats, Rows, Texts

LEAST_KNOWN: Final = 0.5
"""Share of the weight that two companies must both know."""
_LENGTHS: Final = (2, 4, 5)
"""Characters of a division, a group and a class."""
_LEVELS: Final = 1 + len(_LENGTHS)


@dataclass(frozen=True, eq=False)
class Gower:
    """The distance on one universe.

    Attributes
    ----------
    columns
        What companies are compared by.
    weights
        Of the columns, above 0.
    encoded
        The universe.
    """

    columns: tuple[Column, ...]
    weights: tuple[float, ...]
    encoded: Encoded

    @classmethod
    def on(
        cls,
        universe: Universe,
        columns: Sequence[Column],
        *,
        weights: Mapping[str, float] | None = None,
        encoded: Encoded | None = None,
    ) -> "Gower":
        """The distance over these columns.

        Parameters
        ----------
        universe
            Where numbers get their percentiles from, and where to look.
        columns
            Of kinds that a criterion can test.
        weights
            By column name; 1 unless given, and 0 leaves a column out.
        encoded
            The universe's accounts, where an earlier question has encoded them.

        Raises
        ------
        LearningError
            If no column is left.
        """
        weights = weights or {}
        used = [c for c in columns if weights.get(c.name, 1.0) > 0 and c.is_criterion]
        if not used:
            raise LearningError(
                "Twins need at least one column to compare companies by; choose one."
            )
        return cls(
            tuple(used),
            tuple(weights.get(c.name, 1.0) for c in used),
            encoded or Encoded(universe.frame),
        )

    def to(self, prototypes: pl.DataFrame) -> "Prototypes":
        """Get ready to measure distances to these companies.

        Examples
        --------
        >>> codes = {"account_id": ["A", "B"], "name": "N", "industry": ["62.01", "62.02"]}
        >>> universe = Universe.of(pl.DataFrame(codes), name="two", label="Two")
        >>> gower = Gower.on(universe, [universe.columns["industry"]])
        >>> gower.to(universe.frame[:1]).distances(universe.frame).tolist()
        [[0.0], [0.25]]
        """
        return Prototypes(
            self, len(prototypes), tuple(self._part(c, prototypes[c.name]) for c in self.columns)
        )

    def _part(self, column: Column, values: pl.Series) -> "_Part":
        match column.kind:
            case Kind.NUMBER:
                return _Number(values, *self.encoded.grid(column.name))
            case Kind.TAGS:
                return _Tags(values)
            case Kind.INDUSTRY:
                present = self.encoded.values(column.name)
                return _Lookup(values, _industries_apart(values, present))
            case _:
                return _Lookup(values, {})


class _Part:
    """One column's share of the distance to some prototypes."""

    def __init__(self, values: pl.Series) -> None:
        self.known = values.is_not_null().to_numpy()

    def encoded(self, values: pl.Series) -> Array:
        """What `apart` needs to know of some accounts."""
        raise NotImplementedError

    def apart(self, encoded: Array, prototypes: Rows) -> Floats:
        """Distance (0…1) of each account to its prototype; any number where either is unknown."""
        raise NotImplementedError

    def least(self, column: Column, encoded: Encoded) -> Floats | None:  # noqa: ARG002
        """The least distance of each code to each prototype, 0 where unknown; None if not coded."""
        return None


class _Number(_Part):
    def __init__(self, values: pl.Series, points: Floats, ranks: Floats) -> None:
        super().__init__(values)
        self._points, self._ranks = points, ranks
        self._own = self.encoded(values)

    def encoded(self, values: pl.Series) -> Floats:
        numbers = values.cast(pl.Float64).fill_null(0.0).to_numpy()
        return np.asarray(np.interp(numbers, self._points, self._ranks))

    def apart(self, encoded: Array, prototypes: Rows) -> Floats:
        return np.asarray(np.abs(encoded - self._own[prototypes]))

    def least(self, column: Column, encoded: Encoded) -> Floats:
        cuts = self._ranks[encoded.edges(column.name)][:, None]
        low, high = np.vstack([cuts[:1], cuts]), np.vstack([cuts, cuts[-1:]])
        apart = np.maximum(np.maximum(low - self._own, self._own - high), 0) * self.known
        return np.asarray(np.vstack([apart, np.zeros(len(self._own))]))


class _Tags(_Part):
    """Tags of the prototypes as bits of 64-bit words; other tags only count towards the union."""

    def __init__(self, values: pl.Series) -> None:
        super().__init__(values)
        self._names = tuple(values.explode().drop_nulls().cast(pl.String).unique().sort())
        self._own = self.encoded(values)

    def encoded(self, values: pl.Series) -> Array:
        words = len(self._names) // 64 + 1
        found = np.zeros((len(values), words + 1), dtype=np.uint64)
        pairs = pl.DataFrame({"row": np.arange(len(values)), "tag": values}).explode("tag")
        pairs = pairs.drop_nulls().unique()
        row = pairs["row"].to_numpy()
        found[:, -1] = np.bincount(row, minlength=len(values))
        place = _coded(pairs["tag"].cast(pl.String), self._names)
        inside = place < len(self._names)
        bits = np.left_shift(np.uint64(1), (place[inside] % 64).astype(np.uint64))
        np.bitwise_or.at(found, (row[inside], place[inside] // 64), bits)
        return found

    def apart(self, encoded: Array, prototypes: Rows) -> Floats:
        own = self._own[prototypes]
        common = np.bitwise_count(encoded[:, :-1] & own[:, :-1]).sum(axis=1).astype(np.float64)
        union = encoded[:, -1].astype(np.float64) + own[:, -1].astype(np.float64) - common
        return np.asarray(1 - np.divide(common, union, out=np.ones_like(common), where=union > 0))


class _Lookup(_Part):
    """A choice: the distance stands in a table of values by prototypes.

    The rows of the table are the values, then any other value, then unknown.
    """

    def __init__(self, values: pl.Series, apart: Mapping[str, Floats]) -> None:
        super().__init__(values)
        texts = values.cast(pl.String)
        if apart:
            self._names = tuple(apart)
            table = np.array([*apart.values(), np.ones(len(values))])
        else:
            self._names = tuple(texts.drop_nulls().unique().sort())
            table = np.ones((len(self._names) + 1, len(values)))
            at = _coded(texts, self._names)
            known = at < len(self._names)
            table[at[known], np.flatnonzero(known)] = 0
        self.table: Floats = np.vstack([table * self.known, np.zeros(len(values))])

    def encoded(self, values: pl.Series) -> Array:
        codes = _coded(values.cast(pl.String), self._names)
        return np.where(values.is_null().to_numpy(), len(self._names) + 1, codes).astype(np.int16)

    def apart(self, encoded: Array, prototypes: Rows) -> Floats:
        return np.asarray(self.table[encoded, prototypes])

    def least(self, column: Column, encoded: Encoded) -> Floats:
        return np.vstack([self.table[self.encoded(encoded.values(column.name))], self.table[-1:]])


def _industries_apart(values: pl.Series, present: pl.Series) -> dict[str, Floats]:
    """Distance of every code of NACE, and of every code that is present, to each value."""
    listed, lineages = _nace()
    others = sorted({*values.drop_nulls(), *present} - {*listed})
    if others:
        lineages = np.concatenate([lineages, _lineages(others)])
    own = _lineages(values)
    shared = np.zeros((len(lineages), len(own)))
    both = np.ones(shared.shape, dtype=bool)
    ends = np.zeros(shared.shape, dtype=bool)
    for level in range(_LEVELS):
        ends |= both & ((lineages[:, level] == "")[:, None] | (own[:, level] == ""))
        both &= lineages[:, level][:, None] == own[:, level]
        shared += both
    # Where one code ends before they part, nothing is known to be different.
    apart = np.where(ends, 0.0, 1 - shared / _LEVELS)
    return dict(zip([*listed, *others], apart, strict=True))


@cache
def _nace() -> tuple[tuple[str, ...], Texts]:
    """Every code of NACE but the sections, and its lineage."""
    codes = tuple(entry.code for entry in industry.industries().values() if entry.level > 1)
    return codes, _lineages(codes)


def _lineages(codes: Iterable[str | None]) -> Texts:
    """Section, division, group and class of each code; empty where the code does not reach."""
    return np.array([_lineage(code or "") for code in codes], dtype=np.str_).reshape(-1, _LEVELS)


def _lineage(code: str) -> tuple[str, ...]:
    section = industry.section_of(code[:2]) or code
    return section, *(code[:length] if len(code) >= length else "" for length in _LENGTHS)


def _coded(values: pl.Series, names: tuple[str, ...]) -> Rows:
    """Place of each value among the names; the number of names for any other, and for unknown."""
    if not names:
        return np.zeros(len(values), dtype=np.int64)
    return values.replace_strict(
        list(names), range(len(names)), default=len(names), return_dtype=pl.Int64
    ).to_numpy()


@dataclass(frozen=True, eq=False)
class Pairs:
    """Accounts with a prototype each.

    Attributes
    ----------
    rows, prototypes
        The two of each pair.
    common
        Weight that both know.
    total
        Weighted distance in the columns looked at so far.
    """

    rows: Rows
    prototypes: Rows
    common: Floats
    total: Floats

    def take(self, chosen: Flags) -> "Pairs":
        """Some of the pairs."""
        return Pairs(
            self.rows[chosen], self.prototypes[chosen], self.common[chosen], self.total[chosen]
        )


@dataclass(frozen=True, eq=False)
class Prototypes:
    """Companies to measure the distance to."""

    gower: Gower
    count: int
    parts: tuple[_Part, ...]

    def _known(self, accounts: pl.DataFrame) -> Flags:
        """Which columns each account knows, shape (accounts, columns)."""
        return np.column_stack(
            [accounts[c.name].is_not_null().to_numpy() for c in self.gower.columns]
        )

    def by_column(self, accounts: pl.DataFrame, prototypes: Rows) -> Floats:
        """Distance of each account to its own prototype in each column; NaN where unknown.

        Parameters
        ----------
        accounts
            Accounts.
        prototypes
            The prototype of each account.

        Returns
        -------
        array
            Shape (accounts, columns of the distance).
        """
        found = np.full((len(accounts), len(self.parts)), np.nan)
        known = self._known(accounts)
        for place, (part, column) in enumerate(zip(self.parts, self.gower.columns, strict=True)):
            both = known[:, place] & part.known[prototypes]
            apart = part.apart(part.encoded(accounts[column.name]), prototypes)
            found[both, place] = apart[both]
        return found

    def distances(self, accounts: pl.DataFrame) -> Floats:
        """Distance of each account to each prototype, shape (accounts, prototypes); at most 1.

        Pairs that know too little in common are at 1.
        """
        rows, prototypes = np.divmod(np.arange(len(accounts) * self.count), self.count)
        common = (self._known(accounts).astype(np.float64) @ self.own_weights).ravel()
        pairs = Pairs(rows, prototypes, common, np.zeros(len(rows)))
        pairs = self.measured(pairs.take(common >= self.enough), np.inf, Encoded(accounts))
        whole = np.ones((len(accounts), self.count))
        whole[pairs.rows, pairs.prototypes] = pairs.total / pairs.common
        return whole

    @property
    def own_weights(self) -> Floats:
        """Weight of each column for each prototype, 0 where the prototype does not know it."""
        known = np.array([part.known for part in self.parts])
        return np.asarray(known * np.array(self.gower.weights)[:, None])

    @property
    def enough(self) -> float:
        """Weight that a pair must know in common to be compared."""
        return LEAST_KNOWN * sum(self.gower.weights)

    def measured(
        self, pairs: Pairs, reach: Floats | float, accounts: Encoded | None = None
    ) -> Pairs:
        """The pairs that are within their prototype's reach, with all columns added up.

        Parameters
        ----------
        pairs
            Pairs of an account stand together.
        reach
            Farthest distance, for all or for each prototype.
        accounts
            What rows count; the universe unless given.
        """
        accounts = accounts or self.gower.encoded
        limit = np.broadcast_to(reach, self.count)
        for part, column, weight in zip(
            self.parts, self.gower.columns, self.gower.weights, strict=True
        ):
            # An account is encoded once, however many of the pairs are its own.
            first = np.diff(pairs.rows, prepend=-1) != 0
            place = np.cumsum(first) - 1
            rows = pairs.rows[first]
            if isinstance(part, _Lookup):
                codes = accounts.codes(column)[rows]
                values = accounts.values(column.name)
                known = codes < len(values)
                encoded = np.append(part.encoded(values), len(part.table) - 1)[codes]
            else:
                series = accounts.frame[column.name].gather(rows)
                known = series.is_not_null().to_numpy()
                encoded = part.encoded(series)
            both = known[place] & part.known[pairs.prototypes]
            apart = part.apart(encoded[place], pairs.prototypes)
            pairs = replace(pairs, total=pairs.total + np.where(both, weight * apart, 0.0))
            # What is out of reach by now stays so, because the rest can only add.
            near = pairs.total <= limit[pairs.prototypes] * pairs.common * (1 + 1e-12)
            if not near.all():
                pairs = pairs.take(near)
        return pairs
