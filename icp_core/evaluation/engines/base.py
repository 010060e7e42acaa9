"""What the product asks of an engine."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from threading import Event, RLock, Thread
from typing import Any, Final, Self

import narwhals as nw
import polars as pl
from narwhals.exceptions import NarwhalsError

from icp_core.accounts.columns import BY_NAME, REQUIRED, Column, describe_all, unfit, untold
from icp_core.accounts.demo import SOURCE as FICTIONAL
from icp_core.errors import SourceError
from icp_core.evaluation.engines.addresses import scrubbed, short_name, without_secrets
from icp_core.evaluation.fits import finite
from icp_core.reference.industry import is_spelled, spelled

_ANY_ENGINE: Final[tuple[type[Exception], ...]] = (
    NarwhalsError,
    pl.exceptions.PolarsError,
    NotImplementedError,
)
"""What goes wrong on the way to an engine or from it: a column gone, a type that nobody can read."""


_NEVER: Final = "\x1f"
"""A separator that no text holds."""

_TEXTS: Final = (nw.String, nw.Categorical, nw.Enum)


class Engine(ABC):
    """One table of accounts in an engine.

    Attributes
    ----------
    address
        As it was connected to, with its secrets: never to be shown.
    name, label
        The address without secrets, and a few words for it.
    columns
        What each column is, by name.
    note
        Empty: what must be known of accounts is known of those that were loaded.
    fictional
        Whether the companies are invented.
    tells_customers
        Whether anybody is known to be a customer, or not to be one.
    errors
        What the engine raises when a query fails or is cancelled.
    """

    errors: tuple[type[Exception], ...]
    address = ""

    def __init__(self, name: str) -> None:
        self.name = without_secrets(name)
        self.label = short_name(name)
        self._asked = RLock()
        self.columns = self._describe()
        self.fictional = self._holds("source", nw.col("source") == FICTIONAL)
        self.note = ""
        self.tells_customers = self._holds("is_customer", ~nw.col("is_customer").is_null())

    @abstractmethod
    def accounts(self) -> Any:
        """The table as a lazy frame that narwhals understands."""

    def table(self) -> Any:
        """The accounts with flags and whole numbers as lists in memory have them (`columns.typed`).

        What no list in memory can hold is text.
        """
        accounts = self.accounts()
        if not self._mended:
            return accounts
        return nw.from_native(accounts).with_columns(*self._mended.values()).to_native()

    def with_unknown(self, types: Mapping[str, pl.DataType]) -> Self:
        """The same table with more columns, of which nothing is known; itself where there are none.

        Parameters
        ----------
        types
            By name; `Profile.lacking` gives those that a profile reads.
        """
        if not types:
            return self
        wider = copy(self)
        wider._mended = self._mended | {
            name: _unknown(name, dtype) for name, dtype in types.items()
        }
        wider.columns = self.columns | describe_all(types)
        return wider

    @abstractmethod
    def ids(self, account_ids: Sequence[str]) -> Any:
        """Some ids as a lazy frame with the one column `account_id`, to be joined with the table.

        Thousands in a condition would take a database seconds to read.
        """

    @abstractmethod
    def keep(self, frame: Any) -> AbstractContextManager[Any]:
        """Hold on to a lazy frame inside the engine for as long as the context lasts."""

    @abstractmethod
    def batches(self, frame: Any, *, rows: int) -> Iterator[pl.DataFrame]:
        """The rows of a lazy frame in its order, a batch of about `rows` at a time."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop what the engine is doing for us; safe to call from another thread."""

    @contextmanager
    def asking(self, *, seconds: float | None) -> Iterator[None]:
        """Turn what goes wrong in the engine into our error, and stop what takes too long.

        One question at a time: a connection is not to be shared, and what is stopped must be our own.
        So a question is built in here too, since that asks for the table's columns. The time begins when
        it is this question's turn.

        Raises
        ------
        SourceError
            If the engine fails, or is not done within the time.
        """
        expired, done = Event(), Event()

        def watch() -> None:
            if done.wait(seconds):
                return
            expired.set()
            # Again and again: an engine between two jobs has nothing to cancel just then.
            self.cancel()
            while not done.wait(0.2):
                self.cancel()

        watcher = Thread(target=watch, daemon=True)
        self._asked.acquire()
        if seconds:
            watcher.start()
        try:
            yield
        except self.errors + _ANY_ENGINE as error:
            if expired.is_set():
                raise SourceError(
                    f"The question to {self.name} took longer than {seconds:g} s and was stopped. "
                    "Narrow the must-haves, or have the limit raised."
                ) from error
            said = scrubbed(_first_line(error), address=self.address)
            raise SourceError(f"{self.name} failed: {said}") from None
        finally:
            done.set()
            if seconds:
                watcher.join()  # so that it cannot cancel the next question
            self._asked.release()

    def _describe(self) -> dict[str, Column]:
        with self.asking(seconds=60):
            schema = nw.from_native(self.accounts()).collect_schema()
        for name, dtype in schema.items():
            refusal = unfit(name, is_text=dtype in _TEXTS)
            if refusal:
                raise SourceError(f"{self.name} cannot be used: {refusal}")
        self._mended = {
            name: mended
            for name, dtype in schema.items()
            if (mended := _mended(name, dtype)) is not None
        } | {name: nw.lit(None, dtype=nw.Int64).alias(name) for name in untold(schema.names())}
        if schema.get("industry") == nw.String and not self._has_raw_codes():
            del self._mended["industry"]
        with self.asking(seconds=60):
            schema = nw.from_native(self.table()).collect_schema()
        columns = describe_all({name: _dtype(dtype) for name, dtype in schema.items()})
        missing = [name for name in REQUIRED if name not in columns]
        if missing:
            raise SourceError(
                f"The table of {self.name} lacks the column {', '.join(missing)}; "
                f"accounts need {' and '.join(REQUIRED)}."
            )
        return columns

    def _has_raw_codes(self) -> bool:
        """Whether a code has to be read first, which makes every question on industries longer."""
        raw = ~is_spelled(nw.col("industry"))
        with self.asking(seconds=60):
            found = nw.from_native(self.accounts()).filter(raw).head(1).select("industry")
            return bool(found.collect("polars").to_native().height)

    def _holds(self, column: str, condition: nw.Expr) -> bool:
        """Whether any account meets a condition on a column."""
        if column not in self.columns:
            return False
        with self.asking(seconds=60):
            found = nw.from_native(self.table()).filter(condition).head(1).select(column)
            return bool(found.collect("polars").to_native().height)


