"""Suggested criteria hold on real values, by hand on small lists."""

import polars as pl
import pytest

from icp_core.accounts.columns import labels
from icp_core.accounts.universe import Universe
from icp_core.errors import ProfileError
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.learning.levels import attributes_of
from icp_core.profiles import first_draft
from icp_core.profiles.model import (
    Choice,
    ColumnPotential,
    Flag,
    PerEmployee,
    Profile,
    Range,
    Role,
    Tags,
)
from icp_core.sources import load


def universe(**columns: object) -> Universe:
    count = len(next(iter(columns.values())))  # type: ignore[arg-type]
    frame = pl.DataFrame(
        {"account_id": [f"X-{i:03}" for i in range(count)], "name": ["n"] * count} | columns
    )
    return Universe.of(frame, name="hand", label="By hand")


def test_a_few_large_values_ask_for_a_logarithmic_scale() -> None:
    assert first_draft.Spread.of(pl.Series([1] * 60 + [10] * 30 + [1000] * 10)).scale == "log"
    assert first_draft.Spread.of(pl.Series(range(100))).scale == "linear"
    assert first_draft.Spread.of(pl.Series([-5, *[1] * 98, 1000])).scale == "linear"


def test_stops_are_round_and_reach_from_end_to_end() -> None:
    years = first_draft.Spread.of(pl.Series([1990, 1995, 2000, 2005, 2010])).stops()
    assert years == tuple(float(year) for year in range(1990, 2011))
    people = first_draft.Spread.of(pl.Series([1] * 60 + [10] * 30 + [730] * 10)).stops()
    assert people[:6] == (0, 1, 2, 3, 4, 5)
    assert people[-3:] == (500, 600, 800)


def test_a_column_with_one_value_still_has_stops() -> None:
    assert first_draft.Spread.of(pl.Series([7, 7, None])).stops() == (7.0,)


def test_the_distribution_counts_every_known_value_once() -> None:
    edges, counts = first_draft.distribution(
        pl.Series([-9, 0, 5, 10, 19, 99, None]), (0.0, 10.0, 20.0)
    )
    assert edges.tolist() == [0, 10, 20]
    assert counts.tolist() == [3, 3]


def test_customers_are_the_example_where_there_are_enough_of_them() -> None:
    employees = [*range(1, 101), *[500] * 40]
    few = universe(employees=employees, is_customer=[False] * 100 + [True] * 29 + [False] * 11)
    many = universe(employees=employees, is_customer=[False] * 100 + [True] * 40)
    usual = first_draft.criterion(few, "employees", Role.MUST_HAVE).fit
    theirs = first_draft.criterion(many, "employees", Role.MUST_HAVE).fit
    assert isinstance(usual, Range)
    assert isinstance(theirs, Range)
    assert usual.a is not None
    assert usual.a < 30
    assert (theirs.a, theirs.d) == (500, 500)


def test_values_are_the_most_frequent_ones() -> None:
    colours = universe(colour=["red"] * 4 + ["blue"] * 3 + ["green"] * 2 + ["grey"])
    wanted = first_draft.criterion(colours, "colour", Role.NICE_TO_HAVE).fit
    assert wanted == Choice.of("red", "blue", "green")


def test_tags_and_flags_have_their_own_fit() -> None:
    tools = universe(tools=[["a", "b"], ["a"], []], uses_erp=[True, None, False])
    assert first_draft.criterion(tools, "tools", Role.MUST_HAVE).fit == Tags(tags=("a", "b"))
    assert first_draft.criterion(tools, "uses_erp", Role.MUST_HAVE).fit == Flag()


def test_a_column_without_values_is_not_offered_and_refused() -> None:
    bare = universe(colour=pl.Series([None, None], dtype=pl.String), size=[1, 2])
    assert [column.name for column in first_draft.testable(bare)] == ["size"]
    with pytest.raises(ProfileError, match="no values to test"):
        first_draft.criterion(bare, "colour", Role.MUST_HAVE)
    with pytest.raises(ProfileError, match="names anything"):
        first_draft.criterion(
            universe(tools=pl.Series([[], []], dtype=pl.List(pl.String))), "tools", Role.MUST_HAVE
        )


