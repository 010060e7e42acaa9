import pytest

from icp_core.analysis.plan import TeamPlan, effort
from icp_core.errors import PlanError
from icp_core.evaluation.market import TierTotal


def test_capacity_is_people_times_accounts_times_the_time_box():
    assert TeamPlan(people=3, accounts_each=400, months=12).capacity == 1200
    assert TeamPlan(people=3, accounts_each=400, months=3).capacity == 300
    assert TeamPlan(people=0).capacity == 0


def test_hours_are_people_times_hours_times_the_time_box():
    assert TeamPlan(people=2, hours_each=900, months=4).hours == 600


def test_a_plan_out_of_range_is_refused_with_its_field():
    with pytest.raises(PlanError, match="not valid at months"):
        TeamPlan().replace(months=0)
    with pytest.raises(PlanError, match=r"not valid at hours_per_tier\.A"):
        TeamPlan().replace(hours_per_tier={"A": -1})


def test_an_edited_plan_is_a_copy():
    team = TeamPlan()
    assert team.replace(people=9).people == 9
    assert team.people == 3


def test_a_plan_survives_its_json_and_one_that_is_none_is_refused():
    team = TeamPlan(served_regions=("SE-01",), people=2)
    assert TeamPlan.from_json(team.model_dump_json()) == team
    with pytest.raises(PlanError, match="plan is not valid"):
        TeamPlan.from_json('{"people": "many"}')


TOTALS = (
    TierTotal("A", 10, 0.0, 0),
    TierTotal("B", 50, 0.0, 0),
    TierTotal("C", 500, 0.0, 0),
    TierTotal("unranked", 9_999, 0.0, 0),
)


def test_hours_go_to_the_best_tiers_first():
    found = effort(TOTALS, TeamPlan(people=1, hours_each=1_000, months=12))
    # A: 10 × 40 = 400 h, B: 50 × 8 = 400 h, which leaves 200 h for 200 of the 500 in C.
    assert [(t.tier, t.hours, t.workable) for t in found.tiers] == [
        ("A", 400, 10),
        ("B", 400, 50),
        ("C", 500, 200),
    ]
    assert found.needed == 1_300
    assert found.available == 1_000
    assert found.short == found.tiers[2]
    assert effort(TOTALS, TeamPlan(people=9, hours_each=1_000)).short is None


def test_a_tier_without_stated_effort_is_unknown_not_free():
    found = effort(TOTALS, TeamPlan(hours_per_tier={"A": 40.0}))
    assert found.tiers[1].hours is None
    assert found.tiers[1].workable is None
    assert found.unstated == ("B", "C")


def test_hours_with_decimals_are_not_lost_to_rounding():
    # 0.1 h × 30 accounts fill 3 h, although 3 / 0.1 is a hair below 30 in floats.
    totals = (TierTotal("A", 30, 0.0, 0),)
    team = TeamPlan(people=1, hours_each=3, hours_per_tier={"A": 0.1})
    assert effort(totals, team).tiers[0].workable == 30
