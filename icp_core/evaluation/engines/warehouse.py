"""Accounts in a warehouse, through Ibis."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import polars as pl
import pyarrow as pa

from icp_core.errors import SourceError
from icp_core.evaluation.engines.addresses import without_secrets
from icp_core.evaluation.engines.base import Engine
from icp_core.reference.offline import OFFLINE

try:
    import ibis
    import sqlglot
    from ibis.common.exceptions import IbisError
except ImportError as error:
    raise SourceError(
        "Warehouses need the package ibis-framework: pip install -r requirements-scale.txt"
    ) from error


# What Ibis and its drivers raise of an address that they cannot make sense of.
_BAD_ADDRESS = (ImportError, ValueError, TypeError, AttributeError, LookupError)

_MOST_IDS: Final = 8
"""Sets of ids kept in the backend: of more editions of the decisions than are at work at a time."""


class Warehouse(Engine):
    """A table behind an Ibis backend.

    Parameters
    ----------
    address
        As `ibis.connect` takes it: `duckdb://file`, `postgres://user:password@host/database`, …
    table
        Name of the table.
    """

    def __init__(self, address: str, *, table: str) -> None:
        parts = urlsplit(address)
        quiet = without_secrets(address)
        name = f"ibis+{quiet}?table={table}"
        self._table = table
        self._ids: dict[tuple[str, ...], Any] = {}
        # A backend's own driver raises its own errors, which Ibis lets through.
        # What fails while it is read through Arrow comes as an error of the system.
        self.errors = (IbisError, pa.ArrowException, OSError, *_driver_errors(parts.scheme))
        failures: tuple[type[Exception], ...] = (*self.errors, *_BAD_ADDRESS)
        # Unless the address asks for it.
        asked = parse_qs(parts.query)
        settings = {name: value for name, value in OFFLINE.items() if name not in asked}
        try:
            self._backend = ibis.connect(address, **(settings if parts.scheme == "duckdb" else {}))
            self._accounts = self._backend.table(table)
            if self._backend.name == "postgres":
                self._accounts = self._ordered_by_bytes()
        except failures as error:
            reason = str(error).strip().splitlines()
            raise SourceError(
                f"{quiet} cannot give the table {table}: "
                f"{reason[0][:300] if reason else type(error).__name__}"
            ) from error
        super().__init__(name)

    def accounts(self) -> Any:
        """The table as an Ibis expression."""
        return self._accounts

    def _ordered_by_bytes(self) -> Any:
        """The table of a PostgreSQL, whose own collation would break ties in another order."""
        from psycopg.types.numeric import FloatLoader

        # It counts in decimals wherever a literal has a point; we want what other engines give.
        self._backend.con.adapters.register_loader("numeric", FloatLoader)
        columns = [
            sqlglot.exp.alias_(
                sqlglot.exp.Collate(
                    this=sqlglot.column(name, quoted=True),
                    expression=sqlglot.exp.to_identifier("C", quoted=True),
                ),
                name,
                quoted=True,
            )
            if name == "account_id"
            else sqlglot.column(name, quoted=True)
            for name in self._accounts.columns
        ]
        table = sqlglot.exp.to_table(self._table, dialect="postgres")
        query = sqlglot.select(*columns).from_(table)
        return self._backend.sql(query.sql("postgres"), dialect="postgres")

    def ids(self, account_ids: Sequence[str]) -> Any:
        """The ids as a temporary table of the backend; the last few sets that were asked for stay."""
        key = tuple(account_ids)
        if key not in self._ids:
            while len(self._ids) >= _MOST_IDS:
                self._backend.drop_table(self._ids.pop(next(iter(self._ids))).get_name())
            rows = pa.table({"account_id": pa.array(key, pa.string())})
            self._ids[key] = self._backend.create_table(
                f"icp_ids_{uuid4().hex}", obj=rows, temp=True
            )
        return self._ids[key]

    @contextmanager
    def keep(self, frame: Any) -> Iterator[Any]:
        """Cache the expression in a temporary table of the backend."""
        cached = frame.cache()
        try:
            yield cached
        finally:
            cached.release()

    def batches(self, frame: Any, *, rows: int) -> Iterator[pl.DataFrame]:
        """Read the expression through Arrow."""
        if self._backend.name == "duckdb":
            # Ibis 12 still asks DuckDB for its reader by a name that DuckDB 2 dropped.
            reader = self._backend.con.sql(self._backend.compile(frame)).to_arrow_reader(rows)
        else:
            reader = frame.to_pyarrow_batches(chunk_size=rows)
        for batch in reader:
            yield pl.DataFrame(pl.from_arrow(batch))

    def cancel(self) -> None:
        """Interrupt the connection where its driver can."""
        connection = getattr(self._backend, "con", None)
        for name in ("interrupt", "cancel"):
            stop = getattr(connection, name, None)
            if callable(stop):
                stop()
                return


def _driver_errors(scheme: str) -> tuple[type[Exception], ...]:
    match scheme:
        case "duckdb":
            import duckdb

            return (duckdb.Error,)
        case "postgres" | "postgresql":
            import psycopg

            return (psycopg.Error,)
        case _:
            return ()
