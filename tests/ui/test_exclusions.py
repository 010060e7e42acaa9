"""Excluded accounts are in no number of any page, and every page says how many there are."""

from pathlib import Path

import duckdb
import pytest
from app_pages import PAGES, Open, errors, metrics, texts

from icp_core import sources
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.starters import starter
from icp_core.workspace import Status, Workspace
from ui.format import bounds, number

SAYS = "excluded accounts are not counted in the market"
PROFILE = starter("listed-by-domain").profile


@pytest.fixture(scope="module")
def listed() -> Scoreboard:
    return Scoreboard(sources.load("listed"))


@pytest.fixture
def excluded(listed: Scoreboard) -> list[str]:
    """The two best matches and one that fails, excluded, beside one of another list."""
    evaluation = listed.evaluate(PROFILE)
    best = evaluation.rows(evaluation.best(2))["account_id"].to_list()
    failing = listed.universe.frame["account_id"][int(evaluation.failing.rows[0])]
    ids = [*best, failing]
    workspace = Workspace.open()
    workspace.decide([*ids, "elsewhere"], status=Status.EXCLUDED, detail="Partner", author="Eva")
    return ids


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_how_many_are_excluded(
    page: str, open_page: Open, excluded: list[str]
) -> None:
    app = open_page(page, dataset="listed")
    assert not app.exception
    assert f"{len(excluded)} {SAYS}" in texts(app)


def test_numbers_leave_the_excluded_out_and_take_them_back(
    open_page: Open, listed: Scoreboard, excluded: list[str]
) -> None:
    before = listed.evaluate(PROFILE).market
    universe = listed.universe.without(dict.fromkeys(excluded, "x"))
    after = Scoreboard(universe).evaluate(PROFILE).market
    assert after.matching == before.matching - 2
    for page, label in (
        ("app.py", "Matching companies (TAM)"),
        ("pages/1_Builder.py", "Matches"),
    ):
        assert metrics(open_page(page, dataset="listed"))[label] == bounds(after.tam)
    sample = open_page("pages/6_Verification.py", dataset="listed")
    assert f"Matches, of {number(after.matching)}" in [one.label for one in sample.number_input]
    Workspace.open().decide(excluded, status=Status.OPEN, author="Eva")
    again = open_page("app.py", dataset="listed")
    assert metrics(again)["Matching companies (TAM)"] == bounds(before.tam)
    assert SAYS not in texts(again)


def test_the_link_lists_all_that_are_excluded_whether_they_match_or_not(
    open_page: Open, listed: Scoreboard, excluded: list[str]
) -> None:
    names = dict(listed.universe.frame.select("account_id", "name").rows())
    link = {"dataset": "listed", "accounts_state": "All", "accounts_decisions": "Excluded"}
    app = open_page("pages/5_Accounts.py", **link)
    assert app.dataframe[0].value["name"].to_list() == [names[key] for key in excluded]
    # What stands beside the filters is the market's.
    matching = listed.evaluate(PROFILE).market.matching - 2
    options = app.segmented_control(key="accounts_state").options
    assert options[0] == f"Matches {number(matching)}"
    assert app.button(key="show_excluded_sidebar").label == "Show excluded"
    links = open_page("app.py", dataset="listed").get("page_link")
    shown = [one.proto for one in links if one.proto.label == "Show excluded"]
    assert len(shown) == 2  # in the sidebar, and in the menu of a phone
    for one in shown:
        assert "accounts_decisions=Excluded" in one.query_string
        assert "accounts_state=All" in one.query_string


def test_an_excluded_account_opens_by_its_address_and_is_taken_back(
    open_page: Open, excluded: list[str]
) -> None:
    for key in (excluded[0], excluded[-1]):
        app = open_page("pages/5_Accounts.py", dataset="listed", account=key)
        assert not errors(app)
        assert "Points per criterion" in texts(app)
        assert app.segmented_control(key=f"decide_{key}_status").value == Status.EXCLUDED
        app.segmented_control(key=f"decide_{key}_status").set_value(Status.OPEN).run()
        app.button(key="decide_save").click().run()
        assert not errors(app)
        assert key not in Workspace.open().exclusions()


def test_who_was_drawn_and_excluded_since_keeps_a_name_on_the_sample(
    open_page: Open, listed: Scoreboard
) -> None:
    app = open_page("pages/6_Verification.py", dataset="listed")
    next(one for one in app.button if one.label == "Draw the sample").click().run()
    (draw,) = Workspace.open().draws(list_name="listed")
    first = Workspace.open().answers(draw.id)["account_id"][0]
    Workspace.open().decide([first], status=Status.EXCLUDED, detail="Partner", author="Eva")
    app = open_page("pages/6_Verification.py", dataset="listed")
    names = dict(listed.universe.frame.select("account_id", "name").rows())
    assert app.dataframe[0].value["name"].to_list()[0] == names[first]
    assert not errors(app)


def test_without_a_workspace_nobody_is_left_out(
    open_page: Open, own_workspace: Path, listed: Scoreboard
) -> None:
    own_workspace.mkdir()
    (own_workspace / "workspace.sqlite").write_bytes(b"not a database at all" * 99)
    app = open_page("app.py", dataset="listed")
    assert not app.exception
    assert SAYS not in texts(app)
    before = listed.evaluate(PROFILE).market
    assert metrics(app)["Matching companies (TAM)"] == bounds(before.tam)


@pytest.mark.parametrize("limit", ["0", "100000"])
def test_accounts_in_an_engine_leave_the_excluded_out_too(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    universe = sources.load("demo:2000")
    connection = duckdb.connect(tmp_path / "u.duckdb")
    connection.register("arrow", universe.frame.to_arrow())
    connection.table("arrow").create("accounts")
    connection.close()
    address = f"duckdb://{tmp_path}/u.duckdb?table=accounts"
    monkeypatch.setenv("ICP_DATASETS", address)
    monkeypatch.setenv("ICP_LIFT_ACCOUNTS", limit)
    profile = starter("nordic-software").profile
    evaluation = Scoreboard(universe).evaluate(profile)
    ids = evaluation.rows(evaluation.best(2))["account_id"].to_list()
    Workspace.open().decide(ids, status=Status.EXCLUDED, detail="Partner", author="Eva")
    after = Scoreboard(universe.without(dict.fromkeys(ids, "x"))).evaluate(profile).market
    view = {"dataset": address, "profile": "nordic-software"}
    app = open_page("app.py", **view)
    assert not errors(app)
    assert metrics(app)["Matching companies (TAM)"] == bounds(after.tam)
    assert f"2 {SAYS}" in texts(app)
    export = open_page("pages/8_Export.py", **view, export_format="CSV for people")
    assert "Excluded from the market\\: Partner" in list(export.table[0].value.iloc[:, 0])
    if limit != "0":
        accounts = open_page("pages/5_Accounts.py", **view, accounts_decisions="Excluded")
        assert accounts.dataframe[0].value.shape[0] == 2
        one = open_page("pages/5_Accounts.py", **view, account=ids[0])
        assert not errors(one)
        assert "Points per criterion" in texts(one)
