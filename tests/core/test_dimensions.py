"""Industry sections and age bands, the same on every engine that ships."""

from datetime import date

import duckdb
import polars as pl
import pytest
from accounts import scoreboard, universe

from icp_core.evaluation.on_engines import evaluate
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Profile

EVERYBODY = Profile(name="Everybody")


def on_polars(found, name):
    return evaluate(found.frame.lazy(), EVERYBODY, columns=found.columns, dimensions=(name,))


def on_duckdb(found, name):
    connection = duckdb.connect()
    connection.register("accounts", found.frame.to_arrow())
    table = connection.table("accounts")
    return evaluate(table, EVERYBODY, columns=found.columns, dimensions=(name,))


def counts(breakdown):
    return dict(zip(breakdown.keys, breakdown.accounts.sum(axis=1).tolist(), strict=True))


def assert_counts(found, name, expected):
    assert counts(Scoreboard(found).evaluate(EVERYBODY).breakdown(name)) == expected
    for engine in (on_polars, on_duckdb):
        assert counts(engine(found, name).breakdowns[name]) == expected


def test_sections_are_those_of_revision_2_for_codes_of_both():
    # Hosting is 63.11 in J; Rev. 2.1 has it as 63.10 in K, where Rev. 2 has finance.
    codes = [
        ("63.11", "2"),
        ("63.11", None),
        ("63.10", "2.1"),
        ("01", "2"),
        (None, "2"),
        ("04", "2"),
    ]
    found = universe(*({"industry": c, "industry_revision": r} for c, r in codes))
    assert_counts(found, "section", {"A": 1, "J": 3, None: 2})


@pytest.mark.parametrize("dated", [True, False])
def test_age_runs_from_the_foundation_to_the_date_of_the_facts(dated):
    now = date.today().year
    year = 2024 if dated else now
    ages = [0, 2, 3, 5, 6, 10, 11, 20, 21, 300, None, -1]
    rows = [
        {
            "founded": None if age is None else year - age,
            "as_of": date(2024, 5, 1) if dated else None,
        }
        for age in ages
    ]
    found = universe(*rows, founded=pl.Int64, as_of=pl.Date)
    bands = {"0–2": 2, "3–5": 2, "6–10": 2, "11–20": 2, "21+": 2, None: 2}
    assert_counts(found, "age", bands)


def test_a_breakdown_can_be_drilled_into():
    codes = ["62.01", "62.01", "62.02", "63.11", "01.11", None]
    found = scoreboard(*({"industry": code} for code in codes)).evaluate(EVERYBODY)
    assert counts(found.breakdown("industry", within=("section", "J"))) == {"62": 3, "63": 1}
    assert counts(found.breakdown("class", within=("group", "62.0"))) == {"62.01": 2, "62.02": 1}
    assert counts(found.breakdown("class", within=("group", None))) == {None: 1}
    assert counts(found.breakdown("class", within=("group", "99.9"))) == {}
