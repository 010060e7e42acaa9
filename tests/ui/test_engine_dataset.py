"""A dataset that stays in its engine: lifted into memory, too large for that, and failing."""

import re
import shutil
import time

import duckdb
import polars as pl
import pytest
import streamlit as st
from app_pages import PAGES, errors, metrics, opened, printed, texts
from streamlit.testing.v1 import AppTest

from icp_core.accounts.universe import Universe
from icp_core.analysis.account import nearest_customers
from icp_core.errors import SourceError
from icp_core.evaluation.engines import EngineAccounts, connect
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.importing import customer_lists
from icp_core.learning import learn, rank_customers
from icp_core.profiles.model import Role
from icp_core.profiles.starters import starter
from icp_core.reference.numbers import unbroken
from icp_core.sources import load
from icp_core.workspace import Workspace
from ui import data, links
from ui.format import bounds, number

PROFILE = "nordic-software"
IN_MEMORY = "demo:4000"
NEED_ACCOUNTS = (
    "pages/10_Learn.py",
    "pages/11_Coverage.py",
    "pages/12_Territories.py",
    "pages/3_Map.py",
    "pages/4_Tiers.py",
    "pages/6_Verification.py",
)
# 164 accounts match or may match; 116 of them if they had to recruit abroad, 131 with the next best.
LIMIT = "120"
RECRUITS_ABROAD = 6


@pytest.fixture(scope="module")
def demo() -> Universe:
    return load(IN_MEMORY)


@pytest.fixture
def address(demo, tmp_path, monkeypatch) -> str:
    """A DuckDB file with the demo in it, named by the administrator beside the demo itself."""
    path = tmp_path / "u.duckdb"
    connection = duckdb.connect(path)
    connection.register("arrow", demo.frame.to_arrow())
    connection.table("arrow").create("accounts")
    connection.close()
    found = f"duckdb://{path}?table=accounts"
    monkeypatch.setenv("ICP_DATASETS", f"{found},{IN_MEMORY}")
    return found


@pytest.fixture
def reference(demo) -> Evaluation:
    return Scoreboard(demo).evaluate(starter(PROFILE).profile)


def shown(app: AppTest) -> dict[str, object]:
    """All that the main part of a page tells: numbers, tables, charts, maps and running text."""
    assert not app.exception
    assert not errors(app)
    main = app.main
    # What is said of the list itself stands in the sidebar, and in the menu of a phone.
    of_list = {one.value for one in app.sidebar.caption}
    return {
        "metrics": [(one.label, one.value, one.delta) for one in main.metric],
        "frames": [pl.from_pandas(one.value).to_dicts() for one in main.dataframe],
        "tables": [printed(app, place).to_dict("list") for place in range(len(main.table))],
        "figures": [one.proto.spec for one in main.get("plotly_chart")],
        "decks": [one.proto.json for one in main.get("deck_gl_json_chart")],
        # A file's name has a mark of its own in every session.
        "text": [
            re.sub(r"_[0-9a-f]{8}(?=\\?\.)", "", one.value)
            for one in (*main.markdown, *main.caption, *main.info)
            if one.value not in of_list
        ],
        "buttons": [one.label for one in main.button],
    }


def press(app: AppTest, label: str) -> AppTest:
    return next(one for one in app.main.button if one.label == label).click().run()


def waited(app: AppTest) -> AppTest:
    """The Learn page once its work is done."""
    deadline = time.monotonic() + 120
    while any(button.key == "learn_cancel" for button in app.button):
        assert time.monotonic() < deadline, "the work did not end"
        time.sleep(0.25)
        app.run()
    return app


# Lifted into memory ------------------------------------------------------------------------------


