"""Where each person left off is kept by seat, profile and list, and found again."""

from datetime import UTC, datetime, timedelta

import pytest

from icp_core.errors import ProfileError, WorkspaceError
from icp_core.profiles.model import Profile
from icp_core.workspace import Draft, Workspace
from icp_core.workspace.drafts import KEPT, MOST

NOW = datetime.now(UTC)


def draft(seat: str = "window", minutes: float = 0, **changes) -> Draft:
    values = {
        "person": "p",
        "list_name": "demo",
        "name": "Software",
        "starter": "nordic-software",
        "slug": None,
        "number": None,
        "content": None,
        "base": None,
        "touched_at": NOW + timedelta(minutes=minutes),
    }
    return Draft(seat, **(values | changes))


def test_a_draft_is_kept_in_place_of_the_one_before(workspace: Workspace) -> None:
    edited = draft(minutes=1, content=Profile(name="Mine").to_json())
    workspace.keep_draft(draft())
    workspace.keep_draft(edited)
    assert workspace.drafts("p") == [edited]
    assert workspace.draft("window") == edited
    assert edited.profile() == Profile(name="Mine")
    assert draft().profile() is None
    assert workspace.draft("another") is None
    assert workspace.drafts("somebody else") == []


def test_a_draft_that_is_written_late_takes_no_newer_one_s_place(workspace: Workspace) -> None:
    newer = draft(minutes=1, content=Profile(name="Mine").to_json(), waiting='{"key": ["a", "b"]}')
    workspace.keep_draft(newer)
    workspace.keep_draft(draft(minutes=0.5, content=Profile(name="Min").to_json()))
    assert workspace.drafts("p") == [newer]


def test_edits_of_another_profile_or_list_are_another_draft(workspace: Workspace) -> None:
    drafts = [
        draft(minutes=0),
        draft(minutes=1, list_name="norway"),
        draft(minutes=2, starter="manufacturers-erp"),
        draft(minutes=3, starter=None, slug="software", number=1),
        draft(minutes=4, starter=None, slug="software", number=2),
        draft(minutes=5, starter=None, content="{}", base="{}"),
        draft("other window", minutes=6),
    ]
    for one in drafts:
        workspace.keep_draft(one)
    assert workspace.drafts("p") == drafts[::-1]
    workspace.keep_draft(draft(minutes=7))
    assert workspace.draft("window") == draft(minutes=7)
    assert len(workspace.drafts("p")) == len(drafts)


def test_the_newest_stay_and_old_ones_go(workspace: Workspace) -> None:
    workspace.keep_draft(draft("long ago", person="q", touched_at=NOW - KEPT - timedelta(days=1)))
    workspace.keep_draft(draft("of another", minutes=-100, person="r"))
    for number in range(MOST + 5):
        workspace.keep_draft(draft(f"window {number}", minutes=number))
    kept = [one.seat for one in workspace.drafts("p")]
    assert kept == [f"window {number}" for number in reversed(range(5, MOST + 5))]
    assert workspace.drafts("q") == []
    assert len(workspace.drafts("r")) == 1


def test_having_looked_at_much_costs_no_work(workspace: Workspace) -> None:
    edited = draft("mine", minutes=-1_000, content=Profile(name="Mine").to_json())
    workspace.keep_draft(edited)
    for number in range(MOST + 5):
        workspace.keep_draft(draft(f"window {number}", minutes=number))
    assert edited in workspace.drafts("p")
    workspace.drop_draft(edited)
    assert edited not in workspace.drafts("p")


def test_the_name_given_last_is_kept_by_person(workspace: Workspace) -> None:
    assert workspace.name_of("p") == ""
    workspace.keep_name(" Åsa ", person="p")
    workspace.keep_name("Åsa Öberg", person="p")
    assert (workspace.name_of("p"), workspace.name_of("q")) == ("Åsa Öberg", "")
    with pytest.raises(WorkspaceError, match="say who you are"):
        workspace.keep_name(" ", person="p")


def test_a_damaged_draft_says_so(workspace: Workspace) -> None:
    with pytest.raises(ProfileError):
        draft(content="{").profile()