@pytest.mark.parametrize("source", ["listed", "norway"])
@pytest.mark.parametrize("role", [Role.MUST_HAVE, Role.NICE_TO_HAVE])
def test_a_suggestion_on_any_column_can_be_evaluated(source: str, role: Role) -> None:
    scoreboard = Scoreboard(load(source))
    for column in first_draft.testable(scoreboard.universe):
        criterion = first_draft.criterion(scoreboard.universe, column.name, role)
        market = scoreboard.evaluate(Profile(name="One", criteria=(criterion,))).market
        if role is Role.MUST_HAVE:
            assert market.matching > 0


def test_a_first_profile_asks_for_a_usual_size_and_a_few_attributes_that_tell() -> None:
    accounts = universe(
        employees=list(range(1, 101)),
        industry=["62.01"] * 60 + ["63.11"] * 40,
        country=["SE"] * 100,
        tier_one=[None] * 80 + [True] * 20,
        floors=[1, 2] * 50,
    )
    found = first_draft.profile(accounts)
    assert [(one.column, one.role) for one in found.criteria] == [
        ("employees", Role.MUST_HAVE),
        ("industry", Role.NICE_TO_HAVE),
        ("floors", Role.NICE_TO_HAVE),
    ]
    market = Scoreboard(accounts).evaluate(found).market
    assert 75 <= market.tam.low <= 85


def test_a_first_profile_of_a_few_companies_keeps_none_of_them_out() -> None:
    accounts = universe(employees=[12, 25, None], country=["SE", "NO", "SE"])
    found = first_draft.profile(accounts)
    assert [one.role for one in found.criteria] == [Role.NICE_TO_HAVE, Role.NICE_TO_HAVE]
    assert Scoreboard(accounts).evaluate(found).market.tam.low == 3


def test_a_first_profile_fits_a_list_that_has_nothing_but_names() -> None:
    accounts = universe(website=["a.se", "b.se"])
    found = first_draft.profile(accounts)
    assert found.criteria == ()
    found.check(accounts.columns)
    assert Scoreboard(accounts).evaluate(found).market.tam.low == 2


@pytest.mark.parametrize("source", ["demo", "listed", "norway"])
def test_a_first_profile_fits_what_ships_and_leaves_something(source: str) -> None:
    accounts = load(source)
    market = Scoreboard(accounts).evaluate(first_draft.profile(accounts)).market
    assert 0 < market.tam.high <= len(accounts)


def test_a_model_of_potential_keeps_its_limits_and_reads_revenue_or_a_column_of_ones_own() -> None:
    before = PerEmployee(rate=3, floor=5, cap=9)
    own = first_draft.Offers(universe(employees=[1], ad_spend=[2.0]))
    assert first_draft.potential(own, "column", before) == ColumnPotential(
        column="ad_spend", floor=5, cap=9
    )
    usual = first_draft.Offers(universe(employees=[1], revenue=[2.0], ad_spend=[2.0]))
    assert first_draft.potential(usual, "column", before).column == "revenue"
    assert first_draft.potential(usual, "revenue_share", before).cap == 9
    none = first_draft.Offers(universe(is_customer=[True]))
    with pytest.raises(ProfileError, match="no number column"):
        first_draft.potential(none, "column", before)


@pytest.mark.parametrize("noise", [[1.0, 1.0000000000000002], [0.3, 0.1 + 0.2], [-0.3, -0.1 - 0.2]])
def test_values_that_only_rounding_tells_apart_make_one_stop(noise: list[float]) -> None:
    stops = first_draft.Spread.of(pl.Series(noise * 20)).stops()
    assert len(stops) == 1
    assert stops[0] in noise


def test_an_amount_that_is_told_in_euros_is_not_weighed_once_more_in_its_own_currency() -> None:
    euros = [float(1_000 * i) for i in range(1, 101)]
    accounts = universe(revenue=euros, revenue_original=[11 * one for one in euros])
    assert [one.column for one in first_draft.profile(accounts).criteria] == ["revenue"]
    assert [one.name for one in attributes_of(accounts)[0]] == ["revenue"]
    assert accounts.columns["revenue_original"].label == "Revenue, in its own currency"


def test_what_a_list_lacks_is_called_as_where_it_is_there() -> None:
    schema = {"employees": pl.Int64(), "recruits_abroad": pl.Boolean()}
    assert labels(schema) == ["Employees", "Recruits abroad"]
