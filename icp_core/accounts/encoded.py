"""Accounts as small codes, by which distances are bounded without measuring them."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from icp_core.accounts.columns import Column, Kind
from icp_core.reference.arrays import Array, Flags, Floats, Rows

_MOST_TRIED: Final = 1_000_000
_MOST_TOGETHER: Final = 4_096
_BINS: Final = 255
_GRID: Final = 1_024
_SAMPLE: Final = 200_000


@dataclass(frozen=True, eq=False)
class Encoded:
    """Accounts as small codes, made column by column when first asked for and then kept.

    A choice's code is the place of its value among all, a number's that of a narrow bin. They take a
    byte or two each, and give every distance a lower bound by looking it up.

    Attributes
    ----------
    frame
        The accounts.
    scale
        The accounts that numbers get their percentiles from; these unless given.
    """

    frame: pl.DataFrame
    scale: "Encoded | None" = None
    _grids: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)
    _codes: dict[str, Array] = field(default_factory=dict)
    _values: dict[str, pl.Series] = field(default_factory=dict)
    _masks: dict[tuple[str, ...], tuple[Flags, Array]] = field(default_factory=dict)
    _together: dict[tuple[Column, ...], tuple["Joint", ...]] = field(default_factory=dict)

    def grid(self, name: str) -> tuple[Floats, Floats]:
        """Rising values of a number column and their percentiles (0…1)."""
        if self.scale is not None:
            return self.scale.grid(name)
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

    def together(self, columns: tuple[Column, ...]) -> tuple["Joint", ...]:
        """Choice columns put together where few of their combinations occur: fewer codes to look up.

        Of no columns there is one combination, which every account has.
        """
        if columns not in self._together:
            left = sorted(columns, key=lambda column: len(self.values(column.name)))
            made: list[Joint] = []
            if not left:
                alike = np.zeros(len(self.frame), dtype=np.uint8)
                made.append(Joint((), np.zeros((1, 0), dtype=np.int64), alike))
            while left:
                first = left.pop(0)
                size = len(self.values(first.name)) + 1
                joint = Joint((first,), np.arange(size)[:, None], self.codes(first))
                for column in tuple(left):
                    wider = joint.with_column(column, self.codes(column), self.values(column.name))
                    if wider is not None:
                        joint = wider
                        left.remove(column)
                made.append(joint)
            self._together[columns] = tuple(made)
        return self._together[columns]

    def masks(self, names: tuple[str, ...]) -> tuple[Flags, Array]:
        """Which of the columns may be known together, and which of these patterns each account has."""
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
class Joint:
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

    @cached_property
    def order(self) -> Rows:
        """The accounts, those of one combination together."""
        return np.argsort(self.codes, kind="stable")

    @cached_property
    def starts(self) -> Rows:
        """Where each combination starts in the order, and where the last one ends."""
        counts = np.bincount(self.codes, minlength=len(self.parts))
        return np.concatenate([[0], np.cumsum(counts)])

    def accounts(self, combinations: Rows) -> Rows:
        """The accounts of some combinations."""
        parts = [self.order[self.starts[at] : self.starts[at + 1]] for at in combinations]
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    def with_column(self, column: Column, codes: Array, values: pl.Series) -> "Joint | None":
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
        return Joint((*self.columns, column), parts, place[both])


def _grid(values: pl.Series) -> tuple[Floats, Floats]:
    known = values.drop_nulls().cast(pl.Float64)
    if len(known) > _SAMPLE:
        known = known.gather_every(len(known) // _SAMPLE)
    if known.is_empty():
        return np.zeros(1), np.zeros(1)
    numbers = np.sort(known.to_numpy())
    points = np.unique(numbers[np.linspace(0, len(numbers) - 1, _GRID).astype(np.int64)])
    middle = np.searchsorted(numbers, points, "left") + np.searchsorted(numbers, points, "right")
    return points, middle / (2 * len(numbers))
