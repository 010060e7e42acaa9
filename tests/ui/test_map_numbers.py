"""How the numbers of areas are drawn, and what of them reaches the reader's browser."""

import json
from math import asinh, pi, radians, tan

import numpy as np
import polars as pl
import pytest

from icp_core.accounts.universe import Universe
from icp_core.analysis.areas import areas as areas_data
from icp_core.analysis.areas import points as points_data
from icp_core.analysis.shading import shading
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, Criterion, Profile, Range, Role, Tier, TierPolicy
from icp_core.profiles.starters import starters_for
from icp_core.reference import geography
from icp_core.sources import load
from ui import maps
from ui.areas import Measure
from ui.tables import Table

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


def test_a_note_counts_the_matches_without_a_region(five):
    areas = areas_data(five, "region")
    assert "1 match has no known region." in maps.notes(areas, None, Measure.MATCHES)


def test_a_note_counts_the_matches_without_a_potential():
    everybody = evaluated(
        EVERYBODY, country=["SE"] * 3, region=["SE-01", "SE-01", "SE-12"], employees=[None, None, 5]
    )
    areas = areas_data(everybody, "region")
    assert "The potential of 2 matches is unknown and not counted." in maps.notes(
        areas, None, Measure.POTENTIAL
    )


def test_a_note_says_that_no_column_tells_who_is_a_customer():
    areas = areas_data(
        evaluated(EVERYBODY, country=["SE"], region=["SE-01"], employees=[5]), "region"
    )
    assert any("no such column" in note for note in maps.notes(areas, None, Measure.CUSTOMERS))


def test_a_region_the_reference_does_not_know_is_in_the_ranking_and_not_on_the_map():
    areas = areas_data(
        evaluated(EVERYBODY, country=["SE", "SE"], region=["SE-01", "North"], employees=[5, 7]),
        "region",
    )
    assert set(areas.ranked(Measure.MATCHES.value)["name"]) == {"Stockholms län", "North"}
    deck = drawn(areas, selected="North")
    assert "North" not in json.dumps(deck)


def test_class_labels_have_one_unit_and_join_seamlessly():
    rates = shading(pl.Series([0.101, 0.2, 0.2, 0.3, 0.3, 0.3]), classes=1).classes[0]
    assert maps.class_label(rates, Measure.MATCH_RATE, "EUR") == "10.1–30.0\xa0%"
    worth = shading(pl.Series([15_000.0, 19_800.0]), classes=1).classes[0]
    assert maps.class_label(worth, Measure.POTENTIAL, "EUR") == "€15.0–19.8\xa0k"
    same = shading(pl.Series([3, 3]), classes=1).classes[0]
    assert maps.class_label(same, Measure.MATCHES, "EUR") == "3"


def test_the_legend_counts_every_area_once(demo):
    areas = areas_data(demo, "municipality")
    shaded = shading(areas.table["match_rate"])
    swatches = maps.area_swatches(shaded, Measure.MATCH_RATE, "EUR", behind_points=True, dark=False)
    assert sum(one.count for one in swatches) == areas.table.height
    assert len({one.colour for one in swatches}) == len(swatches)
    assert swatches[-1].label == "none listed"


def test_accounts_without_coordinates_are_counted_and_not_drawn(five):
    points = points_data(five, limit=100)
    assert (points.accounts, points.without_position) == (0, 3)
    areas = areas_data(five, "region")
    assert maps.obstacle(areas, points) is None
    assert any("no known position" in note for note in maps.notes(areas, points, Measure.MATCHES))


def test_accounts_that_tell_no_place_at_all_are_unknown_everywhere_and_the_map_says_what_to_do():
    nowhere = evaluated(EVERYBODY, employees=[5, 6])
    areas, points = areas_data(nowhere, "region"), points_data(nowhere, limit=100)
    assert areas.total["accounts"] == 2
    assert areas.table["accounts"].null_count() == areas.table.height
    assert "postcode" in maps.obstacle(areas, points)
    assert areas.ranked(Measure.MATCHES.value).is_empty()


