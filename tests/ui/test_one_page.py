"""One page: answers are edited, kept, taken back and saved; the page is drawn from them at once."""

import json
from secrets import token_hex

import pytest
from app_pages import Open, errors, opened, texts
from streamlit.testing.v1 import AppTest

from icp_core.profiles.brief import ANSWERS, NO_BRIEF, Brief, BuyingRole, Persona
from icp_core.profiles.files import Agreed
from icp_core.profiles.model import Criterion, Profile, Range, Role
from icp_core.workspace import Workspace
from ui import links, state

PAGE = "pages/21_One_page.py"
MINE = Profile(
    name="Mine",
    criteria=(Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(10)),),
)
THEIRS = Brief(
    urgency="Before the summer",
    buying_group=(Persona(key="cto", name="CTO", role=BuyingRole.BLOCKER),),
)


def view_of(app: AppTest) -> state.View:
    now: state.View = app.session_state["view"]
    return now


def typed(app: AppTest, name: str, text: str) -> AppTest:
    area = next(
        one
        for one in (*app.text_area, *app.text_input)
        if (one.key or "").endswith(f"brief_{name}")
    )
    return area.set_value(text).run()


def test_an_answer_is_kept_counted_and_taken_back() -> None:
    app = opened(PAGE, dataset="norway")
    assert "0 words" not in texts(app)
    # Saved as one types, in two parts that are one step to take back.
    typed(app, "urgency", "Within ")
    typed(app, "urgency", "Within a quarter")
    assert view_of(app).brief == Brief(urgency="Within a quarter")
    assert view_of(app).edited
    app.button(key="undo").click().run()
    assert view_of(app).brief == NO_BRIEF
    assert not view_of(app).edited
    app.button(key="redo").click().run()
    assert view_of(app).brief.urgency == "Within a quarter"
    assert not errors(app)


def test_the_meter_says_how_full_the_page_is_and_what_to_cut() -> None:
    app = opened(PAGE, dataset="norway")
    assert "text of 10.4 points" in texts(app)
    sentence = ("Kostnaden vokser raskere enn inntekten. " * 10)[:400]
    brief = Brief(
        challenges=sentence,
        how_we_help=sentence,
        urgency=sentence,
        buying_group=tuple(
            Persona(key=f"p{n}", name=f"P {n}", role="blocker", goals=(sentence[:200],) * 8)
            for n in range(8)
        ),
    )
    app.session_state["view"] = state.View(
        "norway", view_of(app).profile, None, edited=True, brief=brief
    )
    for name in ("markets", "customer_base", "budget", "current_solution", "no_thanks"):
        typed(app, name, sentence)
    assert [one for one in errors(app) if "too full by about" in one and "Shorten" in one]
    assert not [one for one in app.get("download_button") if "PDF" in one.proto.label]


def test_what_the_criteria_say_is_shown_as_theirs() -> None:
    app = opened(PAGE, dataset="norway", p=links.pack(MINE))
    shown = texts(app)
    assert "From the criteria" in shown
    assert "from 10" in shown
    assert "no criterion asks for it" in shown


def test_the_description_is_the_profiles_own() -> None:
    app = opened(PAGE, dataset="norway", p=links.pack(MINE))
    typed(app, "description", "word " * 31)
    assert view_of(app).profile.description == "word " * 31
    assert "thirty is what people remember" in texts(app)


def test_answers_are_saved_with_the_profile_and_come_back(open_page: Open) -> None:
    app = open_page(PAGE, dataset="norway", p=links.pack(MINE))
    typed(app, "goal", "Ten customers")
    app.button(key="save").click().run()
    app.button(key="save_now").click().run()
    assert not view_of(app).edited
    saved = Workspace.open().version("mine")
    assert saved.brief == Brief(goal="Ten customers")
    again = open_page(PAGE, dataset="norway", saved="mine", version="1")
    assert view_of(again).brief == Brief(goal="Ten customers")


def test_two_who_edit_one_brief_meet_the_dialog_of_profiles(open_page: Open) -> None:
    workspace = Workspace.open()
    workspace.save_profile(MINE, author="Eva", why="", based_on=0)
    app = open_page(PAGE, dataset="norway", saved="mine", version="1")
    typed(app, "urgency", "Mine")
    workspace.save_profile(MINE, brief=THEIRS, author="Olav", why="", based_on=1)
    app.button(key="save").click().run()
    app.button(key="save_now").click().run()
    assert [one for one in errors(app) if "Olav saved version 2" in one]
    assert view_of(app).brief == Brief(urgency="Mine")
    app.button(key="save_next").click().run()
    assert workspace.version("mine").brief == Brief(urgency="Mine")
    assert workspace.version("mine", 2).brief == THEIRS


def test_what_another_profile_says_is_copied_and_can_be_taken_back(open_page: Open) -> None:
    Workspace.open().save_profile(
        MINE.replace(name="Theirs"), brief=THEIRS, author="Eva", why="", based_on=0
    )
    app = open_page(PAGE, dataset="norway", p=links.pack(MINE))
    typed(app, "urgency", "Mine")
    app.button(key="one_page_copy").click().run()
    assert view_of(app).brief == THEIRS
    app.button(key="undo").click().run()
    assert view_of(app).brief == Brief(urgency="Mine")


