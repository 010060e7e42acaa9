"""Accounts that stay where they are: DuckDB and Parquet on disk, a Spark cluster, a warehouse.

`connect` opens a source by its address, and `EngineAccounts` evaluates profiles there by the same
expressions as everywhere. Only totals, pages of rows and streamed exports leave the engine.
"""

from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from icp_core.errors import SourceError
from icp_core.evaluation.engines.addresses import is_address, scrubbed, without_secrets
from icp_core.evaluation.engines.base import Engine
from icp_core.evaluation.engines.evaluation import EngineAccounts, EngineEvaluation

__all__ = ["SCHEMES", "Engine", "EngineAccounts", "EngineEvaluation", "connect", "is_address"]

SCHEMES: Final = ("duckdb", "parquet", "spark", "sc", "ibis+…")


def connect(address: str) -> Engine:
    """Open the accounts behind an address.

    Parameters
    ----------
    address
        - `duckdb://FILE?table=NAME` a table in a DuckDB file; `&memory=4GB` limits its memory;
        - `parquet://FOLDER` all Parquet files in a folder, through DuckDB;
        - `spark://HOST:PORT?table=NAME` a table on a Spark cluster, or `sc://HOST:PORT?table=NAME`
          through Spark Connect; a table may be a folder of Parquet files: ``parquet.`/data/accounts` ``;
        - `ibis+BACKEND://…?table=NAME` a table behind any Ibis backend: `ibis+postgres://user@host/db`.

    Raises
    ------
    SourceError
        If the address, the server or the table is wrong, the accounts lack a column, or a package is
        not installed; without the secrets of the address, whatever a driver said.
    """
    try:
        engine = _connected(address)
    except SourceError as error:
        # From None, since a driver's own error may quote the address as it was given.
        raise SourceError(scrubbed(str(error), address=address)) from None
    engine.address = address
    return engine


def _connected(address: str) -> Engine:
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise SourceError(
            f"The address {without_secrets(address)} cannot be read; write / ? # @ [ ] in a password as "
            "%2F %3F %23 %40 %5B %5D."
        ) from error
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    table = query.pop("table", None)
    # An @ in a table's name is a password with a ? in it that was taken for one.
    if parts.scheme != "parquet" and (not table or "@" in table):
        raise SourceError(
            f"{without_secrets(address)} does not say which table; end it with ?table=NAME, and write "
            "/ ? # @ in a password as %2F %3F %23 %40."
        )
    match parts.scheme:
        case "duckdb" | "parquet":
            from icp_core.evaluation.engines.duck import DuckDB

            return DuckDB(parts.netloc + parts.path, table=table, **_known(query, "memory"))
        case "spark" | "sc":
            from icp_core.evaluation.engines.spark import Spark

            _known(query)
            return Spark(f"{parts.scheme}://{parts.netloc}", table=str(table))
        case scheme if scheme.startswith("ibis+"):
            from icp_core.evaluation.engines.warehouse import Warehouse

            options = "&".join(f"{name}={quote(value)}" for name, value in query.items())
            place = f"{parts.netloc}{parts.path}{'?' * bool(options)}{options}"
            return Warehouse(f"{scheme.removeprefix('ibis+')}://{place}", table=str(table))
    raise SourceError(
        f"There is no engine {parts.scheme!r}. Use {', '.join(f'{name}://' for name in SCHEMES)}."
    )


def _known(query: dict[str, str], *names: str) -> dict[str, str]:
    unknown = sorted(query.keys() - set(names))
    if unknown:
        allowed = ", ".join(("table", *names))
        raise SourceError(f"{unknown[0]!r} is not an option of this source; use {allowed}.")
    return query
