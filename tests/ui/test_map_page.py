"""The map page, driven as a user does, its numbers held against the evaluation."""

import json
from pathlib import Path

import polars as pl
import pytest
from app_pages import Open, metrics, texts
from streamlit.testing.v1 import AppTest

from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, Criterion, Profile, Role
from icp_core.profiles.starters import starters_for
from icp_core.reference import geography
from icp_core.sources import load
from ui import links, maps
from ui.format import bounds, number, percent
from ui.headline import tam_value

MAP = "pages/3_Map.py"


@pytest.fixture(scope="module")
def demo():
    universe = load("demo")
    return Scoreboard(universe).evaluate(starters_for(universe)[0].profile)


def decks(app: AppTest) -> list[dict]:
    charts = app.get("deck_gl_json_chart")
    for chart in charts:
        assert len(chart.proto.json.encode()) < maps.MOST_BYTES
    return [json.loads(chart.proto.json) for chart in charts]


def layers(app: AppTest) -> dict[str, list]:
    return {layer["id"]: layer["data"] for layer in decks(app)[0]["layers"]}


def least(app: AppTest) -> str:
    """How many are known to match: the low end of the number on the page."""
    return metrics(app)["Matches"].partition("–")[0]


def ranking(app: AppTest):
    return app.dataframe[0].value


def test_the_map_shows_every_region_and_the_market_of_all(open_page: Open, demo) -> None:
    app = open_page(MAP)
    assert not app.exception
    assert len(layers(app)[maps.AREA_LAYER]) == len(geography.regions())
    market = demo.market
    shown = metrics(app)
    assert shown["Matches"] == bounds(market.tam)
    assert shown["Potential"] == tam_value(market)
    assert shown["Tier A"] == number(market.tiers[0].accounts)
    assert shown["Not yet customers"] == number(market.white_space)
    low, high = (end / market.universe for end in (market.tam.low, market.tam.high))
    assert shown["Matching share"] == f"{100 * low:.1f}–{percent(high, digits=1)}"


def test_another_measure_and_level_rank_and_shade_by_it(open_page: Open, demo) -> None:
    app = open_page(MAP)
    app.segmented_control(key="map_measure").set_value("potential").run()
    app.segmented_control(key="map_level").set_value("municipality").run()
    assert not app.exception
    worth = (
        demo.rows(demo.best(len(demo.matches)))
        .group_by("municipality")
        .agg(pl.col("potential").sum())
    )
    expected = sorted(worth["potential"].to_list(), reverse=True)
    assert ranking(app)["potential"].head(len(expected)).to_list() == pytest.approx(expected)
    features = layers(app)[maps.AREA_LAYER]
    assert len(features) == 1054
    fills = {f["properties"]["code"]: tuple(f["properties"]["fill"]) for f in features}
    least, *_, most = worth.sort("potential")["municipality"]
    assert fills[most] != fills[least]
    assert "Potential by municipality" in texts(app)


