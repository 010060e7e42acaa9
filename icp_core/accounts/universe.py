"""A universe: every account loaded, with what is known of each column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyarrow as pa

from icp_core.accounts.columns import (
    BY_NAME,
    PREFIX,
    REQUIRED,
    Column,
    conform,
    describe_all,
    typed,
    untold,
)
from icp_core.accounts.identity import account_ids
from icp_core.accounts.on_disk import mapped
from icp_core.errors import UniverseError
from icp_core.reference import geography
from icp_core.reference.numbers import number
from icp_core.reference.text import fold_expr

if TYPE_CHECKING:
    import pandas as pd

IN_MEMORY: Final = 200_000
"""Accounts up to which a universe is held in memory; of more, every column lies on disk."""

EXCLUSION: Final = f"{PREFIX}exclusion"
"""Column of `Universe.left_out` with the reason why somebody excluded the account."""

_SEARCHED: Final = ("name", "domain", "org_number", "account_id", "owner", "territory")
_SEPARATOR: Final = "\n"


@dataclass(frozen=True, eq=False)
class Universe:
    """Accounts, shared by all users and never changed in place.

    Attributes
    ----------
    name
        The source it was loaded from: `demo`, `listed`, `norway`, or a file's path.
    label
        As shown in the dataset list.
    frame
        One row per account, sorted by `account_id` so that row order breaks ties; canonical columns
        in canonical types (`columns.conform`), extras kept. Of many accounts it lies on disk
        (`mapped`): what nobody looks at costs no memory.
    fictional
        Whether the companies are invented; then every view and export says so.
    note
        One sentence on what the data can and cannot tell.
    inactive
        Accounts of the list that are no longer active, which are not among the others, in the same
        columns: who opted out there is not to be reached by an active sibling.
    left_out
        Accounts of the list that somebody excluded, active or not, which are not among the others, in
        the same columns and with the reason (`EXCLUSION`); without columns where nobody was.
    """

    name: str
    label: str
    frame: pl.DataFrame
    fictional: bool = False
    note: str = ""
    inactive: pl.DataFrame = field(default_factory=pl.DataFrame)
    left_out: pl.DataFrame = field(default_factory=pl.DataFrame)

    @classmethod
    def of(
        cls,
        accounts: pl.DataFrame | pl.LazyFrame,
        *,
        name: str,
        label: str,
        fictional: bool = False,
        note: str = "",
        include_inactive: bool = True,
    ) -> "Universe":
        """A universe of validated accounts.

        Parameters
        ----------
        accounts
            Accounts in any order. Of a lazy frame over a file with many accounts one column at a time
            is read.
        name, label, fictional, note
            As the attributes.
        include_inactive
            Keep bankrupt, dissolving and deregistered accounts too.

        Raises
        ------
        UniverseError
            If there are no accounts, none that is active, or `columns.conform` refuses them.
        SourceError
            If they are too many for memory and the disk refuses them.

        Examples
        --------
        >>> accounts = pl.DataFrame(
        ...     {"account_id": ["SE-1", "SE-2"], "name": ["Acme", "Beta"], "employees": [40, None]}
        ... )
        >>> universe = Universe.of(accounts, name="mine", label="My list")
        >>> len(universe), list(universe.columns)
        (2, ['account_id', 'name', 'employees'])
        """
        accounts = _with_regions(accounts.lazy())
        names = accounts.collect_schema().names()
        listed = _height(accounts)
        if not listed:
            raise UniverseError(
                f"{label} holds no accounts. Load a list with at least one company."
            )
        height, inactive = listed, pl.DataFrame()
        if not include_inactive and "status" in names:
            is_active = pl.col("status").is_null() | (pl.col("status") == "active")
            others, accounts = accounts.filter(~is_active), accounts.filter(is_active)
            height = _height(accounts)
            if 0 < height < listed:
                inactive = _held(
                    (typed(others.select(name).collect())[name] for name in names), listed - height
                )
        if not height:
            raise UniverseError(
                f"{label} holds {number(listed)} accounts, none of them active. Include inactive ones."
            )
        if height > IN_MEMORY:
            frame = mapped(_sorted(accounts, names))
        else:
            frame = conform(accounts.collect()).sort("account_id")
        return cls(name, label, frame, fictional, note, inactive)

    @classmethod
    def from_pandas(
        cls,
        frame: "pd.DataFrame",
        *,
        name: str = "pandas",
        label: str = "",
        fictional: bool = False,
        note: str = "",
        include_inactive: bool = True,
    ) -> "Universe":
        """A universe of the accounts in a pandas frame.

        NaN, NA, NaT and None are unknown. Whole numbers that pandas had to make floats of, because
        some are missing, are whole again; a national number that pandas read as a number has lost its
        leading zeros already (read it with `dtype=str`).

        Parameters
        ----------
        frame
            One row per account, canonical columns under their names, any others kept. Without
            `account_id` one is made as for a file (`identity.account_ids`). The index counts only
            where it is named `account_id`.
        name, label, fictional, note, include_inactive
            As for `of`; the label is the name by default.

        Raises
        ------
        UniverseError
            If pandas holds something in a column that no column of accounts can be, or as `of`.

        Examples
        --------
        >>> import pandas as pd
        >>> universe = Universe.from_pandas(
        ...     pd.DataFrame({"name": ["Exempel AB", "Demo AS"], "employees": [120, None]})
        ... )
        >>> len(universe)
        2
        >>> universe.frame["employees"].to_list().count(None)
        1
        """
        label = label or name
        try:
            if frame.index.name == "account_id":
                frame = frame.reset_index()
            # Names of columns can be anything in pandas.
            accounts = pl.from_pandas(frame.rename(columns=str), nan_to_null=True)
        except (
            pl.exceptions.PolarsError,
            pa.ArrowException,
            ValueError,
            TypeError,
            OverflowError,
        ) as error:
            raise UniverseError(
                f"{label} cannot be read from pandas: {error}. Give each column one kind of value."
            ) from error
        accounts = typed(accounts.with_columns(_whole(accounts)))
        if "account_id" not in accounts.columns and "name" in accounts.columns:
            accounts = accounts.select(account_ids(accounts), pl.all())
        return cls.of(
            accounts,
            name=name,
            label=label,
            fictional=fictional,
            note=note,
            include_inactive=include_inactive,
        )

    def to_pandas(self) -> "pd.DataFrame":
        """The accounts as a pandas frame, in memory.

        What is unknown is missing there too: whole numbers and flags come in pandas' nullable types
        (`Int64`, `boolean`), so that a blank headcount is neither 0 nor a fraction; floats have NaN,
        texts and tags are missing, days are timestamps.

        Examples
        --------
        >>> accounts = {"account_id": ["a", "b"], "name": ["A", "B"], "employees": [5, None]}
        >>> universe = Universe.of(pl.DataFrame(accounts), name="two", label="Two")
        >>> universe.to_pandas()["employees"].to_list()
        [5, <NA>]
        """
        import pandas as pd
        import pyarrow as pa

        nullable = {
            pa.bool_(): pd.BooleanDtype(),
            pa.int8(): pd.Int8Dtype(),
            pa.int16(): pd.Int16Dtype(),
            pa.int32(): pd.Int32Dtype(),
            pa.int64(): pd.Int64Dtype(),
            pa.uint8(): pd.UInt8Dtype(),
            pa.uint16(): pd.UInt16Dtype(),
            pa.uint32(): pd.UInt32Dtype(),
            pa.uint64(): pd.UInt64Dtype(),
        }
        table = self.frame.to_arrow()
        return table.to_pandas(types_mapper=nullable.get, date_as_object=False)

    def joined(self, accounts: pl.DataFrame) -> "Universe":
        """The universe with a few more accounts; itself if they bring nothing new.

        An account that is here already stays as it is. Of the others only columns that this universe
        has are taken, so that a few accounts never make a column look known.

        Parameters
        ----------
        accounts
            In canonical types, with at least `account_id` and `name`.
        """
        known = {name: self.frame.schema[name] for name in accounts.columns if name in self.columns}
        new = accounts.select(list(known)).join(self.frame, on="account_id", how="anti")
        if new.is_empty():
            return self
        frame = pl.concat([self.frame, new.cast(known, strict=False)], how="diagonal")  # type: ignore[arg-type]
        if frame.height > IN_MEMORY:
            return replace(self, frame=mapped(_sorted(frame.lazy(), frame.columns)))
        return replace(self, frame=frame.sort("account_id"))

    def without(self, excluded: Mapping[str, str]) -> "Universe":
        """The universe without some accounts, which it remembers; itself if it has none of them.

        Parameters
        ----------
        excluded
            Reason by `account_id`; others than those here may be among them.

        Examples
        --------
        >>> accounts = {"account_id": ["a", "b"], "name": ["Acme", "Beta"]}
        >>> universe = Universe.of(pl.DataFrame(accounts), name="two", label="Two")
        >>> left = universe.without({"b": "partner", "c": "rival"})
        >>> left.frame["name"].to_list(), left.left_out["name"].to_list()
        (['Acme'], ['Beta'])
        """
        if not excluded:
            return self
        ids, left_out = pl.Series([*excluded], dtype=pl.String).implode(), [self.left_out]

        def rest(accounts: pl.DataFrame) -> pl.DataFrame:
            if accounts.is_empty() or not (gone := accounts["account_id"].is_in(ids)).any():
                return accounts
            left_out.append(with_reasons(accounts.filter(gone), excluded))
            return _held((column.filter(~gone) for column in accounts), accounts.height)

        frame, inactive = rest(self.frame), rest(self.inactive)
        if len(left_out) == 1:
            return self
        together = pl.concat(left_out, how="diagonal")
        return replace(self, frame=frame, inactive=inactive, left_out=together)

    def marked(self, customers: Mapping[str, bool]) -> "Universe":
        """The universe with what somebody marked as a customer or as none, whatever the list says.

        Parameters
        ----------
        customers
            Whether it is one, by `account_id`; others than those here may be among them.

        Examples
        --------
        >>> accounts = {"account_id": ["a", "b"], "name": ["Acme", "Beta"]}
        >>> universe = Universe.of(pl.DataFrame(accounts), name="two", label="Two")
        >>> universe.marked({"b": True, "c": False}).frame["is_customer"].to_list()
        [None, True]
        """
        return self._told("is_customer", customers, pl.Boolean())

    def assigned(
        self, owners: Mapping[str, str | None], territories: Mapping[str, str] | None = None
    ) -> "Universe":
        """The universe with the owners and territories that somebody gave, whatever the list says.

        Parameters
        ----------
        owners, territories
            By `account_id`; others than those here may be among them. None where nobody is the owner.

        Examples
        --------
        >>> accounts = {"account_id": ["a", "b"], "name": ["Acme", "Beta"], "owner": ["Nils", "Kari"]}
        >>> universe = Universe.of(pl.DataFrame(accounts), name="two", label="Two")
        >>> universe.assigned({"b": "Anna", "c": "Anna"}).frame["owner"].to_list()
        ['Nils', 'Anna']
        >>> universe.assigned({"a": None}).frame["owner"].to_list()
        [None, 'Kari']
        """
        given = self._told("owner", owners, pl.String())
        return given._told("territory", territories or {}, pl.String())

    def _told(self, column: str, values: Mapping[str, Any], dtype: pl.DataType) -> "Universe":
        """The universe with what people told of some accounts in one column."""
        ids = self.frame["account_id"]
        if not values:
            return self
        here = ids.is_in(pl.Series([*values], dtype=pl.String).implode())
        if not here.any():
            return self
        told = ids.replace_strict([*values], [*values.values()], default=None, return_dtype=dtype)
        if column in self.columns:
            told = told.zip_with(here, self.frame[column])
        return replace(self, frame=self.frame.with_columns(told.alias(column)))

    def with_unknown(self, types: Mapping[str, pl.DataType]) -> "Universe":
        """The universe with more columns, of which nothing is known; itself where there are none.

        Parameters
        ----------
        types
            By name; `Profile.lacking` gives those that a profile reads.

        Examples
        --------
        >>> accounts = {"account_id": ["a", "b"], "name": ["Acme", "Beta"]}
        >>> universe = Universe.of(pl.DataFrame(accounts), name="two", label="Two")
        >>> universe.with_unknown({"employees": pl.Int32()}).frame["employees"].to_list()
        [None, None]
        """
        new = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in types.items()]
        return replace(self, frame=self.frame.with_columns(new)) if new else self

    def __len__(self) -> int:
        return self.frame.height

    @cached_property
    def columns(self) -> dict[str, Column]:
        """What each column is, by name, in the frame's order."""
        return describe_all(self.frame.schema)

    @property
    def tells_customers(self) -> bool:
        """Whether anybody is known to be a customer, or not to be one."""
        return "is_customer" in self.columns and self._holds("is_customer")

    @property
    def has_coordinates(self) -> bool:
        """Whether at least one account can be drawn as a point."""
        return {"latitude", "longitude"} <= self.columns.keys() and self._holds("latitude")

    def _holds(self, column: str) -> bool:
        """Whether any account of the list has a value, also of those that somebody excluded."""
        parts = [one for one in (self.frame, self.left_out) if column in one.columns]
        return any(one[column].null_count() < one.height for one in parts)

    @cached_property
    def searched(self) -> pl.Series:
        """One text per account for a search to look through, folded; on disk where the accounts are."""
        parts = [pl.col(name) for name in _SEARCHED if name in self.columns]
        if "org_number" in self.columns:
            parts.append(pl.col("org_number").str.replace_all(r"\D", ""))
        text = fold_expr(pl.concat_str(parts, separator=_SEPARATOR, ignore_nulls=True))
        # Streaming, because folding is slow and this does it on all processors.
        found = self.frame.lazy().select(text.alias("searched")).collect(engine="streaming")
        return (mapped(found) if len(self) > IN_MEMORY else found).to_series()


