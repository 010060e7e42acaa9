"""Arrays over all accounts of a universe: computed once by the definitions, and kept.

The fit of every account on every test that was asked for takes 32 bits, a gate one bit an account. Texts
and tags are read once and kept as their distinct values and a small number an account; what depends on
them is computed once a value. `expressions` stays the only definition.

They are shared by all users of a universe and safe to use from many threads: what is kept is never
changed, only dropped when the memory set aside for it is full.
"""

from collections.abc import Callable, Hashable, Iterable
from threading import RLock
from typing import Any, Final, TypeVar

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from cachetools import LRUCache

from icp_core.accounts.columns import PREFIX, Column, Kind
from icp_core.accounts.universe import Universe
from icp_core.errors import AccountError
from icp_core.evaluation.arrays import BLOCK, Known, smallest
from icp_core.evaluation.expressions import dimension, potential, potential_bounds, when_missing
from icp_core.evaluation.fits import fit
from icp_core.profiles.first_draft import Spread
from icp_core.profiles.model import Criterion, Fit, Profile, Role
from icp_core.reference.arrays import Codes, Flags, Floats, Mask

Value = TypeVar("Value")

CACHE_BYTES: Final = 768 * 2**20
"""Bytes for what is kept: the fits of 20 criteria on five million accounts, twice over."""

_FEW: Final = 1_024
"""Distinct values up to which a text column is always kept as small numbers."""

_READ: Final = dict.fromkeys(("section", "industry", "group", "class"), "industry") | {
    "size": "employees",
    "age": "founded",
}
"""The column that a dimension reads which is none itself; a list may have one of that name."""


