from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.proven import Proven
from icp_core.analysis.verification import Answer, draw, verify
from icp_core.errors import WorkspaceError
from icp_core.intervals import Estimate
from icp_core.profiles.model import Profile
from icp_core.workspace import checksum

SAAS = Profile(name="Nordic SaaS")


@pytest.fixture
def sample():
    matches = [f"SE-{number}" for number in range(100)]
    possible = [f"NO-{number}" for number in range(40)]
    return draw(matches, possible, match=4, possible=2, seed=7)


def test_answers_read_back_in_the_order_drawn_and_feed_the_arithmetic(workspace, sample):
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    saved = workspace.save_draw(
        sample, list_name="demo", profile=SAAS, author="Eva", slug="nordic-saas", number=1
    )
    ids = sample.match
    workspace.answer(
        saved.id,
        {ids[0]: Answer.FITS, ids[1]: Answer.FITS, ids[2]: Answer.DOES_NOT},
        author="Eva",
    )
    workspace.answer(
        saved.id, {ids[2]: Answer.CANT_TELL, sample.possible[0]: Answer.FITS}, author="Ola"
    )
    answers = workspace.answers(saved.id)
    assert answers["account_id"].to_list() == [*sample.match, *sample.possible]
    assert answers["stratum"].to_list() == ["match"] * 4 + ["possible"] * 2
    assert answers["answer"].to_list() == ["fits", "fits", "cant_tell", None, "fits", None]
    assert answers["author"].to_list() == ["Eva", "Eva", "Ola", None, "Ola", None]
    result = verify(answers, match_size=saved.match_size, possible_size=saved.possible_size)
    assert (result.match.fits, result.match.cant_tell, result.match.open) == (2, 1, 1)
    assert result.corrected.estimate == 140
    workspace.answer(saved.id, {ids[0]: None}, author="Eva")
    assert workspace.answers(saved.id)["answer"][0] is None


def test_draws_are_listed_newest_first_with_what_they_were_drawn_from(workspace, sample):
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    first = workspace.save_draw(
        sample, list_name="demo", profile=SAAS, author="Eva", slug="nordic-saas", number=1
    )
    second = workspace.save_draw(sample, list_name="norway", profile=SAAS, author="Eva")
    assert workspace.draws() == [second, first]
    assert workspace.draws(list_name="demo") == [first]
    assert workspace.draws(slug="nordic-saas") == [first]
    assert (first.seed, first.match_size, first.possible_size) == (7, 100, 40)
    assert (second.slug, second.number, second.checksum) == (None, None, checksum(SAAS))


def test_an_answer_for_an_account_that_was_not_drawn_keeps_none_of_the_answers(workspace, sample):
    saved = workspace.save_draw(sample, list_name="demo", profile=SAAS, author="Eva")
    answers = {sample.match[0]: Answer.FITS, "ZZ-1": Answer.FITS}
    with pytest.raises(WorkspaceError, match="ZZ-1 is not in draw"):
        workspace.answer(saved.id, answers, author="Eva")
    assert workspace.answers(saved.id)["answer"].null_count() == 6


def test_a_record_of_a_version_that_was_never_saved_is_refused(workspace, sample):
    with pytest.raises(WorkspaceError, match="has no version 1"):
        workspace.save_draw(
            sample, list_name="demo", profile=SAAS, author="Eva", slug="nordic-saas", number=1
        )
    assert workspace.draws() == []


def test_the_teams_plan_is_the_profiles_own_else_everybodys_else_the_default(workspace):
    assert workspace.team("nordic-saas") == TeamPlan()
    for_all = TeamPlan(served_regions=("SE-01", "NO-03"), people=5, hours_each=100, months=6)
    workspace.save_team(for_all, author="Eva")
    assert workspace.team("nordic-saas") == workspace.team() == for_all
    own = for_all.replace(hours_per_tier={"A": 60.0, "B": 4.0})
    workspace.save_team(own, author="Eva", slug="nordic-saas")
    workspace.save_team(own.replace(people=6), author="Ola", slug="nordic-saas")
    assert workspace.team("nordic-saas") == own.replace(people=6)
    assert workspace.team("other") == for_all


def test_the_export_log_tells_what_left_the_house(workspace):
    before = datetime.now(UTC)
    workspace.save_profile(SAAS, author="Eva", why="", based_on=0)
    common = {"author": "Eva", "list_name": "demo", "profile": SAAS}
    workspace.log_export(
        **common, format="linkedin", file_name="a.csv", accounts=300, sha256="ab" * 32
    )
    workspace.log_export(
        **common,
        format="hubspot",
        file_name="b.csv",
        accounts=10,
        sha256="cd" * 32,
        slug="nordic-saas",
        number=1,
    )
    log = workspace.exports()
    assert log.select("format", "file_name", "accounts", "sha256", "slug", "number").rows() == [
        ("hubspot", "b.csv", 10, "cd" * 32, "nordic-saas", 1),
        ("linkedin", "a.csv", 300, "ab" * 32, None, None),
    ]
    assert log["checksum"].unique().to_list() == [checksum(SAAS)]
    assert all(before <= moment <= datetime.now(UTC) for moment in log["exported_at"])
    assert workspace.exports(limit=1).height == 1


FOUND = Proven(Estimate(2.4, 1.6, 3.3), 104, 63, fictional=False, on=date(2026, 11, 26))


def test_the_newest_proof_of_a_profile_as_it_stands_on_a_list_holds(workspace):
    where = {"list_name": "file:" + "ø" * 300, "profile": SAAS}
    assert workspace.proof(**where) is None
    workspace.keep_proof(FOUND, author="Eva", **where)
    workspace.keep_proof(FOUND, author="Eva", **where)
    assert workspace.proof(**where) == FOUND
    newer = replace(FOUND, best=70)
    workspace.keep_proof(newer, author="Ola", **where)
    assert workspace.proof(**where) == newer
    assert workspace.proof(list_name="demo", profile=SAAS) is None
    assert workspace.proof(**where | {"profile": SAAS.replace(name="Another")}) is None
    # The same is kept once, and nothing of it is a plan.
    with workspace._engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM icp_settings")).scalar() == 2
    assert workspace.team() == TeamPlan()


@pytest.mark.parametrize(
    "kept", ["", "[]", "{}", '"x"', '{"lift": 3}', FOUND.to_json().replace("2026-11-26", "soon")]
)
def test_a_proof_that_somebody_changed_in_the_database_is_none(workspace, kept):
    workspace.keep_proof(FOUND, list_name="demo", profile=SAAS, author="Eva")
    with workspace._engine.begin() as connection:
        connection.execute(text("UPDATE icp_settings SET content = :kept"), {"kept": kept})
    assert workspace.proof(list_name="demo", profile=SAAS) is None
