"""Saving profiles in the workspace: versions, conflicts, links, and a workspace that fails."""

import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest
from app_pages import PAGES, Open, errors, metrics, texts
from streamlit.testing.v1 import AppTest

from icp_core.profiles.model import Profile
from icp_core.profiles.starters import starter
from icp_core.workspace import URL_VARIABLE, Workspace
from ui import links

STARTER = starter("listed-by-domain").profile
MINE = STARTER.replace(name="Twins")


def press(app: AppTest, label: str) -> AppTest:
    return next(one for one in app.button if one.label == label).click().run()


def edited(profile: Profile) -> Profile:
    return profile.replace(description="Edited")


def saving(open_page: Open, **parameters: str) -> AppTest:
    """The save dialog, open."""
    return press(open_page(dataset="listed", **parameters), "Save")


def test_a_saved_profile_is_version_1_and_stands_in_the_address(open_page: Open) -> None:
    app = saving(open_page)
    app.text_input(key="save_name").input("Twins")
    app.text_input(key="save_why").input("First try")
    app.text_input(key="save_author").input("Eva")
    app.button(key="save_now").click().run()
    assert not errors(app)
    (saved,) = Workspace.open().profiles()
    assert (saved.slug, saved.newest.number) == ("twins", 1)
    assert (saved.newest.author, saved.newest.why) == ("Eva", "First try")
    assert saved.newest.profile == MINE
    assert dict(app.query_params) == {"dataset": "listed", "saved": "twins", "version": "1"}
    assert app.selectbox(key="shown_profile").value == "saved:twins"
    assert app.selectbox(key="shown_profile").options[0] == "Twins · v1"


def test_the_name_given_once_is_offered_again(open_page: Open) -> None:
    app = saving(open_page)
    app.text_input(key="save_author").input("Eva")
    app.button(key="save_now").click().run()
    press(app, "Save")
    assert app.text_input(key="save_author").value == "Eva"


def test_a_link_opens_the_version_it_names_with_its_edits(open_page: Open) -> None:
    workspace = Workspace.open()
    workspace.save_profile(MINE, author="Eva", why="", based_on=0)
    workspace.save_profile(edited(MINE), author="Eva", why="", based_on=1)
    app = open_page(dataset="listed", saved="twins", version="1")
    assert not errors(app)
    assert app.selectbox(key="shown_profile").options[0] == "Twins · v1"
    assert "p" not in app.query_params
    app = open_page(dataset="listed", saved="twins", version="1", p=links.pack(edited(MINE)))
    assert app.selectbox(key="shown_profile").options[0] == "Edited: Twins · v1"
    press(app, "Revert all edits")
    assert dict(app.query_params) == {"dataset": "listed", "saved": "twins", "version": "1"}


def test_a_link_without_a_number_opens_the_newest_version(open_page: Open) -> None:
    workspace = Workspace.open()
    workspace.save_profile(MINE, author="Eva", why="", based_on=0)
    workspace.save_profile(edited(MINE), author="Eva", why="", based_on=1)
    assert open_page(dataset="listed", saved="twins").query_params["version"] == "2"


@pytest.mark.parametrize(
    "parameters",
    [
        {"saved": "nobody"},
        {"saved": "twins", "version": "9"},
        {"saved": "twins", "version": "9" * 40},
        {"saved": "'; drop table icp_profiles; --" * 9},
    ],
)
def test_a_link_to_what_is_not_there_says_so_and_shows_a_starter(
    open_page: Open, parameters: dict[str, str]
) -> None:
    Workspace.open().save_profile(MINE, author="Eva", why="", based_on=0)
    app = open_page(dataset="listed", **parameters)
    assert not app.exception
    (message,) = errors(app)
    assert "There is no" in message
    assert dict(app.query_params) == {"dataset": "listed", "profile": "listed-by-domain"}
    assert metrics(app)


def test_a_saved_profile_is_picked_beside_the_starters(open_page: Open) -> None:
    Workspace.open().save_profile(edited(STARTER), slug="twins", author="Eva", why="", based_on=0)
    app = open_page(dataset="listed")
    picker = app.selectbox(key="shown_profile")
    assert picker.options == [f"{STARTER.name} · v1", STARTER.name, "+ New profile"]
    picker.select("saved:twins").run()
    assert dict(app.query_params) == {"dataset": "listed", "saved": "twins", "version": "1"}
    app.selectbox(key="shown_profile").select("listed-by-domain").run()
    assert dict(app.query_params) == {"dataset": "listed", "profile": "listed-by-domain"}


def test_who_comes_second_is_told_and_saves_the_next_version(open_page: Open) -> None:
    workspace = Workspace.open()
    workspace.save_profile(MINE, author="Eva", why="", based_on=0)
    mine = edited(MINE)
    app = saving(open_page, saved="twins", p=links.pack(mine))
    workspace.save_profile(MINE.replace(offer="ERP"), author="Olav", why="ERP", based_on=1)
    app.text_input(key="save_author").input("Eva")
    app.button(key="save_now").click().run()
    (message,) = errors(app)
    assert "Olav saved version 2 of Twins" in message
    assert "“ERP”" in message
    assert len(workspace.history("twins")) == 2
    app.button(key="save_next").click().run()
    assert not errors(app)
    newest = workspace.version("twins")
    assert (newest.number, newest.author, newest.based_on) == (3, "Eva", 2)
    assert newest.profile == mine
    assert app.query_params["version"] == "3"


