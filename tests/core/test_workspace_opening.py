"""Where a workspace is, how its tables come about, and what it says when it cannot be opened."""

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from icp_core.errors import IcpError, WorkspaceError
from icp_core.profiles.model import Profile
from icp_core.workspace import DIRECTORY_VARIABLE, URL_VARIABLE, Status, Workspace, default_url
from icp_core.workspace.database import migrations
from icp_core.workspace.schema import VERSION_TABLE, metadata

SAAS = Profile(name="Nordic SaaS")


@pytest.fixture
def engine(database_url) -> Iterator[Engine]:
    made = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    yield made
    made.dispose()


def migrate(engine: Engine, direction, revision: str) -> None:
    config = migrations()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        direction(config, revision)


def shape(engine: Engine) -> dict[str, object]:
    """Tables, columns, keys, checks and indexes as the database tells them."""
    found = inspect(engine)
    return {
        table: (
            [
                (column["name"], str(column["type"]), column["nullable"], str(column["default"]))
                for column in found.get_columns(table)
            ],
            found.get_pk_constraint(table),
            sorted(str(key) for key in found.get_foreign_keys(table)),
            sorted(str(key) for key in found.get_unique_constraints(table)),
            sorted(str(check["name"]) for check in found.get_check_constraints(table)),
            sorted(
                (str(index["name"]), str(index["column_names"]), bool(index["unique"]))
                for index in found.get_indexes(table)
            ),
        )
        for table in found.get_table_names()
        if table != VERSION_TABLE
    }


def test_tables_made_by_the_migrations_are_those_the_program_means(database_url, engine):
    Workspace.open(database_url).close()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    migrated = shape(engine)
    assert len(migrated) == len(metadata.tables)
    migrate(engine, command.downgrade, "base")
    metadata.create_all(engine)
    assert shape(engine) == migrated


def test_every_migration_goes_up_and_down_one_at_a_time(engine):
    script = ScriptDirectory.from_config(migrations())
    revisions = [revision.revision for revision in script.walk_revisions()][::-1]
    shapes: list[dict[str, object]] = [{}]
    for revision in revisions:
        migrate(engine, command.upgrade, revision)
        shapes.append(shape(engine))
    for before in reversed(shapes[:-1]):
        migrate(engine, command.downgrade, "-1")
        assert shape(engine) == before


def test_a_database_made_by_a_newer_program_is_left_alone(database_url, engine):
    opened = Workspace.open(database_url)
    opened.save_profile(SAAS, author="Eva", why="", based_on=0)
    opened.close()
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    before = shape(engine)
    with pytest.raises(WorkspaceError, match=r"newer version .*schema 9999.*update this program"):
        Workspace.open(database_url)
    assert shape(engine) == before
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM icp_profile_versions")).scalar() == 1


def test_a_migration_that_fails_half_way_leaves_nothing_behind(database_url, engine):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE icp_verification_answers (other INTEGER)"))
    with pytest.raises(WorkspaceError, match="already exists"):
        Workspace.open(database_url)
    assert inspect(engine).get_table_names() == ["icp_verification_answers"]


def test_many_may_open_an_empty_database_at_the_same_moment(database_url):
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(Workspace.open, [database_url] * 8))
    opened[0].decide(["SE-1"], author="Eva", status=Status.VERIFIED)
    assert opened[7].decisions().height == 1
    for workspace in opened:
        workspace.close()


def test_what_is_written_is_written_to_the_disk(workspace):
    with workspace._reading() as connection:

        def setting(statement: str) -> object:
            return connection.execute(text(statement)).scalar()

        if connection.dialect.name == "sqlite":
            assert setting("PRAGMA journal_mode") == "wal"
            assert setting("PRAGMA synchronous") == 2
            assert setting("PRAGMA foreign_keys") == 1
            assert setting("PRAGMA busy_timeout") == 15_000
        else:
            assert setting("SHOW synchronous_commit") == "on"
            assert setting("SHOW fsync") == "on"


