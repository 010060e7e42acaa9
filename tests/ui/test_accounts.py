"""The Accounts page: one page of rows at a time, decisions that stay, accounts added by hand."""

from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from app_pages import Open, errors, texts
from streamlit.testing.v1 import AppTest

from icp_core import sources
from icp_core.accounts.universe import Universe
from icp_core.analysis.listing import Wanted
from icp_core.evaluation.explain import explain
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.names import NAMES
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.importing import by_hand
from icp_core.profiles.model import Criterion, Flag, Profile, Range, Role
from icp_core.profiles.starters import starter
from icp_core.views import view_of
from icp_core.workspace import CustomerMark, Status, Workspace
from ui.accounts import deciding, lists
from ui.accounts.one import points_data
from ui.format import number

PAGE = "pages/5_Accounts.py"
HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script> [x](javascript:alert(1)) **AB**"


@pytest.fixture(scope="module")
def market() -> Evaluation:
    return Scoreboard(sources.load("demo")).evaluate(starter("nordic-software").profile)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def names(app: AppTest) -> list[str]:
    return app.dataframe[0].value["name"].to_list()


def best(market: Evaluation, start: int, stop: int) -> pl.DataFrame:
    return market.rows(market.best(len(market.matches))[start:stop])


def test_one_page_of_the_whole_list_is_sent_best_first(open_page: Open, market: Evaluation) -> None:
    app = open_page(PAGE)
    assert not errors(app)
    assert f"**{number(len(market.matches))} accounts**" in texts(app)
    assert len(app.dataframe[0].value) == lists.ROWS
    assert names(app) == best(market, 0, 50)["name"].to_list()
    next(iter(app.get("pagination"))).set_value(3).run()
    assert names(app) == best(market, 100, 150)["name"].to_list()
    assert f"101–150 of {number(len(market.matches))}" in texts(app)


def test_a_page_that_a_filter_left_behind_gives_way_to_the_first(
    open_page: Open, market: Evaluation
) -> None:
    app = open_page(PAGE)
    next(iter(app.get("pagination"))).set_value(3).run()
    app.pills(key="accounts_tiers").set_value(["B"]).run()
    expected = market.tiers[1].accounts
    assert f"1–{min(50, expected)} of {number(expected)}" in texts(app)
    assert {tier for (tier,) in app.dataframe[0].value["tier"]} == {"B"}


def test_search_finds_by_number_and_by_part_of_a_name(open_page: Open, market: Evaluation) -> None:
    wanted = best(market, 60, 61).row(0, named=True)
    app = open_page(PAGE)
    app.text_input(key="find").set_value(wanted["org_number"]).run()
    assert names(app) == [wanted["name"]]
    app.text_input(key="find").set_value("no such company").run()
    assert "No account passes these filters." in texts(app)
    press(app, "Take the filters away")
    assert len(app.dataframe[0].value) == lists.ROWS


def test_the_whole_list_is_sorted_not_the_page(open_page: Open, market: Evaluation) -> None:
    app = open_page(PAGE)
    app.selectbox(key="accounts_sort").set_value("employees").run()
    app.segmented_control(key="accounts_order").set_value("down").run()
    everyone = market.universe.frame["employees"][market.matches.rows].drop_nulls()
    shown = app.dataframe[0].value["employees"].to_list()
    assert shown == everyone.sort(descending=True).head(50).to_list()


def test_any_column_can_be_shown(open_page: Open) -> None:
    app = open_page(PAGE)
    app.multiselect(key="accounts_columns").set_value(["municipality", "technologies"]).run()
    assert list(app.dataframe[0].value.columns) == ["name", "municipality", "technologies"]


def test_possible_accounts_and_the_others_can_be_listed(
    open_page: Open, market: Evaluation
) -> None:
    app = open_page(PAGE)
    app.segmented_control(key="accounts_state").set_value("possible").run()
    assert f"**{number(len(market.possible))} accounts**" in texts(app)
    app.segmented_control(key="accounts_state").set_value("fail").run()
    assert f"**{number(len(market.failing))} accounts**" in texts(app)
    assert not errors(app)