def test_the_start_page_shows_the_engines_numbers(address, reference):
    app = opened(dataset=address, profile=PROFILE)
    assert not app.exception
    assert not errors(app)
    numbers = metrics(app)
    assert numbers["Matching companies (TAM)"] == bounds(reference.market.tam)
    assert numbers["Not yet customers"] == number(reference.market.white_space)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_works(address, path):
    app = waited(opened(path, dataset=address, profile=PROFILE, export_format="CSV for people"))
    assert not app.exception
    assert not errors(app)
    assert "in memory" not in texts(app) + " ".join(message.value for message in app.info)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("app.py", {}),
        ("pages/1_Builder.py", {}),
        ("pages/1_Builder.py", {"builder_list": "What must-haves cost"}),
        ("pages/1_Builder.py", {"builder_list": "To verify"}),
        ("pages/2_Market.py", {}),
        ("pages/2_Market.py", {"market_by": "Industry"}),
        ("pages/2_Market.py", {"market_section": "Customers"}),
        ("pages/2_Market.py", {"market_section": "What each choice costs"}),
        ("pages/2_Market.py", {"market_section": "Concentration"}),
        ("pages/2_Market.py", {"market_section": "Cut-offs"}),
        ("pages/2_Market.py", {"market_section": "Robustness"}),
        ("pages/3_Map.py", {}),
        ("pages/3_Map.py", {"map_level": "Municipalities"}),
        ("pages/4_Tiers.py", {}),
        ("pages/8_Export.py", {"export_format": "CSV for people"}),
    ],
)
def test_a_page_shows_the_same_as_for_the_accounts_in_memory(address, path, parameters):
    in_memory = shown(opened(path, dataset=IN_MEMORY, profile=PROFILE, **parameters))
    lifted = shown(opened(path, dataset=address, profile=PROFILE, **parameters))
    for what, expected in in_memory.items():
        assert lifted[what] == expected, what


def test_an_area_that_none_of_the_lifted_accounts_lies_in_can_be_chosen(address, demo, reference):
    matched = {*reference.rows(reference.best(len(reference.matches)))["municipality"]}
    possible = {*reference.possible_rows(reference.best_possible(1_000))["municipality"]}
    empty = sorted({*demo.frame["municipality"].drop_nulls()} - matched - possible)[0]
    app = opened(
        "pages/3_Map.py",
        dataset=address,
        profile=PROFILE,
        map_level="Municipalities",
    )
    app.selectbox(key="map_area").set_value(empty).run()
    assert not app.exception
    assert metrics(app)["Matches"] == "0"
    assert metrics(app)["Matching share"] == "0\xa0%"


def test_accounts_are_searched_filtered_sorted_and_opened_as_in_memory(address, reference):
    listed = [
        opened("pages/5_Accounts.py", dataset=name, profile=PROFILE)
        for name in (address, IN_MEMORY)
    ]

    def agree() -> None:
        lifted, in_memory = (shown(app) for app in listed)
        assert lifted["frames"] == in_memory["frames"]
        assert lifted["tables"] == in_memory["tables"]

    agree()
    best = reference.page(limit=3)
    assert listed[0].dataframe[0].value["name"].to_list()[:3] == best["name"].to_list()
    for app in listed:
        app.text_input(key="find").set_value(best["org_number"][2]).run()
    agree()
    assert listed[0].dataframe[0].value["name"].to_list() == [best["name"][2]]
    for app in listed:
        app.text_input(key="find").set_value("").run()
        app.pills(key="accounts_tiers").set_value(["B"]).run()
        app.multiselect(key="accounts_regions").set_value(["SE-01"]).run()
        app.selectbox(key="accounts_sort").set_value("employees").run()
    agree()
    for app in listed:
        app.multiselect(key="accounts_regions").set_value([]).run()
        app.pills(key="accounts_tiers").set_value([]).run()
        app.segmented_control(key="accounts_state").set_value("possible").run()
    agree()
    assert f"**{len(reference.possible)} accounts**" in texts(listed[0])


def test_an_account_is_told_as_in_memory_and_its_nearest_customers_are_of_the_lifted(
    address, reference
):
    key = reference.page(limit=5)["account_id"][4]
    lifted, in_memory = (
        shown(opened("pages/5_Accounts.py", dataset=name, profile=PROFILE, account=key))
        for name in (address, IN_MEMORY)
    )
    assert lifted["tables"] == in_memory["tables"]
    assert lifted["figures"] == in_memory["figures"]
    ids = reference.universe.frame["account_id"]
    left = {*ids.gather([*reference.matches.rows, *reference.possible.rows])}
    nearest = nearest_customers(reference, key, count=1_000)
    assert next(one.name for one in nearest if one.account_id in left) in str(lifted)


