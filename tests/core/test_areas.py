"""The market by area: what each region and municipality holds, and the points of the best matches."""

from collections import Counter

import polars as pl
import pytest

from icp_core.accounts.universe import Universe
from icp_core.analysis.areas import MOST_POINTS, areas, best_in, points
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, Criterion, Profile, Range, Role, Tier, TierPolicy
from icp_core.profiles.starters import starters_for
from icp_core.reference import geography
from icp_core.sources import load

LARGE = Profile(
    name="Large",
    criteria=(
        Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(50)),
        Criterion(column="employees", role=Role.NICE_TO_HAVE, fit=Range(a=0, b=1000), weight=5),
    ),
    tiers=TierPolicy(kind="value", tiers=(Tier(name="A", threshold=50_000),)),
)
EVERYBODY = Profile(name="Everybody")


@pytest.fixture(scope="module")
def demo() -> Evaluation:
    universe = load("demo")
    return Scoreboard(universe).evaluate(starters_for(universe)[0].profile)


def evaluated(profile: Profile = LARGE, **columns: list) -> Evaluation:
    rows = len(next(iter(columns.values())))
    frame = pl.DataFrame(
        {"account_id": [f"{i:04}" for i in range(rows)], "name": [f"C{i}" for i in range(rows)]}
        | columns
    )
    return Scoreboard(Universe.of(frame, name="test", label="Test")).evaluate(profile)


@pytest.fixture
def five() -> Evaluation:
    """Two matches in Stockholm, none of two in Skåne, one nowhere, one in Oslo without headcount."""
    return evaluated(
        country=["SE", "SE", "SE", "SE", "SE", "NO"],
        region=["SE-01", "SE-01", "SE-12", "SE-12", None, "NO-03"],
        employees=[400, 600, 10, 20, 100, None],
        is_customer=[True, False, True, None, False, False],
    )


def row(areas, code):
    return areas.numbers(code)


def test_each_area_has_its_matches_their_worth_and_the_accounts_they_are_among(five):
    found = areas(five, "region")
    stockholm = row(found, "SE-01")
    # Potential is 100 an employee and year; tier A starts at 50 000.
    assert stockholm["accounts"] == stockholm["universe"] == 2
    assert stockholm["potential"] == 100_000
    assert stockholm["best_tier"] == 1
    assert (stockholm["customers"], stockholm["white_space"]) == (1, 1)
    assert stockholm["match_rate"] == 1
    assert (stockholm["name"], stockholm["within"]) == ("Stockholms län", "Sweden")


def test_an_area_without_a_match_is_zero_and_one_without_an_account_has_no_rate(five):
    found = areas(five, "region")
    assert row(found, "SE-12")["accounts"] == 0
    assert row(found, "SE-12")["match_rate"] == 0
    assert row(found, "SE-14")["accounts"] == 0
    assert row(found, "SE-14")["match_rate"] is None
    assert row(found, "NO-03")["possible"] == 1


def test_accounts_without_a_region_are_counted_apart_and_in_the_total(five):
    found = areas(five, "region")
    assert found.unplaced["accounts"] == 1
    assert found.total["accounts"] == 3
    assert found.table["accounts"].sum() == 2


def test_only_countries_with_accounts_are_in_view_or_those_chosen(five):
    assert areas(five, "region").countries == ("SE", "NO")
    norway = areas(five, "region", ["NO"])
    assert norway.countries == ("NO",)
    assert norway.total["universe"] == 1
    assert set(norway.table["within"]) == {"Norway"}


def test_a_potential_that_no_match_has_is_unknown_and_not_zero():
    everybody = evaluated(
        EVERYBODY, country=["SE"] * 3, region=["SE-01", "SE-01", "SE-12"], employees=[None, None, 5]
    )
    found = areas(everybody, "region")
    assert row(found, "SE-01")["potential"] is None
    assert row(found, "SE-12")["potential"] == 500
    assert found.total["potential"] == 500
    assert found.ranked("potential")["code"].to_list() == ["SE-12", "SE-01"]


def test_who_is_a_customer_is_unknown_where_no_column_tells():
    found = areas(evaluated(EVERYBODY, country=["SE"], region=["SE-01"], employees=[5]), "region")
    assert found.total["customers"] is None
    assert row(found, "SE-01")["white_space"] is None


