from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from icp_core.errors import IcpError, WorkspaceError
from icp_core.profiles.model import Criterion, Profile, Range, Role
from icp_core.workspace import ConflictError, Workspace, checksum, slug_of

SAAS = Profile(
    name="Nordic SaaS",
    description="Växande bolag med 30–200 anställda",
    criteria=(Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(30, 200)),),
)
WIDER = SAAS.changing(0, fit=Range.between(20, 300))


def test_a_saved_profile_reads_back_the_same_from_another_connection(workspace, database_url):
    before = datetime.now(UTC)
    saved = workspace.save_profile(SAAS, author=" Eva ", why="first draft", based_on=0)
    other = Workspace.open(database_url)
    read = other.version("nordic-saas")
    other.close()
    assert read == saved
    assert (read.number, read.author, read.why, read.based_on) == (1, "Eva", "first draft", None)
    assert read.profile == SAAS
    assert read.checksum == checksum(SAAS)
    assert read.saved_at.utcoffset() == timedelta(0)
    assert before <= read.saved_at <= datetime.now(UTC)


def test_versions_are_numbered_and_older_ones_stay_as_they_were(workspace):
    first = workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    second = workspace.save_profile(WIDER, author="Ola", why="too narrow", based_on=1)
    assert [version.number for version in workspace.history("nordic-saas")] == [2, 1]
    assert workspace.version("nordic-saas", 1) == first
    assert workspace.version("nordic-saas") == second
    assert second.based_on == 1
    assert second.profile == WIDER


def test_a_save_on_top_of_an_older_version_is_refused_and_names_the_newer_one(workspace):
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    theirs = workspace.save_profile(WIDER, author="Ola", why="", based_on=1)
    mine = SAAS.replace(offer="Payroll")
    with pytest.raises(ConflictError, match="Ola saved version 2") as caught:
        workspace.save_profile(mine, author="Eva", why="", based_on=1)
    assert caught.value.newest == theirs
    assert isinstance(caught.value, IcpError)
    assert len(workspace.history("nordic-saas")) == 2
    anyway = workspace.save_profile(mine, author="Eva", why="", based_on=None)
    assert (anyway.number, anyway.based_on) == (3, 2)
    assert workspace.version("nordic-saas", 2) == theirs


def test_a_new_profile_never_lands_on_top_of_another_of_the_same_name(workspace):
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    with pytest.raises(ConflictError):
        workspace.save_profile(WIDER, author="Ola", why="", based_on=0)
    other = workspace.save_profile(WIDER, author="Ola", why="", based_on=0, slug="nordic-saas-2")
    assert other.number == 1


def test_an_unknown_base_version_is_refused_and_leaves_no_empty_profile(workspace):
    with pytest.raises(WorkspaceError, match="save it as a new profile"):
        workspace.save_profile(SAAS, author="Eva", why="", based_on=4)
    assert workspace.profiles() == []
    with pytest.raises(WorkspaceError, match="no profile nordic-saas"):
        workspace.version("nordic-saas")


def test_restoring_copies_an_old_version_to_the_top(workspace):
    first = workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    workspace.save_profile(WIDER, author="Eva", why="", based_on=1)
    restored = workspace.restore("nordic-saas", 1, author="Ola")
    assert (restored.number, restored.content, restored.author) == (3, first.content, "Ola")
    assert restored.why == "Restored version 1"
    assert len(workspace.history("nordic-saas")) == 3


def test_a_new_name_under_the_old_slug_renames_the_profile(workspace):
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    renamed = SAAS.replace(name="SaaS, Sweden")
    workspace.save_profile(renamed, author="Eva", why="", based_on=1, slug="nordic-saas")
    (listed,) = workspace.profiles()
    assert (listed.slug, listed.newest.profile.name) == ("nordic-saas", "SaaS, Sweden")


def test_an_archived_profile_leaves_the_list_and_comes_back_whole(workspace):
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    workspace.save_profile(SAAS.replace(name="Other"), author="Eva", why="", based_on=0)
    workspace.archive_profile("nordic-saas")
    assert [listed.slug for listed in workspace.profiles()] == ["other"]
    everything = {listed.slug: listed.archived for listed in workspace.profiles(archived=True)}
    assert everything == {"nordic-saas": True, "other": False}
    assert len(workspace.history("nordic-saas")) == 1
    workspace.archive_profile("nordic-saas", archived=False)
    assert len(workspace.profiles()) == 2
    with pytest.raises(WorkspaceError, match="no profile missing"):
        workspace.archive_profile("missing")


def test_saving_an_archived_profile_takes_it_out_of_the_archive(workspace):
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    workspace.archive_profile("nordic-saas")
    workspace.save_profile(WIDER, author="Ola", why="", based_on=1)
    assert [listed.newest.number for listed in workspace.profiles()] == [2]


def test_a_version_changed_behind_our_back_is_not_passed_off_as_the_saved_one(
    workspace, database_url
):
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE icp_profile_versions SET content = replace(content, '30', '31')")
        )
    engine.dispose()
    with pytest.raises(WorkspaceError, match="not what was saved"):
        workspace.version("nordic-saas").profile  # noqa: B018


def test_a_save_without_an_author_is_refused(workspace):
    with pytest.raises(WorkspaceError, match="say who you are"):
        workspace.save_profile(SAAS, author="  ", why="", based_on=0)
    assert workspace.profiles() == []


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Nordic SaaS", "nordic-saas"),
        ("Ærø & Ålesund / Österbotten 2026!", "aero-alesund-osterbotten-2026"),
        ("x" * 80 + "!", "x" * 80),
    ],
)
def test_a_slug_is_plain_lower_case(name, slug):
    assert slug_of(name) == slug


def test_names_without_latin_letters_get_slugs_of_their_own():
    assert slug_of("顧客").startswith("profile-")
    assert slug_of("顧客") != slug_of("市場")
