"""What somebody worked on is found again: after a reload, in a new window, on another day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from app_pages import errors, opened, texts
from streamlit.testing.v1 import AppTest
from test_builder import PROFILE, builder, labelled, profile_of

from icp_core.analysis.interviews import MAX_ANSWER, InterviewKind
from icp_core.errors import WorkspaceError
from icp_core.workspace import Workspace
from icp_core.workspace.drafts import Draft
from ui import data, links, seat


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that is known, as all are that open a page of the server."""
    monkeypatch.setattr(seat, "person", lambda: "somebody")


def weighed(app: AppTest, weight: int) -> AppTest:
    labelled(app.slider, "Weight of Employees").set_value(weight).run()
    return app.run()


def seat_of(app: AppTest) -> str:
    assert app.query_params.keys() == {"draft"}
    found: str = app.query_params["draft"]
    return found


def test_edits_never_change_the_address_and_a_reload_keeps_them() -> None:
    app = builder()
    before = seat_of(app)
    weighed(app, 1)
    assert seat_of(app) == before
    again = opened("pages/1_Builder.py", draft=before)
    assert profile_of(again) == PROFILE.changing(2, weight=1)
    assert not errors(again)


def test_the_plain_address_goes_on_where_one_left_off() -> None:
    app = opened("pages/1_Builder.py", dataset="norway", profile="norwegian-limited")
    weight = next(one for one in app.slider if one.label.startswith("Weight of"))
    weight.set_value(3).run()
    changed = profile_of(app.run())
    on_return = opened()
    now = on_return.session_state["view"]
    assert (now.list_name, now.profile, now.edited) == ("norway", changed, True)
    assert profile_of(on_return.button(key="revert").click().run()) != changed


def test_what_is_too_long_or_a_quote_not_yet_marked_waits_for_another_session() -> None:
    where = ("pages/19_Interviews.py", {"dataset": "norway", "saved": "mine"})
    workspace = Workspace.open()
    workspace.save_profile(PROFILE.replace(name="Mine"), author="Eva", why="", based_on=0)
    one = workspace.begin_interview(
        "mine", kind=InterviewKind.BEST, on_day=date(2026, 11, 27), author="Eva"
    )
    quote, long = f"interviews_quote_{one.id}", "x" * (MAX_ANSWER + 1)
    app = opened(where[0], **where[1])
    app.text_area(key=quote).set_value("It burst in March").run()
    app.text_area[1].set_value(long).run()
    page = opened("pages/21_One_page.py", draft=seat_of(app))
    urgency = next(one for one in page.text_area if one.key.endswith("_brief_urgency"))
    urgency.set_value("y" * 401).run()
    page = opened("pages/21_One_page.py", draft=seat_of(page))
    assert [one for one in page.text_area if one.value == "y" * 401]
    again = opened(where[0], draft=seat_of(page))
    assert again.text_area(key=quote).value == "It burst in March"
    assert again.text_area[1].value == long
    assert workspace.replies(one.id) == {}
    # What was used or fits by now waits no longer.
    again.text_area[1].set_value("It fits").run()
    again.selectbox(key="interviews_claim").select("brief.urgency").run()
    again.button(key="interviews_mark").click().run()
    assert [quote.quote for quote in workspace.evidence("mine")] == ["It burst in March"]
    assert again.text_area(key=quote).value == ""
    last = opened(where[0], draft=seat_of(again))
    assert last.text_area(key=quote).value == ""
    assert last.text_area[1].value == "It fits"
    assert not errors(last)


def test_another_profile_leaves_the_draft_of_the_first_where_it_was() -> None:
    app = builder()
    changed = profile_of(weighed(app, 1))
    app.selectbox(key="shown_profile").select("norwegian-limited").run()
    contents = [one.profile() for one in drafts()]
    assert changed in contents
    assert None in contents


def test_two_windows_keep_two_drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat, "_session", lambda: "one")
    first = weighed(builder(), 1)
    monkeypatch.setattr(seat, "_session", lambda: "two")
    second = opened("pages/1_Builder.py", draft=seat_of(first))
    weighed(second, 2)
    assert seat_of(second) != seat_of(first)
    kept = {one.seat: one.profile() for one in drafts()}
    assert kept[seat_of(first)] == PROFILE.changing(2, weight=1)
    assert kept[seat_of(second)] == PROFILE.changing(2, weight=2)


