"""Plans of territories in the workspace: versions, two people at once, adopting and taking back."""

import threading

import numpy as np
import polars as pl
import pytest
from sqlalchemy import update

from icp_core.analysis.plan import TeamPlan
from icp_core.errors import PlanError, WorkspaceError
from icp_core.territories.plan import TerritoryPlan, today
from icp_core.territories.planning import Planning
from icp_core.territories.saved import (
    ACCOUNTS,
    KeptPlan,
    accounts_kept,
    adoption,
    packed,
    reopened,
    unpacked,
)
from icp_core.territories.team import Rep, team_of
from icp_core.territories.wishes import Locks, Policy, Wishes
from icp_core.workspace import NOBODY, GivenAs, PlanConflictError, schema

ANNA = Rep(name="Anna Berg", email="anna@example.com", home="SE-0180", hours=900)
BO = Rep(name="Bo Ek", email="bo@example.com", home="SE-1480", hours=900)
TEAM = team_of([ANNA, BO])
PLACES = ("SE-0180", "SE-0184", "SE-1480", "SE-1480", None)
OWNERS = ("Anna Berg", "anna@example.com", "Bo Ek", "Somebody Else", None)


def planning(team=TEAM, owners=(0, 0, 1, -1, -1), **wishes):
    count = len(owners)
    accounts = pl.DataFrame(
        {
            "account_id": [f"a{at}" for at in range(count)],
            "name": [f"Exempel {at} AB" for at in range(count)],
            "country": ["SE"] * count,
            "region": [None] * count,
            "municipality": list(PLACES[:count]),
            "postcode": [None] * count,
            "latitude": [None] * count,
            "longitude": [None] * count,
            "tier": ["A"] * count,
            "owner": list(owners),
            "hours": [10.0] * count,
            "visits": [2.0] * count,
            "potential_low": [5.0] * count,
            "potential": [10.0] * count,
            "potential_high": [20.0] * count,
            "is_known": [True] * count,
            "is_customer": [False] * count,
            "deals": [0.0] * count,
        },
        schema_overrides={
            "region": pl.String, "postcode": pl.String, "latitude": pl.Float64,
            "longitude": pl.Float64, "owner": pl.Int64,
        },
    )  # fmt: skip
    locks = wishes.pop("locks", Locks())
    return Planning(accounts, team, TeamPlan(team=team), wishes=Wishes(**wishes), locks=locks)


def plan(rep=(0, 1, 1, 1, 0), **wishes):
    return TerritoryPlan(planning(**wishes), np.array(rep), 1.0)


def listed(owners=OWNERS):
    return pl.DataFrame(
        {"account_id": [f"a{at}" for at in range(len(owners))], "owner": list(owners)},
        schema_overrides={"owner": pl.String},
    )


def kept(one=None, **changes):
    one = one or plan()
    return KeptPlan.of(
        one,
        today(one.planning),
        **{
            "list_name": "demo", "list_label": "Demo", "profile": "Accounting", "currency": "EUR",
            "fictional": True, **changes,
        },
    )  # fmt: skip


def save(workspace, one=None, *, name="Spring 2027", based_on=0, author="Eva", **more):
    one = one or plan()
    rows = accounts_kept(one, listed())
    return workspace.save_plan(kept(one), rows, name=name, author=author, based_on=based_on, **more)


def test_a_plan_comes_back_as_it_was_saved(workspace):
    saved = save(workspace, why="for the kick-off")
    again = workspace.plan("spring-2027")
    assert again == saved
    assert (again.number, again.author, again.why, again.based_on) == (
        1,
        "Eva",
        "for the kick-off",
        None,
    )
    assert again.kept == kept()
    assert again.kept.figures["moved"] == 1, "a1 goes from Anna to Bo"
    assert again.kept.figures["new"] == 2
    assert again.kept.potential == (25.0, 100.0), "five accounts of 5 to 20"
    assert {one["name"]: one["accounts"] for one in again.kept.reps} == {"Anna Berg": 2, "Bo Ek": 3}
    rows = workspace.planned_accounts(again)
    assert rows.schema == ACCOUNTS
    assert rows["after"].to_list() == ["Anna Berg", "Bo Ek", "Bo Ek", "Bo Ek", "Anna Berg"]
    assert rows["owner"].to_list() == list(OWNERS)


