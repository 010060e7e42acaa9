"""The generalised assignment: plans against all plans, and bounds that never lie above the best."""

import dataclasses
import itertools
import math
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icp_core.errors import PlanError, SourceError
from icp_core.territories import knapsacks
from icp_core.territories.assignment import assign
from icp_core.territories.generalised import AssignmentProblem, dual_bound
from icp_core.territories.highs import Clock
from icp_core.territories.or_library import read_or_library
from icp_core.territories.relaxation import relax

INSTANCES = Path(__file__).parents[1] / "fixtures" / "assignment"
BEST_KNOWN = {"c20200": 2391, "d20200": 12244, "e20200": 22379}


def every_plan(problem):
    """Value of the best of all plans, one after another."""
    plans = itertools.product(range(problem.agents), repeat=problem.units)
    return min(
        (
            problem.value(np.array(plan, dtype=np.int64))
            for plan in plans
            if all(problem.allowed[agent, unit] for unit, agent in enumerate(plan))
        ),
        default=math.inf,
    )


def by_hand(problem, agent):
    """A plan's value, unit by unit."""
    value = sum(problem.cost[a, u] for u, a in enumerate(agent))
    for r in range(problem.resources):
        for a in range(problem.agents):
            load = sum(problem.use[r, a, u] for u, who in enumerate(agent) if who == a)
            for excess in (load - problem.upper[r, a], problem.lower[r, a] - load):
                if excess > 1e-6:
                    value += excess * problem.price[r, a]
    return value


@st.composite
def problems(draw, soft=None):
    agents = draw(st.integers(1, 3))
    units = draw(st.integers(0, 5))
    resources = draw(st.integers(1, 2))
    whole = st.integers(-5, 20)
    number = draw(st.sampled_from([whole, st.floats(-5, 20).map(lambda x: round(x, 2))]))
    rows = st.lists(number, min_size=units, max_size=units)
    cost = draw(st.lists(rows, min_size=agents, max_size=agents))
    uses = st.lists(st.integers(0, 9), min_size=units, max_size=units)
    use = draw(
        st.lists(
            st.lists(uses, min_size=agents, max_size=agents),
            min_size=resources,
            max_size=resources,
        )
    )
    limits = st.lists(st.integers(0, 25), min_size=agents, max_size=agents)
    upper = np.array(draw(st.lists(limits, min_size=resources, max_size=resources)), dtype=float)
    lower = upper * draw(st.sampled_from([0.0, 0.5, 1.0]))
    if soft is None:
        soft = draw(st.booleans())
    price = draw(st.floats(0, 10)) if soft else math.inf
    may = st.lists(st.sampled_from([True, True, False]), min_size=units, max_size=units)
    allowed = np.array(draw(st.lists(may, min_size=agents, max_size=agents)), dtype=bool)
    allowed = allowed.reshape(agents, units)
    allowed[0] |= ~allowed.any(axis=0)
    fixed = draw(st.lists(st.integers(-1, agents - 1), min_size=units, max_size=units))
    return AssignmentProblem.of(
        cost=np.array(cost, dtype=float).reshape(agents, units),
        use=np.array(use, dtype=float).reshape(resources, agents, units),
        upper=upper,
        lower=lower if draw(st.booleans()) else -math.inf,
        price=price,
        allowed=allowed,
        fixed=np.array(fixed, dtype=np.int64) if draw(st.booleans()) else None,
    )


@settings(max_examples=40)
@given(problem=problems(soft=True), random=st.randoms(use_true_random=False))
def test_where_all_is_decided_the_bound_is_what_that_costs(problem, random):
    held = [random.choice(np.flatnonzero(may).tolist()) for may in problem.allowed.T]
    held = np.array(held, dtype=np.int64)
    only = np.arange(problem.agents)[:, None] == held
    problem = dataclasses.replace(problem, fixed=held, allowed=only)
    value = problem.value(held)
    assert assign(problem, seconds=1).bound == pytest.approx(value, rel=1e-6, abs=1e-4)


@settings(max_examples=60)
@given(problems())
def test_the_plan_is_the_best_of_all_plans_and_no_bound_lies_above_it(problem):
    plan = assign(problem, seconds=20)
    best = every_plan(problem)
    assert plan.value == pytest.approx(best, abs=1e-6)
    assert plan.bound <= best
    assert plan.value == pytest.approx(by_hand(problem, plan.agent.tolist()), abs=1e-6)