def test_an_account_opened_by_its_address_tells_why_and_what_is_unknown(
    open_page: Open, market: Evaluation
) -> None:
    row = best(market, 55, 56)
    app = open_page(PAGE, account=row["account_id"][0])
    said = texts(app)
    assert not errors(app)
    assert "Points per criterion" in said
    assert "What is unknown" in said
    (why,) = explain(row, market.profile)
    shown = next(table.value for table in app.table if "Unknown" in table.value)
    assert len(shown) == len(why.unknown)
    facts = next(table.value for table in app.table if "Fact" in table.value)
    assert row["org_number"][0] in facts["Value"].str.replace("\\", "").to_list()
    assert "From Fictional demo, 2026-09-01." in said


def test_the_points_of_the_waterfall_add_up_to_the_score(market: Evaluation) -> None:
    columns = market.universe.columns
    for why in explain(best(market, 0, 40), market.profile):
        steps = points_data(why, columns, {})
        *parts, total = steps.iter_rows(named=True)
        assert sum(part["points"] for part in parts) == pytest.approx(why.score, abs=1e-3)
        assert parts[-1]["end"] == pytest.approx(total["end"], abs=1e-3)
        for before, after in pairwise(parts):
            assert after["start"] == before["end"]


def test_the_waterfall_of_a_score_held_at_zero_shows_what_holds_it() -> None:
    frame = pl.DataFrame(
        {"account_id": ["SE-1"], "name": ["A"], "employees": [10], "is_customer": [True]}
    )
    universe = Universe.of(frame, name="one", label="One")
    # 2 of 2 points of weight for the size, minus 6 for being a customer: 100 − 300, held at 0.
    profile = Profile(
        name="Test",
        criteria=(
            Criterion(column="employees", role=Role.NICE_TO_HAVE, fit=Range.between(5), weight=2),
            Criterion(column="is_customer", role=Role.DRAWBACK, fit=Flag(), weight=6),
        ),
    )
    found = Scoreboard(universe).evaluate(profile)
    (why,) = explain(found.rows(found.best(1)), profile)
    steps = points_data(why, universe.columns, {"employees": 10, "is_customer": None})
    assert steps["label"].to_list()[:2] == ["Employees: 10", "Customer"]
    assert steps["points"].to_list() == [100, -300, 200, 0]
    assert steps["label"].to_list()[2:] == ["Never below 0", "Score"]


def test_a_decision_is_kept_over_pages_profiles_and_datasets(
    open_page: Open, market: Evaluation
) -> None:
    key = best(market, 0, 1)["account_id"][0]
    app = open_page(PAGE, account=key)
    app.segmented_control(key=f"decide_{key}_status").set_value(Status.EXCLUDED).run()
    app.selectbox(key=f"decide_{key}_reason").set_value("Competitor").run()
    app.text_input(key=f"decide_{key}_note").set_value("Sells the same").run()
    app.button(key="decide_save").click().run()
    assert not errors(app)
    (decided,) = Workspace.open().decisions().iter_rows(named=True)
    assert (decided["account_id"], decided["status"]) == (key, "excluded")
    assert (decided["detail"], decided["note"]) == ("Competitor", "Sells the same")

    app.switch_page("app.py").run()
    name = best(market, 0, 1)["name"][0]
    assert name not in names(open_page(PAGE))
    again = open_page(PAGE, accounts_state="All", accounts_decisions="Excluded")
    assert again.dataframe[0].value["decision"].to_list() == ["Excluded"]
    assert names(again) == [name]
    elsewhere = open_page(PAGE, dataset="listed", account=key)
    assert "is not in Listed Nordic companies" in " ".join(errors(elsewhere))
    history = next(table.value for table in elsewhere.table if "Decision" in table.value)
    assert history["Decision"].to_list() == ["Excluded\\: Competitor"]


