import json

import pytest

from icp_core.analysis.plan import TeamPlan, effort
from icp_core.errors import PlanError


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


def test_hours_go_to_the_best_tiers_first_and_to_those_in_none_last():
    team = TeamPlan(people=1, hours_each=1_000, hours_per_tier={"A": 40, "B": 8, "C": 1})
    found = effort((10, 50, 500, 9_000, 999), "ABC", team)
    # A: 10 × 40 = 400 h, B: 50 × 8 = 400 h, which leaves 200 h for 200 of the 500 in C.
    assert [(t.tier, t.hours, t.workable) for t in found.tiers] == [
        ("A", 400, 10),
        ("B", 400, 50),
        ("C", 500, 200),
    ]
    assert (found.rest.accounts, found.rest.hours_each, found.rest.workable) == (9_999, 1, 0)
    assert (found.needed, found.whole, found.available) == (1_300, 11_299, 1_000)
    assert (found.workable, found.short) == (260, found.tiers[2])
    enough = effort((10, 50, 500, 9_000), "ABC", team.replace(people=9))
    assert (enough.short, enough.rest.workable) == (None, 7_700)


def test_what_one_company_leaves_over_goes_to_no_lower_tier():
    found = effort((2, 9, 0, 0), "ABC", TeamPlan(people=1, hours_each=7))
    # The first A takes 4 of 7 hours, and the second does not fit: a B would, but the best come first.
    assert [tier.workable for tier in found.tiers] == [1, 0, 0]


def test_a_tier_that_the_plan_does_not_name_takes_what_is_assumed_for_its_place():
    assert TeamPlan().hours_of(("1", "2", "3", "4")) == (4, 2, 1, 1)
    found = effort((1, 1, 1, 0), ("1", "B", "3"), TeamPlan(hours_per_tier={"B": 9}))
    assert [tier.hours_each for tier in found.tiers] == [4, 9, 1]


def test_hours_with_decimals_are_not_lost_to_rounding():
    # 0.1 h × 30 accounts fill 3 h, although 3 / 0.1 is a hair below 30 in floats.
    team = TeamPlan(people=1, hours_each=3, hours_per_tier={"A": 0.1})
    assert effort((30, 0), "A", team).tiers[0].workable == 30


@pytest.mark.parametrize(
    ("before", "now"),
    [
        # Nobody had chosen anything: 400 companies a person, as before.
        ({}, {}),
        ({"accounts_each": 400, "hours_per_tier": {"A": 40, "B": 8, "C": 1}}, {}),
        # A quarter of the companies: four times the hours each.
        ({"accounts_each": 100}, {"hours_per_tier": {"A": 16, "B": 8, "C": 4}}),
        # Half the hours and half the companies are the same hours each.
        ({"accounts_each": 200, "hours_each": 500}, {"hours_each": 500}),
        # Hours that somebody stated stay.
        (
            {"accounts_each": 100, "hours_per_tier": {"A": 20, "B": 8, "C": 1}, "people": 2},
            {"hours_per_tier": {"A": 20, "B": 8, "C": 1}, "people": 2},
        ),
        ({"accounts_each": 0}, {"hours_each": 0}),
    ],
)
def test_a_plan_that_counted_accounts_is_read_as_hours(before, now):
    assert TeamPlan.from_json(json.dumps(before)) == TeamPlan(**now)
