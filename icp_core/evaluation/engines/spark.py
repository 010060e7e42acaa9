"""Accounts on a Spark cluster, through the classic driver or Spark Connect."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import polars as pl

from icp_core.errors import SourceError
from icp_core.evaluation.engines.base import Engine

try:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession
    from pyspark.sql.pandas.types import to_arrow_schema
except ImportError as error:
    raise SourceError(
        "Spark needs the package pyspark: pip install -r requirements-scale.txt"
    ) from error

# What Py4J raises when the driver's Java side is gone or a job was cancelled; Connect raises neither.
from py4j.protocol import Py4JError

_PATIENCE: Final = 10.0
"""Seconds to wait for a cluster to answer at all; Spark itself tries for minutes."""
_PORTS: Final = {"sc": 15_002, "spark": 7_077}


def _reach(master: str) -> None:
    """Raise an OSError where nobody answers at the address of a cluster.

    One with several masters is left to Spark, which tries them in turn.
    """
    address = urlsplit(master)
    if address.scheme in _PORTS and address.hostname and "," not in address.netloc:
        at = (address.hostname, address.port or _PORTS[address.scheme])
        socket.create_connection(at, timeout=_PATIENCE).close()


class Spark(Engine):
    """A table on a cluster.

    Parameters
    ----------
    master
        `spark://HOST:PORT`, `local[2]`, or `sc://HOST:PORT` for Spark Connect.
    table
        A table of the catalogue, or files: ``parquet.`/data/accounts` ``.
    """

    errors = (PySparkException, Py4JError, ConnectionError)

    def __init__(self, master: str, *, table: str) -> None:
        self._table = table
        self._group = f"accounts-{uuid4()}"
        builder = SparkSession.builder.appName("Target-account planning")
        is_connect = master.startswith("sc://")
        builder = builder.remote(master) if is_connect else builder.master(master)
        try:
            _reach(master)
            # Our plans are long, and the driver keeps a thousand of them for pages that nobody opens: a
            # driver of 1 GB was full, and then the thread that hands an answer over is gone for good.
            self._session = (
                builder.config("spark.ui.enabled", "false")
                .config("spark.sql.execution.arrow.pyspark.enabled", "true")
                .config("spark.sql.maxPlanStringLength", "10000")
                .config("spark.sql.ui.retainedExecutions", "20")
                .config("spark.cores.max", "64")
                .getOrCreate()
            )
            self._session.table(table).schema  # noqa: B018 - asks the catalogue
        except (*self.errors, OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise SourceError(f"Spark at {master} cannot read {table}: {reason[:300]}") from error
        self._context = None if is_connect else self._session.sparkContext
        super().__init__(f"{master}?table={table}")

    def accounts(self) -> Any:
        """The table as a Spark data frame; its jobs can be cancelled together."""
        if self._context is None:
            self._session.addTag(self._group)
        else:
            self._context.setJobGroup(self._group, "Target-account planning", True)
        return self._session.table(self._table)

    def ids(self, account_ids: Sequence[str]) -> Any:
        """The ids as rows of the driver, which are sent along with the question."""
        return self._session.createDataFrame([(key,) for key in account_ids], "account_id string")

    @contextmanager
    def keep(self, frame: Any) -> Iterator[Any]:
        """Cache the frame on the executors, spilling to their disks."""
        cached = frame.persist()
        try:
            yield cached
        finally:
            cached.unpersist()

    def batches(self, frame: Any, *, rows: int) -> Iterator[pl.DataFrame]:
        """Read one partition after another."""
        # Not as the values look: a batch may hold nothing but nulls, or empty lists.
        types = pl.DataFrame(pl.from_arrow(to_arrow_schema(frame.schema).empty_table())).schema
        # Times come as the driver's own, without a zone.
        schema = {
            name: pl.Datetime("us") if isinstance(dtype, pl.Datetime) else dtype
            for name, dtype in types.items()
        }
        local = (tuple(row) for row in frame.toLocalIterator(prefetchPartitions=True))
        while chunk := list(islice(local, rows)):
            yield pl.DataFrame(chunk, schema=schema, orient="row")

    def cancel(self) -> None:
        """Cancel our jobs on the cluster."""
        if self._context is None:
            self._session.interruptTag(self._group)
        else:
            self._context.cancelJobGroup(self._group)
