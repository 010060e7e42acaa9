"""The Coverage page, driven as a sales leader does, its numbers held against the core's."""

import json
import zipfile
from datetime import date
from io import BytesIO

import polars as pl
import pytest
from app_pages import Open, errors, metrics, texts
from pydeck import ViewState
from streamlit.testing.v1 import AppTest

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep, Team
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, Criterion, Profile, Role
from icp_core.profiles.starters import starters_for
from icp_core.sources import load
from icp_core.territories.coverage import Coverage, TierCovered
from icp_core.territories.gaps import Gap
from icp_core.views import view_of
from icp_core.workspace import Workspace
from ui import links, maps, owner_map
from ui.coverage import cards, files, gaps, reps, team
from ui.format import number

PAGE = "pages/11_Coverage.py"
ID = "Account id"
TAKE_BACK = "coverage_take_back"
HOSTILE = '=HYPERLINK("http://x")'


@pytest.fixture(scope="module")
def demo():
    universe = load("demo")
    return view_of(Scoreboard(universe).evaluate(starters_for(universe)[0].profile))


def layers(app: AppTest) -> dict[str, list]:
    (chart,) = app.get("deck_gl_json_chart")
    return {layer["id"]: layer["data"] for layer in json.loads(chart.proto.json)["layers"]}


def nobodys(app: AppTest) -> str:
    return metrics(app)["A nobody owns"]


def test_the_page_tells_what_the_core_counts(open_page: Open, demo) -> None:
    app = open_page(PAGE)
    assert not app.exception
    assert not errors(app)
    found = demo.coverage(TeamPlan())
    shown = metrics(app)
    assert nobodys(app) == number(found.best.nobody)
    assert shown["Over capacity"] == "2 of 8 reps"
    assert shown["A untouched 90 d"] == number(found.best.untouched)
    assert shown["Owners outside"] == "1"
    table = next(one.value for one in app.dataframe if "load" in one.value)
    assert table["name"].to_list() == files.reps_table(found)["name"].to_list()
    assert {"uncovered", "homes", "names"} <= layers(app).keys()
    listed = next(one.value for one in app.dataframe if "nearest" in one.value)
    expected = demo.gap(TeamPlan(), Gap.NOBODY, tiers=("A",)).rows
    assert listed["name"].to_list() == expected["name"].to_list()


def test_another_list_and_other_tiers_show_other_accounts(open_page: Open, demo) -> None:
    app = open_page(PAGE)
    app.pills(key=gaps.TIERS).set_value(["B", "C"]).run()
    total = demo.gap(TeamPlan(), Gap.NOBODY, tiers=("B", "C")).total
    assert f"**{number(total)} accounts**" in texts(app)
    app.segmented_control(key=gaps.GAP).set_value(Gap.UNTOUCHED).run()
    total = demo.gap(TeamPlan(), Gap.UNTOUCHED, tiers=("B", "C")).total
    assert f"**{number(total)} accounts**" in texts(app)
    assert not app.exception


def test_accounts_are_given_to_a_rep_and_taken_back(open_page: Open, demo) -> None:
    app = open_page(PAGE)
    before = nobodys(app)
    app.selectbox(key="coverage_to").set_value("Saga Demosjö").run()
    app.button(key="coverage_give").click().run()
    assert not app.exception
    assert nobodys(app) == "0"
    given = Workspace.open().owners()
    assert set(given.values()) == {"Saga Demosjö"}
    assert len(given) == int(before)
    # The same everywhere: the list of accounts finds them by their owner.
    app.switch_page("pages/5_Accounts.py").run()
    app.text_input(key="find").set_value("saga demosjö").run()
    mine = demo.gap(TeamPlan(), Gap.NOBODY, tiers=("A",)).total + sum(
        one.total for one in demo.coverage(TeamPlan()).reps if one.rep.name == "Saga Demosjö"
    )
    assert f"**{mine} accounts**" in texts(app)
    app.switch_page(PAGE).run()
    app.button(key="coverage_take_back").click().run()
    assert nobodys(app) == before
    assert Workspace.open().owners() == {}


