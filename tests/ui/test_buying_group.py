"""Buying group: personas are suggested, edited, taken back, and give a targeting sheet."""

from datetime import date

from app_pages import Open, errors, opened, texts
from streamlit.testing.v1 import AppTest

from icp_core.analysis.interviews import InterviewKind
from icp_core.profiles.brief import BuyingRole, Persona
from icp_core.profiles.model import Profile
from icp_core.workspace import Workspace
from ui import links, state

PAGE = "pages/20_Buying_group.py"
MINE = Profile(name="Mine")


def view_of(app: AppTest) -> state.View:
    now: state.View = app.session_state["view"]
    return now


def group(app: AppTest) -> tuple[Persona, ...]:
    return view_of(app).brief.buying_group


def begun() -> AppTest:
    app = opened(PAGE, dataset="norway", p=links.pack(MINE))
    return app.button(key="group_suggest").click().run()


def field(app: AppTest, name: str):
    found = (*app.text_input, *app.text_area, *app.multiselect)
    return next(one for one in found if (one.key or "").endswith(f"_{name}"))


def test_four_are_suggested_and_taken_back() -> None:
    app = begun()
    assert [one.role for one in group(app)] == list(BuyingRole)
    assert not errors(app)
    assert "Managing director" in texts(app)
    app.button(key="undo").click().run()
    assert group(app) == ()


def test_claims_are_lines() -> None:
    app = begun()
    key = group(app)[0].key
    app.button(key=f"group_edit_{key}").click().run()
    field(app, f"{key}_goals").set_value("One\n\n  two \n").run()
    assert group(app)[0].goals == ("One", "two")
    assert field(app, f"{key}_goals").value == "One\ntwo"


def test_how_to_reach_a_persona_is_edited_and_stands_on_the_sheet() -> None:
    app = begun()
    key = group(app)[0].key
    app.button(key=f"group_edit_{key}").click().run()
    app.segmented_control(key=f"group_part_{key}").set_value("ads").run()
    field(app, f"{key}_functions").set_value([18]).run()
    field(app, f"{key}_titles_fi").set_value("Toimitusjohtaja\nPomo").run()
    assert group(app)[0].functions == (18,)
    assert group(app)[0].titles.fi == ("Toimitusjohtaja", "Pomo")
    assert "Job function: Operations" in app.code[0].value
    assert "Toimitusjohtaja, Pomo" in app.code[0].value


def test_one_is_removed_and_comes_back() -> None:
    app = begun()
    first = group(app)[0]
    app.button(key=f"group_remove_{first.key}").click().run()
    assert first not in group(app)
    assert "Nobody in it decides." in texts(app)
    app.button(key="undo").click().run()
    assert group(app)[0] == first


def test_a_suggestion_and_one_of_your_own_are_added() -> None:
    app = opened(PAGE, dataset="norway", p=links.pack(MINE))
    app.selectbox(key="shown_group_add").select("hr-manager").run()
    assert [one.key for one in group(app)] == ["hr-manager"]
    app.text_input(key="group_own_name").set_value("[Den](x) som betaler").run()
    app.button(key="group_own_add").click().run()
    assert group(app)[1].name == "[Den](x) som betaler"
    assert group(app)[1].key == "den-x-som-betaler"
    assert app.button(key="group_own_add").disabled, "a second press would add it twice"
    assert not app.exception
    assert "Without a job title" in texts(app)


def test_the_ninth_is_not_offered() -> None:
    app = begun()
    for _turn in range(4):
        box = app.selectbox(key="shown_group_add")
        box.select_index(0).run()
    assert len(group(app)) == 8
    assert "8 personas at most" in texts(app)


def test_the_group_is_saved_with_the_profile(open_page: Open) -> None:
    app = begun()
    app.button(key="save").click().run()
    app.button(key="save_now").click().run()
    assert len(Workspace.open().version("mine").brief.buying_group) == 4


def test_what_interviews_say_stands_beside_the_claim() -> None:
    app = begun()
    assert "No claim rests on an interview yet" in texts(app)
    app.button(key="save").click().run()
    app.button(key="save_now").click().run()
    workspace, key = Workspace.open(), group(app)[0].key
    one = workspace.begin_interview(
        "mine", kind=InterviewKind.BEST, on_day=date(2026, 11, 27), author="Eva"
    )
    workspace.add_evidence(
        one.id, "So it is", about=f"persona:{key}.goals", supports=True, author="Eva"
    )
    app.button(key=f"group_edit_{key}").click().run()
    assert "Goals · 1 of 1 say so" in [one.label.replace("\\", "") for one in app.text_area]
    assert "No claim rests" not in texts(app)


def test_a_persona_without_a_title_keeps_the_one_it_had() -> None:
    app = opened(PAGE, dataset="demo")
    first = group(app)[0]
    app.button(key=f"group_edit_{first.key}").click().run()
    name = next(one for one in app.text_input if one.label == "Title or challenge")
    name.set_value("   ").run()
    assert group(app)[0].name == first.name
    assert [one for one in errors(app) if "needs a title or a challenge" in one]
    name = next(one for one in app.text_input if one.label == "Title or challenge")
    assert name.value == first.name
    name.set_value("Hva koster det egentlig? " * 6).run()
    assert group(app)[0].name == first.name
    assert "that fit. All of it stays here" in texts(app)


def test_nine_sentences_wait_until_one_is_taken_out() -> None:
    app = opened(PAGE, dataset="demo")
    first = group(app)[0]
    app.button(key=f"group_edit_{first.key}").click().run()
    lines = [f"Goal {one}" for one in range(10)]
    goals = next(one for one in app.text_area if one.label == "Goals")
    goals.set_value("\n".join(lines)).run()
    assert "2 sentences more than the 8 that fit" in texts(app)
    assert group(app)[0] == first
    goals = next(one for one in app.text_area if one.label == "Goals")
    assert goals.value == "\n".join(lines)
    goals.set_value("\n".join(lines[:8])).run()
    assert group(app)[0].goals == tuple(lines[:8])