def test_regions_by_another_name_than_the_code_are_ranked_but_nothing_is_called_zero():
    named = evaluated(EVERYBODY, country=["SE"], region=["Stockholm"], employees=[5])
    areas = areas_data(named, "region")
    assert areas.ranked(Measure.MATCHES.value)["name"].to_list() == ["Stockholm"]
    assert areas.numbers("SE-01")["accounts"] is None
    assert "no region" in maps.obstacle(areas, None)


def test_a_country_without_boundaries_has_no_map_and_the_reason_is_said():
    iceland = evaluated(EVERYBODY, country=["IS"], employees=[5])
    areas = areas_data(iceland, "region")
    assert areas.countries == ()
    assert "no boundaries" in maps.obstacle(areas, points_data(iceland, limit=100))


def drawn(areas, points=None, *, measure=Measure.MATCHES, tiers=("A", "B", "C"), **options):
    deck = maps.map_chart(
        areas,
        shading(areas.table[measure.value]),
        points,
        tiers=tiers,
        currency="EUR",
        dark=False,
        **options,
    )
    return json.loads(deck.to_json())


def test_the_map_asks_nobody_for_tiles_unless_told_to(demo):
    areas = areas_data(demo, "region")
    assert "http" not in json.dumps(drawn(areas, points_data(demo, limit=100)))
    assert "mapProvider" not in drawn(areas)
    assert drawn(areas, tiles=True)["mapProvider"] == "carto"


def test_hostile_names_stay_text():
    hostile = evaluated(
        EVERYBODY,
        country=["SE"] * 3,
        region=["SE-01"] * 3,
        employees=[9, 8, 7],
        latitude=[59.3, 58.3, 57.3],
        longitude=[18.1, 18.1, 18.1],
    )
    names = ["<img src=x onerror=alert(1)>", "@@=alert(1)", "@@#A.B"]
    frame = hostile.universe.frame.with_columns(name=pl.Series(names))
    scoreboard = Scoreboard(Universe.of(frame, name="test", label="Test"))
    everybody = scoreboard.evaluate(
        EVERYBODY.replace(tiers=TierPolicy(tiers=(Tier(name="@@=x", threshold=0),)))
    )
    deck = maps.map_chart(
        areas_data(everybody, "region"),
        shading(areas_data(everybody, "region").table["accounts"]),
        points_data(everybody, limit=10),
        tiers=("@@=x",),
        currency="EUR",
        dark=False,
    )
    assert list(deck._tooltip) == ["text", "style"], "HTML would run what is in a name"
    features = json.loads(deck.to_json())["layers"][-1]["data"]
    tips = [feature["properties"]["tip"] for feature in features]
    assert any(names[0] in tip for tip in tips)
    # deck.gl evaluates any string that begins with @@.
    for layer in json.loads(deck.to_json())["layers"]:
        for feature in layer["data"]:
            for value in feature["properties"].values():
                assert not str(value).startswith("@@")


@pytest.mark.parametrize(("agent", "width"), [("Firefox", 520), ("Mobile Safari", 324)])
@pytest.mark.parametrize(
    "kept", [("SE-01",), ("SE-12", "SE-10", "SE-07"), ("NO-03", "FI-01"), None]
)
def test_the_first_view_shows_where_the_matches_are_and_wastes_no_room(
    demo, monkeypatch, agent, width, kept
):
    monkeypatch.setattr(maps, "_agent", lambda: agent)
    height = 620
    regions = kept and Choice.of(*kept)
    criteria = regions and (Criterion(column="region", role=Role.MUST_HAVE, fit=regions),)
    areas = areas_data(demo.under(demo.profile.replace(criteria=criteria or ())), "region")
    view = drawn(areas, height=height)["initialViewState"]
    scale = 512 * 2 ** view["zoom"]

    def up(latitude):
        return asinh(tan(radians(latitude))) / (2 * pi)

    shapes = maps._corners("region", areas.countries)
    corners = np.array([shapes[code] for code in kept or shapes])
    west, south = corners[:, :2].min(axis=0)
    east, north = corners[:, 2:].max(axis=0)
    right, left = ((x - view["longitude"]) / 360 * scale for x in (east, west))
    top, bottom = ((up(y) - up(view["latitude"])) * scale for y in (north, south))
    assert -width / 2 <= left < right <= width / 2
    assert -height / 2 <= bottom < top <= height / 2
    full = max((right - left) / width, (top - bottom) / height)
    assert full > 0.6 or view["zoom"] == 9


