"""Every change of the profile and of the list is taken back and made again, in its order."""

import pytest
from app_pages import Open, opened
from streamlit.testing.v1 import AppTest
from test_builder import PROFILE, add, assert_shows, builder, labelled, profile_of

from icp_core.errors import WorkspaceError
from icp_core.profiles.model import Range
from icp_core.workspace import Workspace
from ui import links, state


def pressed(app: AppTest, label: str) -> AppTest:
    return app.button(key=label.lower()).click().run()


def is_offered(app: AppTest, label: str) -> bool:
    return not app.button(key=label.lower()).disabled


def test_edits_are_taken_back_one_by_one_and_made_again() -> None:
    app = builder()
    assert not is_offered(app, "Undo")
    assert not is_offered(app, "Redo")
    labelled(app.slider, "Weight of Employees").set_value(1).run()
    app.run()
    next(one for one in app.main.button if (one.key or "").endswith("_edit")).click().run()
    app.select_slider[0].set_value((50, 200)).run()
    app.run()
    weighted = PROFILE.changing(2, weight=1)
    narrowed = weighted.changing(0, fit=Range.between(50, 200))
    assert_shows(app, narrowed)
    assert_shows(pressed(app, "Undo"), weighted)
    assert app.select_slider[0].value == (10, 200)
    assert_shows(pressed(app, "Undo"), PROFILE)
    assert labelled(app.slider, "Weight of Employees").value == 6
    assert not is_offered(app, "Undo")
    assert_shows(pressed(app, "Redo"), weighted)
    assert_shows(pressed(app, "Redo"), narrowed)
    assert not is_offered(app, "Redo")


def test_a_new_edit_leaves_nothing_to_make_again() -> None:
    app = builder()
    labelled(app.slider, "Weight of Employees").set_value(1).run()
    app.run()
    pressed(app, "Undo")
    labelled(app.slider, "Weight of Founded").set_value(9).run()
    app.run()
    assert not is_offered(app, "Redo")
    assert is_offered(app, "Undo")


def test_a_criterion_that_was_deleted_comes_back() -> None:
    app = builder()
    remove = [button for button in app.main.button if "_remove" in (button.key or "")]
    remove[3].click().run()
    app.run()
    assert profile_of(app) == PROFILE.without(3)
    assert_shows(pressed(app, "Undo"), PROFILE)


def test_reverting_is_taken_back() -> None:
    app = opened("pages/1_Builder.py", dataset="norway", profile="norwegian-limited")
    began = profile_of(app)
    weight = next(one for one in app.slider if one.label.startswith("Weight of"))
    weight.set_value(3).run()
    app.run()
    changed = profile_of(app)
    assert changed != began
    assert profile_of(pressed(app, "Revert")) == began
    assert profile_of(pressed(app, "Undo")) == changed
    assert app.selectbox(key="shown_profile").options[0].startswith("Edited")
    assert profile_of(pressed(app, "Undo")) == began
    assert not app.selectbox(key="shown_profile").options[0].startswith("Edited")


def test_another_list_and_another_profile_are_taken_back() -> None:
    app = opened("pages/1_Builder.py", dataset="demo", profile="nordic-software")
    began = profile_of(app)
    app.selectbox(key="shown_profile").select("manufacturers-erp").run()
    other = profile_of(app)
    assert other != began
    app.selectbox(key="shown_dataset").select("listed").run()
    assert profile_of(app) not in (began, other)
    assert profile_of(pressed(app, "Undo")) == other
    assert app.selectbox(key="shown_dataset").value == "demo"
    assert profile_of(pressed(app, "Undo")) == began
    assert dict(app.query_params) == {"dataset": "demo", "profile": "nordic-software"}


def test_saving_is_no_change(open_page: Open) -> None:
    app = open_page("pages/1_Builder.py", dataset="norway", p=links.pack(PROFILE))
    labelled(app.slider, "Weight of Employees").set_value(1).run()
    app.run()
    pressed(app, "Save")
    app.button(key="save_now").click().run()
    assert not state_of(app).edited
    assert profile_of(pressed(app, "Undo")) == PROFILE


def state_of(app: AppTest) -> state.View:
    now: state.View = app.session_state["view"]
    return now


