"""The versions page: history, restore, comparison, time box, archive, export log."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from app_pages import Open, errors, metrics, printed, texts
from streamlit.testing.v1 import AppTest

from icp_core import sources
from icp_core.analysis.compare import compare
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.brief import (
    ANSWERS,
    CLAIMS,
    Aspect,
    Brief,
    BuyingRole,
    Focus,
    Persona,
    Readiness,
    Titles,
)
from icp_core.profiles.files import Agreed
from icp_core.profiles.model import Criterion, Profile, Range, Role
from icp_core.profiles.starters import starter
from icp_core.workspace import Workspace
from ui import links
from ui.versions.exports import export_log_data
from ui.versions.history import time_box_data
from ui.versions.said import said_data

PAGE = "pages/7_Versions.py"
FIRST = starter("nordic-software").profile.replace(name="Software")
GATE = next(place for place, one in enumerate(FIRST.criteria) if one.column == "employees")
SECOND = FIRST.changing(GATE, fit=Range.between(50, 100))


@pytest.fixture
def two_versions() -> Workspace:
    workspace = Workspace.open()
    workspace.save_profile(FIRST, author="Eva", why="Twins of our best", based_on=0)
    workspace.save_profile(SECOND, author="Olav", why="Larger ones", based_on=1)
    return workspace


def compared():
    scoreboard = Scoreboard(sources.load("demo"))
    return compare(scoreboard.evaluate(FIRST), scoreboard.evaluate(SECOND))


def press(app: AppTest, label: str) -> AppTest:
    return next(one for one in app.button if one.label == label).click().run()


def table(app: AppTest, place: int = 0) -> pl.DataFrame:
    return pl.from_pandas(app.dataframe[place].value)


def test_a_profile_that_is_not_saved_says_what_to_do_and_does_it(open_page: Open) -> None:
    app = open_page(PAGE, dataset="listed")
    assert "not saved yet" in texts(app)
    press(app, "Save the profile")
    app.button(key="save_now").click().run()
    assert not errors(app)
    assert table(app)["number"].to_list() == [1]


def test_the_history_tells_when_who_and_why_newest_first(
    open_page: Open, two_versions: Workspace
) -> None:
    app = open_page(PAGE, saved="software")
    assert not errors(app)
    shown = table(app)
    assert shown["number"].to_list() == [2, 1]
    assert shown["author"].to_list() == ["Olav", "Eva"]
    assert shown["why"].to_list() == ["Larger ones", "Twins of our best"]
    assert shown["shown"].to_list() == [True, False]


def test_an_old_version_is_opened_without_saving_and_restored_as_the_newest(
    open_page: Open, two_versions: Workspace
) -> None:
    app = open_page(PAGE, saved="software")
    app.selectbox(key="versions_chosen_software_2").select(1).run()
    press(app, "Open")
    assert (app.query_params["saved"], app.query_params["version"]) == ("software", "1")
    assert len(two_versions.history("software")) == 2
    press(app, "Restore as version 3")
    newest = two_versions.version("software")
    assert (newest.number, newest.why, newest.profile) == (3, "Restored version 1", FIRST)
    assert app.query_params["version"] == "3"
    assert table(app)["number"].to_list() == [3, 2, 1]


def test_an_archived_profile_leaves_the_sidebar_and_comes_back(
    open_page: Open, two_versions: Workspace
) -> None:
    app = open_page(PAGE, saved="software")
    press(app, "Archive this profile")
    assert two_versions.profiles() == []
    assert "is archived" in texts(app)
    app.selectbox(key="shown_profile").select("nordic-software").run()
    assert not any("· v" in label for label in app.selectbox(key="shown_profile").options)
    press(app, "Take back")
    assert [one.slug for one in two_versions.profiles()] == ["software"]
    assert "Software · v2" in app.selectbox(key="shown_profile").options


def test_the_last_change_is_compared_first(open_page: Open, two_versions: Workspace) -> None:
    app = open_page(PAGE, saved="software", versions_part="Compare")
    assert not errors(app)
    assert app.selectbox(key="versions_before").value == "software@1"
    assert app.selectbox(key="versions_after").value == "software@2"
    expected = compared()
    assert len(expected.left) > 20
    shown = {name: value.replace("\u202f", "") for name, value in metrics(app).items()}
    assert shown == {
        "Entered": str(len(expected.entered)),
        "Left": str(len(expected.left)),
        "Changed tier": str(len(expected.moved)),
    }
    totals = printed(app)
    by_tier = dict(zip(totals.iloc[:, 0], totals.iloc[:, 3], strict=True))
    change = expected.tiers[0].after.accounts - expected.tiers[0].before.accounts
    assert by_tier["Tier A"] == f"{change:+d}".replace("-", "−")


def test_who_left_is_listed_by_page_with_the_criterion_that_did_it(
    open_page: Open, two_versions: Workspace
) -> None:
    app = open_page(PAGE, saved="software", versions_part="Compare", versions_kind="Left")
    expected = compared()
    why = printed(app, 2)
    assert why.iloc[0, 0].translate({ord("\\"): None, 0x2060: None}).startswith("Employees: 50–100")
    assert int(why.iloc[0, 1].replace("\u202f", "")) == len(expected.left)
    rows = table(app)
    assert rows.height == 20
    assert rows["name"].to_list() == expected.rows("left", limit=20)["name"].to_list()
    assert rows["causes"].to_list() == [["Employees"]] * 20
    app.get("pagination")[0].set_value(2).run()
    second = expected.rows("left", offset=20, limit=20)["name"].to_list()
    assert table(app)["name"].to_list() == second


def test_the_transitions_add_up_to_the_market(open_page: Open, two_versions: Workspace) -> None:
    app = open_page(PAGE, saved="software", versions_part="Compare")
    moves = printed(app, 1).set_index("From ↓ to →")
    moves = moves.map(lambda count: int(count.replace("\u202f", "") or 0))
    before = Scoreboard(sources.load("demo")).evaluate(FIRST)
    after = Scoreboard(sources.load("demo")).evaluate(SECOND)
    tiers = ["Tier A", "Tier B", "Tier C", "Unranked"]
    assert moves.loc[tiers].to_numpy().sum() == len(before.matches)
    assert moves[tiers].to_numpy().sum() == len(after.matches)
    assert moves["Tier A"].sum() == after.tiers[0].accounts


def test_unsaved_edits_are_compared_with_what_they_began_as(
    open_page: Open, two_versions: Workspace
) -> None:
    app = open_page(
        PAGE, saved="software", version="1", p=links.pack(SECOND), versions_part="Compare"
    )
    assert app.selectbox(key="versions_before").value == "software@1"
    assert app.selectbox(key="versions_after").value == "now"
    assert metrics(app)["Left"] != "0"


def test_the_same_profile_on_both_sides_says_so(open_page: Open, two_versions: Workspace) -> None:
    app = open_page(PAGE, saved="software", versions_part="Compare")
    app.selectbox(key="versions_before").select("software@2").run()
    assert set(metrics(app).values()) == {"0"}
    assert "the same profile" in texts(app)


def test_what_is_unknown_on_both_sides_has_no_change(open_page: Open) -> None:
    app = open_page(PAGE, dataset="listed", versions_part="Compare")
    shown = printed(app).set_index("Figure")["Change"]
    assert [shown["Not yet customers"], shown["Potential a year \\(TAM value\\)"]] == ["–", "–"]


def test_a_choice_that_is_gone_falls_back(open_page: Open, two_versions: Workspace) -> None:
    app = open_page(PAGE, saved="software", versions_part="Compare")
    app.selectbox(key="versions_before").select("software@2").run()
    app.selectbox(key="shown_profile").select("manufacturers-erp").run()
    assert not app.exception
    assert not errors(app)


def test_a_version_that_tests_what_these_accounts_lack_is_compared_as_unknown(
    open_page: Open, two_versions: Workspace
) -> None:
    young = Profile(
        name="Young",
        criteria=(Criterion(column="founded", role=Role.MUST_HAVE, fit=Range.between(2015)),),
    )
    two_versions.save_profile(young, slug="software", author="Eva", why="", based_on=2)
    app = open_page(PAGE, dataset="norway", saved="software", versions_part="Compare")
    assert not app.exception
    assert not errors(app)
    assert metrics(app)


def test_the_export_log_is_empty_then_tells_what_left_the_house(open_page: Open) -> None:
    app = open_page(PAGE, dataset="listed", versions_part="Export log")
    assert "Nothing has been exported yet" in texts(app)
    app.switch_page("pages/8_Export.py").run()
    next(one for one in app.get("download_button") if one.label == "Download").click().run()
    app.switch_page(PAGE).run()
    app.button_group(key="versions_part").set_value("exports").run()
    (row,) = table(app).to_dicts()
    assert row["list_name"] == "listed"
    assert row["profile"] == "not saved"
    assert len(row["sha256"]) == 64


def test_a_format_of_another_version_of_the_program_is_still_shown(two_versions) -> None:
    two_versions.log_export(
        author="Eva",
        list_name="demo",
        profile=FIRST,
        format="fax",
        file_name="a.fax",
        accounts=3,
        sha256="0" * 64,
        slug="software",
        number=1,
    )
    (row,) = export_log_data(two_versions.exports()).to_dicts()
    assert (row["format"], row["profile"]) == ("fax", "software · v1")


def test_the_workspaces_place_is_shown(open_page: Open, own_workspace: Path) -> None:
    assert str(own_workspace / "workspace.sqlite") in texts(open_page(PAGE, dataset="listed"))


@pytest.mark.parametrize(
    ("start", "end", "said", "over"),
    [
        (None, None, "Set no end yet", False),
        (None, "2026-05-10", "Holds until 2026-05-10: 9 days left.", False),
        ("2026-01-01", "2026-05-02", "Holds from 2026-01-01 to 2026-05-02: 1 day left.", False),
        ("2026-01-01", "2026-05-01", "Holds from 2026-01-01 to 2026-05-01: 0 days left.", False),
        ("2026-06-01", "2026-12-01", "Holds from 2026-06-01 to 2026-12-01.", False),
        ("2026-01-01", "2026-04-30", "It ended on 2026-04-30, 1 day ago.", True),
    ],
)
def test_a_time_box_holds_through_its_last_day(start, end, said, over) -> None:
    profile = FIRST.replace(valid_from=start, valid_until=end)
    sentence, is_over = time_box_data(profile, today=date(2026, 5, 1))
    assert sentence.startswith(said)
    assert is_over is over


def test_what_is_said_in_words_is_compared_field_by_field(
    open_page: Open, two_versions: Workspace
) -> None:
    cto = Persona(
        key="technik-chef",
        name="CTO",
        role=BuyingRole.BLOCKER,
        functions=(10, 13),
        value_propositions=("Half the bill",),
        titles=Titles(sv=("Teknisk chef",)),
    )
    ready = Readiness(aspect=Aspect.ABLE, statement="Has money", column="employees")
    two_versions.save_profile(
        SECOND.replace(offer="ERP"),
        brief=Brief(
            urgency="[Soon](x)",
            buying_group=(cto,),
            readiness=(ready,),
            focus=Focus(lead_channel="Fairs"),
        ),
        author="Eva",
        why="",
        based_on=2,
        slug="software",
    )
    app = open_page(PAGE, saved="software", versions_part="Compare")
    assert not errors(app)
    said = app.table[-1].value
    plain = said.map(lambda text: text.replace("\\", ""))
    shown = {row[0]: (row[1], row[2]) for row in plain.itertuples(index=False)}
    assert shown["Offer"][1] == "ERP"
    assert shown["How urgent it is"][1] == "[Soon](x)"
    after = {name: now for name, (was, now) in shown.items() if not was}
    assert (
        after
        | {
            "CTO: Role": "Blocker",
            "CTO: At ideal customers": "Yes",
            "CTO: Importance": "Medium",
            "CTO: Job functions on LinkedIn": "Finance; Information Technology",
            "CTO: What we promise": "Half the bill",
            "CTO: Job titles": "Teknisk chef",
            "Able": "Has money",
            "Able: Measured by": "Employees",
            "One lead channel": "Fairs",
        }
        == after
    )
    assert not [name for name in shown if "_" in name or "technik-chef" in name]


def test_every_field_of_a_brief_has_a_name_in_words() -> None:
    full = Brief(
        **dict.fromkeys(ANSWERS, "x"),
        segment="x",
        goal="x",
        buying_group=(
            Persona(
                key="cto",
                name="CTO",
                role=BuyingRole.BLOCKER,
                functions=(1,),
                seniorities=(1,),
                titles=Titles(en=("x",)),
                **dict.fromkeys(CLAIMS, ("x",)),
            ),
        ),
        readiness=tuple(Readiness(aspect=one, statement="x", column="x") for one in Aspect),
        focus=Focus(pipeline="x", lead_channel="x"),
    )
    rows = said_data(Agreed(FIRST, Brief()), Agreed(FIRST, full), {})
    answers, personas, ready = len(ANSWERS) + 2, len(CLAIMS) + 7, 2 * len(Aspect)
    assert rows.height == answers + personas + ready + 2
    assert not [name for name in rows["field"] if "_" in name or name != name[0].upper() + name[1:]]
