"""The content plan: gaps by persona and stage, objections without an answer, and what is kept."""

from dataclasses import replace
from datetime import date

import pytest

from icp_core.analysis.content_plan import Piece, Progress, Source, Stage, grid, unanswered
from icp_core.errors import WorkspaceError
from icp_core.profiles.brief import Brief, BuyingRole, Persona
from icp_core.profiles.model import Profile

CTO = Persona(
    key="cto", name="CTO", role=BuyingRole.BLOCKER, objections=("Risk while moving", "Cost")
)
CFO = Persona(key="cfo", name="CFO", role=BuyingRole.INFLUENCER, objections=("Cost",))
BRIEF = Brief(buying_group=(CTO, CFO))
PIECE = Piece("a1", "cto", Stage.DECIDING, "Moving – ŋ", "risk while moving ")


def test_pieces_with_a_title_are_counted_by_persona_and_stage_unless_who_they_are_for_is_gone():
    counts = grid(BRIEF, [PIECE, PIECE, replace(PIECE, persona="gone"), replace(PIECE, title=" ")])
    assert len(counts) == 2 * len(Stage)
    assert counts["cto", Stage.DECIDING] == 2
    assert sum(counts.values()) == 2


def test_an_objection_is_answered_for_the_persona_that_has_it():
    left = [(one.persona.key, one.objection) for one in unanswered(BRIEF, [PIECE])]
    assert left == [("cto", "Cost"), ("cfo", "Cost")]
    left = unanswered(BRIEF, [replace(PIECE, answers="Cost")])
    assert [(one.persona.key, one.objection) for one in left] == [
        ("cto", "Risk while moving"),
        ("cfo", "Cost"),
    ]


@pytest.fixture
def saved(workspace):
    workspace.save_profile(Profile(name="P"), author="Eva", why="", based_on=0)
    return workspace


def test_the_newest_of_each_piece_holds_until_it_is_taken_off(saved):
    other = replace(PIECE, key="b2", due=date(2027, 1, 15), source=Source.LAWS_AND_TRENDS)
    saved.keep_piece("p", PIECE, author="Eva")
    saved.keep_piece("p", other, author="Eva")
    done = replace(PIECE, progress=Progress.PUBLISHED)
    saved.keep_piece("p", done, author="Ola")
    assert saved.pieces("p") == [done, other]
    saved.keep_piece("p", done, author="Ola", removed=True)
    assert saved.pieces("p") == [other]
    assert saved.pieces("q") == []


@pytest.mark.parametrize(
    ("slug", "changes", "says"),
    [
        ("p", {"title": "x" * 121}, "title"),
        ("p", {"owner": "x" * 201}, "text"),
        ("q", {}, "no profile q"),
    ],
)
def test_what_cannot_be_kept_says_why(saved, slug, changes, says):
    with pytest.raises(WorkspaceError, match=says):
        saved.keep_piece(slug, replace(PIECE, **changes), author="Eva")
    assert saved.pieces("p") == []