def test_the_place_is_the_environments_url_else_its_folder_else_the_users(monkeypatch, tmp_path):
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    monkeypatch.delenv(DIRECTORY_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    assert "target-account-planning" in default_url()
    assert default_url().endswith("workspace.sqlite")
    folder = tmp_path / "not there yet" / "å %41 #1?x=y"
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(folder))
    workspace = Workspace.open()
    assert workspace.place == str(folder / "workspace.sqlite")
    assert (folder / "workspace.sqlite").is_file()
    workspace.close()
    other = tmp_path / "other.sqlite"
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{other}")
    workspace = Workspace.open()
    assert workspace.place == str(other)
    workspace.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://eva:s3cret@127.0.0.1:1/sales", "cannot be reached"),
        ("postgres://eva:s3cret@127.0.0.1:1/sales", "cannot be reached"),
        ("postgresql+asyncpg://eva:s3cret@127.0.0.1:1/sales", "cannot be reached"),
        ("postgresql://eva@127.0.0.1:1/sales?password=s3cret", "cannot be reached"),
        ("postgresql://eva:s3cret@127.0.0.1:1/sales?colour=s3cret", "refused this"),
        ("postgresql://eva:s3cret@127.0.0.1:port/sales", "cannot be read"),
        ("eva:s3cret", "cannot be read"),
        ("mysql://eva:s3cret@127.0.0.1/sales", "cannot be kept in mysql"),
        ("sqlite://", "in memory forgets"),
        ("sqlite:///:memory:", "in memory forgets"),
    ],
)
def test_an_address_that_leads_nowhere_says_so_and_hides_the_password(url, message):
    with pytest.raises(WorkspaceError, match=message) as caught:
        Workspace.open(url)
    assert isinstance(caught.value, IcpError)
    assert "s3cret" not in str(caught.value)


def test_postgresql_without_its_package_says_what_to_install(monkeypatch):
    # What Python finds in place of a module that is not there.
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WorkspaceError) as refused:
        Workspace.open("postgresql://eva:s3cret@127.0.0.1:1/sales")
    assert "needs the package psycopg: pip install -r requirements-postgres.txt" in str(
        refused.value
    )
    assert "s3cret" not in str(refused.value)