@settings(max_examples=100)
@given(problems(), st.lists(st.floats(-20, 20), min_size=6, max_size=6))
def test_any_prices_prove_a_bound_that_is_not_above_the_best_plan(problem, prices):
    dual = np.array(prices[: problem.resources * problem.agents]).reshape(problem.lower.shape)
    best = every_plan(problem)
    # A plan may overstep a limit by a billionth, which the bound grants it too.
    assert dual_bound(problem, dual) <= best
    assert relax(problem, Clock(time.monotonic() - 1), start=dual).bound <= best


@settings(max_examples=30)
@given(problems(), st.randoms(use_true_random=False))
def test_what_one_unit_takes_beyond_a_limit_costs_the_same_said_as_its_own_cost(problem, random):
    capped = problem.capped()
    agent = np.array(
        [random.choice(np.flatnonzero(may)) for may in problem.allowed.T], dtype=np.int64
    )
    assert capped.value(agent) == pytest.approx(problem.value(agent), abs=1e-6)
    soon = Clock(time.monotonic() + 20)
    loose, tight = relax(problem, soon).bound, relax(capped, soon).bound
    assert tight >= loose - 1e-6 * (1 + abs(loose))


def test_units_larger_than_what_any_of_many_agents_may_have_leave_no_gap_to_the_bound():
    # Ten units for forty agents of whom each is to have a quarter of one: they cannot be shared.
    cost = np.abs(np.arange(40)[:, None] - 4 * np.arange(10))
    problem = AssignmentProblem.of(
        cost=cost, use=np.ones((40, 10)), lower=0.2, upper=0.3, price=100
    )
    # Each with its own: ten have 0.7 too much, thirty 0.2 too little.
    best = 100 * (10 * 0.7 + 30 * 0.2)
    assert relax(problem, Clock(time.monotonic() + 20)).bound < best / 2
    plan = assign(problem.capped(), seconds=20, effort="local")
    assert plan.value == pytest.approx(best)
    assert plan.gap < 0.1


@settings(max_examples=40)
@given(problems(soft=True))
def test_every_unit_has_one_agent_who_may_have_it_and_decided_ones_stay(problem):
    plan = assign(problem, seconds=20, effort="local")
    units = np.arange(problem.units)
    assert plan.agent.shape == (problem.units,)
    assert problem.allowed[plan.agent, units].all()
    decided = problem.fixed >= 0
    assert (plan.agent[decided] == problem.fixed[decided]).all()
    assert math.isfinite(plan.value), "limits with a price are never in the way"
    for r in range(problem.resources):
        for a in range(problem.agents):
            load = problem.use[r, a, plan.agent == a].sum()
            assert plan.loads[r, a] == pytest.approx(load)
            outside = max(load - problem.upper[r, a], problem.lower[r, a] - load, 0)
            assert plan.excess[r, a] == pytest.approx(outside, abs=1e-6)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(-9, 2), st.integers(0, 6)), max_size=8),
    st.integers(0, 20),
)
def test_a_knapsack_is_filled_as_well_as_by_trying_all_loads(items, room):
    price = np.array([p for p, _ in items], dtype=np.int64)
    weight = np.array([w for _, w in items], dtype=np.int64)
    value, taken = knapsacks.fill(price, weight, room)
    best = min(
        sum(p for (p, _), t in zip(items, chosen, strict=True) if t)
        for chosen in itertools.product([False, True], repeat=len(items))
        if sum(w for (_, w), t in zip(items, chosen, strict=True) if t) <= room
    )
    assert value == best == price[taken].sum()
    assert weight[taken].sum() <= room


@settings(max_examples=30)
@given(problems(soft=False))
def test_knapsacks_prove_no_bound_above_the_best_plan(problem):
    problem = AssignmentProblem.of(
        cost=np.rint(problem.cost), use=problem.use[:1], upper=problem.upper[:1]
    )
    best = every_plan(problem)
    if knapsacks.applies(problem) and math.isfinite(best):
        zero = np.zeros(problem.upper.shape)
        picked = knapsacks.pick(problem, zero, best, Clock(time.monotonic() + 5))
        assert picked.bound <= best