def with_reasons(accounts: pl.DataFrame, excluded: Mapping[str, str]) -> pl.DataFrame:
    """Excluded accounts with the reason of each, as in `Universe.left_out`."""
    reason = pl.col("account_id").replace_strict(
        [*excluded], [*excluded.values()], return_dtype=pl.String
    )
    return accounts.with_columns(reason.alias(EXCLUSION))


def _with_regions(accounts: pl.LazyFrame) -> pl.LazyFrame:
    """Regions of a list that has no such column are those of its municipalities, as in an engine.

    Of one that has it, what is blank is unknown: an engine's table would say so.
    """
    types = accounts.collect_schema()
    if "region" in types or types.get("municipality") != pl.String:
        # What is no text is refused, in its own words, by `conform`.
        return accounts
    regions = {one.code: one.region for one in geography.municipalities()}
    return accounts.with_columns(
        region=pl.col("municipality").replace_strict(regions, default=None, return_dtype=pl.String)
    )


def _whole(accounts: pl.DataFrame) -> list[pl.Series]:
    """Columns of text that hold whole numbers as floats, as integers: 923609016, not 923609016.0."""
    texts = [
        column
        for column in accounts
        if column.dtype.is_float()
        and column.name in BY_NAME
        and BY_NAME[column.name].dtype == pl.String
    ]
    return [column.cast(pl.Int64) for column in texts if (column == column.round()).all()]


def _held(columns: Iterator[pl.Series], height: int) -> pl.DataFrame:
    """Accounts by their columns: on disk where they are many."""
    return mapped(columns) if height > IN_MEMORY else pl.DataFrame([*columns])


def _height(accounts: pl.LazyFrame) -> int:
    return int(accounts.select(pl.len()).collect().item())


def _sorted(accounts: pl.LazyFrame, names: list[str]) -> Iterator[pl.Series]:
    """The columns of what `columns.conform` would make of the accounts, sorted, one by one."""
    first = conform(accounts.select(name for name in names if name in REQUIRED).collect())
    order = first["account_id"].arg_sort()
    first = first[order]
    for name in names:
        if name in first.columns:
            yield first[name]
        else:
            yield typed(accounts.select(name).collect())[name][order]
    for name in untold(names):
        yield pl.Series(name, [None], dtype=BY_NAME[name].dtype).new_from_index(0, len(order))
