"""Passwords and tokens in addresses: wherever an address is shown, they are not."""

import duckdb
import pytest

from icp_core import sources
from icp_core.accounts import demo
from icp_core.errors import IcpError, SourceError, WorkspaceError
from icp_core.evaluation import engines
from icp_core.evaluation.engines.addresses import scrubbed, short_name, without_secrets
from icp_core.workspace import Workspace

SECRET = "tr0ub4dor"
FORMS = [
    f"ibis+postgres://me:{SECRET}@127.0.0.1:1/db?table=t",
    f"ibis+postgres://me:{SECRET}/x@127.0.0.1:1/db?table=t",
    f"ibis+postgres://me:x/{SECRET}@127.0.0.1:1/db?table=t",
    f"ibis+postgres://me:x?{SECRET}@127.0.0.1:1/db?table=t",
    f"ibis+postgres://me:{SECRET}#y@127.0.0.1:1/db?table=t",
    f"ibis+postgres://me:x@{SECRET}@127.0.0.1:1/db?table=t",
    f"ibis+postgres://me:x[{SECRET}@127.0.0.1:1/db?table=t",
    f"ibis+postgres://me:%2F{SECRET}@127.0.0.1:1/db?table=t",
    f"ibis+postgres://{SECRET}@127.0.0.1:1/db?table=t",
    f"ibis+postgres://127.0.0.1:1/db?user=me&password={SECRET}&table=t",
    f"ibis+postgres://127.0.0.1:1/db?user=me@corp.example&password=x@{SECRET}&table=t",
    f"ibis+postgres://127.0.0.1:1/db?table=t&PASSWORD={SECRET}",
    f"ibis+postgres://127.0.0.1:1/db?table=t&pass%77ord={SECRET}",
    f"ibis+postgres://127.0.0.1:1/db?table=t&sslpassword={SECRET}",
    f"ibis+postgres://127.0.0.1:1/db?table=t&passfile=/home/me/{SECRET}",
    f"ibis+duckdb://md:db?motherduck_token={SECRET}&table=t",
    f"duckdb://md:db?table=t&motherduck_token={SECRET}",
    f"duckdb:///nowhere.duckdb?table=t;token={SECRET}",
    f"duckdb:///nowhere.duckdb%3Fpassword%3D{SECRET}?table=t",
    f"parquet://key:{SECRET}@bucket/folder",
    f"ibis+bigquery://project/data?credentials={SECRET}&table=t",
    f"ibis+snowflake://me:{SECRET}@account/db/schema?warehouse=w&table=t",
    f"ibis+snowflake://account/db?table=t&private_key={SECRET}",
    f"ibis+databricks://host/?access_token={SECRET}&table=t",
    f"ibis+trino://host/db?auth={SECRET}&table=t",
    f"ibis+clickhouse://host/db?key={SECRET}&table=t",
    f"ibis+mssql://host/db?odbc_connect=DRIVER=x;UID=a;PWD={SECRET}&table=t",
    f"sc://host:15002/;token={SECRET};user_id=me",
    f"jdbc:postgresql://host/db?user=me&password={SECRET}&table=t",
    f"jdbc:sqlserver://host;user=me;password={SECRET};databaseName=db",
    f"Driver={{SQL Server}};Server=host;Uid=me;Pwd={SECRET};",
    f"Server=host;Password={{{SECRET}}};Database=db",
    f"postgres:/me:{SECRET}@host/db",
    f"postgresql:me:{SECRET}@host/db?table=t",
    f"postgres//me:x {SECRET}@host/db",
    f"me:x@{SECRET}@host/db",
    f"me:{SECRET}@host/db",
    f"m:{SECRET}@host/db",
    f"pw:{SECRET}",
    f"bearer {SECRET}",
    f"ibis+postgres://127.0.0.1:{SECRET}/db?table=t",
    f"ibis+postgres://me:{SECRET}＠127.0.0.1:1/db?table=t",
    f"ibis+postgres://me:x@{SECRET}/y@127.0.0.1:1/db?table=t",
    f"ibis+postgres://me:x?table={SECRET}@127.0.0.1:1/db",
    f"ibis+postgres://me:x&table={SECRET}@127.0.0.1:1/db?table=t",
]


@pytest.mark.parametrize("address", FORMS)
def test_no_form_of_an_address_shows_its_secret(address):
    assert SECRET not in without_secrets(address)
    assert SECRET not in short_name(address)


@pytest.mark.parametrize("address", FORMS)
def test_a_secret_is_in_no_message_of_one_that_fails(address):
    with pytest.raises(IcpError) as failure:
        if engines.is_address(address):
            engines.connect(address)
        else:
            sources.load(address)
    error = failure.value
    assert SECRET not in str(error)
    while error is not None and not error.__suppress_context__:
        error = error.__cause__ or error.__context__
        assert error is None or SECRET not in str(error)
    with pytest.raises(SourceError) as failure:
        sources.load(address)
    assert SECRET not in str(failure.value)


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize(
    "sentence",
    [
        "could not connect to {}",
        'connection to "{}" failed: no such host',
        "IO Error: Cannot open file {!r}",
        "invalid dsn: {}\nhint",
    ],
)
def test_a_driver_that_quotes_the_address_gives_nothing_away(address, sentence):
    assert SECRET not in scrubbed(sentence.format(address), address=address)
    if "://" in address:
        assert SECRET not in scrubbed(f"failed: {address.partition('://')[2]}", address=address)


