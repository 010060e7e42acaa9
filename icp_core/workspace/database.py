"""The database under the workspace: where it is, how it is opened, brought up to date and written.

SQLite runs in write-ahead mode with `synchronous=FULL`, so that what was reported saved is on the disk.
A writing transaction takes its lock at the start (`BEGIN IMMEDIATE`, or a row lock on PostgreSQL): it
waits for another writer instead of failing half-way.
"""

import getpass
import glob
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self, cast

import polars as pl
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Select,
    Table,
    column,
    create_engine,
    event,
    make_url,
    table,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool

from icp_core.errors import WorkspaceError
from icp_core.evaluation.engines.addresses import scrubbed
from icp_core.paths import DIRECTORY_VARIABLE, data_directory, private_file, private_folder
from icp_core.reference.numbers import number
from icp_core.workspace.schema import VERSION_TABLE

URL_VARIABLE: Final = "ICP_DATABASE_URL"
FILE_NAME: Final = "workspace.sqlite"

# Letters of what people write.
MAX_NAME: Final = 100
MAX_REASON: Final = 1_000
MAX_NOTE: Final = 4_000

_WAIT_SECONDS: Final = 15
_TURN_SECONDS: Final = 0.02
_CONNECT_SECONDS: Final = 5
_WRITES: Final = "icp_writes"
_MIGRATING: Final = Lock()
"""Alembic knows one migration at a time in a program."""

_MIGRATION_LOCK: Final = 0x1C9_5C4E4A
_BROKEN: Final = re.compile(r"[@/?#＠]")
_MAGIC: Final = b"SQLite format 3\0"
_DAMAGED: Final = (
    "The file {place} is damaged or is not a workspace; put a backup in its place or {elsewhere}."
)
_ELSEWHERE: Final = f"choose another place with {DIRECTORY_VARIABLE} or {URL_VARIABLE}"


def default_url() -> str:
    """Where the workspace is, unless told otherwise.

    `ICP_DATABASE_URL` if set, else the file `workspace.sqlite` in the data directory.
    """
    if url := os.environ.get(URL_VARIABLE, "").strip():
        return url
    path = data_directory() / FILE_NAME
    return URL.create("sqlite", database=str(path)).render_as_string()


@dataclass(frozen=True, eq=False)
class Database:
    """An open, up-to-date database, shared by all threads.

    Attributes
    ----------
    place
        Where it is, to be shown: a file, or an address without its password.
    """

    place: str
    _engine: Engine = field(repr=False)
    _url: URL = field(repr=False)

    @classmethod
    def open(cls, url: str | None = None) -> Self:
        """Open the database, creating it or bringing its tables up to date where needed.

        Parameters
        ----------
        url
            A PostgreSQL or SQLite address; None for `default_url()`.

        Raises
        ------
        WorkspaceError
            If the place cannot be reached or written, a newer program made the database, or it is on
            PostgreSQL and the package psycopg is not installed.
        """
        target = _checked(url or default_url())
        place = _shown(target)
        with _explained(target):
            if file := _file(target):
                _provide(file, target)
            _migrate(target, place)
        return cls(place, _connecting(target), target)

    def close(self) -> None:
        """Close all connections; the next call opens new ones."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self._stop_if_gone()
        with _explained(self._url), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction: everything in the block is kept, or, on any error, nothing."""
        self._stop_if_gone()
        writer = self._engine.execution_options(**{_WRITES: True})
        with _explained(self._url), writer.begin() as connection:
            yield connection

    def _stop_if_gone(self) -> None:
        """Raise where the file was taken away: what is open of it would be written nowhere."""
        file = _file(self._url)
        if file is not None and not file.exists():
            self.close()
            raise WorkspaceError(
                f"The file {self.place} is gone, and nothing can be saved. Put it back, or try again to "
                "begin a new one."
            )


def now() -> datetime:
    """The current moment in UTC."""
    return datetime.now(UTC)


def named(author: str) -> str:
    """The author without blanks around.

    Raises
    ------
    WorkspaceError
        If nothing is left, or it is too long.
    """
    if not author.strip():
        raise WorkspaceError("What is saved carries a name; say who you are, then save again.")
    return bounded(author.strip(), MAX_NAME, what="name")


