"""The Territories page: a proved plan, moves that are accepted or refused, adopting and taking back."""

import re
import time
from functools import partial

import polars as pl
import pytest
from app_pages import Open, texts
from streamlit.testing.v1 import AppTest

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep, Team
from icp_core.territories.frontier import frontier
from icp_core.territories.plan import today
from icp_core.territories.sensitivity import if_off, price_of_balance
from icp_core.workspace import Workspace
from ui import charts_explore
from ui.territories import session
from ui.territories.session import TerritorySession


def planned(app: AppTest) -> TerritorySession:
    """The page's session, once the search for plans has ended."""
    session = app.session_state["own_territories"]
    end = time.monotonic() + 120
    while (not session.plans or session.work is not None) and time.monotonic() < end:
        time.sleep(0.2)
        app.run()
    assert not app.exception
    return session


@pytest.fixture
def page(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    # How good a plan gets in which time is told by the benchmark.
    monkeypatch.setattr(session, "SECONDS", 1.0)
    monkeypatch.setattr(session, "frontier", partial(frontier, seconds=1.5))
    return open_page("pages/12_Territories.py", dataset="demo:4000")


def test_a_plan_is_proved_and_travel_is_traded_for_relations(page: AppTest) -> None:
    session = planned(page)
    assert "above the best possible plan" in texts(page)
    plans = [session.plans[place] for place in sorted(session.plans)]
    assert len(plans) == 9
    assert all(plan.bound <= plan.value + 1e-6 for plan in plans)
    assert len(plans[-1].handed_over) <= len(plans[0].handed_over)
    before = {one.label: one.value for one in page.metric}
    page.select_slider(key="territories_weight").set_value(8).run()
    planned(page)
    assert {one.label: one.value for one in page.metric} != before or not len(plans[0].handed_over)


def test_a_move_that_is_refused_stays_with_its_rep_in_every_plan(page: AppTest) -> None:
    page.selectbox(key="territories_policy").set_value("account").run()
    page.select_slider(key="territories_weight").set_value(0).run()
    session = planned(page)
    moves = session.plans[0].moves().filter(pl.col("before").is_not_null())
    first = moves.row(0, named=True)
    page.session_state["territories_ticked"] = (first["account_id"],)
    page.run()
    page.button(key="territories_refuse").click().run()
    session = planned(page)
    assert session.locks.accounts == {first["account_id"]: first["before"]}
    said = "what is decided is ticked no more, or the next decision would turn it over"
    assert not page.session_state["territories_ticked"], said
    for plan in session.plans.values():
        assert first["account_id"] not in plan.moves()["account_id"].to_list()
    page.button(key="territories_unlock").click().run()
    assert not planned(page).locks.accounts


def test_a_plan_is_adopted_and_taken_back(page: AppTest) -> None:
    session = planned(page)
    moves = session.plans[4].moves().filter(pl.col("after").is_not_null())
    wanted = dict(moves.select("account_id", "after").iter_rows())
    # Another tab gives one to the planned rep and one to somebody else, while this one looks.
    there, elsewhere = list(wanted)[:2]
    reps = session.plans[4].planning.team.names
    had = dict(moves.select("account_id", "before").iter_rows())[elsewhere]
    other = next(name for name in reps if name not in (had, wanted[elsewhere]))
    Workspace.open().assign({there: wanted[there], elsewhere: other}, author="Another")
    page.button(key="territories_adopt").click().run()
    owners = dict(Workspace.open().decisions().select("account_id", "owner").iter_rows())
    assert owners == wanted | {elsewhere: other}, "who owns what no rep reaches keeps it"
    (said,) = [one.value for one in page.toast]
    assert "1 was given to somebody else meanwhile and stays there" in said
    wanted = {key: rep for key, rep in wanted.items() if key not in (there, elsewhere)}
    session = planned(page)
    assert not set(wanted) & set(session.plans[8].moves()["account_id"])
    page.button(key="territories_take_back").click().run()
    left = dict(Workspace.open().decisions().select("account_id", "owner").iter_rows())
    assert not any(left.get(key) for key in wanted)


def test_the_map_and_the_pieces_are_those_of_the_plan_and_of_today(page: AppTest) -> None:
    session = planned(page)
    plan = session.plans[4]

    def legend() -> dict[str, int]:
        found = plan.owners_by_area("region") if shown == "plan" else now
        return dict(found.group_by("owner").len().drop_nulls().iter_rows())

    now = today(plan.planning).owners_by_area("region")
    for shown in ("plan", "today"):
        page.segmented_control(key="territories_map").set_value(shown).run()
        said = texts(page)
        assert not page.exception
        for name, count in legend().items():
            assert f"{name} :gray[({count})]" in said
        assert "in several pieces" in said or "in one piece" in said
    table = next(one.value for one in page.dataframe if "pieces" in one.value)
    assert table["pieces"].to_list() == plan.reps()["pieces"].to_list()
    assert table["pieces_before"].to_list() == today(plan.planning).reps()["pieces"].to_list()
    page.session_state["territories_area"] = "SE-01"
    page.run()
    assert re.search(r"\*\*Stockholms län.*\*\* · today .* of \d+; planned ", texts(page))


def test_a_team_of_nobody_is_asked_for(open_page: Open) -> None:
    app = open_page("pages/12_Territories.py", dataset="listed")
    assert not app.exception
    assert "rep" in texts(app)
    assert not any(one.key == "territories_adopt" for one in app.button)


def test_one_rep_has_everything(open_page: Open, own_workspace) -> None:
    Workspace.open().save_team(
        TeamPlan(team=Team(reps=(Rep(name="Anna Berg", home="SE-0180", hours=900),))), author="x"
    )
    app = open_page("pages/12_Territories.py", dataset="demo:4000")
    session = planned(app)
    assert set(session.plans[0].table()["after"].drop_nulls()) == {"Anna Berg"}


def test_what_balance_costs_and_what_is_off_are_said_in_a_sentence_and_a_table(
    page: AppTest,
) -> None:
    plan = planned(page).plans[4]
    found = price_of_balance(plan)
    said = texts(page).replace("\u00a0", "").replace("\u202f", "")
    assert f"Even shares cost {found.hours:.0f} h on the way" in said
    page.segmented_control(key="territories_what_if").set_value("off").run()
    assert not page.exception
    off = {(one.assumption, one.change): one for one in if_off(plan, "A")}
    (table,) = (one.value for one in page.table if "Over their hours" in one.value)
    assert len(table) == 10
    over = [", ".join(off["hours", change].over) or "none" for change in (-0.2, 0.0, 0.2)]
    assert table["Over their hours"].to_list()[:3] == over


def test_what_is_decided_is_kept_once() -> None:
    session = TerritorySession()
    session.lock(["a", "b"], ["Anna", None])
    assert dict(session.locks.accounts) == {"a": "Anna"}
    session.unlock()
    assert not session.locks.accounts


@pytest.mark.parametrize(
    ("travel", "changed", "whole"),
    [([10.2, 11.4, 10.9], [0.0, 1.0, 3.0], (1, 1)),
     ([900.0, 4_400.0, 5_300.0], [0, 2, 54], (None, None)),
     ([0.0, 0.0, 0.0], [0, 0, 0], (1, 1))],
)  # fmt: skip
def test_marks_of_the_trade_off_are_whole_and_read_as_numbers_elsewhere(travel, changed, whole):
    points = pl.DataFrame(
        {"name": list("abc"), "travel": travel, "changed": changed,
         "what": ["plan", "chosen", "today"]}, strict=False
    )  # fmt: skip
    layout = charts_explore.trade_off_chart(points, changed="Accounts", dark=False).layout
    assert (layout.yaxis.dtick, layout.xaxis.dtick) == whole
    assert layout.yaxis.tickformat == layout.xaxis.tickformat == ","
    if whole[0]:
        least, most = layout.yaxis.range
        assert least <= min(travel) < max(travel) + 1e-9 < most