def test_owners_that_were_given_hold_for_lifted_accounts_and_the_page_says_so(address, reference):
    best = reference.page(limit=40).filter(pl.col("owner").is_null())["account_id"].to_list()
    before = opened("pages/11_Coverage.py", dataset=address, profile=PROFILE)
    assert "Owners given here hold for those that are brought from it" in texts(before)
    failing = reference.universe.frame["account_id"][int(reference.failing.rows[0])]
    change = Workspace.open().assign(dict.fromkeys([*best, failing], "Saga Demosjö"), author="Kari")
    after = opened("pages/11_Coverage.py", dataset=address, profile=PROFILE)
    table, given = (
        next(one.value for one in app.dataframe if "load" in one.value).set_index("name")
        for app in (before, after)
    )
    tiers = ["tier_0", "tier_1", "tier_2", "others"]
    saga = given.loc["Saga Demosjö", tiers].sum() - table.loc["Saga Demosjö", tiers].sum()
    # The one that does not match is nowhere among them.
    assert saga == len(best) > 5
    Workspace.open().take_back(change, author="Kari")
    again = opened("pages/11_Coverage.py", dataset=address, profile=PROFILE)
    assert metrics(again) == metrics(before)


def test_what_was_not_lifted_is_not_offered(address, reference):
    app = opened("pages/5_Accounts.py", dataset=address, profile=PROFILE)
    assert app.segmented_control(key="accounts_state").options == [
        f"Matches {len(reference.matches)}",
        f"Missing data {len(reference.possible)}",
    ]
    assert "accounts_add" not in {button.key for button in app.button}
    failing = reference.universe.frame["account_id"][int(reference.failing.rows[0])]
    app = opened(
        "pages/5_Accounts.py",
        dataset=address,
        profile=PROFILE,
        account=failing,
        accounts_state="Others",
    )
    assert not app.exception
    assert app.segmented_control(key="accounts_state").value == "match"
    assert "not among those" in texts(app) + " ".join(errors(app))


def test_a_sample_is_drawn_from_the_matches_and_the_possible_and_answered(address, reference):
    app = opened("pages/6_Verification.py", dataset=address, profile=PROFILE)
    app.number_input(key="verification_of_match").set_value(5).run()
    app.number_input(key="verification_of_possible").set_value(3).run()
    press(app, "Draw the sample")
    (saved,) = Workspace.open().draws(list_name=address)
    assert (saved.match_size, saved.possible_size) == (
        len(reference.matches),
        len(reference.possible),
    )
    answers = Workspace.open().answers(saved.id)
    ids = reference.universe.frame["account_id"]
    drawn = {name: set(part["account_id"]) for (name,), part in answers.group_by("stratum")}
    assert drawn["match"] <= {*ids.gather(reference.matches.rows)}
    assert drawn["possible"] <= {*ids.gather(reference.possible.rows)}
    press(app, "Fits")
    assert not app.exception
    assert not errors(app)
    assert "1 of 5 answered" in {metric.delta for metric in app.metric}


def test_two_profiles_are_compared_as_in_memory(address):
    chosen = {
        "versions_part": "Compare",
        "versions_before": "starter:nordic-software",
        "versions_after": "starter:manufacturers-erp",
    }
    lifted, in_memory = (
        opened("pages/7_Versions.py", dataset=name, profile=PROFILE, versions_part="Compare")
        for name in (address, IN_MEMORY)
    )
    for app in (lifted, in_memory):
        for side in ("versions_before", "versions_after"):
            app.selectbox(key=side).select(chosen[side]).run()
    found, expected = shown(lifted), shown(in_memory)
    assert found["tables"] == expected["tables"]
    assert found["frames"] == expected["frames"]
    assert found["text"] == expected["text"]


@pytest.mark.parametrize("limit", ["", "1000"])
def test_learning_takes_all_accounts_where_they_are_few_enough_else_those_that_may_match(
    address, demo, reference, monkeypatch, limit
):
    monkeypatch.setenv("ICP_LIFT_ACCOUNTS", limit)
    left = sorted([*reference.matches.rows, *reference.possible.rows])
    among = Universe.of(demo.frame[left], name="left", label="Left") if limit else demo
    marked = customer_lists.flagged(among)
    expected = rank_customers(marked, among)
    app = waited(opened("pages/10_Learn.py", dataset=address, profile=PROFILE))
    assert not errors(app)
    assert app.segmented_control(key="learn_from").value == "marked"
    assert (f"Learned from the {len(among)} accounts" in texts(app)) == bool(limit)
    options = dict(option.split(" ", 1) for option in app.pills(key="learn_group").options)
    assert options["Best"] == number(len(expected.rows("best")))
    result = learn(among, marked, hand=reference.profile)
    app = waited(app.segmented_control(key="learn_part").set_value("shared").run())
    assert not app.exception
    said = texts(app)
    for one in result.suggested:
        assert unbroken(one.sentence(result.compared)) in said


