"""The Verification page: draw, answer, and the market corrected by the answers."""

import pytest
from app_pages import Open, errors, metrics, texts
from streamlit.testing.v1 import AppTest

from icp_core import sources
from icp_core.analysis.verification import Answer, draw, verify, wilson
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.starters import starter
from icp_core.workspace import SavedDraw, Workspace
from ui.format import number
from ui.verification import accounts, share

PAGE = "pages/6_Verification.py"
PROFILE = starter("nordic-software").profile
FACTS = "Value"


@pytest.fixture(scope="module")
def market() -> Evaluation:
    return Scoreboard(sources.load("demo")).evaluate(PROFILE)


def drawn(market: Evaluation, *, match: int, possible: int) -> tuple[Workspace, SavedDraw]:
    ids = market.universe.frame["account_id"]
    sample = draw(
        ids.gather(market.matches.rows),
        ids.gather(market.possible.rows),
        match=match,
        possible=possible,
        seed=7,
    )
    workspace = Workspace.open()
    return workspace, workspace.save_draw(sample, list_name="demo", profile=PROFILE, author="Kari")


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_without_a_sample_the_page_says_what_it_is_for_and_draws_one(
    open_page: Open, market: Evaluation
) -> None:
    app = open_page(PAGE)
    assert not errors(app)
    assert "How right is this profile?" in texts(app)
    app.number_input(key="verification_of_match").set_value(12).run()
    app.number_input(key="verification_of_possible").set_value(5).run()
    press(app, "Draw the sample")
    (saved,) = Workspace.open().draws(list_name="demo")
    assert (saved.match_size, saved.possible_size) == (len(market.matches), len(market.possible))
    answers = Workspace.open().answers(saved.id)
    assert answers["stratum"].to_list() == ["match"] * 12 + ["possible"] * 5
    ids = market.universe.frame["account_id"]
    again = draw(
        ids.gather(market.matches.rows),
        ids.gather(market.possible.rows),
        match=12,
        possible=5,
        seed=saved.seed,
    )
    assert answers["account_id"].to_list() == [*again.match, *again.possible]
    assert "0 of 12 answered" in {metric.delta for metric in app.metric}
    assert metrics(app)["Corrected TAM"] == "–", "nothing is known yet, which is no range from zero"
    assert "Corrected potential a year" not in metrics(app)


def test_answers_go_on_to_the_next_account_and_give_the_core_s_numbers(
    open_page: Open, market: Evaluation
) -> None:
    workspace, saved = drawn(market, match=4, possible=2)
    app = open_page(PAGE)
    for label in ("Fits", "Fits", "Doesn't fit", "Can't tell", "Doesn't fit", "Fits"):
        press(app, label)
    assert not errors(app)
    answers = workspace.answers(saved.id)
    assert answers["answer"].to_list() == [
        *("fits", "fits", "doesnt", "cant_tell"),
        *("doesnt", "fits"),
    ]
    result = verify(answers, match_size=len(market.matches), possible_size=len(market.possible))
    shown = metrics(app)
    # 2 of 3 that count fit: 66.7 %, Wilson 95 % from 20.8 % to 93.9 %, were there no end of matches.
    assert shown["Precision of matches"] == "67\u00a0% (21–94)"
    size = len(market.possible)
    assert shown["Precision with missing data"] == share(wilson(1, 2, size=size).interval)
    assert shown["Corrected TAM"] == accounts(result.corrected)
    estimate = len(market.matches) * 2 / 3 + len(market.possible) / 2
    assert shown["Corrected TAM"].startswith(number(estimate))
    steps = next(table.value for table in app.table if "Arithmetic" in table.value)
    told = [text.replace("\\", "") for text in steps["Step"]]
    assert told == [step.what for step in result.steps]
    first = steps["Arithmetic"].str.replace("\\", "").to_list()[0]
    assert first == "2 / (2 + 1)"
    assert "would be" in texts(app)  # what the one “can't tell” could still change


def test_an_answer_can_be_changed_and_taken_back(open_page: Open, market: Evaluation) -> None:
    workspace, saved = drawn(market, match=3, possible=0)
    app = open_page(PAGE)
    press(app, "Fits")
    next(iter(app.get("pagination"))).set_value(1).run()
    press(app, "Doesn't fit")
    assert workspace.answers(saved.id)["answer"].to_list() == ["doesnt", None, None]
    next(iter(app.get("pagination"))).set_value(1).run()
    press(app, "Take back")
    assert workspace.answers(saved.id)["answer"].to_list() == [None, None, None]


def test_a_sample_is_resumed_where_it_was_left(open_page: Open, market: Evaluation) -> None:
    workspace, saved = drawn(market, match=3, possible=1)
    first = workspace.answers(saved.id)["account_id"][0]
    workspace.answer(saved.id, {first: Answer.FITS}, author="Kari")
    app = open_page(PAGE)
    assert next(iter(app.get("pagination"))).value == 2
    assert "1 of 3 answered" in {metric.delta for metric in app.metric}


def test_a_sample_of_another_profile_says_so(open_page: Open, market: Evaluation) -> None:
    _workspace, saved = drawn(market, match=2, possible=0)
    app = open_page(PAGE, profile="manufacturers-erp")
    if errors(app) or "How right" not in texts(app):
        pytest.fail(f"no invitation to draw: {errors(app)}")
    app.selectbox(key="verification_draw").set_value(saved.id).run()
    assert "another version of the profile" in " ".join(errors(app))
    assert "Corrected potential a year" not in metrics(app)


def test_an_account_that_is_gone_can_still_be_answered_for(
    open_page: Open, market: Evaluation
) -> None:
    workspace = Workspace.open()
    sample = draw(["XX-1"], [], match=1, possible=0, seed=1)
    saved = workspace.save_draw(sample, list_name="demo", profile=PROFILE, author="Kari")
    app = open_page(PAGE)
    assert "no longer among these accounts" in " ".join(errors(app))
    press(app, "Can't tell")
    assert workspace.answers(saved.id)["answer"].to_list() == ["cant_tell"]


def test_facts_and_reasons_stand_beside_the_question(open_page: Open, market: Evaluation) -> None:
    workspace, saved = drawn(market, match=1, possible=1)
    first, second = workspace.answers(saved.id)["account_id"]
    app = open_page(PAGE)
    row = market.universe.frame[market.row(first)].row(0, named=True)
    assert "Why:" in texts(app)
    facts = next(table.value for table in app.table if FACTS in table.value)
    assert number(row["employees"]) in facts["Value"].to_list()
    press(app, "Fits")
    assert "Find out:" in texts(app), second