def test_who_comes_second_can_open_the_newest_instead(open_page: Open) -> None:
    workspace = Workspace.open()
    workspace.save_profile(MINE, author="Eva", why="", based_on=0)
    app = saving(open_page, saved="twins", p=links.pack(edited(MINE)))
    workspace.save_profile(MINE.replace(offer="ERP"), author="Olav", why="", based_on=1)
    app.button(key="save_now").click().run()
    app.button(key="save_open_newest").click().run()
    assert dict(app.query_params) == {"dataset": "listed", "saved": "twins", "version": "2"}
    assert len(workspace.history("twins")) == 2


def test_a_new_profile_of_a_name_that_is_taken_overwrites_nothing(open_page: Open) -> None:
    workspace = Workspace.open()
    workspace.save_profile(MINE, author="Olav", why="", based_on=0)
    app = saving(open_page)
    app.text_input(key="save_name").input("Twins")
    app.button(key="save_now").click().run()
    assert "Olav saved version 1" in errors(app)[0]
    app.text_input(key="save_name").input("Twins in Norway").run()
    assert not errors(app)
    app.button(key="save_now").click().run()
    assert [one.slug for one in workspace.profiles()] == ["twins", "twins-in-norway"]
    assert [one.newest.number for one in workspace.profiles()] == [1, 1]


def test_a_version_in_which_nothing_changed_is_not_saved(open_page: Open) -> None:
    Workspace.open().save_profile(MINE, author="Eva", why="", based_on=0)
    app = saving(open_page, saved="twins")
    assert app.button(key="save_now").disabled
    assert "Nothing has changed since version 1" in texts(app)
    app.text_input(key="save_name").input("Twins and more").run()
    assert not app.button(key="save_now").disabled


def broken_file(folder: Path) -> str:
    folder.mkdir(parents=True)
    (folder / "workspace.sqlite").write_bytes(b"not a database at all" * 99)
    return "damaged or is not a workspace"


def newer_schema(folder: Path) -> str:
    Workspace.open().close()
    with sqlite3.connect(folder / "workspace.sqlite") as connection:
        connection.execute("UPDATE icp_schema_version SET version_num = '9999'")
    return "A newer version of this program"


@pytest.mark.parametrize("spoil", [broken_file, newer_schema])
def test_without_a_workspace_the_rest_works_and_one_message_says_why(
    open_page: Open, own_workspace: Path, spoil
) -> None:
    said = spoil(own_workspace)
    app = open_page(dataset="listed")
    assert not app.exception
    (message,) = errors(app)
    assert said in message
    assert metrics(app)
    press(app, "Save")
    assert not app.exception
    assert any(one.label == "Download the profile" for one in app.get("download_button"))


@pytest.mark.parametrize("page", PAGES)
def test_no_page_says_twice_that_the_workspace_cannot_be_used(
    open_page: Open, own_workspace: Path, page: str
) -> None:
    said = broken_file(own_workspace)
    app = open_page(page, dataset="listed")
    assert not app.exception
    assert [said in one for one in errors(app)].count(True) == 1


def test_a_server_that_is_away_is_asked_again_on_request(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, "postgresql://eva:secret@127.0.0.1:1/crm")
    app = open_page(dataset="listed", saved="twins", p=links.pack(MINE))
    assert len([one for one in errors(app) if "cannot be reached" in one]) >= 1
    assert "secret" not in " ".join(errors(app))
    assert links.unpack(app.query_params["p"]) == MINE
    monkeypatch.delenv(URL_VARIABLE)
    press(app, "Try again")
    assert not errors(app)
    assert links.unpack(app.query_params["p"]) == MINE


def test_a_time_box_that_has_run_out_shows_on_every_page(open_page: Open) -> None:
    past = MINE.replace(valid_from="2020-01-01", valid_until="2020-06-30")
    app = open_page(dataset="listed", p=links.pack(past))
    assert "Time box ended on 2020-06-30" in texts(app)
    app = open_page(dataset="listed", p=links.pack(past.replace(valid_until="2999-01-01")))
    assert "Time box ended" not in texts(app)


def test_a_profile_saved_when_a_tier_could_be_called_unranked_opens_with_a_remark(
    open_page: Open, own_workspace: Path
) -> None:
    Workspace.open().save_profile(MINE, author="Eva", why="", based_on=0)
    with sqlite3.connect(own_workspace / "workspace.sqlite") as connection:
        old = MINE.to_json().replace('"name": "C"', '"name": "Unranked"')
        connection.execute(
            "UPDATE icp_profile_versions SET content = ?, checksum = ?",
            (old, sha256(old.encode()).hexdigest()),
        )
    connection.close()
    app = open_page(dataset="listed", saved="twins")
    assert "The tier “Unranked” is called “Tier 3”" in " ".join(errors(app))
    assert "Tiers A · B · Tier 3" in metrics(app)
