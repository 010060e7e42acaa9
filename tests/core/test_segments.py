import polars as pl
from accounts import must, scoreboard
from hypothesis import HealthCheck, given, settings
from strategies import accounts, profiles, universe

from icp_core.analysis.segments import Split, in_order, segments
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Flag, PerEmployee, Profile

PROFILE = Profile(
    name="P",
    criteria=(must("recruits_abroad", Flag()),),
    potential=PerEmployee(rate=10),
)


def row(region, employees=None, customer=None, industry=None):
    return {
        "region": region,
        "employees": employees,
        "is_customer": customer,
        "industry": industry,
        "recruits_abroad": True,
    }


def test_customers_white_space_and_potential_of_each_region_by_hand():
    found = scoreboard(
        row("SE-01", 10, True),
        row("SE-01", 30, False),
        row("SE-01", 5, False),
        row("SE-01", 2),
        row("NO-03", 7, True),
        row(None, 1),
        {"region": "SE-01", "employees": 99, "recruits_abroad": False},
    ).evaluate(PROFILE)
    rows = {one["key"]: one for one in segments(found, "region").to_dicts()}
    assert list(rows) == ["NO-03", "SE-01", None]
    stockholm = rows["SE-01"]
    assert (stockholm["accounts"], stockholm["customers"], stockholm["white_space"]) == (4, 1, 2)
    assert stockholm["customers_unknown"] == 1
    assert stockholm["penetration"] == 1 / 3
    assert rows[None]["penetration"] is None
    assert stockholm["potential"] == 470
    assert stockholm["potential_customers"] == 100
    assert stockholm["potential_white_space"] == 350
    assert rows["NO-03"]["penetration"] == 1
    assert rows["NO-03"]["potential_white_space"] == 0


def test_a_potential_that_nobody_knows_is_unknown_not_zero():
    found = scoreboard(
        row("SE-01", None, True), row("SE-01", 3, False), row("NO-03", None)
    ).evaluate(PROFILE)
    oslo, stockholm = segments(found, "region").to_dicts()
    assert (oslo["potential"], oslo["potential_unknown"]) == (None, 1)
    assert stockholm["potential"] == 30
    assert stockholm["potential_customers"] is None
    assert stockholm["potential_white_space"] == 30


def test_within_a_segment_only_its_matches_count():
    found = scoreboard(
        row("SE-01", 1, industry="62.01"),
        row("SE-01", 1, industry="62.02"),
        row("SE-01", 1, industry="63.11"),
        row("SE-01", 1, industry="10.11"),
    ).evaluate(PROFILE)

    def counts(by, **options):
        return dict(segments(found, by, **options).select("key", "accounts").iter_rows())

    assert counts("section") == {"C": 1, "J": 3}
    assert counts("industry", within=("section", "J")) == {"62": 2, "63": 1}
    assert counts("class", within=("industry", "62")) == {"62.01": 1, "62.02": 1}
    assert counts("industry", within=("section", "K")) == {}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=accounts(), profile=profiles())
def test_segments_add_up_to_the_market(rows, profile):
    found = Scoreboard(universe(rows)).evaluate(profile)
    table = segments(found, "region")
    assert table["accounts"].sum() == len(found.matches)
    assert table["customers"].sum() == int(found.matches.customers.sum())
    told = table["customers"] + table["white_space"]
    assert (told + table["customers_unknown"] == table["accounts"]).all()
    for index, total in enumerate(found.tiers):
        assert table[f"tier_{index}"].sum() == total.accounts
    assert table["potential_unknown"].sum() == found.potential.unknown
    breakdown = found.breakdown("region")
    assert table["key"].to_list() == list(breakdown.keys)
    sums = breakdown.potential.sum(axis=1).tolist()
    for shown, expected in zip(table["potential"].fill_null(0), sums, strict=True):
        assert abs(shown - expected) <= 1e-6 * max(1, abs(expected))


def test_a_segment_opens_what_is_inside_it():
    assert Split("region").opening("SE-01") == Split("region", "SE-01")
    opened = Split("region", "SE-01")
    assert (opened.dimension, opened.within) == ("municipality", ("region", "SE-01"))
    assert opened.opening("SE-0180") is None
    assert Split("municipality", "SE-01").within == ("region", "SE-01")
    for code in ("J", "62", "62.0"):
        assert Split("industry").opening(code) == Split("industry", code)
    assert Split("industry", "62.0").opening("62.01") is None
    # A company coded to two digits only stands inside its own division.
    assert Split("industry", "62").opening("62") is None
    assert Split("size").opening("10–49") is None
    assert Split("region").opening(None) is None


def test_shares_add_up_and_are_of_what_the_table_holds():
    found = scoreboard(row("SE-01"), row("SE-01"), row("NO-03"), row(None)).evaluate(PROFILE)
    assert segments(found, "region")["share"].to_list() == [0.25, 0.5, 0.25]
    within = segments(found, "region", within=("region", "SE-01"))
    assert within["share"].to_list() == [1.0]


def test_bands_stand_in_their_order_and_places_largest_first():
    heads = (300, 5, 5, 5, 20, None)
    found = scoreboard(*(row("SE-01", count) for count in heads)).evaluate(PROFILE)
    bands = in_order(segments(found, "size"), by="size")["key"].to_list()
    assert bands == ["0–9", "10–49", "250–999", None]
    table = pl.DataFrame(
        {"key": ["a", None, "c", "d"], "accounts": [1, 9, 7, 7], "name": ["a", "?", "z", "y"]}
    )
    assert in_order(table, by="region")["key"].to_list() == ["d", "c", "a", None]
