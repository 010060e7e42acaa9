"""Engines that keep the accounts give the reference's answers, and fail with one message."""

from datetime import date

import duckdb
import polars as pl
import psycopg
import pytest
import slow_reference as slow
import strategies
from hypothesis import HealthCheck, Phase, given, settings
from psycopg import sql
from test_market_against_reference import PHASES, assert_same

from icp_core.errors import ProfileError, SourceError
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.evaluation.tiers import tier_labels
from icp_core.profiles.model import Criterion, Profile, Range, Tier, TierPolicy
from icp_core.profiles.starters import starter
from icp_core.sources import load
from icp_core.views import ExportSpec, view_of

assert Phase.shrink not in PHASES


def written(accounts, folder):
    """The accounts as a DuckDB file and as a folder of two Parquet files."""
    half = len(accounts) // 2
    (folder / "parts").mkdir()
    accounts[:half].write_parquet(folder / "parts" / "a.parquet")
    accounts[half:].write_parquet(folder / "parts" / "b.parquet")
    connection = duckdb.connect(folder / "u.duckdb")
    connection.register("arrow", accounts.to_arrow())
    connection.table("arrow").create("accounts")
    connection.close()


@pytest.mark.parametrize(
    "address",
    [
        "duckdb://{folder}/u.duckdb?table=accounts&memory=500MB",
        "parquet://{folder}/parts",
        pytest.param("ibis+duckdb://{folder}/u.duckdb?table=accounts", id="ibis"),
    ],
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_every_engine_finds_the_market_that_plain_python_finds(
    address, tmp_path_factory, rows, profile
):
    if address.startswith("ibis"):
        pytest.importorskip("ibis", reason="needs requirements-scale.txt")
    # DuckDB knows open files by name, so every example has a folder of its own.
    folder = tmp_path_factory.mktemp("example")
    written(strategies.raw(rows), folder)
    scoreboard = EngineAccounts(engines.connect(address.format(folder=folder)))
    evaluation = scoreboard.evaluate(profile)
    expected = slow.market(profile, rows)
    assert_same(evaluation.market, evaluation.page(limit=100), expected)
    names = dict(enumerate(tier_labels(profile.tiers)))
    tiers = [names.get(match["tier"]) for match in expected["matches"]]
    assert evaluation.page(limit=100)["tier"].to_list() == tiers
    streamed = [account for batch in evaluation.stream(rows=3) for account in batch["account_id"]]
    assert streamed == [match["account_id"] for match in expected["matches"]]


@pytest.fixture(scope="module")
def postgres(new_postgres_database):
    """Address of an empty database of a real PostgreSQL server, whose collation is not that of bytes."""
    pytest.importorskip("ibis", reason="needs requirements-scale.txt")
    return new_postgres_database()


def loaded(accounts, address):
    """The accounts as a table of a PostgreSQL, lists as arrays of text."""
    types = {
        "Int64": "bigint",
        "Float64": "double precision",
        "Boolean": "boolean",
        "Date": "date",
        "Datetime": "timestamp",
    }
    columns = [
        sql.SQL("{} {}").format(
            sql.Identifier(name),
            sql.SQL("text[]" if dtype == pl.List else types.get(str(dtype.base_type()), "text")),
        )
        for name, dtype in accounts.schema.items()
    ]
    with psycopg.connect(address, autocommit=True) as connection:
        # As most servers have it: capitals beside small letters. A server may know no such order.
        language = connection.execute(
            "SELECT collname FROM pg_collation WHERE collprovider IN ('c', 'i') "
            "AND collname ~ '^(en|sv)_' AND collencoding IN (-1, 6) LIMIT 1"
        ).fetchone()
        if language:
            columns[0] += sql.SQL(" COLLATE {}").format(sql.Identifier(language[0]))
        connection.execute("DROP TABLE IF EXISTS accounts")
        connection.execute(
            sql.SQL("CREATE TABLE accounts ({})").format(sql.SQL(", ").join(columns))
        )
        with connection.cursor() as cursor, cursor.copy("COPY accounts FROM STDIN") as copy:
            for row in accounts.iter_rows():
                copy.write_row(row)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_postgresql_finds_the_market_that_plain_python_finds(postgres, rows, profile):
    loaded(strategies.raw(rows), postgres)
    engine = engines.connect(f"ibis+{postgres}{'&' if '?' in postgres else '?'}table=accounts")
    evaluation = EngineAccounts(engine).evaluate(profile)
    expected = slow.market(profile, rows)
    assert_same(evaluation.market, evaluation.page(limit=100), expected)
    streamed = [account for batch in evaluation.stream(rows=3) for account in batch["account_id"]]
    assert streamed == [match["account_id"] for match in expected["matches"]]


def test_postgresql_breaks_ties_by_bytes_whatever_its_collation(postgres):
    ids = ["a-2", "A-10", "b", "B", "å", "a1", "a-1", "_"]
    universe = strategies.Universe.of(
        pl.DataFrame({"account_id": ids, "name": ids}), name="ties", label="Ties"
    )
    loaded(universe.frame, postgres)
    engine = engines.connect(f"ibis+{postgres}{'&' if '?' in postgres else '?'}table=accounts")
    policy = TierPolicy(kind="capacity", tiers=(Tier(name="A", threshold=3),))
    evaluation = EngineAccounts(engine).evaluate(Profile(name="P", tiers=policy))
    assert evaluation.page()["account_id"].to_list() == sorted(ids)
    assert evaluation.page()["tier"].to_list() == ["A"] * 3 + [None] * 5
    assert evaluation.tiers[0].accounts == 3


def test_postgresql_leaves_excluded_accounts_out_edition_by_edition(postgres):
    ids = [f"A-{n:02}" for n in range(30)]
    frame = pl.DataFrame({"account_id": ids, "name": ids, "marketing_opt_out": [True, None] * 15})
    loaded(frame, postgres)
    engine = engines.connect(f"ibis+{postgres}{'&' if '?' in postgres else '?'}table=accounts")
    everybody = EngineAccounts(engine)
    # More editions than are kept in the database at a time, and the first again.
    for count in (*range(1, 12), 1):
        accounts = everybody.without(dict.fromkeys([*ids[:count], "gone"], "partner"))
        evaluation = accounts.evaluate(Profile(name="P"))
        assert evaluation.market.universe == 30 - count
        assert evaluation.page(limit=50)["account_id"].to_list() == ids[count:]
        assert sorted(evaluation.left_out["account_id"]) == ids[:count]
    assert everybody.evaluate(Profile(name="P")).market.universe == 30
    spec = ExportSpec(format="linkedin", on=date(2026, 3, 1), tiers=(None, "A", "B", "C"))
    report = view_of(evaluation).export(spec).report
    assert (report.dropped["opted_out"], report.left_out) == (14, {"partner": 1})


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    universe = load("demo:3000")
    written(universe.frame, folder)
    return universe, folder


def test_a_page_is_the_scoreboards_page(demo):
    universe, folder = demo
    profile = starter("nordic-software").profile.replace(
        tiers=TierPolicy(
            kind="capacity", tiers=(Tier(name="A", threshold=5), Tier(name="B", threshold=9))
        )
    )
    evaluation = EngineAccounts(engines.connect(f"parquet://{folder}/parts")).evaluate(profile)
    reference = Scoreboard(universe).evaluate(profile)
    expected = reference.rows(reference.best(30))[10:30]
    page = evaluation.page(offset=10, limit=20)
    for name in ("account_id", "score", "tier", "potential", "technologies"):
        assert page[name].to_list() == expected[name].to_list()
    assert evaluation.to_verify(7)["account_id"].to_list() == (
        reference.to_verify(7)["account_id"].to_list()
    )
    assert [tier.accounts for tier in evaluation.tiers] == [5, 9, evaluation.tiers[-1].accounts]


def test_fictional_accounts_stay_fictional_in_an_engine(demo):
    _, folder = demo
    assert engines.connect(f"duckdb://{folder}/u.duckdb?table=accounts").fictional


def test_a_profile_on_a_column_that_the_table_lacks_is_refused(demo):
    _, folder = demo
    scoreboard = EngineAccounts(engines.connect(f"parquet://{folder}/parts"))
    gate = Criterion(column="nowhere", role="must_have", fit=Range.between(1, 2))
    with pytest.raises(ProfileError, match="nowhere"):
        scoreboard.evaluate(Profile(name="P", criteria=(gate,)))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("oracle://host/db?table=a", "There is no engine 'oracle'"),
        ("duckdb://{folder}/u.duckdb", "does not say which table"),
        ("duckdb://{folder}/u.duckdb?table=a&threads=2", "'threads' is not an option"),
        ("duckdb:///nowhere/u.duckdb?table=a", "There is nothing at"),
        ("duckdb://{folder}/u.duckdb?table=nowhere", "cannot read the table nowhere"),
        ("parquet://{folder}", "lacks the column"),
        ("ibis+postgres://me:secret@127.0.0.1:9/db?table=a", "cannot give the table a"),
        ("spark://127.0.0.1?table=", "does not say which table"),
    ],
)
def test_a_wrong_address_is_one_message_without_the_password(demo, tmp_path, address, says):
    if address.startswith("ibis"):
        pytest.importorskip("ibis", reason="needs requirements-scale.txt")
    folder = demo[1]
    if address == "parquet://{folder}":
        folder = tmp_path
        demo[0].frame.select("name", "employees").write_parquet(tmp_path / "a.parquet")
    with pytest.raises(SourceError) as caught:
        engines.connect(address.format(folder=folder))
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_question_that_takes_too_long_is_stopped_and_the_next_is_answered(tmp_path):
    path = tmp_path / "u.duckdb"
    connection = duckdb.connect(path)
    connection.execute(
        "CREATE TABLE accounts AS SELECT 'X-' || i AS account_id, 'n' AS name, i % 1000 AS employees "
        "FROM range(4000000) t(i)"
    )
    connection.close()
    engine = engines.connect(f"duckdb://{path}?table=accounts")
    scored = Criterion(column="employees", role="nice_to_have", fit=Range(a=0, b=900))
    profile = Profile(name="P", criteria=(scored,))
    with pytest.raises(SourceError, match=r"took longer than 0\.01 s and was stopped"):
        EngineAccounts(engine, seconds=0.01).evaluate(profile)
    gate = Criterion(column="employees", role="must_have", fit=Range.between(990, None))
    small = Profile(name="P", criteria=(gate,))
    assert EngineAccounts(engine, seconds=60).evaluate(small).market.matching == 40_000


@pytest.mark.parametrize("lift_up_to", [0, 1_000])
def test_columns_of_types_that_no_list_has_are_texts(tmp_path, lift_up_to):
    path = tmp_path / "u.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE TABLE accounts AS SELECT 'A-' || i AS account_id, 'N' AS name, "
            "INTERVAL (i) MONTH AS notice, [INTERVAL (i) DAY] AS pauses, "
            "{'of': INTERVAL 1 DAY} AS terms, "
            "union_value(number := i) AS mixed, '10:00:00+02'::TIMETZ AS opens, uuid() AS key, "
            "i::BIGNUM AS large, '101'::BIT AS bits FROM range(3) t(i)"
        )
    accounts = EngineAccounts(
        engines.connect(f"duckdb://{path}?table=accounts"), lift_up_to=lift_up_to
    )
    found = accounts.evaluate(Profile(name="P"))
    kinds = {name: column.kind for name, column in view_of(found).population.columns.items()}
    assert {kinds[name] for name in ("notice", "mixed", "key", "opens", "large")} == {"choice"}
    rows = found.page()
    assert rows["notice"].to_list() == ["00:00:00", "1 month", "2 months"]
    assert rows["mixed"].to_list() == ["0", "1", "2"]
