"""A dataset that stays in its engine: the pages that work on it, those that say why not, failures."""

import shutil

import duckdb
import polars as pl
import pytest
import streamlit as st
from app_pages import PAGES, errors, metrics, opened, texts

from icp_core.errors import SourceError
from icp_core.evaluation.engines import EngineAccounts, connect
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.starters import starter
from icp_core.sources import load
from ui import data, state
from ui.format import bounds, number

PROFILE = "nordic-software"
WORKING = (
    "app.py",
    "pages/1_Builder.py",
    "pages/2_Market.py",
    "pages/5_Accounts.py",
    "pages/7_Versions.py",
    "pages/8_Export.py",
)


@pytest.fixture(scope="module")
def demo():
    return load("demo:4000")


@pytest.fixture
def address(demo, tmp_path, monkeypatch):
    """A DuckDB file with the demo in it, named by the administrator."""
    path = tmp_path / "u.duckdb"
    connection = duckdb.connect(path)
    connection.register("arrow", demo.frame.to_arrow())
    connection.table("arrow").create("accounts")
    connection.close()
    found = f"duckdb://{path}?table=accounts"
    monkeypatch.setenv("ICP_DATASETS", found)
    return found


@pytest.fixture
def reference(demo):
    return Scoreboard(demo).evaluate(starter(PROFILE).profile)


def test_the_start_page_shows_the_engines_numbers(address, reference):
    app = opened(dataset=address, profile=PROFILE)
    assert not app.exception
    assert not errors(app)
    shown = metrics(app)
    assert shown["Matching companies (TAM)"] == bounds(reference.market.tam)
    assert shown["White space"] == number(reference.market.white_space)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_works_or_says_what_to_do(address, path):
    app = opened(path, dataset=address, profile=PROFILE, export_format="CSV for people")
    assert not app.exception
    assert not errors(app)
    says = [message.value for message in app.info if "every account in memory" in message.value]
    if path in WORKING:
        assert not says
    elif path != "pages/9_Import.py":
        assert len(says) == 1
        assert "Export page" in says[0]


def test_the_accounts_page_goes_through_the_engines_ranking(address, reference):
    count = len(reference.matches)
    assert count > 10
    app = opened("pages/5_Accounts.py", dataset=address, profile=PROFILE)
    names = app.dataframe[0].value["name"].to_list()
    expected = reference.page(limit=50)
    assert names == expected["name"].to_list()


def test_a_changed_profile_changes_the_builders_numbers(address, demo):
    app = opened("pages/1_Builder.py", dataset=address, profile=PROFILE)
    before = metrics(app)
    profile = starter(PROFILE).profile
    app = opened(
        "pages/1_Builder.py",
        dataset=address,
        p=state.pack(profile.replace(criteria=profile.scored)),
    )
    assert metrics(app)["Matches"] == number(len(demo))
    assert metrics(app)["Matches"] != before["Matches"]


def test_the_export_page_makes_the_file_of_the_engines_matches(address, reference):
    app = opened(
        "pages/8_Export.py", dataset=address, profile=PROFILE, export_format="CSV for people"
    )
    ranked = sum(tier.accounts for tier in reference.tiers[:-1])
    assert f"The file, {number(ranked)} compan" in texts(app)


def test_an_engine_that_is_gone_leaves_the_sidebar_working(address):
    app = opened(dataset=address, profile=PROFILE)
    assert app.metric
    path = address.removeprefix("duckdb://").removesuffix("?table=accounts")
    shutil.move(path, path + ".away")
    st.cache_resource.clear()
    broken = opened(dataset=address, profile=PROFILE)
    assert "There is nothing at" in errors(broken)[0]
    broken.sidebar.selectbox[0].select("listed").run()
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
    app.sidebar.selectbox[1].select("manufacturers-erp").run()
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


def test_a_wrong_limit_is_one_message(address, monkeypatch):
    monkeypatch.setenv("ICP_QUERY_SECONDS", "soon")
    app = opened(dataset=address, profile=PROFILE)
    assert not app.exception
    assert "ICP_QUERY_SECONDS is 'soon'" in errors(app)[0]


def test_a_password_never_reaches_the_page(monkeypatch):
    monkeypatch.setenv("ICP_DATASETS", "ibis+postgres://me:secret@127.0.0.1:9/db?table=accounts")
    name = "ibis+postgres://127.0.0.1:9/db?table=accounts"
    assert name in data.datasets()
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
