"""The nearest accounts by Gower's distance, exactly, though hardly any distance is measured.

Every account's codes bound its distance to a prototype from below. Those that the bounds put nearest
are measured first; the farthest of a prototype's nearest so far is its reach, and only what the bounds
leave within reach is measured after that.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.accounts.columns import Kind
from icp_core.accounts.encoded import Joint
from icp_core.accounts.similarity import Pairs, Prototypes
from icp_core.reference.arrays import Array, Flags, Floats, Rows

_FIRST: Final = 4_096
_SPARE: Final = 4
_SPARE_LOOSE: Final = 16
_CHUNK: Final = 65_536
_PAIRS: Final = 1_000_000
_UNITS: Final = 65_000
_ROUNDING: Final = 1e-9
_BEST: Final = {
    "prototype": pl.Int64,
    "row": pl.Int64,
    "distance": pl.Float64,
    "common": pl.Float64,
}
_WORKERS: Final = min(os.cpu_count() or 1, 8)

Units = npt.NDArray[np.uint16]


def nearest(
    prototypes: Prototypes,
    count: int,
    *,
    without: Rows | None = None,
    progress: Callable[[float], None] | None = None,
) -> pl.DataFrame:
    """The nearest accounts of each prototype in the universe.

    Parameters
    ----------
    prototypes
        Companies to measure the distance to.
    count
        How many for each.
    without
        Rows to pass over.
    progress
        Called with the share done; what it raises ends the work.

    Returns
    -------
    pl.DataFrame
        `prototype`, `row`, `distance`: by prototype, nearest first; between equals those with more
        in common to compare, then earlier rows; fewer than `count` of a prototype where fewer can be
        compared.
    """
    bounds = _Bounds.of(prototypes)
    free = np.ones(len(prototypes.gower.encoded.frame), dtype=bool)
    if without is not None:
        free[without] = False
    best = pl.DataFrame(schema=_BEST)
    reach = np.full(prototypes.count, np.inf)
    with ThreadPoolExecutor(_WORKERS) as workers:
        # Threads take longer to start than one prototype's search, which a person waits for.
        each: Callable[..., Iterator[Rows]] = workers.map if prototypes.count > 1 else map
        first = each(lambda at: bounds.first(at, count, free), range(prototypes.count))
        for pairs in bounds.paired(first):
            best = _best(best, prototypes.measured(pairs, reach), count)
        full = best.group_by("prototype").agg(pl.len(), pl.col("distance").max())
        full = full.filter(pl.col("len") == count)
        reach[full["prototype"].to_numpy()] = full["distance"].to_numpy()
        rest = each(lambda at: bounds.within(at, float(reach[at]), free), range(prototypes.count))
        best = best.clear()
        for pairs in bounds.paired(_watched(rest, prototypes.count, progress)):
            best = _best(best, prototypes.measured(pairs, reach), count)
    return best.drop("common")


def _watched(
    found: Iterable[Rows], count: int, progress: Callable[[float], None] | None
) -> Iterator[Rows]:
    for done, rows in enumerate(found):
        if progress:
            progress(done / count)
        yield rows


def _best(best: pl.DataFrame, pairs: Pairs, count: int) -> pl.DataFrame:
    found = pl.DataFrame(
        {
            "prototype": pairs.prototypes,
            "row": pairs.rows,
            "distance": pairs.total / pairs.common,
            "common": pairs.common,
        }
    )
    both = pl.concat([best, found]).sort(
        "prototype", "distance", "common", "row", descending=[False, False, True, False]
    )
    return both.group_by("prototype", maintain_order=True).head(count)


@dataclass(frozen=True, eq=False)
class _Bounds:
    """Lower bounds of the distances to some prototypes, in whole units that add up without rounding.

    Attributes
    ----------
    tables
        For each column, or choice columns together, the bound from each prototype to every code, and
        each account's code; first those of `groups`.
    groups
        Choice columns whose combinations part the accounts: most are out of reach as a whole.
    unit
        The weighted distance that one unit is.
    common
        Weight that the accounts of each pattern of gaps and each prototype both know.
    pattern
        Which pattern each account has.
    enough
        Weight that a pair must know in common.
    spare
        How many accounts to measure for each that is wanted, before the others are looked at: more where
        a column has no bounds, so that they say less of who is near.
    """

    tables: tuple[tuple[Units, Array], ...]
    groups: Joint
    unit: float
    common: Floats
    pattern: Array
    enough: float
    spare: int

    @classmethod
    def of(cls, prototypes: Prototypes) -> "_Bounds":
        gower, encoded = prototypes.gower, prototypes.gower.encoded
        unit = sum(gower.weights) / _UNITS
        least = {}
        for part, column, weight in zip(
            prototypes.parts, gower.columns, gower.weights, strict=True
        ):
            bound = part.least(column, encoded)
            if bound is not None:
                # Whole units are rounded down, so that they stay bounds.
                least[column] = (bound * weight * (1 - _ROUNDING) / unit).astype(np.uint16).T
        spare = _SPARE if len(least) == len(gower.columns) else _SPARE_LOOSE
        joints = encoded.together(tuple(c for c in least if c.kind is not Kind.NUMBER))
        tables = []
        for joint in joints:
            summed = np.zeros((prototypes.count, len(joint.parts)), dtype=np.uint16)
            for at, column in enumerate(joint.columns):
                summed += least.pop(column)[:, joint.parts[:, at]]
            tables.append((summed, joint.codes))
        tables += [
            (np.ascontiguousarray(bound), encoded.codes(column)) for column, bound in least.items()
        ]
        masks, pattern = encoded.masks(tuple(c.name for c in gower.columns))
        common = masks.astype(np.float64) @ prototypes.own_weights
        return cls(tuple(tables), joints[0], unit, common, pattern, prototypes.enough, spare)

    def first(self, prototype: int, count: int, free: Flags) -> Rows:
        """A few accounts that the bounds put nearest, among those that can be compared."""
        groups = np.argsort(self.tables[0][0][prototype], kind="stable")
        ends = np.cumsum(np.diff(self.groups.starts)[groups])
        wanted, start = max(_FIRST, count), 0
        found: list[Rows] = []
        totals: list[Units] = []
        while start < len(groups) and sum(len(rows) for rows in found) < wanted:
            end = int(np.searchsorted(ends, (ends[start - 1] if start else 0) + wanted)) + 1
            rows, total = self._near(prototype, self.groups.accounts(groups[start:end]), np.inf)
            found.append(rows[free[rows]])
            totals.append(total[free[rows]])
            start = end
        rows, most = np.concatenate(found), self.spare * count
        if len(rows) > most:
            apart = np.concatenate(totals) / self.common[self.pattern[rows], prototype]
            rows = rows[np.argpartition(apart, most)[:most]]
        return np.sort(rows)

    def within(self, prototype: int, reach: float, free: Flags) -> Rows:
        """The accounts that may be within reach."""
        near = self.tables[0][0][prototype] < self._most(prototype, reach).max()
        rows = self.groups.accounts(np.flatnonzero(near))
        found = [
            self._near(prototype, rows[start : start + _CHUNK], reach)[0]
            for start in range(0, len(rows), _CHUNK)
        ]
        left = np.concatenate([rows[:0], *found])
        return np.sort(left[free[left]])

    def paired(self, found: Iterable[Rows]) -> Iterator[Pairs]:
        """Accounts found for each prototype as pairs, a great many at a time."""
        rows: list[Rows] = []
        start = 0
        for prototype, accounts in enumerate(found, 1):
            rows.append(accounts)
            if sum(len(part) for part in rows) >= _PAIRS or prototype == self.common.shape[1]:
                yield self._pairs(rows, start)
                rows, start = [], prototype

    def _pairs(self, found: list[Rows], start: int) -> Pairs:
        rows = np.concatenate(found)
        prototypes = np.repeat(np.arange(start, start + len(found)), [len(part) for part in found])
        # Pairs of an account are to stand together.
        order = np.argsort(rows, kind="stable")
        rows, prototypes = rows[order], prototypes[order]
        common = self.common[self.pattern[rows], prototypes]
        return Pairs(rows, prototypes, common, np.zeros(len(rows)))

    def _most(self, prototype: int, reach: float) -> Units:
        """For each pattern of gaps, the units that are just out of reach."""
        common = self.common[:, prototype]
        room = np.minimum(reach * (1 + _ROUNDING), 2.0) * common / self.unit
        most = np.minimum(np.floor(room) + 1, np.iinfo(np.uint16).max)
        return np.where(common >= self.enough, most, 0).astype(np.uint16)

    def _near(self, prototype: int, rows: Rows, reach: float) -> tuple[Rows, Units]:
        """Those of some accounts that may be within reach, and their bounds."""
        by_pattern = self._most(prototype, reach)
        most = by_pattern if len(by_pattern) == 1 else by_pattern[self.pattern[rows]]
        total = np.zeros(len(rows), dtype=np.uint16)
        for bounds, codes in self.tables:
            total += bounds[prototype].take(codes.take(rows), mode="clip")
            near = np.flatnonzero(total < most)
            if len(near) < len(rows):
                rows, total = rows.take(near), total.take(near)
                most = most if len(by_pattern) == 1 else most.take(near)
        return rows, total