def test_one_area_narrows_the_numbers_and_the_list(open_page: Open, demo) -> None:
    app = open_page(MAP)
    app.selectbox(key="map_area").set_value("NO-03").run()
    rows = demo.rows(demo.best(len(demo.matches))).filter(pl.col("region") == "NO-03")
    assert least(app) == number(rows.height)
    assert app.dataframe[1].value["name"].to_list() == rows["name"].to_list()
    assert layers(app)["selected"][0]["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert set(ranking(app)["accounts"]) > {rows.height}, "the ranking keeps all areas"

    app.segmented_control(key="map_level").set_value("municipality").run()
    assert not app.exception
    assert least(app) == number(len(demo.matches)), "a region is no municipality"


def test_countries_narrow_everything(open_page: Open, demo) -> None:
    app = open_page(MAP)
    app.pills(key="map_countries").set_value(["DK"]).run()
    rows = demo.rows(demo.best(len(demo.matches))).filter(pl.col("country") == "DK")
    assert least(app) == number(rows.height)
    assert {f["properties"]["code"][:2] for f in layers(app)[maps.AREA_LAYER]} == {"DK"}
    assert set(ranking(app)["within"]) == {"Denmark"}


def test_dots_can_be_fewer_and_switched_off(open_page: Open) -> None:
    app = open_page(MAP)
    app.segmented_control(key="map_limit").set_value(100).run()
    assert len(layers(app)[maps.POINT_LAYER]) <= 100
    assert "Dots: the best 100 of 405 matches" in texts(app)
    app.toggle(key="map_dots").set_value(False).run()
    assert maps.POINT_LAYER not in layers(app)
    assert "Dots" not in texts(app)


def test_no_background_map_is_asked_for_at_first(open_page: Open) -> None:
    app = open_page(MAP)
    assert app.toggle(key="map_background").value is False
    assert "mapProvider" not in decks(app)[0]


def test_the_potential_of_a_part_is_at_least_that_of_what_is_known_there(open_page: Open) -> None:
    shown = metrics(open_page(MAP, map_countries="Sweden"))
    assert "–" in shown["Matches"]
    assert shown["Potential"].startswith("at least €")


def test_what_was_chosen_survives_another_page(open_page: Open) -> None:
    app = open_page(MAP)
    app.segmented_control(key="map_measure").set_value("match_rate").run()
    app.switch_page("pages/8_Export.py").run()
    app.switch_page(MAP).run()
    assert app.segmented_control(key="map_measure").value == "match_rate"


def test_an_unknown_potential_is_not_shown_as_nothing(open_page: Open) -> None:
    app = open_page(MAP, dataset="listed", map_measure="Potential")
    assert metrics(app)["Potential"] == "–"
    assert metrics(app)["Not yet customers"] == "–"
    assert "The potential of 673 matches is unknown" in texts(app)


def test_iceland_has_no_map_but_its_accounts_are_listed(open_page: Open) -> None:
    everybody = Profile(name="Everybody")
    app = open_page(MAP, dataset="listed", p=links.pack(everybody), map_countries="Iceland")
    assert not app.exception
    assert not decks(app)
    assert "no boundaries" in app.info[0].value
    assert metrics(app)["Matches"] == number(len(app.dataframe[1].value)) != "0"


def test_accounts_without_any_place_get_advice_instead_of_a_map(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "placeless.parquet"
    pl.DataFrame({"name": ["A", "B"], "employees": [5, 6]}).write_parquet(file)
    monkeypatch.setenv("ICP_DATASETS", str(file))
    app = open_page(MAP, dataset=str(file), p=links.pack(Profile(name="Everybody")))
    assert not app.exception
    assert not decks(app)
    assert "postcode" in app.info[0].value
    assert metrics(app)["Matches"] == "2"


def test_no_match_leads_back_to_the_builder(open_page: Open) -> None:
    nothing = Criterion(column="country", role=Role.MUST_HAVE, fit=Choice.of("XX"))
    app = open_page(MAP, p=links.pack(Profile(name="Nothing", criteria=(nothing,))))
    assert "nothing to show on a map" in app.info[0].value
    assert not decks(app)


def test_an_area_leads_to_its_accounts_and_areas_without_matches_are_not_ranked(
    open_page: Open, demo
) -> None:
    app = open_page(MAP, map_level="Municipalities")
    assert (ranking(app)["accounts"] > 0).all()
    assert len(ranking(app)) == len(set(demo.matches.codes("municipality").tolist()))
    app.selectbox(key="map_area").set_value("SE-1280").run()
    (link,) = [one for one in app.get("page_link") if "All accounts of" in one.proto.label]
    assert "Skåne län" in link.proto.label.replace("\\", "")
    assert "accounts_regions=Sk" in link.proto.query_string


def test_shaded_by_owner_the_areas_are_the_reps_and_the_uncovered_are_hatched(
    open_page: Open,
) -> None:
    app = open_page(MAP)
    app.segmented_control(key="map_measure").set_value("owner").run()
    assert not app.exception
    drawn = layers(app)
    assert {"uncovered", "homes", "names"} <= drawn.keys()
    assert maps.POINT_LAYER not in drawn
    fills = {tuple(shape["properties"]["fill"]) for shape in drawn[maps.AREA_LAYER]}
    assert len(fills) > 8
    tips = [shape["properties"]["tip"] for shape in drawn[maps.AREA_LAYER]]
    assert sum("Covered by nobody" in tip for tip in tips) == 5
