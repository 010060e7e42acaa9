"""Accounts that stay where they are: DuckDB and Parquet on disk, a Spark cluster, a warehouse.

`connect` opens a source by its address, and `EngineAccounts` evaluates profiles there by the same
expressions as everywhere. Only totals, pages of rows and streamed exports leave the engine.
"""

from typing import Final
from urllib.parse import parse_qs, urlsplit

from icp_core.errors import SourceError
from icp_core.evaluation.engines.base import Engine, without_password
from icp_core.evaluation.engines.evaluation import EngineAccounts, EngineEvaluation

__all__ = ["SCHEMES", "Engine", "EngineAccounts", "EngineEvaluation", "connect", "is_address"]

SCHEMES: Final = ("duckdb", "parquet", "spark", "sc", "ibis+…")


def is_address(source: str) -> bool:
    """Whether a source is an engine's address rather than a name or a file."""
    return "://" in source


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
        not installed.
    """
    parts = urlsplit(address)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    table = query.pop("table", None)
    if parts.scheme != "parquet" and not table:
        raise SourceError(
            f"{without_password(address)} does not say which table; end it with ?table=NAME."
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

            rest = parts._replace(
                scheme=scheme.removeprefix("ibis+"),
                query="&".join(f"{name}={value}" for name, value in query.items()),
            )
            return Warehouse(rest.geturl(), table=str(table))
    raise SourceError(
        f"There is no engine {parts.scheme!r}. Use {', '.join(f'{name}://' for name in SCHEMES)}."
    )


def _known(query: dict[str, str], *names: str) -> dict[str, str]:
    unknown = sorted(query.keys() - set(names))
    if unknown:
        allowed = ", ".join(("table", *names))
        raise SourceError(f"{unknown[0]!r} is not an option of this source; use {allowed}.")
    return query