def test_what_was_asked_for_is_kept_and_asked_for_again():
    locks = Locks(accounts={"a1": "Bo Ek"}, areas={"SE-01": "Anna Berg"}, reps=frozenset({"Bo Ek"}))
    one = plan(
        policy=Policy.ACCOUNT, hours_tolerance=0.2, visits={"A": 3.0}, named=frozenset({"a2"}),
        locks=locks,
    )  # fmt: skip
    again = KeptPlan.from_json(kept(one).to_json())
    assert again.asked(TEAM) == (one.planning.wishes, locks)
    _, left = again.asked(team_of([ANNA]))
    assert left == Locks(areas={"SE-01": "Anna Berg"}), "locks of who left the team are gone"


def test_a_plan_of_a_newer_program_is_told_as_such():
    text = kept().to_json().replace('"schema_version":1', '"schema_version":2')
    with pytest.raises(PlanError, match="newer version of this program"):
        KeptPlan.from_json(text)


def test_accounts_that_are_no_accounts_are_told():
    assert unpacked(packed(accounts_kept(plan(), listed()))).height == 5
    with pytest.raises(PlanError):
        unpacked(b"PAR1 and nothing")


def test_versions_are_numbered_and_the_last_plan_comes_first(workspace):
    save(workspace)
    save(workspace, name="Autumn", author="Kim")
    save(workspace, based_on=1, name="Spring, final", slug="spring-2027", why="less travel")
    found = workspace.plans()
    assert [(one.name, one.number, one.author) for one in found] == [
        ("Spring, final", 2, "Eva"),
        ("Spring 2027", 1, "Eva"),
        ("Autumn", 1, "Kim"),
    ]
    assert found[0].based_on == 1
    with pytest.raises(WorkspaceError, match="no version 3"):
        workspace.plan("spring-2027", 3)


def test_who_comes_second_is_told_and_loses_nothing(workspace):
    save(workspace)
    save(workspace, based_on=1, author="Kim", why="hers")
    with pytest.raises(PlanConflictError, match="Kim saved version 2") as caught:
        save(workspace, based_on=1)
    assert caught.value.newest.why == "hers"
    assert [one.number for one in workspace.plans()] == [2, 1]
    assert save(workspace, based_on=2).number == 3
    with pytest.raises(PlanConflictError):
        save(workspace, based_on=0)


