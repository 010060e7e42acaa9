"""The learn page, driven as a user does, its numbers held against the library."""

import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from app_pages import Open, errors, printed, texts
from streamlit.testing.v1 import AppTest

from icp_core.importing import customer_lists
from icp_core.importing.customers import KEPT
from icp_core.importing.library import Library
from icp_core.importing.load import run_import
from icp_core.learning import Outcomes, demo_deals, disagreement, learn, rank_customers
from icp_core.learning.proof import CANDIDATES
from icp_core.profiles.starters import starters_for
from icp_core.reference.numbers import unbroken
from icp_core.sources import load
from icp_core.workspace import Status, Workspace, default_url
from ui import charts_explore
from ui.format import number
from ui.learning import proof, segments, shared, suggested

LEARN = "pages/10_Learn.py"
ONE_PAGE = "pages/21_One_page.py"
SMALL = "demo:3000"


@pytest.fixture(scope="module")
def universe():
    return load(SMALL)


@pytest.fixture(scope="module")
def outcomes(universe):
    return demo_deals(universe.frame)


@pytest.fixture(scope="module")
def result(universe, outcomes):
    return learn(universe, outcomes, hand=starters_for(universe)[0].profile)


@pytest.fixture
def learn_page(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setenv("ICP_DATASETS", SMALL)

    def opened(**parameters: str) -> AppTest:
        app = open_page(LEARN, dataset=SMALL, profile="nordic-software", **parameters)
        return waited(app)

    return opened


def waited(app: AppTest) -> AppTest:
    """The page once its work is done, as its polling fragment leaves it."""
    deadline = time.monotonic() + 120
    while True:
        assert not app.exception, app.exception
        if not any(button.key == "learn_cancel" for button in app.button):
            return app
        assert time.monotonic() < deadline, "the work did not end"
        time.sleep(0.25)
        app.run()


def part(app: AppTest, name: str) -> AppTest:
    return waited(app.segmented_control(key="learn_part").set_value(name).run())


def groups(app: AppTest) -> dict[str, str]:
    """How many customers are in each group, by its name."""
    options = app.pills(key="learn_group").options
    return dict(option.split(" ", 1) for option in options)


def table_with(app: AppTest, column: str) -> pl.DataFrame:
    return next(
        pl.from_pandas(frame.value) for frame in app.dataframe if column in frame.value.columns
    )


def test_the_best_and_the_worst_are_those_of_the_library(learn_page, universe, outcomes) -> None:
    app = learn_page()
    assert not errors(app)
    expected = rank_customers(outcomes, universe)
    counts = {name: len(expected.rows(name.lower())) for name in ("Best", "Worst", "Rest")}
    assert groups(app) == {name: number(count) for name, count in counts.items() if count}
    assert table_with(app, "rank")["name"].to_list() == expected.frame["name"].to_list()
    assert "invented" in texts(app)


def test_weights_and_numbers_rank_anew_and_hold_on_other_parts(
    learn_page, universe, outcomes
) -> None:
    app = learn_page()
    for name in ("revenue", "breadth", "satisfaction", "tenure", "lifetime_value"):
        app.slider(key=f"shown_learn_{name}").set_value(0).run()
    app.number_input(key="shown_learn_best").set_value(25).run()
    assert groups(app)["Best"] == "25"
    by_margin = outcomes.frame.filter(pl.col("outcome") != "lost")
    best = by_margin.sort("margin", descending=True)["account_id"][0]
    assert table_with(app, "rank")["name"][0] == (
        universe.frame.filter(pl.col("account_id") == best)["name"].item()
    )
    app = part(part(app, "shared"), "best")
    assert groups(app)["Best"] == "25"
    assert app.slider(key="shown_learn_revenue").value == 0


def test_what_they_share_is_said_in_the_librarys_words(learn_page, result) -> None:
    app = learn_page(learn_part="What they share")
    said = texts(app)
    assert result.suggested
    for one in result.suggested:
        assert unbroken(one.sentence(result.compared)) in said
    first = result.suggested[0].column.name
    levels = table_with(app, "best_share")
    expected = {
        row["level"]: 100 * row["best_share"]
        for row in result.levels.filter(pl.col("column") == first).iter_rows(named=True)
    }
    shown = dict(zip(levels["level"], levels["best_share"], strict=True))
    assert shown == pytest.approx(expected)


def test_levels_that_are_areas_are_called_by_their_names(result) -> None:
    coded = result.levels.filter(pl.col("column") == "country")
    named = shared.level_data(result, "country")
    names = {"SE": "Sweden", "NO": "Norway", "FI": "Finland", "DK": "Denmark"}
    assert {names.get(level, level) for level in coded["level"]} == set(named["level"])
    assert named["level"][-1] == "(unknown)"


def test_the_chart_shows_each_attribute_with_its_interval(result) -> None:
    table = shared.lift_data(result)
    assert table["column"].to_list() == [one.column.name for one in result.attributes]
    figure = charts_explore.lift_chart(table, dark=False)
    drawn = table.drop_nulls("lift").filter(pl.col("lift") > 0)
    assert list(figure.data[0].x) == pytest.approx(drawn["lift"].to_list())
    # One line at no effect, and one a dot.
    assert len(figure.layout.shapes) == 1 + drawn.height


def test_the_suggested_profile_stands_next_to_the_current_and_opens_in_the_builder(
    learn_page, result
) -> None:
    app = learn_page(learn_part="Profile")
    shown = pl.from_pandas(printed(app))
    # None of what was learned is a must-have or a knock-out.
    assert [counts.replace("\\", "") for counts in shown["Counts"]] == [
        f"+{one.weight}" if one.role.favours else f"−{one.weight}"
        for one in result.profile.criteria
    ]
    assert "Nordic software" in texts(app)
    apart = disagreement(result)
    assert apart is not None
    assert table_with(app, "kind").height == len(apart[0])
    app.button(key="learn_open").click().run()
    assert not app.exception
    assert app.title[0].value == "Builder"
    assert app.session_state["view"].profile == result.profile


def test_the_proof_is_the_librarys(learn_page, result) -> None:
    app = learn_page(learn_part="Proof")
    assert unbroken(result.verdict) in texts(app)
    table = table_with(app, "auc")
    area = result.proof.judged["hand"].measures["auc"]
    hand = table.filter(pl.col("candidate") == "Current profile")["auc"].item()
    assert hand == f"{area.value:.2f} ({area.low:.2f}–{area.high:.2f})"
    assert table.height == len(result.proof.judged)
    assert "Customer says who is a customer" in texts(app)


def test_a_difference_that_may_be_none_says_so(result) -> None:
    table = proof.difference_data(result.proof, "auc")
    pairs = [one for one in result.proof.differences if one.measure == "auc"]
    assert [better == "can't tell yet" for better in table["better"]] == [
        one.estimate.low <= 0 <= one.estimate.high for one in pairs
    ]
    assert set(CANDIDATES) == set(charts_explore.candidate_names())


def test_a_column_that_knows_the_outcome_is_used_only_when_asked(learn_page) -> None:
    app = learn_page(learn_part="Proof")
    app.multiselect(key="shown_learn_keep").set_value(["is_customer"]).run()
    app = waited(app)
    assert app.multiselect(key="shown_learn_keep").value == ["is_customer"]
    assert "Customer says who is a customer" not in texts(app)


def test_twins_are_called_similar_and_are_no_customers(learn_page, result, universe) -> None:
    app = learn_page(learn_part="Twins")
    expected = result.twins().frame
    shown = table_with(app, "similarity")
    assert shown["name"].to_list() == expected["name"].to_list()
    assert "Similarity, not probability" in texts(app)
    customers = universe.frame.filter(pl.col("is_customer"))["account_id"]
    assert not expected["account_id"].is_in(customers.implode()).any()
    one = result.customers.frame["account_id"][0]
    app.multiselect(key="learn_like").set_value([one]).run()
    app = waited(app)
    assert set(table_with(app, "similarity")["nearest_name"]) == {result.customers.frame["name"][0]}


def test_segments_open_as_profiles_of_their_own(learn_page, result) -> None:
    app = learn_page(learn_part="Segments")
    expected = result.segments()
    assert expected.segments[0].name in texts(app)
    assert segments.verdict(expected) in texts(app)
    app.button(key="learn_segment_0").click().run()
    assert not app.exception
    assert app.session_state["view"].profile == expected.segments[0].profile


def test_a_new_company_learns_from_a_pasted_list(learn_page, universe) -> None:
    app = learn_page(learn_from="A list of companies")
    named = universe.frame.filter(pl.col("is_customer"))["account_id"].head(25).to_list()
    app.text_area(key="learn_list").set_value("\n".join([*named, "Nobody AB"]))
    app.button(key="learn_list_go").click().run()
    app = waited(app)
    assert groups(app)["Best"] == "25"
    assert "25 rows found their account, 1 are not among them." in texts(app)
    assert "Nobody AB" in texts(app)
    # Nothing is known of them but who they are: nothing to weigh.
    assert not app.slider
    app = part(app, "twins")
    shown = table_with(app, "similarity")
    expected = learn(
        universe,
        customer_lists.from_text("\n".join(named), universe).outcomes,
        hand=starters_for(universe)[0].profile,
        judge=False,
    )
    assert shown["name"].to_list() == expected.twins().frame["name"].to_list()


def test_a_list_that_names_nobody_is_one_message_and_keeps_the_text(learn_page) -> None:
    app = learn_page(learn_from="A list of companies")
    app.text_area(key="learn_list").set_value("Nobody AB")
    app.button(key="learn_list_go").click().run()
    assert len(errors(app)) == 1
    assert "None of the 1 rows" in errors(app)[0]
    assert app.text_area(key="learn_list").value == "Nobody AB"


def test_verified_accounts_can_be_learned_from(learn_page, universe) -> None:
    picked = universe.frame["account_id"].head(2).to_list()
    workspace = Workspace.open(default_url())
    workspace.decide(picked, author="Eva", status=Status.VERIFIED)
    workspace.close()
    app = learn_page(learn_from="A list of companies")
    app.button(key="learn_verified").click().run()
    app.button(key="learn_list_go").click().run()
    assert groups(waited(app))["Best"] == "2"
    app = part(app, "shared")
    assert "2 best customers are too few to learn from" in app.info[0].value
    assert "three in eight of them have" in app.info[0].value


def test_cancelling_keeps_the_choices_and_begins_again(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, result
) -> None:
    monkeypatch.setenv("ICP_DATASETS", SMALL)
    monkeypatch.setattr("ui.learning.session.AT_ONCE", 0.0)
    app = open_page(LEARN, dataset=SMALL, profile="nordic-software", learn_part="Proof")
    app.button(key="learn_cancel").click().run()
    assert not app.exception
    assert "Cancelled" in app.info[0].value
    app.button(key="learn_again").click().run()
    assert unbroken(result.verdict) in texts(waited(app))


def test_accounts_without_customers_ask_for_some(open_page: Open) -> None:
    app = open_page(LEARN, dataset="norway")
    assert not errors(app)
    assert app.segmented_control(key="learn_from").value == "file"


def test_profiles_are_told_apart_in_words(result) -> None:
    table = suggested.profile_data(result.profile, result.universe.columns)
    assert table.height == len(result.profile.criteria)
    assert table["asks"].null_count() == 0


def test_a_deal_export_is_matched_and_a_wrong_file_is_one_message(learn_page, universe) -> None:
    app = learn_page(learn_from="A deal export")
    uploader = app.main.file_uploader[0]
    uploader.set_value(("wrong.csv", b"colour,size\nred,1\n", "text/csv")).run()
    assert len(errors(app)) == 1
    assert "no deal export" in errors(app)[0]
    named = universe.frame.filter(pl.col("is_customer")).head(4)
    deals = named.select("org_number", "country").with_columns(
        outcome=pl.Series(["won", "won", "won", "lost"]),
        amount=pl.Series([100, 300, 200, 900]),
    )
    content = deals.write_csv().encode()
    app.main.file_uploader[0].set_value(("deals.csv", content, "text/csv")).run()
    assert not errors(app)
    assert "4 rows found their account." in texts(app)
    shown = groups(app)
    assert (shown["Best"], shown["Worst"]) == ("3", "1")
    names = named["name"].to_list()
    # By amount, and the lost deal last.
    assert table_with(app, "rank")["name"].to_list() == [names[1], names[2], names[0], names[3]]
    app.button(key="learn_replace").click().run()
    assert app.main.file_uploader


def test_what_a_deal_export_leaves_open_is_asked_with_answers(learn_page, universe) -> None:
    app = learn_page(learn_from="A deal export")
    named = universe.frame.filter(pl.col("is_customer")).head(4)
    deals = named.select("org_number", "country").with_columns(
        Stage=pl.Series(["Guld", "Guld", "Silver", "Silver"]),
        Amount=pl.Series([100, 300, 200, 900]),
    )
    content = deals.rename({"org_number": "Org number"}).write_csv().encode()
    app.main.file_uploader[0].set_value(("deals.csv", content, "text/csv")).run()
    assert not errors(app)

    def asked(kind: str) -> list:
        return [box for box in app.selectbox if str(box.key).startswith(f"deals_{kind}_")]

    assert (len(asked("stage")), len(asked("currency"))) == (2, 1)
    asked("stage")[0].select("won").run()
    # What agreeing would take is said before it is pressed.
    assert "Deals of these stages are open and left out: “Silver” (2)." in texts(app)
    app.button(key="deals_agree").click().run()
    assert not asked("stage") and not asked("currency")
    (said,) = [info.value.replace("\\", "") for info in app.info if "assumed" in info.value]
    assert "“Silver” (2)" in said and "in euros: 4" in said
    assert "2 rows found their account, 2 are open" in texts(app)
    assert groups(app)["Best"] == "2"


def test_deals_that_were_loaded_with_a_list_are_learned_from(
    open_page: Open, universe, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    universe.frame.head(60).select("name", "org_number", "country").write_csv(file)
    library = Library()
    entry = library.save(run_import([file]), "Our list")
    accounts = library.open(entry.key).frame
    rows = accounts.head(3).select("account_id").with_columns(outcome=pl.Series(["won"] * 3))
    library.keep_outcomes(entry.key, Outcomes.of(rows).frame.select(KEPT))
    app = open_page(LEARN, dataset=entry.source)
    assert app.segmented_control(key="learn_from").value == "deals"
    assert groups(app)["Best"] == "3"


def test_what_the_proof_says_stands_on_the_one_page_of_every_session(
    learn_page, open_page: Open, result
) -> None:
    app = learn_page(learn_part="Proof")
    lift = result.proof.judged["hand"].measures["lift_10"]
    told = result.proven(date.today())
    assert (told.lift, told.best) == (lift, result.proof.positives)
    view = app.session_state["view"]
    # Another session, another day: it is the team's.
    assert Workspace.open().proof(list_name=view.list_name, profile=view.profile) == told
    app = open_page(ONE_PAGE, dataset=view.list_name)
    assert app.session_state["view"].profile == view.profile
    links = [one.label for one in app.get("page_link")]
    assert "a sample looked up" in links
    assert "a test on your deals" not in links
    assert not errors(app)