def test_what_was_given_is_taken_back_in_another_session(open_page: Open, demo) -> None:
    listed = demo.gap(TeamPlan(), Gap.NOBODY).rows["account_id"].to_list()[:3]
    workspace = Workspace.open()
    workspace.assign({"no such account": "Kim"}, author="Eva")
    app = open_page(PAGE)
    assert TAKE_BACK not in [one.key for one in app.button], "nothing of this list"
    workspace.assign(dict.fromkeys(listed, "Saga Demosjö"), author="Eva")
    app, other = open_page(PAGE), open_page(PAGE)
    said = texts(app)
    assert "Eva · 3 accounts" in said and "changed since" not in said
    workspace.decide(listed[:1], author="Ola", owner="Kim Dahl")
    app.run()
    assert "Eva · 3 accounts · 1 changed since" in texts(app)
    app.button(key=TAKE_BACK).click().run()
    assert not app.exception
    (said,) = app.toast
    assert said.value.replace("\\", "") == (
        "2 accounts stand as before. 1 was changed by somebody since and stays as it is."
    )
    assert workspace.owners() == {listed[0]: "Kim Dahl", "no such account": "Kim"}
    assert TAKE_BACK not in [one.key for one in app.button]
    # A page that still shows the button changes nothing.
    other.button(key=TAKE_BACK).click().run()
    assert not other.exception
    assert errors(other) == ["Nothing is left of it to be taken back."]
    assert workspace.owners() == {listed[0]: "Kim Dahl", "no such account": "Kim"}


def test_the_nearest_gets_only_what_is_within_reach(open_page: Open, demo) -> None:
    app = open_page(PAGE)
    app.button(key="coverage_give").click().run()
    rows = demo.gap(TeamPlan(), Gap.NOBODY, tiers=("A",), limit=1_000).rows
    reached = rows.filter(pl.col("nearest_reaches"))
    assert Workspace.open().owners() == dict(reached.select("account_id", "nearest").iter_rows())
    assert nobodys(app) == str(rows.height - reached.height)


def test_a_chosen_rep_shows_its_numbers_and_files(open_page: Open, demo) -> None:
    app = open_page(PAGE)
    app.session_state[reps.CHOSEN] = "Lars Demodal"
    app.run()
    said = "**Lars Demodal** · Bergen · 233 of 220 hours (106 %), 199 on the way"
    assert said in texts(app).replace("\u00a0", " ")
    labels = [button.label for button in app.get("download_button")]
    assert labels.count("CSV") == 1
    lars = next(one for one in demo.coverage(TeamPlan()).reps if one.rep.name == "Lars Demodal")
    content = files.content(demo, lars.owners, "csv")
    table = pl.read_csv(content, infer_schema=False)
    assert table.height == lars.total
    assert set(table["Owner"]) == {"Lars Demodal"}


@pytest.mark.parametrize(
    "reps",
    [
        None,
        [],
        ["Alma Demoberg", "nobody", "Owner not in the team"],
        ["Lars Demodal", "lars  demodal!"],
        ["SAGA DEMOSJÖ"],
    ],
)
def test_each_match_is_in_one_file_of_the_archive(demo, reps) -> None:
    plan = TeamPlan() if reps is None else TeamPlan(team=Team(reps=[Rep(name=n) for n in reps]))
    found = demo.coverage(plan)
    lists = {one.rep.name: one.owners for one in found.reps}
    with zipfile.ZipFile(BytesIO(files.packed(demo, lists, "csv"))) as packed:
        names = packed.namelist()
        tables = [pl.read_csv(packed.read(name), infer_schema=False) for name in names]
    assert all(name.startswith("FICTIONAL-accounts-") for name in names)
    whole = pl.read_csv(files.content(demo, (), "csv"), infer_schema=False)
    ids = [one for table in tables for one in table[ID]]
    assert len(ids) == demo.totals.matching
    assert sorted(ids) == sorted(whole[ID])
    expected = [one.total for one in found.reps]
    expected += [demo.gap(plan, gap).total for gap in (Gap.NOBODY, Gap.OUTSIDE)]
    assert [one.height for one in tables] == [count for count in expected if count]


def test_a_team_of_ones_own_takes_the_place_of_the_invented_one(open_page: Open) -> None:
    mine = Team(reps=(Rep(name="Alma Demoberg", hours=10), Rep(name=HOSTILE, home="SE-0180")))
    Workspace.open().save_team(TeamPlan(team=mine), author="Eva")
    app = open_page(PAGE)
    assert not app.exception
    assert metrics(app)["Over capacity"] == "1 of 2 reps"
    assert metrics(app)["Owners outside"] == "8"
    assert "No home: Alma Demoberg" in texts(app)
    # Names never begin what a browser could read as code.
    assert all(row["name"].startswith(" ") for row in layers(app)["names"])
    # Hours and people of the plan are the team's on the other pages too.
    app.switch_page("pages/2_Market.py").run()
    assert app.number_input(key="shown_plan_people").value == 2
    assert app.number_input(key="shown_plan_people").disabled