@pytest.mark.parametrize("level", ["region", "municipality"])
def test_areas_agree_with_counting_the_accounts_one_by_one(demo, level):
    rows = demo.rows(demo.best(len(demo.matches)))
    slow = Counter(rows[level])
    best = Counter(rows.filter(pl.col("tier") == "A")[level])
    customers = Counter(rows.filter("is_customer")[level])
    listed = Counter(demo.universe.frame[level])
    table = areas(demo, level).table
    assert table.height == len(geography.boundaries(level)["features"])
    for one in table.iter_rows(named=True):
        code = one["code"]
        assert one["accounts"] == slow[code]
        assert one["best_tier"] == best[code]
        assert one["customers"] == customers[code]
        assert one["white_space"] == slow[code] - customers[code]
        assert one["universe"] == listed[code]
    worth = rows.group_by(level).agg(pl.col("potential").sum())
    for code, potential in worth.iter_rows():
        assert row(areas(demo, level), code)["potential"] == pytest.approx(potential)


def test_areas_agree_with_the_breakdown_of_the_market(demo):
    breakdown = demo.breakdown("municipality")
    table = areas(demo, "municipality").table
    shown = dict(table.select("code", "accounts").iter_rows())
    assert {code: shown[code] for code in breakdown.keys} == dict(
        zip(breakdown.keys, breakdown.accounts.sum(axis=1).tolist(), strict=True)
    )


def test_the_best_accounts_of_an_area_are_its_own_and_best_first(demo):
    rows = best_in(demo, "region", area="SE-01", limit=10)
    assert set(rows["region"]) == {"SE-01"}
    everything = demo.rows(demo.best(len(demo.matches)))
    expected = everything.filter(pl.col("region") == "SE-01").head(10)
    assert rows["account_id"].to_list() == expected["account_id"].to_list()


def test_points_are_the_best_that_have_a_position_and_one_for_those_in_the_same_place():
    located = evaluated(
        country=["SE"] * 6,
        employees=[900, 800, 700, 600, 500, 400],
        latitude=[59.30001, 59.30004, None, 55.6, 999.0, 57.7],
        longitude=[18.1, 18.1, 18.1, 13.0, 18.1, 12.0],
    )
    found = points(located, limit=3)
    assert found.accounts == 3
    assert found.without_position == 2  # unknown, and nowhere on earth
    assert found.places.select("latitude", "longitude", "accounts").rows() == [
        (59.3, 18.1, 2), (55.6, 13.0, 1),
    ]  # fmt: skip
    assert found.places["name"].to_list() == [["C0", "C1"], ["C3"]]
    assert found.tiers == (3, 0)


def test_points_are_never_more_than_the_limit_of_the_map(demo):
    everybody = demo.under(EVERYBODY)
    found = points(everybody, limit=10**9)
    assert found.accounts == found.places["accounts"].sum() == MOST_POINTS


def test_only_matches_of_the_chosen_countries_are_points(demo):
    finland = points(demo, limit=500, countries=["FI"])
    rows = demo.rows(demo.best(len(demo.matches)))
    assert finland.accounts == rows.filter(pl.col("country") == "FI").height > 0


def test_choosing_one_country_in_the_profile_leaves_the_others_at_zero(demo):
    danish = demo.under(
        EVERYBODY.adding(Criterion(column="country", role=Role.MUST_HAVE, fit=Choice.of("DK")))
    )
    table = areas(danish, "region").table
    by_country = dict(table.group_by("within").agg(pl.col("accounts").sum()).iter_rows())
    assert by_country["Denmark"] == len(danish.matches)
    assert by_country["Sweden"] == by_country["Norway"] == by_country["Finland"] == 0


def test_regions_of_a_list_that_has_none_are_those_of_the_municipalities():
    found = areas(
        evaluated(
            Profile(name="Everybody"),
            country=["SE", "SE", "DK", "NO"],
            municipality=["SE-1280", "SE-0180", "atlantis", None],
        ),
        "region",
    )
    assert found.is_placed
    assert [row(found, code)["accounts"] for code in ("SE-12", "SE-01")] == [1, 1]
    assert found.unplaced["accounts"] == 2
