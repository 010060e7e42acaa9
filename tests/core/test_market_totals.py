"""What the totals of a market tell: gates in order, shares, and what is known of the potential."""

import numpy as np
from accounts import must, scoreboard

from icp_core.evaluation.tiers import UNRANKED, cut_offs
from icp_core.profiles.model import Choice, PerEmployee, Profile, Range, Tier, TierPolicy

LARGE = must("employees", Range.between(10, None))
STOCKHOLM = must("region", Choice.of("SE-01"))


def market(*rows, criteria=(LARGE, STOCKHOLM), **fields):
    profile = Profile(name="P", criteria=criteria, potential=PerEmployee(rate=10), **fields)
    return scoreboard(*rows).evaluate(profile).market


def row(employees, region="SE-01", customer=None):
    return {"employees": employees, "region": region, "is_customer": customer}


def test_gates_are_told_apart_by_what_they_cost_know_and_let_through():
    found = market(row(20), row(20, "NO-03"), row(20, "NO-03"), row(20, "NO-03"), row(5), row(None))
    employees, region = found.gates
    assert found.by_gain == (region, employees)
    assert found.least_known == employees


def test_penetration_is_the_share_of_the_matches_that_are_customers():
    found = market(row(20, customer=True), row(30), row(40, customer=False), row(5, customer=True))
    assert found.penetration == 1 / 2
    assert found.tiers[0].white_space + found.tiers[-1].white_space == found.white_space == 1
    assert found.customers_unknown == 1
    assert market(row(5)).penetration is None


def test_a_value_is_told_as_soon_as_one_potential_is_known():
    some = market(row(None), row(20), criteria=(STOCKHOLM,))
    assert (some.value_unknown, some.tells_value) == (1, True)
    none = market(row(None), criteria=(STOCKHOLM,))
    assert (none.value_unknown, none.tells_value) == (1, False)
    table = none.tier_table()
    assert table.filter(accounts=1)["potential"].to_list() == [None]
    assert set(table.filter(accounts=0)["potential"]) == {0.0}


def test_scores_are_counted_in_steps_per_tier_with_100_in_the_last():
    found = market(row(20), row(30))
    steps = found.scores_by(2)
    assert list(steps) == ["A", "B", "C", UNRANKED]
    assert np.flatnonzero(steps["A"]).tolist() == [49]
    assert steps["A"][49] == 2


def test_a_tier_begins_at_its_cut_off_or_where_its_capacity_ends():
    policy = TierPolicy()
    assert cut_offs(policy, lambda: ()) == {"A": 80, "B": 60, "C": 40}
    tiers = (Tier(name="A", threshold=10), Tier(name="B", threshold=5))
    capacity = TierPolicy(kind="capacity", tiers=tiers)
    assert cut_offs(capacity, lambda: (71.5, None)) == {"A": 71.5}
    assert cut_offs(TierPolicy(kind="value", tiers=tiers), lambda: (1.0, 2.0)) == {}
