"""Saved plans on Territories: saved, overtaken, side by side, opened, adopted late, put away."""

import time
from dataclasses import replace

import polars as pl
import pytest
from app_pages import Open, texts
from streamlit.testing.v1 import AppTest

from icp_core.workspace import Status, Workspace
from ui.format import number
from ui.territories.beside import Side, compared, other_accounts, reps_compared
from ui.territories.session import TerritorySession

PAGE = "pages/12_Territories.py"


@pytest.fixture
def page(open_page: Open) -> AppTest:
    return waited(open_page(PAGE, dataset="demo:4000"))


def waited(app: AppTest) -> AppTest:
    """The page once the search for plans has ended."""
    session: TerritorySession = app.session_state["own_territories"]
    end = time.monotonic() + 120
    while (not session.plans or session.work is not None) and time.monotonic() < end:
        time.sleep(0.2)
        app.run()
    assert not app.exception
    return app


def save(app: AppTest, name: str = "", why: str = "", author: str = "Eva") -> None:
    app.button(key="territories_save").click().run()
    if name:
        app.text_input(key="territories_save_name").set_value(name).run()
    app.text_input(key="territories_save_why").set_value(why).run()
    app.text_input(key="territories_save_author").set_value(author).run()
    app.button(key="territories_save_now").click().run()
    assert not app.exception


def test_a_plan_is_saved_changed_and_laid_beside_the_first(page: AppTest) -> None:
    assert "Nothing is saved yet" in texts(page)
    save(page, "Spring 2027", "for the kick-off")
    (first,) = Workspace.open().plans()
    assert (first.name, first.number, first.why) == ("Spring 2027", 1, "for the kick-off")
    page.select_slider(key="territories_weight").set_value(0).run()
    waited(page)
    save(page, why="travels less")
    second, first = Workspace.open().plans()
    assert (second.number, second.based_on, second.author) == (2, 1, "Eva")
    assert second.kept.disruption == 0.0
    assert page.selectbox(key="territories_saved").value == second.id, "what was saved is chosen"
    page.selectbox(key="territories_beside").set_value(str(first.id)).run()
    table = page.table[-1].value
    assert "Hours on the way" in str(table)
    assert "v2" in str(table.columns.tolist()) and "v1" in str(table.columns.tolist())
    assert "their costs by the model do not compare" in texts(page), "the weights differ"


def test_who_is_overtaken_is_told_and_saves_as_the_next_version(page: AppTest) -> None:
    save(page, "Spring")
    workspace = Workspace.open()
    (first,) = workspace.plans()
    workspace.save_plan(
        first.kept,
        workspace.planned_accounts(first),
        name="Spring",
        author="Kim",
        why="hers",
        based_on=1,
    )
    page.button(key="territories_save").click().run()
    page.button(key="territories_save_now").click().run()
    assert any("Kim saved version 2" in one.value.replace("\\", "") for one in page.warning)
    assert len(workspace.plans()) == 2
    page.button(key="territories_save_next").click().run()
    assert [(one.number, one.author) for one in workspace.plans()][:2] == [(3, "Eva"), (2, "Kim")]


def test_a_name_that_is_taken_is_no_quiet_second_version(page: AppTest) -> None:
    save(page, "Spring")
    page.session_state["own_saved_plans"].based = None
    page.button(key="territories_save").click().run()
    page.text_input(key="territories_save_name").set_value("Spring").run()
    page.button(key="territories_save_now").click().run()
    assert any("There is a plan Spring already" in one.value for one in page.warning)
    assert len(Workspace.open().plans()) == 1


def test_a_saved_plan_is_opened_without_a_search(page: AppTest) -> None:
    save(page, "Spring")
    wanted = dict(
        Workspace.open()
        .planned_accounts(Workspace.open().plans()[0])
        .select("account_id", "after")
        .rows()
    )
    page.session_state["own_territories"].plans.clear()
    page.button(key="territories_open").click().run()
    assert not page.exception
    assert page.session_state["own_territories"].work is None, "looking never solves again"
    assert "Saved by Eva" in texts(page)
    found = page.session_state["own_saved_plans"].plan
    assert dict(found.table().select("account_id", "after").rows()) == wanted
    page.button(key="territories_back").click().run()
    waited(page)
    assert "above the best possible plan" in texts(page)