def test_the_team_opens_with_its_rows_and_the_owners_that_it_lacks(open_page: Open) -> None:
    app = open_page(PAGE)
    app.button(key="coverage_team").click().run()
    assert not app.exception
    app.button(key="team_save").click().run()
    saved = Workspace.open().team().team
    assert len(saved) == 8
    assert saved.named("Lars Demodal").home == "NO-4601"
    Workspace.open().save_team(TeamPlan(team=Team(reps=(Rep(name="Anna"),))), author="Eva")
    app = open_page(PAGE)
    app.button(key="coverage_team").click().run()
    (earlier,) = (one for one in app.selectbox if one.label == "Earlier teams")
    assert [option.rpartition(": ")[2] for option in earlier.options] == ["1 rep", "8 reps"]


def test_rows_of_the_editor_make_a_team_and_back() -> None:
    mine = Team(
        reps=(
            Rep(
                name="Anna",
                email="a@example.com",
                home="SE-0180",
                countries=("SE", "NO"),
                max_km=90,
            ),
            Rep(name="Nils", hours=0),
        )
    )
    assert team.team_from(team.rows_of(mine.reps).to_dicts()) == mine
    assert team.team_from([{"name": None, "hours": 1_000.0}]) == Team()
    norway = team.team_from([{"name": "A", "countries": "Norge, sweden"}])
    assert norway.reps[0].countries == ("NO", "SE")


def test_a_list_without_owners_says_what_to_do(open_page: Open) -> None:
    app = open_page(PAGE, dataset="norway")
    assert not app.exception
    assert "Nobody is in the team yet" in texts(app)
    assert "No account of this list has an owner" in texts(app)
    assert "Name the team" in [button.label for button in app.button]


def test_no_matches_are_said_in_a_sentence(open_page: Open) -> None:
    nobody = Profile(
        name="None",
        criteria=(Criterion(column="country", role=Role.MUST_HAVE, fit=Choice.of("XX")),),
    )
    app = open_page(PAGE, dataset="demo", p=links.pack(nobody))
    assert not app.exception
    assert "nothing to cover" in app.info[0].value
    assert not any("nothing to cover" in one.value for one in app.caption), "once is enough"


def test_a_shape_is_hatched_inside_and_nowhere_else() -> None:
    def square(west, south, size):
        return [
            [west, south],
            [west + size, south],
            [west + size, south + size],
            [west, south + size],
            [west, south],
        ]

    hole = square(4, 4, 2)
    shape = {"geometry": {"type": "Polygon", "coordinates": [square(0, 0, 10), hole]}}
    lines = owner_map.hatch_lines([shape])
    assert len(lines) > 20
    for line in lines:
        assert ((line >= -1e-9) & (line <= 10 + 1e-9)).all()
        x, y = line.mean(axis=0)
        assert not (4 < x < 6 and 4 < y < 6)
    assert owner_map.hatch_lines([]) == []
    # A small one beside a large one has some lines of its own.
    small = {"geometry": {"type": "Polygon", "coordinates": [square(20, 3.01, 0.1)]}}
    inside = [line for line in owner_map.hatch_lines([shape, small]) if line[0][0] > 19]
    assert len(inside) >= 3


def test_potential_that_nobody_knows_is_no_zero_on_the_cards() -> None:
    nothing = Bounds(0.0, 0.0)
    tier = TierCovered("A", 5, 2, 0, 3, nothing, nothing, nothing, None)
    found = Coverage(
        Team(), date(2026, 1, 1), 90, ("A",), (tier,), (), (), 5, True, False, 0
    )  # fmt: skip
    drawn = cards.figures(found, "EUR")
    assert not any("€0" in str(part) for card in drawn for part in vars(card).values())
    assert sum("potential unknown" in str(vars(card)) for card in drawn) == 2


def test_names_on_the_map_lie_on_nothing_and_inside_a_narrow_map():
    view = ViewState(longitude=15.0, latitude=62.0, zoom=3.0)
    homes = ["NO-4601", "NO-4601", "NO-0301", "SE-0180", "FI-091", "SE-1280", "DK-0101", "DK-0751"]
    people = [Rep(name=f"Somebody Longname {at}", home=home) for at, home in enumerate(homes)]
    found = owner_map.names_of([*people, Rep(name="No home")], view, height=520)
    assert len(found) == len(people)
    boxes = []
    for one in found:
        x, y = maps.pixels(view, *one["position"])
        assert abs(x) < maps.PHONE / 2
        half = 5.8 * len(one["name"]) / 2
        boxes.append((x + one["offset"][0], y + one["offset"][1], half))
        assert abs(boxes[-1][0]) + half <= maps.PHONE / 2
        assert abs(boxes[-1][1]) < 260
    for at, (x, y, half) in enumerate(boxes):
        for other_x, other_y, other in boxes[:at]:
            assert abs(y - other_y) >= 12 or abs(x - other_x) >= half + other
    crowd = owner_map.names_of(
        [Rep(name=f"Rep {at}", home="SE-0180") for at in range(50)], view, height=520
    )
    assert 4 <= len(crowd) < 10