# Too many to be lifted ---------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["0", "10", LIMIT])
@pytest.mark.parametrize("path", PAGES)
def test_above_the_limit_a_page_works_in_the_engine_or_says_how_many_are_left(
    address, reference, monkeypatch, path, limit
):
    monkeypatch.setenv("ICP_LIFT_ACCOUNTS", limit)
    app = opened(path, dataset=address, profile=PROFILE, export_format="CSV for people")
    assert not app.exception
    assert not errors(app)
    says = [message.value for message in app.info if "accounts in memory" in message.value]
    needs = path in (*NEED_ACCOUNTS, "pages/2_Market.py")
    assert len(says) == needs
    if says:
        left = len(reference.matches) + len(reference.possible)
        assert str(left) in says[0]
        assert ("Export page" if limit == "0" else f"up to {limit} are") in says[0]
    applied = [button for button in app.main.button if button.label == "Apply"]
    assert bool(applied) == (needs and limit != "0")


@pytest.mark.parametrize("path", NEED_ACCOUNTS)
def test_requiring_what_the_page_names_brings_the_accounts_under_the_limit(
    address, demo, reference, monkeypatch, path
):
    monkeypatch.setenv("ICP_LIFT_ACCOUNTS", LIMIT)
    required = reference.profile.changing(RECRUITS_ABROAD, role=Role.MUST_HAVE)
    expected = Scoreboard(demo).evaluate(required)
    left = len(expected.matches) + len(expected.possible)
    assert left <= int(LIMIT) < len(reference.matches) + len(reference.possible)
    app = opened(path, dataset=address, profile=PROFILE)
    assert f"{left} left, few enough" in texts(app)
    assert texts(app).count("few enough") == 1
    waited(app.button(key=f"narrow_{RECRUITS_ABROAD}").click().run())
    assert not app.exception
    assert not app.info
    assert app.session_state["view"].profile == required
    if path == "pages/3_Map.py":
        assert metrics(app)["Matches"].partition("–")[0] == number(len(expected.matches))


@pytest.fixture
def kept_in_engine(address, monkeypatch) -> str:
    monkeypatch.setenv("ICP_LIFT_ACCOUNTS", "0")
    return address


@pytest.mark.parametrize("path", ["app.py", "pages/1_Builder.py", "pages/8_Export.py"])
def test_a_page_shows_from_the_engine_what_it_shows_from_memory(kept_in_engine, path):
    lifted, in_memory = (
        shown(opened(path, dataset=name, profile=PROFILE, export_format="CSV for people"))
        for name in (kept_in_engine, IN_MEMORY)
    )
    assert lifted["metrics"] == in_memory["metrics"]
    assert lifted["frames"] == in_memory["frames"]
    assert lifted["tables"] == in_memory["tables"]


def test_the_markets_totals_come_from_the_engine(kept_in_engine, reference):
    app = opened("pages/2_Market.py", dataset=kept_in_engine, profile=PROFILE)
    assert metrics(app)["Matching companies (TAM)"] == bounds(reference.market.tam)
    table = app.dataframe[0].value
    assert table["accounts"].sum() == len(reference.matches)
    assert any("robustness need the accounts" in message.value for message in app.info)


def test_the_accounts_page_goes_through_the_engines_ranking(kept_in_engine, reference):
    app = opened("pages/5_Accounts.py", dataset=kept_in_engine, profile=PROFILE)
    names = app.dataframe[0].value["name"].to_list()
    assert names == reference.page(limit=50)["name"].to_list()
    app.number_input(key="engine_page").set_value(2).run()
    names = app.dataframe[0].value["name"].to_list()
    assert names == reference.page(offset=50, limit=50)["name"].to_list() != []


def test_profiles_are_not_compared_where_nothing_is_lifted(kept_in_engine):
    app = opened(
        "pages/7_Versions.py", dataset=kept_in_engine, profile=PROFILE, versions_part="Compare"
    )
    assert not app.exception
    assert "stay in their engine" in errors(app)[0]


def test_two_profiles_that_leave_too_many_are_not_compared(address, monkeypatch):
    # Each alone would be lifted.
    monkeypatch.setenv("ICP_LIFT_ACCOUNTS", "200")
    app = opened("pages/7_Versions.py", dataset=address, profile=PROFILE, versions_part="Compare")
    app.selectbox(key="versions_before").select("starter:nordic-software").run()
    app.selectbox(key="versions_after").select("starter:manufacturers-erp").run()
    assert not app.exception
    assert "too many to be compared" in errors(app)[0]