@pytest.mark.parametrize("asked", ["gone", "A" * 22, "'; DROP TABLE icp_drafts --"])
def test_a_draft_that_is_gone_says_so_and_goes_on_with_the_last(asked: str) -> None:
    changed = profile_of(weighed(builder(), 1))
    app = opened("pages/1_Builder.py", draft=asked)
    assert "not kept here any more" in " ".join(errors(app))
    assert profile_of(app) == changed


def test_a_draft_on_a_list_that_was_deleted_keeps_its_profile() -> None:
    app = weighed(builder(), 1)
    lost = replace(drafts()[0], list_name="loaded:gone", touched_at=datetime.now(UTC))
    data.workspace().keep_draft(lost)
    again = opened("pages/1_Builder.py", draft=seat_of(app))
    (said,) = errors(again)
    assert "accounts of this profile are no longer here; this is Nordic demo" in said
    assert "gone" not in said, "no name that nobody gave"
    assert profile_of(again) == PROFILE.changing(2, weight=1)


def test_a_draft_on_a_list_that_was_deleted_is_offered_without_the_name_nobody_gave() -> None:
    weighed(builder(), 1)
    before = drafts()[0].touched_at - timedelta(hours=1)
    lost = replace(drafts()[0], seat="other", list_name="loaded:gone", touched_at=before)
    # What is the same as a newer one is not offered beside it.
    lost = replace(lost, name="Lost")
    data.workspace().keep_draft(lost)
    app = opened()
    assert "accounts no longer here ·" in texts(app)
    app.button(key="start_open_0").click().run()
    assert "loaded:gone" not in texts(app)
    assert profile_of(app) == PROFILE.changing(2, weight=1)


def test_the_name_given_last_is_known_on_return() -> None:
    app = opened("pages/7_Versions.py")
    app.text_input(key="shown_author").set_value("Åsa").run()
    assert opened("pages/7_Versions.py").text_input(key="shown_author").value == "Åsa"


def test_without_a_known_browser_the_address_holds_the_view(monkeypatch) -> None:
    monkeypatch.setattr(seat, "person", lambda: None)
    app = weighed(builder(), 1)
    assert links.unpack(app.query_params["p"]) == PROFILE.changing(2, weight=1)
    assert not drafts()


def drafts() -> list[Draft]:
    workspace: Workspace = data.workspace()
    return workspace.drafts("somebody")


def test_what_nobody_saved_is_offered_wherever_profiles_are_chosen() -> None:
    app = builder()
    changed = profile_of(weighed(app, 1))
    app.selectbox(key="shown_profile").select("norwegian-limited").run()
    app.selectbox(key="shown_dataset").select("listed").run()
    app.selectbox(key="shown_dataset").select("demo").run()
    found = [
        key for key in app.selectbox(key="shown_profile").options if key.startswith("Unsaved: ")
    ]
    assert len(found) == 1
    app.selectbox(key="shown_profile").select_index(
        app.selectbox(key="shown_profile").options.index(found[0])
    ).run()
    assert profile_of(app) == changed
    app.button(key="save").click().run()
    app.button(key="save_now").click().run()
    assert not [one for one in drafts() if one.content and one.profile() == changed]


def test_another_persons_address_is_gone_on_from_as_a_copy(monkeypatch) -> None:
    mine = weighed(builder(), 1)
    monkeypatch.setattr(seat, "person", lambda: "another")
    theirs = opened("pages/1_Builder.py", draft=seat_of(mine))
    assert profile_of(theirs) == profile_of(mine)
    weighed(theirs, 2)
    assert seat_of(theirs) != seat_of(mine)
    assert profile_of(mine) in [one.profile() for one in drafts()]


def test_a_draft_that_cannot_be_written_says_so_once_and_the_address_holds_the_edits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = builder()
    full = WorkspaceError("The disk is full.")
    monkeypatch.setattr(Workspace, "keep_draft", lambda *_: (_ for _ in ()).throw(full))
    weighed(app, 1)
    app.run()
    assert links.unpack(app.query_params["p"]) == PROFILE.changing(2, weight=1)
    monkeypatch.undo()


def test_undo_passes_by_a_list_that_was_deleted(tmp_path, monkeypatch) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("name,employees\n" + "\n".join(f"Firma {i},{i}" for i in range(30)))
    monkeypatch.setenv("ICP_DATASETS", str(file))
    app = weighed(builder(), 1)
    app.selectbox(key="shown_dataset").select(str(file)).run()
    app.selectbox(key="shown_dataset").select("norway").run()
    monkeypatch.delenv("ICP_DATASETS")
    for _ in range(3):
        app.button(key="undo").click().run()
        assert not app.exception
    assert profile_of(app) == PROFILE
    assert app.button(key="undo").disabled