@pytest.mark.parametrize("name", BEST_KNOWN)
@pytest.mark.parametrize("seconds", [0.0, 0.2, 4.0])
def test_no_bound_lies_above_a_best_known_value_however_early_it_stops(name, seconds):
    problem = read_or_library(INSTANCES / f"{name}.txt")[name]
    plan = assign(problem, seconds=seconds)
    assert plan.bound <= BEST_KNOWN[name] <= plan.value
    assert plan.seconds < seconds + 1.5
    if seconds >= 4:
        assert plan.value <= BEST_KNOWN[name] * 1.02
        assert plan.bound >= BEST_KNOWN[name] * 0.99


def test_limits_that_nothing_can_keep_give_the_nearest_plan_and_say_so():
    problem = AssignmentProblem.of(cost=[[1, 1], [2, 2]], use=[[5, 5], [5, 5]], upper=[4, 5])
    plan = assign(problem, seconds=5)
    assert math.isinf(plan.value)
    assert plan.gap is None
    # One unit each is one hour too much; both with one agent would be five or six.
    assert sorted(plan.agent.tolist()) == [0, 1]
    assert plan.excess.tolist() == [[1, 0]]


def test_it_reports_the_bound_before_a_plan_and_stops_when_told():
    problem = read_or_library(INSTANCES / "d20200.txt")["d20200"]
    stop, seen = threading.Event(), []

    def progress(now):
        seen.append(now)
        if now.value is not None:
            stop.set()

    plan = assign(problem, seconds=60, progress=progress, cancelled=stop.is_set)
    assert plan.seconds < 10
    assert plan.stopped
    assert seen[0].stage == "bound"
    # It also tells that it is at work before there is a bound, as it is on a slow machine.
    proved = next(one for one in seen if one.bound is not None)
    assert proved.stage == "bound"
    assert proved.value is None


def test_a_plan_that_is_given_is_never_made_worse():
    problem = read_or_library(INSTANCES / "c20200.txt")["c20200"]
    first = assign(problem, seconds=3, effort="local")
    again = assign(problem, seconds=3, effort="relaxation", start=first.agent, dual=first.dual)
    assert again.value <= first.value


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"use": [[1, 1]]}, "shape"),
        ({"use": [[-1, 1], [1, 1]]}, "below zero"),
        ({"upper": [math.nan, 1]}, "numbers"),
        ({"lower": [3, 3], "upper": [2, 2]}, "above its most"),
        ({"allowed": [[True, False], [True, False]]}, "No agent"),
        ({"fixed": [0, 7]}, "none of the 2"),
        ({"price": [1, 2, 3]}, "wrong shape"),
        ({"cost": [[1, math.inf], [1, 1]]}, "numbers"),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused_in_a_sentence(wrong, says):
    sound = {"cost": [[1, 2], [3, 4]], "use": [[1, 1], [1, 1]]}
    with pytest.raises(PlanError, match=says):
        AssignmentProblem.of(**(sound | wrong))


ONE = "2 3\n1 2 3\n4 5 6\n7 8 9\n1 2 3\n10 11"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (ONE, ["some"]),
        (ONE.replace("\n", "   "), ["some"]),
        (" ".join(ONE.split()) + "\r\n\r\n", ["some"]),
        (f"1\n{ONE}", ["some-1"]),
        (f"2\n{ONE}\n{ONE}", ["some-1", "some-2"]),
    ],
)
def test_instances_are_read_one_or_several_in_a_file(tmp_path, text, names):
    path = tmp_path / "some.txt"
    path.write_text(text)
    found = read_or_library(path)
    assert list(found) == names
    for problem in found.values():
        assert problem.cost.tolist() == [[1, 2, 3], [4, 5, 6]]
        assert problem.use.tolist() == [[[7, 8, 9], [1, 2, 3]]]
        assert problem.upper.tolist() == [[10, 11]]


@pytest.mark.parametrize("text", ["", "2 3 1 2", "x y", f"{ONE} 5", f"3 {ONE} {ONE}", "0 0", "é"])
def test_a_file_that_holds_no_instances_is_refused(tmp_path, text):
    path = tmp_path / "some.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="no assignment problems"):
        read_or_library(path)
