"""Gower's distance between companies over columns of every kind.

The weighted mean, over the columns that both companies know, of how far apart they are in each (Gower
1971): numbers by their percentiles in the universe, which no giant can stretch; choices equal or not;
industries by how many of the four levels of NACE they do not share; tags by the share they do not have
in common (Jaccard). 0 is alike in everything known, 1 in nothing. Two companies that know less than
half of the weight in common are not compared: little known is not alike.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.columns import Column, Kind
from icp_core.errors import LearningError
from icp_core.learning.cases import Progress
from icp_core.reference import industry
from icp_core.universe import Universe

LEAST_KNOWN: Final = 0.5
_CHUNK: Final = 4_096
_FIRST_BLOCK: Final = 1_024
_SAMPLED: Final = 8_192
_BLOCK: Final = 256
_MOST_TRIED: Final = 1_000_000
_MOST_TOGETHER: Final = 4_096
_UNITS: Final = 65_000
_BINS: Final = 255
_WORKERS: Final = min(os.cpu_count() or 1, 8)
_ROUNDING: Final = 1e-9
_GRID: Final = 1_024
_SAMPLE: Final = 200_000

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Array = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Encoded:
    """Accounts as small codes, made column by column when first asked for and then kept.

    A choice's code is the place of its value among all, a number's that of a narrow bin. They take a
    byte or two each, and give every distance a lower bound by looking it up.

    Attributes
    ----------
    frame
        The accounts.
    """

    frame: pl.DataFrame
    _grids: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)
    _codes: dict[str, Array] = field(default_factory=dict)
    _values: dict[str, pl.Series] = field(default_factory=dict)
    _masks: dict[tuple[str, ...], tuple[Flags, Array]] = field(default_factory=dict)
    _together: dict[tuple[Column, ...], tuple["_Joint", ...]] = field(default_factory=dict)

    def grid(self, name: str) -> tuple[Floats, Floats]:
        """Rising values of a number column and their percentiles (0…1)."""
        if name not in self._grids:
            self._grids[name] = _grid(self.frame[name])
        return self._grids[name]

    def values(self, name: str) -> pl.Series:
        """The values of a choice column, by code."""
        if name not in self._values:
            self._values[name] = self.frame[name].drop_nulls().unique().sort()
        return self._values[name]

    def edges(self, name: str) -> Rows:
        """Which points of the grid part the bins of a number column."""
        points = len(self.grid(name)[0])
        return np.unique(np.linspace(0, points - 1, min(_BINS - 1, points)).astype(np.int64))

    def codes(self, column: Column) -> Array:
        """Each account's value or bin; the last code for unknown."""
        name = column.name
        if name not in self._codes:
            series = self.frame[name]
            if column.kind is Kind.NUMBER:
                edges = self.grid(name)[0][self.edges(name)]
                found = np.searchsorted(
                    edges, series.cast(pl.Float64).fill_null(0.0).to_numpy(), side="right"
                )
                unknown = len(edges) + 1
            else:
                values = self.values(name)
                unknown = len(values)
                texts = values.cast(pl.String)
                found = (
                    series.cast(pl.String)
                    .cast(pl.Enum(texts))
                    .to_physical()
                    .fill_null(0)
                    .to_numpy()
                )
            codes = found.astype(np.min_scalar_type(unknown))
            codes[series.is_null().to_numpy()] = unknown
            self._codes[name] = codes
        return self._codes[name]

    def together(self, columns: tuple[Column, ...]) -> tuple["_Joint", ...]:
        """Choice columns put together where few of their combinations occur: fewer codes to look up."""
        if columns not in self._together:
            left = sorted(columns, key=lambda column: len(self.values(column.name)))
            made: list[_Joint] = []
            while left:
                first = left.pop(0)
                size = len(self.values(first.name)) + 1
                joint = _Joint((first,), np.arange(size)[:, None], self.codes(first))
                for column in tuple(left):
                    wider = joint.with_column(column, self.codes(column), self.values(column.name))
                    if wider is not None:
                        joint = wider
                        left.remove(column)
                made.append(joint)
            self._together[columns] = tuple(made)
        return self._together[columns]

    def masks(self, names: tuple[str, ...]) -> tuple[Flags, Array]:
        """Which of the columns may be known together, and which of these cases each account is."""
        if names not in self._masks:
            gaps = [name for name in names if self.frame[name].null_count()]
            bits = np.zeros(len(self.frame), dtype=np.uint64)
            for place, name in enumerate(gaps):
                known = self.frame[name].is_not_null().to_numpy().astype(np.uint64)
                bits |= known << np.uint64(place)
            found, codes = np.unique(bits, return_inverse=True)
            masks = np.ones((len(found), len(names)), dtype=bool)
            for place, name in enumerate(gaps):
                masks[:, names.index(name)] = (found >> np.uint64(place)) & np.uint64(1)
            self._masks[names] = masks, codes.astype(np.min_scalar_type(len(found)))
        return self._masks[names]