def test_a_starter_with_an_example_of_what_to_say_is_not_edited() -> None:
    app = opened(PAGE, dataset="demo", profile="nordic-software")
    assert view_of(app).brief.buying_group
    assert not view_of(app).edited
    typed(app, "goal", "Another")
    assert view_of(app).edited
    app.button(key="revert").click().run()
    assert view_of(app).brief.goal != "Another"


def test_a_draft_keeps_what_was_said() -> None:
    app = opened(PAGE, dataset="norway", p=links.pack(MINE))
    typed(app, "urgency", "#include <stdio.h> \U0001f680")
    held = json.loads(view_of(app).agreed.to_json())
    assert held["brief"] == {"urgency": "#include <stdio.h> \U0001f680"}
    assert "stands for what cannot be printed" in texts(app)


def test_what_is_said_travels_in_a_link() -> None:
    app = typed(opened(PAGE, dataset="demo"), "urgency", "Før påske – ŋ #include")
    sent = dict(app.query_params)
    app = opened(PAGE, **sent)
    assert view_of(app).brief.urgency == "Før påske – ŋ #include"
    # The rest is the example that the starter brings, and one can go back to it.
    assert view_of(app).brief.buying_group
    assert view_of(app).edited
    app.button(key="revert").click().run()
    assert not view_of(app).edited
    # A profile of one's own, which is no edit of anything.
    said = {"p": links.pack(MINE), "b": links.pack_brief(THEIRS)}
    app = opened(PAGE, dataset="norway", **said)
    assert view_of(app).agreed == Agreed(MINE, THEIRS)
    assert not view_of(app).edited
    assert {name: app.query_params[name] for name in said} == said


def test_an_answer_that_was_taken_away_stays_away_in_a_link() -> None:
    app = opened(PAGE, dataset="demo")
    for name in (*ANSWERS, "segment", "goal"):
        typed(app, name, "")
    emptied = view_of(app).brief
    app = opened(PAGE, **dict(app.query_params))
    assert view_of(app).brief == emptied


def test_what_is_too_long_for_a_link_is_told_and_the_profile_goes_alone(monkeypatch) -> None:
    monkeypatch.setattr(state, "MAX_ADDRESS", 600)
    brief = Brief(**{name: token_hex(190) for name in ANSWERS})
    app = opened(PAGE, dataset="norway", p=links.pack(MINE))
    for name in ANSWERS:
        typed(app, name, getattr(brief, name))
    assert view_of(app).brief == brief
    assert "b" not in app.query_params
    assert links.unpack(app.query_params["p"]) == MINE
    app.button(key="share").click().run()
    assert [one for one in errors(app) if "too long for a link" in one and "Save" in one]


@pytest.mark.parametrize("text", ["", "x!", links.pack(MINE), "A" * 90_000])
def test_a_damaged_brief_in_a_link_is_one_message(text: str) -> None:
    app = opened(PAGE, dataset="norway", p=links.pack(MINE), b=text)
    (message,) = errors(app)
    assert "What was said beside the profile is missing." in message
    assert view_of(app).agreed == Agreed(MINE)


def test_an_answer_that_is_too_long_waits_whole_and_is_kept_once_it_fits() -> None:
    app = typed(opened(PAGE, dataset="norway"), "urgency", "Soon")
    typed(app, "urgency", "ordet 🚀 שלום " * 40)
    assert view_of(app).brief.urgency == "Soon"
    assert "characters more than the 400 that fit. All of it stays here" in texts(app)
    typed(app, "budget", "€15 k")
    held = next(one for one in app.text_area if (one.key or "").endswith("brief_urgency"))
    assert held.value == "ordet 🚀 שלום " * 40
    app.switch_page("pages/1_Builder.py").run()
    app.switch_page(PAGE).run()
    held = next(one for one in app.text_area if (one.key or "").endswith("brief_urgency"))
    assert held.value == "ordet 🚀 שלום " * 40
    held.set_value("ordet 🚀 שלום").run()
    assert view_of(app).brief == Brief(urgency="ordet 🚀 שלום", budget="€15 k")
    assert "that fit" not in texts(app)


def test_nothing_is_saved_while_a_text_is_too_long_until_it_is_left_out() -> None:
    app = typed(opened(PAGE, dataset="norway", p=links.pack(MINE)), "urgency", "x" * 401)
    assert "1 character more than the 400 that fit" in texts(app)
    app.button(key="save").click().run()
    assert [one for one in app.warning if "Too long to be saved" in one.value]
    assert not [one for one in app.button if one.key == "save_now"]
    app.button(key="save_without").click().run()
    app.button(key="save_now").click().run()
    (saved,) = Workspace.open().profiles()
    assert saved.newest.brief == Brief()


@pytest.mark.parametrize(
    "word", ["ord ", "verksamhetsstyrningssystem ", "дані ", "🚀🚀 ", "#include "]
)
def test_the_page_fits_with_as_long_a_description_as_fits(word) -> None:
    full = (word * 300)[:600]
    app = typed(opened(PAGE, dataset="norway"), "description", full)
    assert view_of(app).profile.description == full
    assert [one for one in app.get("download_button") if one.proto.label == "PDF to print"]
