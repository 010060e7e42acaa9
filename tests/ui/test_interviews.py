"""Interviews: begun, answered as one types, marked as evidence, counted, and made a criterion."""

from datetime import date

import pytest
from app_pages import Open, errors, texts
from streamlit.testing.v1 import AppTest

from icp_core.analysis.interviews import InterviewKind
from icp_core.errors import WorkspaceError
from icp_core.profiles.brief import Brief, BuyingRole, Persona
from icp_core.profiles.model import Criterion, Profile, Range, Role
from icp_core.workspace import Workspace
from ui import links, state

PAGE = "pages/19_Interviews.py"
MINE = Profile(
    name="Mine",
    criteria=(Criterion(column="founded", role=Role.NICE_TO_HAVE, fit=Range.between(2000)),),
)
BRIEF = Brief(buying_group=(Persona(key="cto", name="CTO", role=BuyingRole.BLOCKER),))


@pytest.fixture
def workspace() -> Workspace:
    opened = Workspace.open()
    opened.save_profile(MINE, brief=BRIEF, author="Eva", why="", based_on=0)
    return opened


def begun(workspace: Workspace, **changes):
    facts = {"kind": InterviewKind.BEST, "on_day": date(2026, 11, 27), "author": "Eva"}
    return workspace.begin_interview("mine", **(facts | changes))


def opened(open_page: Open, **parameters: str) -> AppTest:
    return open_page(PAGE, dataset="norway", saved="mine", **parameters)


def test_a_profile_that_is_not_saved_is_to_be_saved_first(open_page: Open) -> None:
    app = open_page(PAGE, dataset="norway", p=links.pack(MINE))
    assert "kept with a saved profile" in texts(app)
    assert not errors(app)


def test_an_interview_is_begun_and_its_answers_are_kept_as_one_types(
    open_page: Open, workspace: Workspace
) -> None:
    app = opened(open_page)
    assert "0 of 5–10 interviews" in texts(app)
    app.text_input(key="interviews_company").set_value("[Åsa](x) & co").run()
    assert app.button(key="interviews_begin").disabled
    app.checkbox(key="interviews_consent").check().run()
    app.button(key="interviews_begin").click().run()
    (one,) = workspace.interviews("mine")
    assert (one.company, one.kind, one.account_id) == ("[Åsa](x) & co", InterviewKind.BEST, None)
    assert "1 of 5–10 interviews" in texts(app)
    assert "None yet with: worst customer, lost deal" in texts(app)
    # Nothing of it is taken for the next one, who has agreed to nothing.
    assert app.text_input(key="interviews_company").value == ""
    assert not app.checkbox(key="interviews_consent").value
    assert app.button(key="interviews_begin").disabled
    app.text_area[0].set_value("Grow – ŋ").run()
    assert workspace.replies(one.id) == {"goals-year": "Grow – ŋ"}
    assert app.text_area[0].value == "Grow – ŋ"
    app.text_input(key=f"interviews_ask_{one.id}").set_value("Why now?").run()
    own = next(area for area in app.text_area if area.label == "Why now?")
    own.set_value("The budget").run()
    assert workspace.replies(one.id)["Why now?"] == "The budget"
    assert not errors(app)


def test_an_answer_that_cannot_be_kept_stays_in_its_box(
    open_page: Open, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = begun(workspace)
    workspace.keep_reply(one.id, "goals-year", "Grow", author="Eva")
    app = opened(open_page)
    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "keep_reply", _busy)
        app.text_area[0].set_value("Grow – ŋ").run()
        assert app.text_area[0].value == "Grow – ŋ"
        assert [one for one in app.warning if "It is busy" in one.value]
        app.run()
        assert app.text_area[0].value == "Grow – ŋ"
    with monkeypatch.context() as patch:
        # Nor can what was said before be read: there are no boxes meanwhile.
        patch.setattr(Workspace, "replies", _busy)
        app.text_area[0].set_value("Grow – ŋ?").run()
        assert not app.exception
    assert app.run().text_area[0].value == "Grow – ŋ?"
    app.text_area[0].set_value("Grow – ŋ!").run()
    assert workspace.replies(one.id) == {"goals-year": "Grow – ŋ!"}


def _busy(*_arguments: object, **_options: object) -> None:
    raise WorkspaceError("It is busy.")


def test_a_company_on_the_list_is_linked_and_its_name_stays_when_it_leaves(
    open_page: Open, workspace: Workspace
) -> None:
    begun(workspace, company="Gone AS", account_id="NO-000000000")
    app = opened(open_page)
    assert "Gone AS" in texts(app)
    assert "not on this list any more" in texts(app)