def test_a_plan_is_adopted_late_without_touching_what_changed_since(
    page: AppTest, open_page: Open
) -> None:
    save(page, "Spring")
    workspace = Workspace.open()
    (saved,) = workspace.plans()
    rows = workspace.planned_accounts(saved)
    moves = rows.filter(
        pl.col("after").is_not_null() & (pl.col("after") != pl.col("owner").fill_null(""))
    )
    theirs, gone, *rest = moves["account_id"].to_list()
    workspace.decide([theirs], author="Kim", owner="Kim Dahl")
    workspace.decide([gone], author="Kim", status=Status.EXCLUDED, detail="a competitor")
    page.button(key="territories_adopt_chosen").click().run()
    said = texts(page)
    assert "1 account was given to somebody else since it was saved: it stays there." in said
    assert "1 account is not in the list any more: nothing happens to it." in said
    page.button(key="territories_adopt_now").click().run()
    assert not page.exception
    owners = workspace.owners()
    assert owners[theirs] == "Kim Dahl" and gone not in owners
    assert {owners.get(one) for one in rest} <= set(rows["after"])
    (record,) = workspace.adoptions()
    assert record.accounts == len(owners) - 1
    # Whoever opens the page later finds the way back.
    later = waited(open_page(PAGE, dataset="demo:4000"))
    assert f"{number(record.accounts)} accounts" in texts(later)
    later.button(key="territories_take_back").click().run()
    assert not later.exception
    assert "territories_take_back" not in [one.key for one in later.button]
    assert workspace.owners() == {theirs: "Kim Dahl"}
    assert workspace.adoptions()[0].taken_back_at is not None


def test_a_plan_is_put_away_and_taken_out_again(page: AppTest) -> None:
    save(page, "Spring")
    page.button(key="territories_archive").click().run()
    assert "Nothing is saved yet" in texts(page)
    page.toggle(key="territories_archived").set_value(True).run()
    page.button(key="territories_archive").click().run()
    assert [one.archived for one in Workspace.open().plans()] == [False]


def side(label: str, hours: list[float], gap: float | None = 0.004, **figures: float) -> Side:
    reps = pl.DataFrame(
        {
            "name": ["Anna", "Bo"][: len(hours)],
            "hours": hours,
            "accounts": [3.0] * len(hours),
            "potential_low": [1_000.0] * len(hours),
            "potential_high": [2_000.0] * len(hours),
        }
    )
    return Side(label, {"gap": gap, "km": sum(hours), **figures}, reps, "EUR")


def test_two_plans_are_compared_in_words_and_by_rep() -> None:
    nearer = compared(side("A", [1.0], gap=0.0031), side("B", [1.0], gap=0.0059))
    assert (
        dict(nearer.select("figure", "change").rows())["Above the best, at most"] == "−0.28\u00a0%"
    )
    one, other = side("A", [10.0, 20.0], moved=4), side("B", [25.0], gap=None, moved=6)
    found = {row[0]: row[1:] for row in compared(one, other).iter_rows()}
    assert found["Km"] == ("30", "25", "+5")
    assert found["Accounts that change rep"] == ("4", "6", "−2")
    assert found["Above the best, at most"][1:] == ("–", "–")
    assert (
        found["Potential of the reps"][0].startswith("€2")
        and "4" in found["Potential of the reps"][0]
    )
    reps = reps_compared(one, other).select("name", "hours_one", "hours_other", "change")
    assert reps.rows() == [("Anna", 10.0, 25.0, -15.0), ("Bo", 20.0, None, None)]


def test_plans_of_different_accounts_are_said_to_be_no_match_for_each_other() -> None:
    one, other = side("Spring · v1", [1.0]), side("The plan above", [1.0])
    assert other_accounts(one, other) == "", "of whom nothing is known, nothing is said"
    one, same = (replace(one, of=("IT firms", "demo", "Nordic demo")) for _ in range(2))
    assert other_accounts(one, same) == ""
    for of in (("IT firms", "own", "My list"), ("Banks", "demo", "Nordic demo")):
        said = other_accounts(one, replace(other, of=of))
        assert "do not compare" in said
        assert "Spring · v1: matches of IT firms, in Nordic demo." in said
        assert f"The plan above: matches of {of[0]}, in {of[2]}." in said