def test_of_two_who_save_at_once_one_is_told(workspace):
    save(workspace)
    start, told = threading.Barrier(2), []

    def go(author):
        start.wait()
        try:
            told.append(save(workspace, based_on=1, author=author).number)
        except PlanConflictError as error:
            told.append(error.newest.number)

    threads = [threading.Thread(target=go, args=(name,)) for name in ("Eva", "Kim")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert told == [2, 2]
    assert [one.number for one in workspace.plans()] == [2, 1]


@pytest.mark.parametrize(
    ("name", "author", "said"),
    [(" ", "Eva", "needs a name"), ("Spring", " ", "who you are"), ("x" * 500, "Eva", "letters")],
)
def test_a_plan_without_a_name_or_author_is_not_saved(workspace, name, author, said):
    with pytest.raises(WorkspaceError, match=said):
        save(workspace, name=name, author=author)
    assert not workspace.plans(archived=True)


def test_a_plan_that_is_put_away_comes_back_whole(workspace):
    save(workspace)
    before = workspace.plans_revision()
    workspace.archive_plan("spring-2027")
    assert workspace.plans() == []
    assert [one.archived for one in workspace.plans(archived=True)] == [True]
    assert workspace.plans_revision() != before
    workspace.archive_plan("spring-2027", archived=False)
    assert workspace.planned_accounts(workspace.plans()[0]).height == 5
    with pytest.raises(WorkspaceError, match="no plan nothing"):
        workspace.archive_plan("nothing")


def test_a_plan_that_somebody_changed_in_the_database_is_told(workspace):
    saved = save(workspace)
    with workspace._writing() as connection:
        connection.execute(update(schema.plan_versions).values(accounts=b"else"))
    with pytest.raises(WorkspaceError, match="is not what was saved"):
        workspace.planned_accounts(saved)
    with workspace._writing() as connection:
        connection.execute(update(schema.plan_versions).values(content="{}"))
    with pytest.raises(WorkspaceError, match="is not what was saved"):
        _ = workspace.plan("spring-2027").kept


def test_a_plan_is_adopted_on_record_and_taken_back(workspace):
    saved = save(workspace)
    workspace.decide(["a1"], author="Kim", note="likes mornings")
    now = adoption(workspace.planned_accounts(saved), listed(), TEAM)
    owners = now.owners()
    assert owners == {"a1": "Bo Ek", "a3": "Bo Ek", "a4": "Anna Berg"}
    change = workspace.adopt_plan(saved, owners, author="Eva")
    assert workspace.owners() == owners
    (record,) = workspace.adoptions()
    assert (record.version_id, record.change, record.accounts) == (saved.id, change, 3)
    assert (record.author, record.taken_back_at) == ("Eva", None)
    workspace.decide(["a4"], author="Kim", owner="Kim")
    (offered,) = workspace.givings(GivenAs.PLAN)
    assert (offered.change, offered.author, offered.accounts) == (change, "Eva", 3)
    assert offered.standing == ("a1", "a3") and offered.adopted
    assert workspace.take_plan_back(change, author="Kim") == 2, "what was decided since stays"
    assert workspace.owners() == {"a4": "Kim"}
    assert workspace.adoptions()[0].taken_back_by == "Kim"
    assert workspace.givings(GivenAs.PLAN) == workspace.givings(GivenAs.ACCOUNTS) == []
    assert workspace.decisions(["a1"])["note"].to_list() == ["likes mornings"]
    with pytest.raises(WorkspaceError, match="taken back before"):
        workspace.take_plan_back(change, author="Kim")


def test_adopting_nothing_leaves_no_record(workspace):
    saved = save(workspace)
    assert workspace.adopt_plan(saved, {}, author="Eva") == 0
    assert workspace.adoptions() == []


def test_adopting_late_tells_who_left_the_list_and_who_was_given_to_others():
    rows = accounts_kept(plan(), listed())
    owners = ("Anna Berg", "Kim Dahl", "Bo Ek", "Somebody Else")  # a1 was given to Kim; a4 is gone
    found = adoption(rows, listed(owners), TEAM, market=pl.Series(["a0", "a1", "a9"]))
    assert found.given["account_id"].to_list() == ["a3"]
    assert found.there == 2, "a0 and a2 have their planned rep"
    assert found.changed.select("account_id", "owner", "owner_then", "after").rows() == [
        ("a1", "Kim Dahl", "anna@example.com", "Bo Ek")
    ]
    assert found.gone.rows() == [("a4", "Exempel 4 AB", "Anna Berg")]
    assert found.fresh == 1, "a9 came since"
    assert found.owners() == {"a3": "Bo Ek"}
    assert found.owners(changed_too=True) == {"a1": "Bo Ek", "a3": "Bo Ek"}


def test_spelling_of_an_owner_is_no_change_and_nobody_is_one():
    rows = accounts_kept(plan(), listed())
    again = ("ANNA  BERG", "Anna Berg", "bo@example.com", "Somebody  else", None)
    assert adoption(rows, listed(again), TEAM).changed.is_empty()
    taken = ("Anna Berg", None, "Bo Ek", None, "Kim")
    assert adoption(rows, listed(taken), TEAM).changed["account_id"].to_list() == ["a1", "a3", "a4"]
    assert NOBODY not in adoption(rows, listed(taken), TEAM).owners().values()


def test_accounts_of_a_rep_who_left_stay_with_their_owner():
    rows = accounts_kept(plan(), listed())
    found = adoption(rows, listed(), team_of([ANNA]))
    assert found.left["account_id"].to_list() == ["a1", "a2", "a3"]
    assert found.owners() == {"a4": "Anna Berg"}
    total = found.given.height + found.there + found.changed.height + found.gone.height
    assert total + found.left.height + found.nobody == rows.height


def test_what_a_plan_gives_to_nobody_is_taken_from_nobody():
    one = plan(rep=(-1, 1, 1, 1, -1))
    found = adoption(accounts_kept(one, listed()), listed(), TEAM)
    assert found.nobody == 2
    assert set(found.owners()) == {"a1", "a3"}


def test_a_plan_opens_again_over_the_accounts_of_today():
    rows = accounts_kept(plan(), listed())
    again = reopened(kept(), rows, planning())
    assert again.rep.tolist() == [0, 1, 1, 1, 0]
    assert again.gap is None, "it is proved for the day it was made on"
    # Bo has left, and a4 is gone.
    fewer = planning(team=team_of([ANNA]), owners=(0, 0, -1, -1))
    assert reopened(kept(), rows, fewer).rep.tolist() == [0, 0, -1, -1]
