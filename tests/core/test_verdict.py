import pytest
import strategies
from accounts import examples, must, nice, scoreboard
from hypothesis import given
from hypothesis import strategies as st

from icp_core.analysis.costs import loosened
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.sizing import least_effort, sizing
from icp_core.analysis.verdict import BROAD, Action, Breadth, breadth, verdict
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, Flag, Profile, Range, Role

PROFILE = Profile(
    name="P",
    criteria=(
        must("employees", Range.between(30, 50)),
        must("region", Choice.of("SE-01")),
        nice("recruits_abroad", Flag()),
    ),
)
SAME = dict.fromkeys(("A", "B", "C", "T0", "T1", "T2", "T3"), 1.0)


def team(capacity, **changes):
    return TeamPlan(
        people=1,
        hours_each=capacity,
        hours_per_tier=SAME,
        **changes,
    )


def market(matching, possible=0, small=0, elsewhere=0, abroad=0):
    return scoreboard(
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
    found = market(5, elsewhere=10).under(everywhere)
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


def test_a_change_that_is_sure_to_be_enough_comes_before_a_smaller_one_that_may_not():
    # 5 match. Without the region 5 + 4 do, and up to 7 more whose headcount is unknown; without the
    # headcount 5 + 13 do, which changes more and is sure to be enough.
    found = verdict(
        scoreboard(
            *({"employees": 40, "region": "SE-01"} for _ in range(5)),
            *({"employees": 1, "region": "SE-01"} for _ in range(13)),
            *({"employees": 40, "region": "NO-03"} for _ in range(4)),
            *({"region": "NO-03"} for _ in range(7)),
        ).evaluate(PROFILE),
        team(10),
    )
    first, second, *_ = [c for c in found.changes if c.action is Action.DROP]
    assert (first.index, first.sam, first.breadth) == (0, Bounds(18, 18), Breadth.ABOUT_RIGHT)
    assert (second.index, second.sam, second.breadth) == (1, Bounds(9, 16), None)
    assert found.changes[0].breadth is Breadth.ABOUT_RIGHT


def test_of_changes_that_are_sure_the_smallest_comes_first():
    found = verdict(market(5, small=30, elsewhere=8), team(10))
    drops = [(c.index, c.sam) for c in found.changes if c.action is Action.DROP]
    assert drops == [(1, Bounds(13, 13)), (0, Bounds(35, 35))]


def test_of_changes_that_may_be_enough_the_likelier_comes_first():
    # Without the region 5 to 15: six of these eleven numbers are 10 or more. Without the headcount 8 to
    # 9, which is nearer to 10 than 5 is and yet never enough.
    found = verdict(
        scoreboard(
            *({"employees": 40, "region": "SE-01"} for _ in range(5)),
            *({"employees": 1, "region": "SE-01"} for _ in range(3)),
            {"employees": 1},
            *({"region": "NO-03"} for _ in range(10)),
        ).evaluate(PROFILE),
        team(10),
    )
    drops = [(c.index, c.sam, c.breadth) for c in found.changes if c.action is Action.DROP]
    assert drops == [(1, Bounds(5, 15), None), (0, Bounds(8, 9), Breadth.TOO_NARROW)]


def test_where_no_change_is_enough_the_one_that_comes_nearest_is_first():
    found = verdict(market(5, small=3, elsewhere=1), team(100))
    drops = [(c.index, c.sam) for c in found.changes if c.action is Action.DROP]
    assert drops == [(0, Bounds(8, 8)), (1, Bounds(6, 6))]


def test_a_broad_market_names_the_nice_to_have_to_require():
    found = verdict(market(60, abroad=20), team(10))
    assert found.breadth is Breadth.TOO_BROAD
    (change,) = found.changes
    assert (change.action, change.sam) == (Action.REQUIRE, Bounds(20, 20))
    assert change.breadth is Breadth.ABOUT_RIGHT
    assert change.profile.criteria[2].role is Role.MUST_HAVE


def test_without_capacity_there_is_nothing_to_compare_with():
    found = verdict(market(5), TeamPlan(people=0))
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
            wider = loosened(found.evaluate(profile), criterion) if criterion.role.is_gate else None
            if wider is not None:
                looser = found.evaluate(profile.changing(index, fit=wider.fit))
                offered = (Action.LOOSEN, index) in {(c.action, c.index) for c in answer.changes}
                assert offered == (sizing(looser, plan).sam != answer.sam)


@examples(40)
@given(
    rows=strategies.accounts(),
    profile=strategies.profiles(),
    hours=st.integers(1, 60),
    each=st.lists(st.sampled_from([0.5, 1, 4, 40]), min_size=3, max_size=3),
)
def test_the_verdict_and_the_effort_cannot_contradict(rows, profile, hours, each):
    stated = {f"T{place}": one for place, one in enumerate(each)}
    plan = TeamPlan(people=1, hours_each=hours, hours_per_tier=stated)
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(profile)
    spent, answer = least_effort(evaluation, plan), verdict(evaluation, plan)
    left_over = spent.available - spent.whole > 1e-6
    assert (answer.at_low is Breadth.TOO_NARROW) == left_over
    if spent.short is not None:
        assert answer.at_low is not Breadth.TOO_NARROW
    ends = sizing(evaluation, plan).som
    assert spent.workable in (ends.low, ends.high)
    if left_over:
        assert spent.workable == len(evaluation.matches)