@pytest.mark.parametrize(("agent", "moves"), [("Firefox", True), ("Mobile Safari", False)])
def test_a_tip_follows_the_pointer_but_stays_whole_on_a_phone(monkeypatch, agent, moves):
    monkeypatch.setattr(maps, "_agent", lambda: agent)
    style = maps.tooltip_style(dark=False)
    assert ("translate" in style) == moves
    assert (style.get("transform") == "none") != moves


@pytest.mark.parametrize("level", ["region", "municipality"])
def test_the_browser_gets_less_than_two_megabytes_of_a_million_matches(level):
    rows = 1_000_000
    random = np.random.default_rng(1)
    places = geography.municipality_table()
    at = random.integers(0, places.height, rows)
    frame = pl.DataFrame(
        {
            "account_id": pl.Series(np.arange(rows)).cast(pl.String).str.zfill(7),
            "country": places["country"].gather(at),
            "region": places["region"].gather(at),
            "municipality": places["municipality"].gather(at),
            "latitude": random.uniform(55, 71, rows),
            "longitude": random.uniform(5, 31, rows),
            "employees": random.integers(1, 10_000, rows),
        }
    ).with_columns(name=pl.lit("Ö" * 300))
    universe = Universe(name="test", label="Test", frame=frame)
    everybody = Scoreboard(universe).evaluate(EVERYBODY)
    assert len(everybody.matches) == rows
    areas = areas_data(everybody, level)
    deck = maps.map_chart(
        areas,
        shading(areas.table["potential"]),
        points_data(everybody, limit=rows),
        tiers=EVERYBODY.tiers.names,
        currency="EUR",
        dark=True,
        selected=areas.table["code"][0],
    )
    sent = len(deck.to_json().encode())
    assert 100_000 < sent < maps.MOST_BYTES


@pytest.mark.parametrize(
    ("layer", "code", "before", "after"),
    [
        ("areas", "SE-01", None, "SE-01"),
        ("areas-SE-24", "SE-01", "SE-24", "SE-01"),
        ("areas-SE-01", "SE-01", "SE-01", None),
        ("accounts", None, "SE-01", "SE-01"),
    ],
)
def test_a_click_on_an_area_chooses_it_or_takes_it_back(layer, code, before, after):
    objects = {layer: [{"properties": {"code": code}}]}
    assert maps.area_clicked({"selection": {"objects": objects}}, before) == after


def test_a_click_that_the_browser_takes_back_leaves_the_area():
    assert maps.area_clicked({"selection": {"objects": {}}}, "SE-01") == "SE-01"


def test_the_ranking_as_a_file_is_in_the_order_shown_and_runs_no_formula():
    areas = areas_data(
        evaluated(
            EVERYBODY, country=["SE"] * 3, region=["SE-01", "SE-01", "=1+1"], employees=[5, 7, 9]
        ),
        "region",
    )
    fields = maps.ranking_fields(Measure.MATCHES, best_tier="A", currency="EUR")
    text = Table(areas.ranked(Measure.MATCHES.value), fields).to_csv().decode("utf-8-sig")
    header, first, second, *_ = text.splitlines()
    assert header.startswith('"code","Area","Matches","Potential, €"')
    assert first.startswith('"SE-01","Stockholms län",2,1200.0')
    assert second.startswith('"\'=1+1","\'=1+1",1')
