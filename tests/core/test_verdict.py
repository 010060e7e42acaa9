import pytest
import strategies
from accounts import board, examples, must, nice
from hypothesis import given
from hypothesis import strategies as st

from icp_core.costs import loosened
from icp_core.market import Bounds
from icp_core.profile import Choice, Flag, Profile, Range, Role
from icp_core.scoreboard import Scoreboard
from icp_core.sizing import sizing
from icp_core.team import Team
from icp_core.verdict import BROAD, Action, Breadth, breadth, verdict

PROFILE = Profile(
    name="P",
    criteria=(
        must("employees", Range.between(30, 50)),
        must("region", Choice.of("SE-01")),
        nice("recruits_abroad", Flag()),
    ),
)


def team(capacity, **changes):
    return Team(people=1, accounts_each=capacity, months=12, **changes)


def market(matching, possible=0, small=0, elsewhere=0, abroad=0):
    return board(
        *(
            {"employees": 40, "region": "SE-01", "recruits_abroad": n < abroad}
            for n in range(matching)
        ),
        *({"region": "SE-01"} for _ in range(possible)),
        *({"employees": 20, "region": "SE-01"} for _ in range(small)),
        *({"employees": 40, "region": "NO-03"} for _ in range(elsewhere)),
        {"employees": 1, "region": "FI-01"},
        {"employees": 1_000, "region": "FI-01"},
    ).evaluate(PROFILE)


@pytest.mark.parametrize(
    ("accounts", "answer"),
    [
        (9, Breadth.TOO_NARROW),
        (10, Breadth.ABOUT_RIGHT),
        (10 * BROAD, Breadth.ABOUT_RIGHT),
        (10 * BROAD + 1, Breadth.TOO_BROAD),
    ],
)
def test_the_borders_of_about_right(accounts, answer):
    assert breadth(accounts, 10) is answer
    assert verdict(market(accounts), team(10)).breadth is answer


def test_possible_accounts_that_could_tip_the_answer_leave_it_open():
    found = verdict(market(5, possible=10), team(10))
    assert found.sam == Bounds(5, 15)
    assert found.breadth is None
    assert (found.at_low, found.at_high) == (Breadth.TOO_NARROW, Breadth.ABOUT_RIGHT)
    assert found.changes == ()


def test_possible_accounts_that_cannot_tip_it_do_not_matter():
    assert verdict(market(12, possible=10), team(10)).breadth is Breadth.ABOUT_RIGHT


def test_only_the_regions_served_count():
    everywhere = PROFILE.without(1)
    found = market(5, elsewhere=10).board.evaluate(everywhere)
    assert verdict(found, team(10)).breadth is Breadth.ABOUT_RIGHT
    served = verdict(found, team(10, served_regions=("SE-01",)))
    assert served.sam == Bounds(5, 5)
    assert served.breadth is Breadth.TOO_NARROW


def test_a_narrow_market_names_the_gate_that_opens_it_with_its_numbers():
    found = verdict(market(5, small=3, elsewhere=8), team(10))
    assert found.breadth is Breadth.TOO_NARROW
    first = found.changes[0]
    # Dropping the region makes 5 + 8; dropping the headcount only 5 + 3.
    assert (first.action, first.index, first.sam) == (Action.DROP, 1, Bounds(13, 13))
    assert first.breadth is Breadth.ABOUT_RIGHT
    assert first.profile == PROFILE.without(1)
    sams = {(c.action, c.index): c.sam for c in found.changes}
    assert sams[Action.DROP, 0] == Bounds(8, 8)


def test_a_broad_market_names_the_nice_to_have_to_require():
    found = verdict(market(60, abroad=20), team(10))
    assert found.breadth is Breadth.TOO_BROAD
    (change,) = found.changes
    assert (change.action, change.sam) == (Action.REQUIRE, Bounds(20, 20))
    assert change.breadth is Breadth.ABOUT_RIGHT
    assert change.profile.criteria[2].role is Role.MUST_HAVE


def test_without_capacity_there_is_nothing_to_compare_with():
    found = verdict(market(5), Team(people=0))
    assert (found.breadth, found.changes) == (None, ())


@examples(60)
@given(
    rows=strategies.accounts(),
    profile=strategies.profiles(),
    regions=st.lists(st.sampled_from(strategies.REGIONS), unique=True),
    capacity=st.sampled_from([1, 2, 40, 400]),
)
def test_the_numbers_of_every_change_are_those_of_the_changed_profile(
    rows, profile, regions, capacity
):
    found = Scoreboard(strategies.universe(rows))
    plan = team(capacity, served_regions=tuple(regions))
    answer = verdict(found.evaluate(profile), plan)
    assert answer.sam == sizing(found.evaluate(profile), plan).sam
    for change in answer.changes:
        assert change.sam == sizing(found.evaluate(change.profile), plan).sam
        assert change.sam != answer.sam
    if answer.breadth is Breadth.TOO_NARROW:
        for index, criterion in enumerate(profile.criteria):
            wider = loosened(found, criterion) if criterion.role.is_gate else None
            if wider is not None:
                looser = found.evaluate(profile.changing(index, fit=wider.fit))
                offered = (Action.LOOSEN, index) in {(c.action, c.index) for c in answer.changes}
                assert offered == (sizing(looser, plan).sam != answer.sam)