def bounded(text: str, most: int, *, what: str) -> str:
    """A text that is not too long to be kept; longer ones that were kept before stay readable.

    Raises
    ------
    WorkspaceError
        If it is.
    """
    if len(text) > most:
        raise WorkspaceError(
            f"The {what} has {number(len(text))} letters, and at most {number(most)} are "
            "kept; shorten it. Nothing "
            "was saved."
        )
    return text


def user_name() -> str:
    """The name that the user of this computer is logged in with, to offer as the author."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return ""


def inserting(connection: Connection, table: Table) -> postgresql.Insert:
    """An insert that can say what to do `on_conflict`, in the connection's dialect.

    Both dialects spell it the same; the return type stands for either.
    """
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return cast("postgresql.Insert", sqlite.insert(table))


def frame_of(
    connection: Connection, query: Select[Any], schema: dict[str, pl.DataType]
) -> pl.DataFrame:
    """What a query returns as a data frame.

    Parameters
    ----------
    schema
        Types in the order of the query's columns.
    """
    rows = connection.execute(query).all()
    columns: list[Any] = list(zip(*rows, strict=True)) or [[] for _ in schema]
    return pl.DataFrame(
        [
            pl.Series(name, values, dtype)
            for (name, dtype), values in zip(schema.items(), columns, strict=True)
        ]
    )


def _checked(address: str) -> URL:
    try:
        url = make_url(address)
        # Read to the first of several @, the rest of a password would be taken for the host, and shown.
        user = address.partition("://")[2].rpartition("@")[0]
        if "\0" in address or (url.drivername.startswith("postgres") and _BROKEN.search(user)):
            raise ValueError
    except (ArgumentError, ValueError):
        raise WorkspaceError(
            f"The database address in {URL_VARIABLE} cannot be read; write it like "
            "postgresql://user:password@host:5432/database, with @ : / ? # in a password as %40 %3A %2F "
            "%3F %23."
        ) from None
    match url.drivername.partition("+")[0]:
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case "sqlite" if url.database not in (None, "", ":memory:"):
            return url.set(drivername="sqlite")
        case "sqlite":
            raise WorkspaceError(
                f"A database in memory forgets everything; give {URL_VARIABLE} a file, like "
                "sqlite:////home/me/workspace.sqlite."
            )
        case other:
            raise WorkspaceError(
                f"A workspace cannot be kept in {other}; give {URL_VARIABLE} a PostgreSQL or SQLite "
                "address."
            )


def _shown(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return str(_file(url) or url.database)
    socket = url.query.get("host")
    host = url.host or (socket if isinstance(socket, str) else None)
    bare = URL.create("postgresql", url.username, None, host, url.port, url.database)
    return bare.render_as_string()


def _file(url: URL) -> Path | None:
    """The SQLite file, unless the address is an SQLite URI with options of its own."""
    database = url.database or ""
    if url.get_backend_name() != "sqlite" or database.startswith("file:"):
        return None
    return Path(database).absolute()


def _provide(file: Path, url: URL) -> None:
    """See to it that there is a database: made whole beside its place, so that none is ever empty.

    Raises
    ------
    WorkspaceError
        If something else is there, or the disk refuses.
    """
    try:
        if file.is_dir():
            raise WorkspaceError(
                f"The workspace {file} cannot be opened: it is a folder; move it away or "
                f"{_ELSEWHERE}."
            )
        if file.exists():
            if not file.stat().st_size:
                raise WorkspaceError(
                    f"The workspace {file} is empty: what was in it was lost, by a disk that was full "
                    "or a copy that was cut short. Put a backup in its place, or move the file away to "
                    f"begin with a new workspace, or {_ELSEWHERE}."
                )
            with file.open("rb") as content:
                # SQLite takes a file of some bytes for an empty one.
                if content.read(len(_MAGIC)) != _MAGIC:
                    raise WorkspaceError(_DAMAGED.format(place=file, elsewhere=_ELSEWHERE))
            return
        private_folder(file.parent)
        fresh = private_file(file.with_name(f".{file.name}.{secrets.token_hex(4)}"))
        try:
            _migrate(url.set(database=str(fresh)), str(file))
            with suppress(FileExistsError):  # another program was first
                os.link(fresh, file)
        finally:
            for left in (fresh, *file.parent.glob(f"{glob.escape(fresh.name)}-*")):
                left.unlink(missing_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"The workspace cannot be kept in {file.parent} ({error.strerror or error}); make that "
            f"folder writable or {_ELSEWHERE}."
        ) from error


def _connecting(url: URL, *, migrating: bool = False) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            poolclass=NullPool if migrating else None,
            connect_args={"timeout": _WAIT_SECONDS},
        )

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _: object) -> None:
            # Python's driver would begin and commit on its own; with None, transactions are ours.
            connection.isolation_level = None
            connection.execute("PRAGMA synchronous = FULL")
            # Rebuilding a table with foreign keys on would delete the rows that refer to it.
            connection.execute(f"PRAGMA foreign_keys = {'OFF' if migrating else 'ON'}")
            _write_ahead(connection)

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            writes = connection.get_execution_options().get(_WRITES, False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine

    connect = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    try:
        engine = create_engine(
            url,
            poolclass=NullPool if migrating else None,
            connect_args=connect,
            pool_pre_ping=not migrating,
        )
    except ImportError as error:
        raise WorkspaceError(
            f"A workspace on PostgreSQL ({_shown(url)}) needs the package psycopg: "
            "pip install -r requirements-postgres.txt"
        ) from error

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _: object) -> None:
        connection.execute("SET synchronous_commit = on")
        connection.execute(f"SET lock_timeout = '{_WAIT_SECONDS}s'")
        connection.commit()

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Have the file written ahead, which it then stays.

    Of programs that meet a new file at the same moment SQLite refuses all but one at once, however long
    they would wait (each holds what the others wait for), so they try again until it is their turn.
    """
    end = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            # Asking first spares the lock that setting it takes.
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_TURN_SECONDS)
        else:
            return