@pytest.mark.parametrize("password", ["x@{}", "x@{}/y", "{}/y", "x@{}#z", "x@{}?q"])
def test_a_part_that_is_taken_for_a_host_and_told_in_small_letters_is_hidden(password):
    address = f"ibis+postgres://me:{password.format(SECRET.upper())}@127.0.0.1:1/db?table=t"
    assert SECRET not in scrubbed(f"failed to resolve host '{SECRET}'", address=address)


@pytest.mark.parametrize(
    "said",
    [
        f"password={SECRET}",
        f"PWD={SECRET};",
        f'"api_key": "{SECRET}"',
        f"Authorization: Bearer {SECRET}",
        f"Authorization: Basic {SECRET}",
        f"{{'access_token': '{SECRET}'}}",
        f"connection info: host=h user=me password='{SECRET}' dbname=d",
        f"see https://me:{SECRET}@host/path?x=1",
    ],
)
def test_what_looks_like_a_secret_is_hidden_whatever_the_address(said):
    assert SECRET not in scrubbed(said)


@pytest.mark.parametrize(
    ("address", "shown", "short"),
    [
        (
            "duckdb:///srv/n.duckdb?table=main",
            "duckdb:///srv/n.duckdb?table=main",
            "main · n.duckdb",
        ),
        ("duckdb:///home/a@b/n.db?table=t", "duckdb:///home/a@b/n.db?table=t", "t · n.db"),
        ("parquet:///srv/accounts", "parquet:///srv/accounts", "accounts"),
        ("spark://h:7077?table=t", "spark://h:7077?table=t", "t · h:7077"),
        (
            "spark://h:7077?table=parquet.`/data/a`",
            "spark://h:7077?table=parquet.`/data/a`",
            "parquet.`/data/a` · h:7077",
        ),
        ("C:/data/me@home.csv", "C:/data/me@home.csv", "C:/data/me@home.csv"),
        ("spark://h:7077,i:7077?table=t", "spark://h:7077,i:7077?table=t", "t · h:7077,i:7077"),
        (
            "ibis+postgres://[::1]:5432/d?table=t",
            "ibis+postgres://[::1]:5432/d?table=t",
            "t · [::1]:5432/d",
        ),
        ("ibis+postgres://me@h/db?table=t", "ibis+postgres://h/db?table=t", "t · h/db"),
    ],
)
def test_what_is_no_secret_is_shown(address, shown, short):
    assert without_secrets(address) == shown
    assert short_name(address) == short


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{SECRET}@127.0.0.1:1/db",
        f"postgresql://127.0.0.1:1/db?user=me&password={SECRET}",
        f"postgresql://me:{SECRET}/x@127.0.0.1:1/db",
        f"postgresql://me:{SECRET}@127.0.0.1:port/db",
        f"postgresql://me:x#{SECRET}@127.0.0.1:1/db",
        f"mysql://me:{SECRET}@127.0.0.1/db",
        f"postgresql://127.0.0.1:1/db?options=-c%20password={SECRET}",
        f"postgresql://me:x@{SECRET}!@127.0.0.1:1/db",
        f"postgresql://me:x@y/{SECRET}@127.0.0.1:1",
        f"postgresql://me:x?{SECRET}@127.0.0.1:1/db",
        f"postgresql://me:{SECRET}＠127.0.0.1:1/db",
        f"sqlite:////nowhere/\0?password={SECRET}",
    ],
)
def test_the_workspace_shows_no_secret_either(address):
    with pytest.raises(WorkspaceError) as failure:
        Workspace.open(address)
    assert SECRET not in str(failure.value)


def test_a_question_that_fails_later_shows_no_secret(tmp_path):
    path = tmp_path / "u.duckdb"
    with duckdb.connect(str(path)) as connection:
        accounts = demo.generate(50)  # noqa: F841 - DuckDB reads it by name
        connection.execute("CREATE TABLE t AS SELECT * FROM accounts")
    engine = engines.connect(f"duckdb://{path}?table=t&memory=1GB")
    engine.address = f"ibis+postgres://me:{SECRET}@h/db?table=t"
    with pytest.raises(SourceError) as failure, engine.asking(seconds=None):
        raise duckdb.IOException(f"cannot reach me:{SECRET}@h")
    assert SECRET not in str(failure.value)


def test_no_extension_is_downloaded(tmp_path):
    path = tmp_path / "u.duckdb"
    with duckdb.connect(str(path)) as connection:
        accounts = demo.generate(50)  # noqa: F841
        connection.execute("CREATE TABLE t AS SELECT * FROM accounts")
    found = []
    for scheme, option in (
        ("", ""),
        ("ibis+", ""),
        ("ibis+", "&autoinstall_known_extensions=true"),
    ):
        engine = engines.connect(f"{scheme}duckdb://{path}?table=t{option}")
        connection = engine._backend.con if scheme else engine._connection
        setting = "SELECT current_setting('autoinstall_known_extensions')"
        found.append(connection.execute(setting).fetchone()[0])
        connection.close()
    assert found == [False, False, True]