class AccountArrays:
    """Arrays over all accounts of one universe: fits, gates, codes, potential; what a market is made of.

    Parameters
    ----------
    universe
        The accounts; sorted by `account_id`, as `Universe.of` leaves them.
    cache_bytes
        Memory for what is kept between evaluations; texts and tags as small numbers come on top.
    """

    def __init__(self, universe: Universe, *, cache_bytes: int = CACHE_BYTES) -> None:
        self.universe = universe
        self._kept: LRUCache[Hashable, Any] = LRUCache(cache_bytes, getsizeof=_bytes)
        self._values: dict[str, tuple[Codes, pl.DataFrame] | tuple[()]] = {}
        self._lock = RLock()

    def __len__(self) -> int:
        return len(self.universe)

    def asked(self, gates: Iterable[Criterion]) -> "AccountArrays":  # noqa: ARG002
        """Itself: in memory every account is told apart from every other."""
        return self

    def count(self, chosen: Flags) -> int:
        """How many accounts are chosen."""
        return int(np.count_nonzero(chosen))

    def fit(self, test: Fit, column: str) -> npt.NDArray[np.float32]:
        """Fit of every account, NaN where unknown."""
        return self.keep(("fit", column, test), lambda: self._fit(test, column))

    def codes(self, name: str) -> tuple[Codes, tuple[str | None, ...]]:
        """Every account's place in the values of a dimension, and those values."""
        return self.keep(("codes", name), lambda: self._codes(name))

    def row(self, account_id: str) -> int:
        """Row of an account in the universe.

        Raises
        ------
        AccountError
            If the universe does not hold it.
        """
        ids = self.universe.frame["account_id"]
        row = int(ids.search_sorted(account_id))
        if row == len(ids) or ids[row] != account_id:
            raise AccountError(
                f"The account {account_id} is not in {self.universe.label}. "
                "Choose the list it belongs to, or another account."
            )
        return row

    def spread(self, column: str) -> Spread:
        """Where the known values of a number column lie; at least one must be known."""
        return self.keep(("spread", column), lambda: Spread.of(self.universe.frame[column]))

    def potential(self, profile: Profile) -> Floats:
        """Potential of every account in the profile's currency, NaN where unknown."""
        return self.keep(
            ("potential", profile.potential, profile.currency), lambda: self._potential(profile)
        )

    @property
    def bytes_kept(self) -> int:
        """Memory that the kept arrays take."""
        return int(self._kept.currsize) + sum(map(_bytes, self._values.values()))

    def bytes_of(self, column: str) -> int:
        """What a column takes while criteria are computed from it.

        Numbers and flags as they lie in memory, or mapped on disk; texts and tags as small numbers and
        their distinct values, where there are few.
        """
        found = self._by_value(column)
        if found:
            return _bytes(found)
        column_of_all = self.universe.frame[column]
        # Not `estimated_size`, which leaves out the 16 bytes that Arrow has for every text.
        return int(column_of_all.to_arrow(compat_level=pl.CompatLevel.newest()).nbytes)

    def keep(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept under the key, else what `compute` returns, kept from now on."""
        with self._lock:
            value = self._kept.get(key)
        if value is None:
            value = compute()
            self._put(key, value)
        return value

    def of_accounts(
        self,
        key: Hashable,
        rows: npt.NDArray[np.intp],
        compute: Callable[[npt.NDArray[np.intp]], pl.DataFrame],
    ) -> pl.DataFrame:
        """What follows from each account alone: computed once for every account that is asked for.

        Parameters
        ----------
        key
            Under which it is kept.
        rows
            Rows of the accounts in the universe.
        compute
            Gives a frame with one row for each of the accounts that are not known yet.
        """
        with self._lock:
            known = self._kept.get(key) or Known.nothing(len(self.universe))
        new = rows[known.place[rows] < 0]
        if len(new) or not known.frame.width:
            known = known.with_accounts(new, compute(new))
            self._put(key, known)
        return known.frame[known.place[rows]]

    def _put(self, key: Hashable, value: object) -> None:
        with self._lock:
            if _bytes(value) <= self._kept.maxsize:
                self._kept[key] = value

    def _fit(self, test: Fit, column: str, *, of_gate: bool = False) -> npt.NDArray[np.float32]:
        columns = self.universe.columns
        known = fit(test, columns[column], columns=columns, of_gate=of_gate)
        fits = known.fill_null(float("nan"))
        found = self._by_value(column)
        if not found:
            return _values(self.universe.frame, fits).to_numpy()
        codes, values = found
        return _values(values, fits).to_numpy()[codes]

    def _potential(self, profile: Profile) -> Floats:
        expression = potential(profile, columns=self.universe.columns)
        found = _values(self.universe.frame, expression).cast(pl.Float64)
        return found.fill_null(float("nan")).to_numpy()

    def _codes(self, name: str) -> tuple[Codes, tuple[str | None, ...]]:
        expression = dimension(name, columns=self.universe.columns)
        found = self._by_value(_READ.get(name, name))
        key = _values(found[1] if found else self.universe.frame, expression)
        values = [*key.drop_nulls().unique().sort().to_list(), None]
        dtype = smallest(len(values))
        places = pl.Series(np.arange(len(values), dtype=dtype))
        codes = key.replace_strict(pl.Series(values, dtype=pl.String), places).to_numpy()
        return (codes[found[0]] if found else codes), tuple(values)

    def _by_value(self, column: str) -> tuple[Codes, pl.DataFrame] | tuple[()]:
        """Each account's place among the distinct values of a text or tags column, and those.

        Of an industry with its revision, since a code means what its revision says. Empty for other
        columns, and where most values are distinct.
        """
        described = self.universe.columns.get(column)
        if described is None or described.kind not in (Kind.CHOICE, Kind.INDUSTRY, Kind.TAGS):
            return ()
        found = self._values.get(column)
        if found is None:
            found = self._values.setdefault(column, self._distinct(described))
        return found

    def _distinct(self, column: Column) -> tuple[Codes, pl.DataFrame] | tuple[()]:
        frame = self.universe.frame
        names = [column.name]
        if column.kind is Kind.INDUSTRY and "industry_revision" in frame.columns:
            names.append("industry_revision")
        if frame[column.name].n_unique() > max(_FEW, len(frame) // 8):
            return ()
        rows = frame.select(names).with_row_index(_ROW).lazy().group_by(names).agg(_ROW).collect()
        codes = np.empty(len(frame), dtype=smallest(len(rows)))
        places = np.arange(len(rows), dtype=codes.dtype)
        codes[rows[_ROW].explode().to_numpy()] = np.repeat(places, rows[_ROW].list.len().to_numpy())
        return codes, rows.drop(_ROW)

    def customers(self) -> Flags:
        """Whether each account is a customer; unknown counts as no (`customers_unknown`)."""
        if "is_customer" not in self.universe.columns:
            return np.zeros(len(self.universe), dtype=bool)
        return self.keep(
            ("customers",), lambda: self.universe.frame["is_customer"].fill_null(False).to_numpy()
        )

    def customers_unknown(self) -> Flags:
        """Of which accounts it is unknown whether they are customers."""
        if "is_customer" not in self.universe.columns:
            return np.ones(len(self.universe), dtype=bool)
        return self.keep(
            ("customers unknown",), lambda: self.universe.frame["is_customer"].is_null().to_numpy()
        )

    def value_ends(self, profile: Profile) -> tuple[Floats, Floats] | None:
        """The least and the most that each account could be worth, NaN where not even a band tells.

        None where there are no bands that tell.
        """
        bounds = potential_bounds(profile, columns=self.universe.columns)
        if bounds is None:
            return None

        def compute() -> tuple[Floats, Floats]:
            low, high = (
                _values(self.universe.frame, end)
                .cast(pl.Float64)
                .fill_null(float("nan"))
                .to_numpy()
                for end in bounds
            )
            return low, high

        return self.keep(("value ends", profile.potential, profile.currency), compute)

    def fit_of(self, criterion: Criterion) -> npt.NDArray[np.float32]:
        """Fit of every account after the criterion's missing rule, NaN where unknown."""
        return _after_missing(criterion, self.fit(criterion.fit, criterion.column))

    def gate(self, criterion: Criterion) -> tuple[Flags, Flags]:
        """Which accounts fail a gate, and for which it is unknown."""
        fails, unknown = self.masks(criterion)
        return self.unpacked(fails), self.unpacked(unknown)

    def masks(self, criterion: Criterion) -> tuple[Mask, Mask]:
        """Who fails a gate, and for whom it is unknown, one bit an account; fits are not kept for it."""

        def compute() -> tuple[Mask, Mask]:
            known = self._fit(criterion.fit, criterion.column, of_gate=True)
            fits = _after_missing(criterion, known)
            fails, unknown = (np.empty(-(-len(fits) // 8), dtype=np.uint8) for _ in range(2))
            for start in range(0, len(fits), BLOCK):
                part, bits = fits[start : start + BLOCK], slice(start // 8, (start + BLOCK) // 8)
                # A comparison with NaN is false: who is unknown neither passes nor fails.
                failing = part <= 0 if criterion.role is Role.MUST_HAVE else part > 0
                fails[bits] = np.packbits(failing)
                unknown[bits] = np.packbits(np.isnan(part))
            return fails, unknown

        return self.keep(("gate", test_key(criterion)), compute)

    def unpacked(self, mask: Mask) -> Flags:
        """One flag an account from one bit an account."""
        return np.unpackbits(mask, count=len(self.universe)).view(np.bool_)


_ROW: Final = f"{PREFIX}row"


def _after_missing(criterion: Criterion, fits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    stand_in = when_missing(criterion)
    return fits if stand_in is None else np.where(np.isnan(fits), np.float32(stand_in), fits)


def _values(frame: pl.DataFrame, expression: nw.Expr) -> pl.Series:
    found = nw.from_native(frame.lazy()).with_columns(value=expression).select("value")
    return found.collect().to_native()["value"]  # type: ignore[no-any-return]


def count_bits(mask: Mask) -> int:
    """How many bits are set."""
    return int(np.bitwise_count(mask).sum(dtype=np.int64))


def test_key(criterion: Criterion) -> Hashable:
    """All of a criterion but its weight."""
    return criterion.column, criterion.role, criterion.fit, criterion.missing


def _bytes(value: Any) -> int:
    if isinstance(value, pl.Series | pl.DataFrame):
        return int(value.estimated_size())
    if isinstance(value, tuple):
        return sum(map(_bytes, value))
    # Arrays, and what is made of them, say so themselves; the rest is small.
    return int(getattr(value, "nbytes", 64))
