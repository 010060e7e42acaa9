import slow_reference as slow
import strategies
from accounts import examples, must, nice, rising, scoreboard
from hypothesis import given
from hypothesis import strategies as st

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.sizing import Lack, sizing
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, PerEmployee, Profile, Range

PROFILE = Profile(
    name="P",
    criteria=(
        must("employees", Range.between(10, None)),
        must("industry", Choice.of("62")),
        nice("revenue_growth", rising(0, 1)),
    ),
    potential=PerEmployee(rate=1),
)
SAME = dict.fromkeys(("A", "B", "C", "T0", "T1", "T2", "T3", "T4"), 1.0)
HERE = TeamPlan(served_regions=("SE-01",), people=1, hours_each=2, hours_per_tier=SAME)


def account(**facts):
    return {"region": "SE-01", "industry": "62.01", "employees": 10, "revenue_growth": 0.5} | facts


def test_the_three_sizes_by_hand():
    found = sizing(
        scoreboard(
            account(employees=100, revenue_growth=0.1),
            account(employees=50, revenue_growth=0.9),
            account(employees=20, revenue_growth=0.5),
            account(employees=None, revenue_growth=1.0),  # possible, potential unknown
            account(region="NO-03", employees=1_000),  # a match, not served
            account(region=None, employees=70, revenue_growth=1.0),  # a match, perhaps served
            account(employees=5),
        ).evaluate(PROFILE),
        HERE,
    )
    assert (found.tam, found.tam_value) == (Bounds(5, 6), Bounds(1_240, 1_240))
    assert (found.sam, found.sam_value) == (Bounds(3, 5), Bounds(170, 240))
    # Two fit into the plan: of the sure ones 50 + 20 by score, not the large one with a low score.
    # With everybody: the two scores of 100, of which one has an unknown potential.
    assert (found.som, found.som_value) == (Bounds(2, 2), Bounds(70, 70))
    assert found.lacks == (Lack("employees", 1, 1), Lack("region", 1, 1))
    assert (found.open_accounts, found.some_lack_several) == (2, False)


def test_an_account_that_lacks_two_columns_is_counted_in_both_and_alone_in_neither():
    found = sizing(
        scoreboard(
            account(employees=None, industry=None),
            account(employees=None),
            account(employees=None),
            account(industry=None),
            account(employees=None, industry="01"),  # fails, so its headcount does not matter
        ).evaluate(PROFILE),
        TeamPlan(),
    )
    assert found.tam == Bounds(0, 4)
    assert found.lacks == (Lack("employees", 3, 2), Lack("industry", 2, 1))
    assert (found.open_accounts, found.some_lack_several) == (4, True)


def test_two_gates_on_one_column_are_one_fact_to_find_out():
    twice = PROFILE.replace(
        criteria=(
            must("employees", Range.between(10, None)),
            must("employees", Range.between(None, 500)),
        )
    )
    found = sizing(scoreboard(account(employees=None)).evaluate(twice), TeamPlan())
    assert found.lacks == (Lack("employees", 1, 1),)


def test_accounts_without_any_region_may_all_be_served():
    found = sizing(scoreboard(account(region=None), account(region=None)).evaluate(PROFILE), HERE)
    assert found.sam == Bounds(0, 2)


def test_a_team_of_nobody_works_nothing():
    found = sizing(scoreboard(account()).evaluate(PROFILE), TeamPlan(people=0))
    assert (found.som, found.som_value) == (Bounds(0, 0), Bounds(0, 0))


@examples(50)
@given(
    rows=strategies.accounts(),
    profile=strategies.profiles(),
    regions=st.lists(st.sampled_from(strategies.REGIONS), unique=True),
    room=st.integers(0, 20),
)
def test_sizes_are_those_that_plain_python_counts(rows, profile, regions, room):
    team = TeamPlan(served_regions=tuple(regions), people=1, hours_each=room, hours_per_tier=SAME)
    found = sizing(Scoreboard(strategies.universe(rows)).evaluate(profile), team)
    judged = [
        row | slow.judge(profile, row) | {"potential": slow.potential(profile.potential, row)}
        for row in rows
    ]

    def inside(row, *, unknown):
        return not regions or row["region"] in (regions + [None] * unknown)

    sure = [r for r in judged if r["state"] == "match" and inside(r, unknown=False)]
    every = [r for r in judged if r["state"] != "fail" and inside(r, unknown=True)]
    assert found.sam == Bounds(len(sure), len(every))

    def worth(some, end):
        ends = [slow.value_ends(profile.potential, r) for r in some]
        return sum(least if end == "low" or most is None else most for least, most in ends)

    def best(some, end):
        by_value = profile.tiers.kind == "value"
        key = (lambda r: -(r["potential"] or 0)) if by_value else slow.order
        return worth(sorted(some, key=key)[:room], end)

    def near(bounds, low, high):
        return abs(bounds.low - low) <= 1e-6 * (1 + low) and abs(bounds.high - high) <= 1e-6 * (
            1 + high
        )

    assert near(found.sam_value, worth(sure, "low"), worth(every, "high"))
    ends = sorted([best(sure, "low"), best(every, "high")])
    assert near(found.som_value, *ends)