def test_accounts_can_be_marked_as_customers_where_the_list_knows_none(open_page: Open) -> None:
    everybody = Scoreboard(sources.load("listed")).evaluate(starter("listed-by-domain").profile)
    first, second = everybody.rows(everybody.best(2))["account_id"]
    app = open_page(PAGE, dataset="listed", account=first)
    app.segmented_control(key=f"decide_{first}_customer").set_value(CustomerMark.YES).run()
    app.button(key="decide_save").click().run()
    assert not errors(app)
    app = open_page(PAGE, dataset="listed", accounts_customers="Customers")
    assert "**1 account**" in texts(app)
    app.session_state["accounts_customers"] = "unknown"
    app.run()
    app.button(key="accounts_decide").click().run()
    app.segmented_control(key="many_customer").set_value(CustomerMark.NO).run()
    app.button(key="many_save").click().run()
    marks = Workspace.open().customer_marks()
    assert marks[first] is True
    assert marks[second] is False
    assert "**0 accounts**" in texts(app)


def test_an_exclusion_without_a_reason_is_refused_and_saves_nothing(
    open_page: Open, market: Evaluation
) -> None:
    key = best(market, 0, 1)["account_id"][0]
    app = open_page(PAGE, account=key)
    app.segmented_control(key=f"decide_{key}_status").set_value(Status.EXCLUDED).run()
    app.button(key="decide_save").click().run()
    assert "needs its reason" in " ".join(errors(app))
    assert Workspace.open().decisions().is_empty()


def test_a_decision_on_all_of_the_list_asks_first_and_is_one_change(
    open_page: Open, market: Evaluation
) -> None:
    app = open_page(PAGE)
    app.segmented_control(key="accounts_state").set_value("fail").run()
    app.button(key="accounts_decide").click().run()
    count = len(market.failing)
    app.segmented_control(key="many_status").set_value(Status.VERIFIED).run()
    assert app.button(key="many_save").disabled
    app.checkbox(key="many_sure").check().run()
    assert app.button(key="many_save").label == f"Save for {number(count)} accounts"
    app.button(key="many_save").click().run()
    assert not errors(app)
    workspace = Workspace.open()
    decisions = workspace.decisions()
    assert decisions.height == count
    assert set(decisions["status"]) == {"verified"}
    assert set(decisions["account_id"]).isdisjoint(best(market, 0, 50)["account_id"])
    assert workspace.revision().startswith("1-")

    app.pills(key="accounts_decisions").set_value([Status.OPEN]).run()
    assert "**0 accounts**" in texts(app)
    app.segmented_control(key="accounts_state").set_value("match").run()
    assert f"**{number(len(market.matches))} accounts**" in texts(app)


def test_ticked_accounts_are_decided_on_and_no_others(open_page: Open, market: Evaluation) -> None:
    ids = best(market, 48, 52)["account_id"].to_list()
    app = open_page(PAGE)
    app.session_state["accounts_ticked_demo"] = tuple(ids)
    app.run()
    press(app, "Edit 4 accounts")
    app.selectbox(key="many_owner").set_value("Lars Demodal").run()
    app.button(key="many_save").click().run()
    decisions = Workspace.open().decisions()
    assert decisions["account_id"].to_list() == sorted(ids)
    assert set(decisions["owner"]) == {"Lars Demodal"}
    assert set(decisions["status"]) == {"open"}
    # It is the owner in the table too, by which it is filtered, and taken back by one press.
    assert "Owner, as decided" not in " ".join(
        map(str, app.multiselect(key="accounts_columns").options)
    )
    mine = open_page(PAGE, accounts_owners="Lars Demodal", accounts_columns="Owner")
    assert set(mine.dataframe[0].value["owner"]) == {"Lars Demodal"}
    nobody = open_page(PAGE, accounts_owners="Nobody", accounts_columns="Owner")
    assert nobody.dataframe[0].value["owner"].isna().all()
    # Whoever comes by a link sees that a filter is at work.
    assert "Filters · 1" in [box.proto.popover.label for box in nobody.get("popover")]
    assert not set(mine.dataframe[0].value["name"]) & set(nobody.dataframe[0].value["name"])
    one = open_page(PAGE, account=ids[0])
    assert one.selectbox(key=f"decide_{ids[0]}_owner").value == "Lars Demodal"
    one.selectbox(key=f"decide_{ids[0]}_owner").set_value("(as listed)").run()
    one.button(key="decide_save").click().run()
    assert ids[0] not in Workspace.open().owners()


