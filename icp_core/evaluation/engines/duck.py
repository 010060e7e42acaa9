"""Accounts in a DuckDB file or a folder of Parquet files, larger than memory if need be."""

import glob
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from icp_core.accounts.on_disk import writing
from icp_core.errors import SourceError
from icp_core.evaluation.engines.base import Engine
from icp_core.paths import TemporaryFolder, temporary_base
from icp_core.reference.offline import OFFLINE

_SOURCE = "source"


class DuckDB(Engine):
    """A table that DuckDB reads from disk.

    Parameters
    ----------
    path
        A DuckDB file, or a folder of Parquet files where `table` is None.
    table
        Name of the table.
    memory
        Limit on DuckDB's memory, such as `4GB`; what does not fit goes to a temporary folder.
    """

    # What fails, or is stopped, while it is read through Arrow comes as an error of the system.
    errors = (duckdb.Error, pa.ArrowException, OSError)

    def __init__(self, path: str, *, table: str | None, memory: str | None = None) -> None:
        self._path = Path(path)
        self._table = table
        self._numbers = count()
        if not self._path.exists():
            raise SourceError(f"There is nothing at {path}.")
        with writing(temporary_base()):
            self._spill = TemporaryFolder()
        config: dict[str, Any] = {"temp_directory": str(self._spill.path), **OFFLINE}
        if memory:
            config["memory_limit"] = memory
        try:
            self._connection = duckdb.connect(config=config)
            if table is not None:
                self._connection.execute(f"ATTACH $path AS {_SOURCE} (READ_ONLY)", {"path": path})
            self.accounts()
        except duckdb.Error as error:
            where = f"the table {table} of {path}" if table else path
            raise SourceError(
                f"DuckDB cannot read {where}: {str(error).splitlines()[0]}"
            ) from error
        super().__init__(f"duckdb://{path}?table={table}" if table else f"parquet://{path}")

    def accounts(self) -> Any:
        """The table as a relation."""
        if self._table is not None:
            return self._connection.table(f"{_SOURCE}.{self._table}")
        return self._connection.read_parquet(
            str(Path(glob.escape(str(self._path))) / "**" / "*.parquet")
        )

    def ids(self, account_ids: Sequence[str]) -> Any:
        """The ids where they lie in memory."""
        return self._connection.from_arrow(
            pa.table({"account_id": pa.array(account_ids, pa.string())})
        )

    @contextmanager
    def keep(self, frame: Any) -> Iterator[Any]:
        """Keep a relation as a table in DuckDB's own memory, or on disk beyond its limit."""
        name = f"kept_{next(self._numbers)}"
        frame.to_table(name)
        try:
            yield self._connection.table(name)
        finally:
            self._connection.execute(f"DROP TABLE IF EXISTS {name}")

    def batches(self, frame: Any, *, rows: int) -> Iterator[pl.DataFrame]:
        """Read the relation through Arrow."""
        for batch in frame.to_arrow_reader(rows):
            yield pl.DataFrame(pl.from_arrow(batch))

    def cancel(self) -> None:
        """Interrupt the running query."""
        self._connection.interrupt()