def _mended(name: str, dtype: Any) -> nw.Expr | None:  # noqa: PLR0911 - one per type
    """A column as `columns.typed` makes it, or as text; None where it is so already."""
    wanted = BY_NAME[name].dtype if name in BY_NAME else None
    is_open = dtype in _TEXTS or dtype == nw.Unknown
    if _is_foreign(dtype) and (wanted is None or not is_open):
        return nw.col(name).cast(nw.String).alias(name)
    if wanted is None:
        return None
    if name == "industry":
        return spelled(nw.col(name).cast(nw.String)).alias(name)
    if wanted == pl.List(pl.String) and not isinstance(dtype, nw.List | nw.Array):
        # One tag, as in memory; of a column that knows none even an engine may not know the type.
        return nw.col(name).cast(nw.String).str.split(_NEVER).alias(name)
    if wanted == pl.Date and dtype == nw.Unknown:
        return nw.col(name).cast(nw.String).cast(nw.Date).alias(name)
    if wanted.is_integer() and not dtype.is_integer() and (dtype.is_numeric() or is_open):
        value = nw.col(name).cast(nw.Float64)
        whole = nw.when(finite(value)).then(value.floor().cast(nw.Int64))
        return whole.otherwise(nw.lit(None, dtype=nw.Int64)).alias(name)
    if wanted == pl.Boolean and (dtype.is_numeric() or dtype == nw.Unknown):
        value = nw.col(name).cast(nw.Float64)
        flag = nw.when(finite(value)).then(value != 0)
        return flag.otherwise(nw.lit(None, dtype=nw.Boolean)).alias(name)
    return nw.col(name).cast(nw.String).alias(name) if dtype == nw.Unknown else None


def _unknown(name: str, dtype: pl.DataType) -> nw.Expr:
    """A column of that type in which nothing is known."""
    if isinstance(dtype, pl.List):
        return nw.lit(None, dtype=nw.String).str.split(_NEVER).alias(name)
    kinds = ((dtype.is_numeric(), nw.Float64), (dtype == pl.Boolean, nw.Boolean))
    found = next((kind for fits, kind in kinds if fits), nw.String)
    return nw.lit(None, dtype=found).alias(name)


def _is_foreign(dtype: Any) -> bool:
    """Whether values are of a type that not every data frame has, such as maps, or hold one."""
    match dtype:
        case nw.List() | nw.Array():
            return _is_foreign(dtype.inner)
        case nw.Struct():
            return any(_is_foreign(field.dtype) for field in dtype.fields)
    return dtype in (nw.Duration, nw.Map, nw.Unknown, nw.Object)


def _dtype(dtype: Any) -> pl.DataType:
    """The Polars type that decides what kind a column is."""
    if dtype.is_numeric():
        return pl.Float64()
    if dtype == nw.Boolean:
        return pl.Boolean()
    if isinstance(dtype, nw.List):
        return pl.List(pl.String())
    if dtype.is_temporal():
        return pl.Date()
    return pl.String()


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