def test_a_territory_is_set_on_one_account_and_on_many_and_found_again(
    open_page: Open, market: Evaluation
) -> None:
    # Where the fewest lie, as they are to be told from the four.
    there = market.universe.frame["territory"].drop_nulls().value_counts().sort("count")[0, 0]
    ids = best(market, 48, 52)["account_id"].to_list()
    app = open_page(PAGE)
    app.session_state["accounts_ticked_demo"] = tuple(ids)
    app.run()
    press(app, "Edit 4 accounts")
    app.selectbox(key="many_territory").set_value(there).run()
    app.button(key="many_save").click().run()
    assert Workspace.open().territories() == dict.fromkeys(ids, there)
    # Filtered by, searched for, and among the columns of the table.
    mine = open_page(PAGE, accounts_territories=there, accounts_columns="Territory")
    names = mine.dataframe[0].value["name"].to_list()
    assert set(mine.dataframe[0].value["territory"]) == {there}
    called = market.universe.frame.filter(pl.col("account_id").is_in(ids))["name"]
    assert set(called) <= set(names)
    assert "Filters · 1" in [box.proto.popover.label for box in mine.get("popover")]
    found = open_page(PAGE, find=there.lower(), accounts_columns="Territory")
    assert found.dataframe[0].value["name"].to_list() == names
    one = open_page(PAGE, account=ids[0])
    field = f"decide_{ids[0]}_territory"
    assert one.selectbox(key=field).value == there
    assert any(there in table.value.to_string() for table in one.table)
    one.selectbox(key=field).set_value("NO Oslo").run()
    one.button(key="decide_save").click().run()
    assert Workspace.open().territories()[ids[0]] == "NO Oslo"
    assert one.selectbox(key=field).value == "NO Oslo"
    one.selectbox(key=field).set_value("(as listed)").run()
    one.button(key="decide_save").click().run()
    assert ids[0] not in Workspace.open().territories()
    # What the list says stands again, and nothing else was touched.
    listed = market.universe.frame.filter(pl.col("account_id") == ids[0])["territory"].item()
    assert one.button(key="decide_save").disabled
    assert open_page(PAGE, account=ids[0]).selectbox(key=field).value == listed
    assert Workspace.open().owners() == {}


def test_ticked_accounts_are_picked_by_hand_to_learn_from_and_put_away_again(
    open_page: Open, market: Evaluation
) -> None:
    first, more = (best(market, *at)["account_id"].to_list() for at in ((0, 3), (48, 52)))
    app = open_page(PAGE)
    for ids in (first, more):
        # Those of an earlier page or visit stay picked.
        app.switch_page(PAGE).run()
        app.session_state["accounts_ticked_demo"] = tuple(ids)
        app.run()
        press(app, "Learn from these")
        assert not app.exception
    app.switch_page("pages/10_Learn.py").run()
    assert "Hand-picked: 7 accounts." in texts(app)
    assert app.pills(key="learn_group").options == ["Best 7"]
    app.button(key="learn_put_away").click().run()
    assert not app.exception
    assert "Hand-picked" not in texts(app)
    assert "Hand-picked" not in app.segmented_control(key="learn_from").options


def test_a_decision_on_too_many_is_refused(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "MOST", 100)
    app = open_page(PAGE)
    app.button(key="accounts_decide").click().run()
    app.segmented_control(key="many_status").set_value(Status.VERIFIED).run()
    assert "Narrow the list" in " ".join(errors(app))
    assert app.button(key="many_save").disabled


def add(app: AppTest, **typed: object) -> AppTest:
    app.button(key="accounts_add").click().run()
    for field, value in typed.items():
        kinds = {"add_everywhere": app.radio, "add_employees": app.number_input}
        kinds.get(f"add_{field}", app.text_input)(key=f"add_{field}").set_value(value)
    return press(app, "Add the account")