@dataclass(frozen=True, eq=False)
class _Joint:
    """Choice columns with one code for each combination that occurs.

    Attributes
    ----------
    columns
        The columns.
    parts
        Their codes in each combination, shape (combinations, columns).
    codes
        Each account's combination.
    """

    columns: tuple[Column, ...]
    parts: Rows
    codes: Array

    def with_column(self, column: Column, codes: Array, values: pl.Series) -> "_Joint | None":
        """With one more column; None if too many combinations may occur, or do."""
        size = len(values) + 1
        if len(self.parts) * size > _MOST_TRIED:
            return None
        both = self.codes.astype(np.int64) * size + codes
        found = np.flatnonzero(np.bincount(both, minlength=len(self.parts) * size))
        if len(found) > _MOST_TOGETHER:
            return None
        place = np.zeros(len(self.parts) * size, dtype=np.min_scalar_type(len(found)))
        place[found] = np.arange(len(found))
        parts = np.column_stack([self.parts[found // size], found % size])
        return _Joint((*self.columns, column), parts, place[both])


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
        """Get ready to measure distances to these companies."""
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
                return _Lookup(values, _industries_apart(values))
            case _:
                return _Lookup(values, {})


def _grid(values: pl.Series) -> tuple[Floats, Floats]:
    known = values.drop_nulls().cast(pl.Float64)
    if len(known) > _SAMPLE:
        known = known.gather_every(len(known) // _SAMPLE)
    if known.is_empty():
        return np.zeros(1), np.zeros(1)
    numbers = np.sort(known.to_numpy())
    points = np.unique(np.quantile(numbers, np.linspace(0, 1, _GRID)))
    middle = np.searchsorted(numbers, points, "left") + np.searchsorted(numbers, points, "right")
    return points, middle / (2 * len(numbers))


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


def _industries_apart(values: pl.Series) -> dict[str, Floats]:
    """Distance of every code of NACE, and of every code among the values, to each value."""
    own = [_lineage(code) for code in values]
    codes = [entry.code for entry in industry.industries().values() if entry.level > 1]
    codes += [code for code in values.drop_nulls().unique().sort() if code not in set(codes)]
    levels = np.array([[names[level] for names in own] for level in range(4)], dtype=object)
    return {
        code: np.mean([levels[level] != name for level, name in enumerate(_lineage(code))], axis=0)
        for code in codes
    }


def _lineage(code: str | None) -> tuple[str, str, str, str]:
    """Section, division, group and class; a level that the code does not reach is its own."""
    text = code or ""
    return industry.section_of(text[:2]) or text, text[:2], text[:4], text[:5]


def _coded(values: pl.Series, names: tuple[str, ...]) -> Rows:
    """Place of each value among the names; the number of names for any other, and for unknown."""
    if not names:
        return np.zeros(len(values), dtype=np.int64)
    return values.replace_strict(
        list(names), range(len(names)), default=len(names), return_dtype=pl.Int64
    ).to_numpy()


@dataclass(frozen=True, eq=False)
class Prototypes:
    """Companies to measure the distance to."""

    gower: Gower
    count: int
    parts: tuple[_Part, ...]

    def _known(self, accounts: pl.DataFrame) -> npt.NDArray[np.bool_]:
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
        common = (self._known(accounts).astype(np.float64) @ self._own_weights).ravel()
        pairs = _Pairs(rows, prototypes, common, np.zeros(len(rows)))
        pairs = self._measured(Encoded(accounts), pairs.take(common >= self._enough), np.inf)
        whole = np.ones((len(accounts), self.count))
        whole[pairs.rows, pairs.prototypes] = pairs.total / pairs.common
        return whole

    @property
    def _own_weights(self) -> Floats:
        """Weight of each column for each prototype, 0 where the prototype does not know it."""
        known = np.array([part.known for part in self.parts])
        return np.asarray(known * np.array(self.gower.weights)[:, None])

    @property
    def _enough(self) -> float:
        return LEAST_KNOWN * sum(self.gower.weights)

    def _measured(self, accounts: Encoded, pairs: "_Pairs", reach: Floats | float) -> "_Pairs":
        """The pairs that are within their prototype's reach, with all columns added up."""
        limit = np.broadcast_to(reach, self.count)
        for part, column, weight in zip(
            self.parts, self.gower.columns, self.gower.weights, strict=True
        ):
            # Pairs of an account stand together: it is encoded once, however many there are.
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

    def nearest(
        self, count: int, *, without: Rows | None = None, progress: Progress | None = None
    ) -> pl.DataFrame:
        """The nearest accounts of each prototype in the universe, exactly.

        A few accounts, drawn at random, are measured in full; the farthest that is still among the
        nearest of a prototype is then its reach. Codes bound the distance of every other account from
        below, and what is out of reach is never measured. The reach shrinks from block to block.

        Parameters
        ----------
        count
            How many for each prototype.
        without
            Rows to pass over.
        progress
            Called with the share done; what it raises ends the work.

        Returns
        -------
        pl.DataFrame
            `prototype`, `row`, `distance`: by prototype, nearest first, earlier rows first between
            equals; fewer than `count` of a prototype where fewer can be compared.
        """
        accounts = self.gower.encoded.frame
        free = np.ones(len(accounts), dtype=bool)
        if without is not None:
            free[without] = False
        rows = np.flatnonzero(free)
        sample = np.random.default_rng(0).permutation(rows)[:_SAMPLED]
        free[sample] = False
        bounds = _Bounds.of(self)
        best = pl.DataFrame(schema={"prototype": pl.Int64, "row": pl.Int64, "distance": pl.Float64})
        reach = np.full(self.count, np.inf)
        # A sample first, for the reach; then all the others in order.
        blocks: list[Sequence[Rows | slice]] = [[sample[:_FIRST_BLOCK]], [sample[_FIRST_BLOCK:]]]
        chunks = [slice(at, at + _CHUNK) for at in range(0, len(accounts), _CHUNK)]
        at, size = 0, 4
        while at < len(chunks):
            blocks.append(chunks[at : at + size])
            at, size = at + size, min(size * 4, _BLOCK)
        with ThreadPoolExecutor(_WORKERS) as workers:
            for done, block in enumerate(blocks):
                if progress:
                    progress(done / len(blocks), "Looking for twins")
                near = bounds.within(reach)
                found = list(workers.map(near, block))
                rows, prototypes = (np.concatenate(part) for part in zip(*found, strict=True))
                if done > 1:
                    left = free[rows]
                    rows, prototypes = rows[left], prototypes[left]
                common = bounds.common[bounds.cases[rows], prototypes]
                pairs = self._measured(
                    self.gower.encoded, _Pairs(rows, prototypes, common, np.zeros(len(rows))), reach
                )
                best = _best(best, pairs, count)
                for prototype, found_now, farthest in (
                    best.group_by("prototype")
                    .agg(pl.len(), pl.col("distance").max().alias("far"))
                    .iter_rows()
                ):
                    if found_now == count:
                        reach[prototype] = farthest
        return best


def _best(best: pl.DataFrame, pairs: "_Pairs", count: int) -> pl.DataFrame:
    found = pl.DataFrame(
        {
            "prototype": pairs.prototypes,
            "row": pairs.rows,
            "distance": pairs.total / pairs.common,
        }
    )
    both = pl.concat([best, found]).sort("prototype", "distance", "row")
    return both.group_by("prototype", maintain_order=True).head(count)


@dataclass(frozen=True, eq=False)
class _Bounds:
    """Lower bounds of the distances to some prototypes, in whole units that add up without rounding.

    Attributes
    ----------
    tables
        For each column, or choice columns together, the bound of every code to every prototype, and
        each account's code; choices first.
    choices
        How many of them are of choices.
    unit
        The weighted distance that one unit is.
    common
        Weight that a prototype and the accounts of each case of known columns both know.
    cases
        Which case each account is.
    enough
        Weight that a pair must know in common.
    """

    tables: tuple[tuple[npt.NDArray[np.uint16], Array], ...]
    choices: int
    unit: float
    common: Floats
    cases: Array
    enough: float

    @classmethod
    def of(cls, prototypes: Prototypes) -> "_Bounds":
        gower = prototypes.gower
        unit = sum(gower.weights) / _UNITS
        least, choices = {}, []
        for part, column, weight in zip(
            prototypes.parts, gower.columns, gower.weights, strict=True
        ):
            bound = part.least(column, gower.encoded)
            if bound is not None:
                least[column] = bound * weight * (1 - _ROUNDING) / unit
                if isinstance(part, _Lookup):
                    choices.append(column)
        tables = []
        for joint in gower.encoded.together(tuple(choices)):
            summed = sum(
                least[column][joint.parts[:, at]] for at, column in enumerate(joint.columns)
            )
            tables.append((np.asarray(summed).astype(np.uint16), joint.codes))
        joined = len(tables)
        tables += [
            (least[column].astype(np.uint16), gower.encoded.codes(column))
            for column in least
            if column not in choices
        ]
        # Whole units are rounded down, so that they stay bounds.
        masks, cases = gower.encoded.masks(tuple(c.name for c in gower.columns))
        common = masks.astype(np.float64) @ prototypes._own_weights
        return cls(tuple(tables), joined, unit, common, cases, prototypes._enough)

    def within(self, reach: Floats) -> Callable[[Rows | slice], tuple[Rows, Rows]]:
        """A function that finds the pairs of some accounts and prototypes that may be within reach."""
        room = np.minimum(reach * (1 + _ROUNDING), 2.0) * self.common / self.unit
        most = np.minimum(np.floor(room) + 1, np.iinfo(np.uint16).max)
        below = np.where(self.common >= self.enough, most, 0).astype(np.uint16)

        def near(accounts: Rows | slice) -> tuple[Rows, Rows]:
            cases = self.cases[accounts]
            left: Rows | slice = slice(None)
            total = np.zeros((len(cases), below.shape[1]), dtype=np.uint16)
            most = below if len(below) == 1 else below[cases]
            for done, (table, codes) in enumerate(self.tables):
                if done == self.choices:
                    # What every prototype is too far from by now need not be looked up any more.
                    left = np.flatnonzero((total < most).any(axis=1))
                    total = total[left]
                    most = most if len(below) == 1 else most[left]
                total += np.take(table, codes[accounts][left], axis=0, mode="clip")
            rows, prototypes = np.nonzero(total < most)
            rows = np.arange(len(cases))[left][rows]
            if isinstance(accounts, slice):
                return rows + accounts.start, prototypes
            return accounts[rows], prototypes

        return near


@dataclass(frozen=True, eq=False)
class _Pairs:
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

    def take(self, chosen: npt.NDArray[np.bool_]) -> "_Pairs":
        return _Pairs(
            self.rows[chosen], self.prototypes[chosen], self.common[chosen], self.total[chosen]
        )