def test_a_quote_is_marked_counted_and_taken_back(open_page: Open, workspace: Workspace) -> None:
    one = begun(workspace)
    begun(workspace, kind=InterviewKind.LOST)
    app = opened(open_page)
    app.selectbox(key="interviews_chosen").select(one.id).run()
    app.text_area(key=f"interviews_quote_{one.id}").set_value("It [burst](x) in March").run()
    app.selectbox(key="interviews_claim").select("persona:cto.triggers").run()
    app.button(key="interviews_mark").click().run()
    (quote,) = workspace.evidence("mine")
    assert (quote.about, quote.supports) == ("persona:cto.triggers", True)
    app.button(key="interviews_mark").click().run()
    assert [said for said in errors(app) if "needs its words" in said]
    app = opened(open_page, interviews_part="What they say")
    assert "CTO: triggers" in texts(app)
    assert "1 of 2 say so" in texts(app)
    assert "It [burst](x) in March" in texts(app)
    app.button(key=f"interviews_back_{quote.id}").click().run()
    assert workspace.evidence("mine") == []
    assert "No quote is marked yet" in texts(app)


def test_what_they_say_becomes_a_criterion(open_page: Open, workspace: Workspace) -> None:
    one = begun(workspace)
    workspace.add_evidence(
        one.id, "Only above 50", about="criterion:employees", supports=True, author="Eva"
    )
    app = opened(open_page, interviews_part="What they say")
    app.button(key="interviews_criterion_employees").click().run()
    assert "Choose a value; until then it counts nothing." in texts(app)
    (told,) = app.toast
    assert told.value.replace("\\", "") == "They said: “Only above 50”"
    held: state.View = app.session_state["view"]
    assert held.profile == MINE


def test_the_guide_is_there_in_five_languages(open_page: Open) -> None:
    app = open_page(PAGE, dataset="norway", interviews_part="Guide to print")
    app.segmented_control(key="interviews_guide").set_value("fi").run()
    assert "Miksi valitsitte meidät?" in app.code[0].value
    app.segmented_control(key="interviews_guide_kind").set_value(InterviewKind.LOST).run()
    assert "Miksi valitsitte meidät?" not in app.code[0].value
    assert "Mikä sai teidät päättämään meitä vastaan?" in app.code[0].value
    assert [one for one in app.get("download_button") if one.proto.label == "PDF to print"]


def test_an_answer_and_a_quote_that_are_too_long_are_left_to_shorten(
    open_page: Open, workspace: Workspace
) -> None:
    one = begun(workspace)
    app = opened(open_page)
    app.text_area[0].set_value("ord på ŋ " * 500).run()
    assert workspace.replies(one.id) == {}
    assert "500 characters more than the 4\u202f000 that fit" in texts(app)
    app.text_area[0].set_value("ord på ŋ " * 400).run()
    assert list(workspace.replies(one.id).values()) == ["ord på ŋ " * 400]
    app.text_area(key=f"interviews_quote_{one.id}").set_value("x" * 900).run()
    app.selectbox(key="interviews_claim").select("brief.urgency").run()
    app.button(key="interviews_mark").click().run()
    assert workspace.evidence("mine") == []
    assert [said for said in errors(app) if "900 letters" in said and "shorten it" in said]
    quote = app.text_area(key=f"interviews_quote_{one.id}")
    assert quote.value == "x" * 900


def test_a_quote_is_marked_for_what_was_chosen_only(open_page: Open, workspace: Workspace) -> None:
    one = begun(workspace)
    app = opened(open_page)
    app.text_area(key=f"interviews_quote_{one.id}").set_value("In March").run()
    app.button(key="interviews_mark").click().run()
    assert [said for said in errors(app) if "Choose what the quote speaks to" in said]
    assert workspace.evidence("mine") == []
    app.selectbox(key="interviews_claim").select("brief.urgency").run()
    app.button(key="interviews_mark").click().run()
    assert "Marked in this interview" in texts(app)
    assert "“In March”" in texts(app)


@pytest.mark.parametrize(
    ("kind", "asked", "never"),
    [
        (InterviewKind.LOST, "What made you decide against us?", "Why are you still here?"),
        (InterviewKind.PROSPECT, "What would have to happen for you to begin looking?", "Who uses"),
    ],
)
def test_each_kind_is_asked_what_it_can_answer(
    open_page: Open, workspace: Workspace, kind, asked, never
) -> None:
    one = begun(workspace, kind=kind)
    shown = [area.label for area in opened(open_page).text_area]
    assert asked in shown
    assert not [label for label in shown if label.startswith(never)]
    # Answered before the guide told kinds apart: it stays.
    workspace.keep_reply(one.id, "choice-stay", "They know us", author="Eva")
    assert "They know us" in [area.value for area in opened(open_page).text_area]


def test_two_tabs_on_one_interview_see_each_others_answers(
    open_page: Open, workspace: Workspace
) -> None:
    one = begun(workspace)
    first, second = opened(open_page), opened(open_page)
    first.text_area[0].set_value("From the first").run()
    second.text_area[1].set_value("From the second").run()
    assert second.text_area[0].value == "From the first"
    second.text_area[0].set_value("Corrected").run()
    first.text_area[2].set_value("Another").run()
    # What the first still holds is older, and is not put back.
    assert [area.value for area in first.text_area[:3]] == [
        "Corrected",
        "From the second",
        "Another",
    ]
    assert workspace.replies(one.id) == {
        "goals-year": "Corrected",
        "goals-way": "From the second",
        "goals-week": "Another",
    }
    first.text_area[0].set_value("").run()
    assert workspace.replies(one.id)["goals-year"] == ""
    assert first.text_area[0].value == ""