def test_an_account_added_by_hand_joins_these_accounts_only(open_page: Open) -> None:
    before = len(sources.load("norway"))
    app = open_page(PAGE, dataset="norway")
    add(app, name="Exempel AB", org_number="556036-0793", employees=45)
    assert not errors(app)
    assert app.query_params["account"] == "SE-5560360793"
    assert "added by hand" in texts(app)
    app = open_page(PAGE, dataset="norway", find="5560360793", accounts_state="Others")
    assert f"{number(before + 1)} accounts." in texts(app)
    assert "is not in" in " ".join(
        errors(open_page(PAGE, dataset="listed", account="SE-5560360793"))
    )


def test_an_account_added_everywhere_is_in_every_dataset_and_can_be_removed(
    open_page: Open,
) -> None:
    app = open_page(PAGE, dataset="norway")
    add(app, name="Exempel AB", website="exempel.se", everywhere=True)
    app = open_page(PAGE, dataset="listed", account="domain:exempel.se")
    assert not errors(app)
    press(app, "Remove this account")
    gone = open_page(PAGE, dataset="listed", account="domain:exempel.se")
    assert "is not in" in " ".join(errors(gone))


def test_an_account_that_is_there_already_is_not_added_twice(
    open_page: Open, market: Evaluation
) -> None:
    frame = market.universe.frame.filter(country="SE")
    number_of_one = frame["org_number"].drop_nulls()[0]
    app = open_page(PAGE)
    add(app, name="Another name", org_number=number_of_one)
    said = " ".join(errors(app))
    assert "is among these accounts already" in said or "is not a national number" in said
    assert Workspace.open().added_accounts("demo").is_empty()


def test_a_hostile_name_is_shown_letter_by_letter_and_runs_nowhere(open_page: Open) -> None:
    account = by_hand.account(
        name=HOSTILE, country="NO", website="exempel.no", as_of=date(2026, 9, 1)
    )
    Workspace.open().add_account(account, author="Kari")
    app = open_page(PAGE, dataset="norway", find="exempel.no")
    for shown in ("possible", "fail"):
        app.segmented_control(key="accounts_state").set_value(shown).run()
        if app.dataframe and HOSTILE in names(app):
            break
    else:
        pytest.fail("the account is on no list")
    one = open_page(PAGE, dataset="norway", account=account["account_id"])
    assert not any("<script>" in element.value for element in (*one.markdown, *one.caption))
    assert not any("](javascript" in element.value for element in (*one.markdown, *one.caption))
    assert one.get("dialog") or one.markdown


def test_the_file_of_a_list_holds_all_of_it_with_decisions_and_no_formula(
    open_page: Open,
) -> None:
    del open_page
    frame = pl.DataFrame(
        {"account_id": ["SE-1", "SE-2", "SE-3"], "name": [HOSTILE, "Two", "Three"]}
    )
    found = Scoreboard(Universe.of(frame, name="x", label="X")).evaluate(Profile(name="All"))
    Workspace.open().decide(["SE-2"], author="Kari", status=Status.VERIFIED, owner="Per")
    asked = lists.Asked(Wanted(), (), ("name",), "name", True)
    content = lists.file(view_of(found), asked, format="csv").to_bytes().decode("utf-8-sig")
    table = pl.read_csv(content.encode(), infer_schema=False)
    assert table["Name"].to_list() == ["Two", "Three", "'" + HOSTILE]
    assert not [heading for heading in table.columns if heading.startswith(("Fit", "Passes"))]
    assert table["Decision"].to_list() == ["verified", None, None]
    assert lists.file_name(view_of(found), format="csv").startswith("accounts-all-")


def test_an_unreachable_workspace_is_one_clear_message(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    app = open_page(PAGE, dataset="listed")
    assert not app.exception
    assert "cannot be reached" in " ".join(errors(app))


def test_columns_of_other_accounts_are_left_out(open_page: Open) -> None:
    app = open_page(PAGE, dataset="listed")
    assert not errors(app)
    assert "employees" not in app.dataframe[0].value.columns
    assert NAMES.score in app.dataframe[0].value.columns
