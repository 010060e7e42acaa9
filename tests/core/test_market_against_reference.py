"""The one definition, held against plain Python on every engine that ships."""

from contextlib import nullcontext

import duckdb
import polars as pl
import pytest
import slow_reference as slow
import strategies
from hypothesis import HealthCheck, Phase, given, settings

from icp_core.accounts.columns import BY_NAME, describe_all, untold
from icp_core.accounts.universe import Universe
from icp_core.evaluation.names import told
from icp_core.evaluation.on_engines import evaluate, ranked
from icp_core.evaluation.scoreboard import Scoreboard

TOLERANCE = 1e-6
# Shrinking a universe takes minutes; the first failing one is small enough to read.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def asked(accounts, columns, profile, **options):
    market = evaluate(accounts, profile, columns=columns, **options)
    rows = ranked(accounts, profile, columns=columns)
    return market, told(rows.collect("polars").to_native())


def with_untold(accounts):
    """The accounts as a universe or an engine gives them to the expressions."""
    return accounts.with_columns(
        pl.lit(None, dtype=BY_NAME[name].dtype).alias(name) for name in untold(accounts.columns)
    )


def on_polars(accounts, profile):
    accounts = with_untold(accounts)
    return asked(accounts.lazy(), describe_all(accounts.schema), profile)


def on_duckdb(accounts, profile):
    accounts = with_untold(accounts)
    # On more than one, sharing out a few rows takes longer than the rest.
    connection = duckdb.connect(config={"threads": 1})
    connection.register("accounts", accounts.to_arrow())

    # Each further question would have DuckDB plan all expressions anew: most of the time it takes.
    def keep(matches):
        return nullcontext(connection.from_arrow(matches.to_arrow_table()))

    columns = describe_all(accounts.schema)
    return asked(connection.table("accounts"), columns, profile, keep=keep)


def on_scoreboard(accounts, profile):
    universe = Universe.of(accounts, name="random", label="Random accounts")
    evaluation = Scoreboard(universe).evaluate(profile)
    return evaluation.market, evaluation.rows(evaluation.best(100))


def assert_same(market, rows, expected):
    assert market.universe == expected["universe"]
    assert market.matching == expected["matching"]
    assert market.possible == expected["possible"]
    assert market.failing == expected["universe"] - expected["matching"] - expected["possible"]
    assert market.unlimited == expected["unlimited"]
    for name in ("potential", "potential_possible", "potential_least", "potential_high"):
        assert getattr(market, name) == pytest.approx(expected[name])
    assert market.potential_unknown == expected["potential_unknown"]
    assert market.customers == expected["customers"]
    assert market.customers_unknown == expected["customers_unknown"]
    assert sum(tier.white_space for tier in market.tiers) == market.white_space
    assert [(t.accounts, t.customers) for t in market.tiers] == [
        (accounts, customers) for accounts, _, customers in expected["tiers"]
    ]
    assert [t.potential for t in market.tiers] == pytest.approx(
        [v for _, v, _ in expected["tiers"]]
    )
    for name, cells in expected["breakdowns"].items():
        breakdown = market.breakdowns[name]
        found = {
            (key, tier): [int(breakdown.accounts[k, tier]), float(breakdown.potential[k, tier])]
            for k, key in enumerate(breakdown.keys)
            for tier in range(len(breakdown.tiers))
            if breakdown.accounts[k, tier]
        }
        assert found.keys() == cells.keys()
        for cell, (accounts, potential) in cells.items():
            assert found[cell] == [accounts, pytest.approx(potential)]
    assert market.histogram.tolist() == expected["histogram"]
    assert market.unscored == expected["unscored"]
    assert [(g.passes, g.fails, g.unknown, g.gained_if_dropped) for g in market.gates] == expected[
        "gates"
    ]
    assert market.largest_share == pytest.approx(expected["largest_share"])
    assert market.coverage == pytest.approx(expected["coverage"], abs=TOLERANCE)
    matches = expected["matches"]
    assert rows["account_id"].to_list() == [m["account_id"] for m in matches]
    for name in ("score", "score_low", "score_high", "coverage", "potential"):
        for found, match in zip(rows[name].to_list(), matches, strict=True):
            assert found == pytest.approx(match[name], abs=TOLERANCE)


@pytest.mark.parametrize("engine", [on_polars, on_duckdb, on_scoreboard])
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_every_engine_finds_the_market_that_plain_python_finds(engine, rows, profile):
    market, page = engine(strategies.frame(rows), profile)
    assert_same(market, page, slow.market(profile, rows))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(rows=strategies.accounts(), profiles=strategies.st.lists(strategies.profiles(), max_size=6))
def test_a_scoreboard_that_saw_other_profiles_answers_like_a_fresh_one(rows, profiles):
    scoreboard = Scoreboard(strategies.universe(rows), cache_bytes=4000)
    for profile in [*profiles, *profiles[:2]]:
        evaluation = scoreboard.evaluate(profile)
        assert_same(
            evaluation.market, evaluation.rows(evaluation.best(100)), slow.market(profile, rows)
        )


def test_the_tier_of_each_row_is_named_and_blank_where_unranked():
    rows = [
        {"account_id": f"X-{i}", "name": "n", "employees": n} for i, n in enumerate([10, 50, 90])
    ]
    universe = strategies.universe([dict.fromkeys(strategies.SCHEMA) | row for row in rows])
    profile = strategies.Profile(
        name="Sized",
        criteria=(
            strategies.Criterion(
                column="employees",
                role="nice_to_have",
                fit=strategies.Range(a=0, b=100, c=None, d=None),
            ),
        ),
    )
    evaluation = Scoreboard(universe).evaluate(profile)
    page = evaluation.rows(evaluation.best(3))
    assert page.select("account_id", "score", "tier").rows() == [
        ("X-2", 90.0, "A"),
        ("X-1", 50.0, "C"),
        ("X-0", 10.0, None),
    ]
    assert isinstance(page, pl.DataFrame)