def test_the_plan_is_taken_back_between_edits_of_the_profile() -> None:
    app = builder()
    labelled(app.slider, "Weight of Employees").set_value(1).run()
    app.run()
    app.switch_page("pages/4_Tiers.py").run()
    people = app.number_input(key="shown_plan_people").value
    app.number_input(key="shown_plan_people").set_value(people + 5).run()
    assert app.number_input(key="shown_plan_people").value == people + 5
    pressed(app, "Undo")
    assert app.number_input(key="shown_plan_people").value == people
    assert profile_of(app) == PROFILE.changing(2, weight=1)
    pressed(app, "Redo")
    assert app.number_input(key="shown_plan_people").value == people + 5
    pressed(app, "Undo")
    assert profile_of(pressed(app, "Undo")) == PROFILE


def test_a_plan_saved_for_the_team_is_taken_back_for_the_team() -> None:
    app = builder()
    app.switch_page("pages/4_Tiers.py").run()
    people = app.number_input(key="shown_plan_people").value
    app.number_input(key="shown_plan_people").set_value(people + 5).run()
    app.button(key="plan_save").click().run()
    assert Workspace.open().team().people == people + 5
    pressed(app, "Undo")
    assert Workspace.open().team().people == people
    # What was tried before it was saved is tried still, and says so.
    assert app.number_input(key="shown_plan_people").value == people + 5
    assert app.button(key="plan_save")
    pressed(app, "Redo")
    assert Workspace.open().team().people == people + 5
    pressed(app, "Undo")
    pressed(app, "Undo")
    assert app.number_input(key="shown_plan_people").value == people


def test_a_saved_plan_can_be_taken_back_once_the_workspace_can_be_reached_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = builder()
    app.switch_page("pages/4_Tiers.py").run()
    people = app.number_input(key="shown_plan_people").value
    app.number_input(key="shown_plan_people").set_value(people + 5).run()
    app.button(key="plan_save").click().run()

    def refuse(*_args: object, **_named: object) -> None:
        raise WorkspaceError("The workspace cannot be reached.")

    with monkeypatch.context() as away:
        away.setattr(Workspace, "save_team", refuse)
        pressed(app, "Undo")
        assert "cannot be reached" in " ".join(one.value for one in app.warning)
    pressed(app, "Undo")
    assert Workspace.open().team().people == people


def test_a_plan_that_somebody_else_saved_since_is_not_taken_back() -> None:
    app = builder()
    app.switch_page("pages/4_Tiers.py").run()
    people = app.number_input(key="shown_plan_people").value
    app.number_input(key="shown_plan_people").set_value(people + 5).run()
    app.button(key="plan_save").click().run()
    theirs = Workspace.open().team().replace(people=people + 9)
    Workspace.open().save_team(theirs, author="Eva")
    pressed(app, "Undo")
    assert "Somebody saved another plan" in " ".join(one.value for one in app.warning)
    assert Workspace.open().team() == theirs


def rows_in(app: AppTest) -> list[str]:
    return [one.label for one in app.main.button if (one.key or "").endswith("_edit")]


def test_a_criterion_that_asks_for_nothing_yet_is_taken_back_alone() -> None:
    app = builder()
    labelled(app.slider, "Weight of Employees").set_value(1).run()
    app.run()
    weighted, before = profile_of(app), rows_in(app)
    add(app, "Founded")
    assert len(rows_in(app)) == len(before) + 1
    assert is_offered(app, "Undo")
    pressed(app, "Undo")
    assert (rows_in(app), profile_of(app)) == (before, weighted), "and no edit with it"
    pressed(app, "Redo")
    assert len(rows_in(app)) == len(before) + 1
    next(one for one in app.number_input if one.label.startswith("Minimum")).set_value(1990).run()
    app.run()
    assert len(profile_of(app).criteria) == len(weighted.criteria) + 1
    pressed(app, "Undo")
    assert (rows_in(app), profile_of(app)) == (before, weighted), "beginning it is no other step"
    assert profile_of(pressed(app, "Undo")) == PROFILE


def test_a_criterion_that_was_given_up_is_no_step_to_take_back() -> None:
    app = builder()
    add(app, "Founded")
    remove = [one for one in app.main.button if "_remove" in (one.key or "")]
    next(one for one in remove if "Founded, must-have" in one.label).click().run()
    app.run()
    assert not is_offered(app, "Undo")