def migrations() -> Config:
    """Where Alembic finds the migrations, which ship with the package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _migrate(url: URL, place: str) -> None:
    """Bring the tables up to date in one transaction; two programs opening at once take turns."""
    config = migrations()
    engine = _connecting(url, migrating=True).execution_options(**{_WRITES: True})
    with _MIGRATING, engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        current = context.get_current_revision()
        script = ScriptDirectory.from_config(config)
        if current == script.get_current_head():
            # Better refused at the door than at the first save.
            mark = table(VERSION_TABLE, column("version_num"))
            connection.execute(update(mark).values(version_num=mark.c.version_num))
            return
        try:
            script.get_revisions(current or ())
        except CommandError as error:
            raise WorkspaceError(
                f"A newer version of this program made the workspace {place} (schema {current}); "
                f"update this program, or {_ELSEWHERE}."
            ) from error
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    """Turn what the database says into a sentence that says what to do, without the password."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, UnicodeError, OverflowError) as error:
        # From None, since a driver's own error may quote the address with its password.
        raise WorkspaceError(_sentence(error, url)) from None


# What SQLite and PostgreSQL say (any of the words), and what that means to the person at the screen.
_SENTENCES: Final = (
    (
        ("locked", "lock timeout", "QueuePool"),
        "The workspace {place} is busy: another program has held it for {wait} seconds. Nothing was "
        "saved; close what else has it open (a database browser, a backup) and try again.",
    ),
    (
        ("readonly", "read-only"),
        "The workspace {place} is read-only; make it writable or {elsewhere}.",
    ),
    (
        ("unable to open",),
        "The workspace {place} cannot be opened; check that its folder exists and is writable, or "
        "{elsewhere}.",
    ),
    (
        ("not a database", "malformed"),
        _DAMAGED,
    ),
    (
        ("disk is full", "No space left"),
        "The disk of {place} is full; nothing was saved. Free some space and try again.",
    ),
    (
        ("codec can't encode",),
        "A text holds characters that cannot be kept ({said}); nothing was saved. Remove them.",
    ),
)
_UNREACHABLE: Final = (
    "The database {place} cannot be reached ({said}); nothing was saved. Check that the server runs and "
    "that {variable} is right, then try again."
)
_REFUSED: Final = "The workspace {place} refused this ({said}); nothing was saved."


def _sentence(error: Exception, url: URL) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    said = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    said = scrubbed(said, address=url.render_as_string(hide_password=False))
    away = isinstance(error, OperationalError) and url.get_backend_name() == "postgresql"
    sentence = next(
        (text for words, text in _SENTENCES if any(word in said for word in words)),
        _UNREACHABLE if away else _REFUSED,
    )
    return sentence.format(
        place=_shown(url),
        said=said,
        wait=_WAIT_SECONDS,
        elsewhere=_ELSEWHERE,
        variable=URL_VARIABLE,
    )