@pytest.mark.parametrize("limit", ["0", ""])
def test_a_changed_profile_changes_the_builders_numbers(address, demo, monkeypatch, limit):
    monkeypatch.setenv("ICP_LIFT_ACCOUNTS", limit)
    app = opened("pages/1_Builder.py", dataset=address, profile=PROFILE)
    before = metrics(app)
    profile = starter(PROFILE).profile
    app = opened(
        "pages/1_Builder.py",
        dataset=address,
        p=links.pack(profile.replace(criteria=profile.scored)),
    )
    assert metrics(app)["Matches"] == number(len(demo))
    assert metrics(app)["Matches"] != before["Matches"]


@pytest.mark.parametrize("limit", ["0", ""])
def test_the_export_page_makes_the_file_of_the_engines_matches(
    address, reference, monkeypatch, limit
):
    monkeypatch.setenv("ICP_LIFT_ACCOUNTS", limit)
    app = opened(
        "pages/8_Export.py", dataset=address, profile=PROFILE, export_format="CSV for people"
    )
    ranked = reference.market.in_a_tier
    assert f"The file, {number(ranked)} compan" in texts(app)


# What goes wrong ---------------------------------------------------------------------------------


def test_an_engine_that_is_gone_leaves_the_sidebar_working(address):
    app = opened(dataset=address, profile=PROFILE)
    assert app.metric
    path = address.removeprefix("duckdb://").removesuffix("?table=accounts")
    shutil.move(path, path + ".away")
    st.cache_resource.clear()
    broken = opened(dataset=address, profile=PROFILE)
    assert "There is nothing at" in errors(broken)[0]
    broken.selectbox(key="shown_dataset").select("listed").run()
    assert not errors(broken)
    assert broken.metric


def test_a_question_over_the_limit_leaves_the_last_answer_and_can_be_asked_again(
    address, demo, monkeypatch
):
    app = opened(dataset=address, profile=PROFILE)
    shown = metrics(app)
    asked = EngineAccounts.evaluate

    def too_slow(scoreboard, profile):
        raise SourceError("The question to the engine took longer than 1 s and was stopped.")

    monkeypatch.setattr(EngineAccounts, "evaluate", too_slow)
    app.selectbox(key="shown_profile").select("manufacturers-erp").run()
    assert not app.exception
    assert "took longer than 1 s" in errors(app)[0]
    assert "last answer" in errors(app)[0]
    assert metrics(app) == shown
    monkeypatch.setattr(EngineAccounts, "evaluate", asked)
    app.run()
    assert "took longer" in errors(app)[0]
    next(button for button in app.main.button if button.label == "Try again").click().run()
    assert not errors(app)
    expected = Scoreboard(demo).evaluate(starter("manufacturers-erp").profile)
    assert metrics(app)["Matching companies (TAM)"] == bounds(expected.market.tam)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("ICP_QUERY_SECONDS", "soon"), ("ICP_LIFT_ACCOUNTS", "many"), ("ICP_LIFT_ACCOUNTS", "-1")],
)
def test_a_wrong_limit_is_one_message(address, monkeypatch, setting, value):
    monkeypatch.setenv(setting, value)
    app = opened(dataset=address, profile=PROFILE)
    assert not app.exception
    assert f"{setting} is '{value}'" in errors(app)[0]


def test_a_password_never_reaches_the_page(monkeypatch):
    monkeypatch.setenv("ICP_DATASETS", "ibis+postgres://me:secret@127.0.0.1:9/db?table=accounts")
    name = "ibis+postgres://127.0.0.1:9/db?table=accounts"
    assert name in data.all_lists()
    pytest.importorskip("ibis", reason="needs requirements-scale.txt")
    app = opened(dataset=name)
    assert not app.exception
    assert errors(app)
    assert "secret" not in str(errors(app)) + str(app.query_params) + texts(app)


def test_the_sample_comes_from_all_over_the_table(tmp_path):
    frame = pl.DataFrame(
        {
            "account_id": [f"X-{i:06}" for i in range(300_000)],
            "name": ["n"] * 300_000,
            "part": [i // 100_000 for i in range(300_000)],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    sample = EngineAccounts(connect(f"parquet://{tmp_path}")).sample(20_000)
    assert sample.height == 3_000
    counts = sample["part"].value_counts(sort=True)["count"].to_list()
    assert len(counts) == 3
    assert max(counts) == min(counts)
