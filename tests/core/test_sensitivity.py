"""What a plan pays for balance and how it stands if figures are off: held against planning anew."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_territories import PLACES, ROW, made

from icp_core.errors import PlanError
from icp_core.territories.plan import TerritoryPlan, solve
from icp_core.territories.planning import Planning
from icp_core.territories.sensitivity import OFF, if_off, price_of_balance
from icp_core.territories.team import Rep, team_of
from icp_core.territories.wishes import Policy, Wishes


def anew(planning, rep, *, tiers=None, **factors):
    """The same plan of accounts whose columns are so many times what they were."""
    columns = ["place", "has_relation", "fixed", "unit"]
    here = pl.lit(True) if tiers is None else pl.col("tier").is_in(tiers)
    accounts = planning.accounts.drop(columns).with_columns(
        pl.when(here).then(pl.col(name) * factor).otherwise(name)
        for name, factor in factors.items()
    )
    other = Planning(
        accounts, planning.team, planning.plan, wishes=planning.wishes, locks=planning.locks
    )
    return TerritoryPlan(other, rep, 1.0)


def checked(found, plan):
    """Held against the loads and potentials of a plan that was made with the other figures."""
    loads, reps = plan.loads, plan.reps()
    names, available = np.array(plan.planning.team.names), plan.planning.available
    assert found.over == tuple(names[loads > available * (1 + 1e-9)])
    assert found.with_room == tuple(names[loads < 0.8 * available])
    assert found.at_risk == pytest.approx(plan.value_moved)
    if found.assumption in ("potential", "best_potential"):
        mine, even = reps["potential"].to_numpy(), reps["potential_target"].to_numpy()
        # Sums in another order round otherwise; on the edge either is right.
        clear = np.abs(np.abs(mine - even) - 0.1 * even) > 1e-5 * (1 + even)
        assert set(found.above) & set(names[clear]) == set(names[clear & (mine > 1.1 * even)])
        assert set(found.below) & set(names[clear]) == set(names[clear & (mine < 0.9 * even)])


@settings(max_examples=25)
@given(st.lists(ROW, min_size=1, max_size=30), st.sampled_from([-OFF, 0.0, OFF, 0.5]))
def test_it_is_what_the_same_plan_is_where_the_figures_are_other(rows, change):
    planning = made(rows, policy=Policy.AREA, hours_tolerance=0.05)
    plan = solve(planning, seconds=2, effort="local")
    by = {one.assumption: one for one in if_off(plan, "A", (change,))}
    factor = 1 + change
    worth = dict.fromkeys(("potential_low", "potential", "potential_high"), factor)
    checked(by["hours"], anew(planning, plan.rep, hours=factor, visits=factor))
    checked(by["journeys"], anew(planning, plan.rep, visits=factor))
    checked(by["potential"], anew(planning, plan.rep, **worth))
    checked(by["best_potential"], anew(planning, plan.rep, tiers=["A"], **worth))
    # All hours alike leave even shares even.
    (as_taken, *_) = if_off(plan, "A", (0.0,))
    assert (by["hours"].above, by["hours"].below) == (as_taken.above, as_taken.below)


def test_longer_journeys_make_those_who_travel_much_stand_above_the_others():
    near, far = ("SE-0180", 2, 100, 0, False), ("SE-2480", 2, 100, 1, False)
    team = team_of(
        [Rep(name="Anna", home="SE-0180", hours=100), Rep(name="Bo", home="SE-1480", hours=100)]
    )
    planning = made([near] * 20 + [far] * 4, team=team, hours_tolerance=0.05)
    plan = TerritoryPlan(planning, planning.owner, 1.0)
    less, as_taken, more = (one for one in if_off(plan, "A") if one.assumption == "journeys")
    assert plan.loads[0] < plan.loads[1]
    assert "Bo" in more.above or "Bo" in as_taken.above
    assert set(less.over) <= set(as_taken.over) <= set(more.over)


@settings(max_examples=25)
@given(st.lists(ROW, min_size=1, max_size=25), st.floats(0, 4))
def test_no_plan_costs_less_in_travel_and_relations_than_the_one_without_balance(rows, weight):
    planning = made(rows, policy=Policy.ACCOUNT, disruption=weight)
    plan = solve(planning, seconds=2, effort="local")
    found = price_of_balance(plan)
    wishes = planning.wishes
    handed = planning.handed_over[plan.handed_over].sum()
    free = made(rows, policy=Policy.ACCOUNT, disruption=weight, balance=0)
    best = solve(free, seconds=3, enough=0.0)
    assert plan.travel_hours * wishes.hour + weight * (plan.value_moved + handed) >= (
        best.value - 1e-6 * (1 + best.value)
    )
    if weight == 0:
        assert found.hours == pytest.approx(plan.travel_hours - best.travel_hours, abs=1e-6)
    assert found.km == pytest.approx(found.hours * wishes.speed)


def test_the_price_of_balance_is_the_longer_way():
    # Everything is Anna's neighbour; an even share has Bo come from Malmö for half of it.
    rows = [("SE-0180", 2, 100, -1, False)] * 20
    team = team_of(
        [Rep(name=name, home=home) for name, home in (("Anna", "SE-0180"), ("Bo", "SE-1280"))]
    )
    plan = solve(made(rows, team=team), seconds=2)
    found = price_of_balance(plan)
    bos = (plan.rep == 1).sum()
    assert bos > 0
    way = float(plan.planning.km(np.array([1] * 20))[0]) - 5
    assert found.km == pytest.approx(bos * 2 * way)
    assert (found.at_risk, found.least_share) == (0, 0)


def test_a_team_without_hours_and_a_plan_of_nothing_have_an_answer():
    idle = team_of([Rep(name="Anna", hours=0)])
    plan = solve(made([(PLACES[0], 2, None, 0, False)], team=idle), seconds=1)
    assert {one.over for one in if_off(plan, "A")} == {("Anna",)}
    far = team_of([Rep(name="Anna", home="SE-2480", max_km=10)])
    plan = solve(made([("SE-1280", 2, 10, -1, False)], team=far), seconds=1)
    assert price_of_balance(plan).least_share is None
    assert not any(one.over for one in if_off(plan, "A"))


def test_a_policy_may_be_given_by_its_name_and_another_is_refused():
    assert Wishes(policy="area").policy is Policy.AREA
    with pytest.raises(PlanError, match="no policy whatever; there are area, relations, account"):
        Wishes(policy="whatever")