def test_only_a_workspace_on_postgresql_needs_its_package(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with closing(Workspace.open(f"sqlite:///{tmp_path / 'workspace.sqlite'}")) as workspace:
        workspace.save_profile(SAAS, author="Eva", why="first", based_on=0)


def test_the_password_is_not_shown_with_the_place(new_postgres_database):
    url = new_postgres_database().replace("postgres:@", "postgres:s3cret@")
    workspace = Workspace.open(url)
    assert workspace.place.startswith("postgresql://postgres@")
    assert "s3cret" not in workspace.place + repr(workspace)
    workspace.close()


def test_a_server_that_goes_away_and_comes_back_needs_no_restart(new_postgres_database):
    url = new_postgres_database()
    workspace = Workspace.open(url)
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    admin = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with admin.connect() as connection:
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
        connection.execute(text(others + " AND datname = current_database()"))
    admin.dispose()
    assert workspace.save_profile(SAAS, author="Eva", why="", based_on=1).number == 2
    workspace.close()


def test_a_folder_that_cannot_be_made_says_where_else_to_go(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(WorkspaceError, match=r"make that folder writable or .*ICP_DATA_DIR"):
        Workspace.open(f"sqlite:///{tmp_path}/file/below/workspace.sqlite")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_says_where_else_to_go(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(WorkspaceError, match="folder exists and is writable"):
        Workspace.open(f"sqlite:///{folder}/workspace.sqlite")


def test_a_read_only_database_is_refused_at_the_door(tmp_path):
    file = tmp_path / "workspace.sqlite"
    Workspace.open(f"sqlite:///{file}").close()
    with pytest.raises(WorkspaceError, match=r"read-only; make it writable or .*ICP_DATA_DIR"):
        Workspace.open(f"sqlite:///file:{file}?mode=ro&uri=true")


def test_a_file_that_is_not_a_database_is_refused_and_left_as_it_is(tmp_path):
    file = tmp_path / "workspace.sqlite"
    file.write_text("name;employees\n" * 100)
    with pytest.raises(WorkspaceError, match="damaged or is not a workspace"):
        Workspace.open(f"sqlite:///{file}")
    assert file.read_text() == "name;employees\n" * 100


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        Workspace.open(f"sqlite:///{tmp_path}")


def test_a_locked_database_says_to_try_again_and_saves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("icp_core.workspace.database._WAIT_SECONDS", 0.2)
    file = tmp_path / "workspace.sqlite"
    workspace = Workspace.open(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorkspaceError, match=r"busy.*Nothing was saved.*try again"):
        workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    assert workspace.profiles() == []
    other.execute("ROLLBACK")
    other.close()
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    workspace.close()


def test_a_row_locked_on_the_server_says_to_try_again(new_postgres_database, monkeypatch):
    monkeypatch.setattr("icp_core.workspace.database._WAIT_SECONDS", 1)
    url = new_postgres_database()
    workspace = Workspace.open(url)
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    other = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with other.begin() as connection:
        connection.execute(text("SELECT * FROM icp_profiles FOR UPDATE"))
        with pytest.raises(WorkspaceError, match=r"busy.*Nothing was saved"):
            workspace.save_profile(SAAS, author="Eva", why="", based_on=1)
    other.dispose()
    assert workspace.save_profile(SAAS, author="Eva", why="", based_on=1).number == 2
    workspace.close()


def test_a_text_that_cannot_be_written_is_refused_as_a_whole(workspace):
    with pytest.raises(WorkspaceError, match="nothing was saved"):
        workspace.decide(["SE-1"], author="Eva", note="half a \ud83d smiley")
    assert workspace.decisions().is_empty()


def test_a_copy_of_the_file_is_a_backup(tmp_path):
    file = tmp_path / "workspace.sqlite"
    workspace = Workspace.open(f"sqlite:///{file}")
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    workspace.close()
    shutil.copy(file, tmp_path / "copy.sqlite")
    copy = Workspace.open(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    assert copy.version("nordic-saas").profile == SAAS
    copy.close()


def test_a_new_file_is_opened_by_many_at_the_same_moment(tmp_path):
    # Refused at once before each tried again, in about one of a hundred.
    for turn in range(10):
        url = f"sqlite:///{tmp_path / str(turn)}.sqlite"
        with ThreadPoolExecutor(8) as pool:
            for opened in pool.map(Workspace.open, [url] * 8):
                opened.close()


def test_a_new_file_that_somebody_reads_is_waited_for(tmp_path):
    file = tmp_path / "workspace.sqlite"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE other (id INTEGER)")
    made.close()
    reader = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM other").fetchall()
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(Workspace.open, f"sqlite:///{file}")
        time.sleep(0.3)
        assert not opening.done()
        reader.execute("COMMIT")
        opening.result(timeout=10).close()
    reader.close()


class RefusedTwice(sqlite3.Connection):
    """Refused at once, as happens to one of two that switch a new file at the same moment."""

    refusals = 2

    def execute(self, statement, *arguments):
        if statement == "PRAGMA journal_mode = WAL" and self.refusals:
            self.refusals -= 1
            busy = sqlite3.OperationalError("database is locked")
            busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise busy
        return super().execute(statement, *arguments)


def test_who_is_refused_at_once_tries_again(tmp_path, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(
        "sqlite3.dbapi2.connect", lambda *a, **k: connect(*a, **k, factory=RefusedTwice)
    )
    Workspace.open(f"sqlite:///{tmp_path / 'workspace.sqlite'}").close()
    monkeypatch.undo()
    with connect(tmp_path / "workspace.sqlite") as opened:
        assert opened.execute("PRAGMA journal_mode").fetchone() == ("wal",)
