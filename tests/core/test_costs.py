import numpy as np
import pytest
import strategies
from accounts import examples, knock_out, must, nice, rising, scoreboard
from hypothesis import given

from icp_core.analysis.costs import attrition, costs, cut_offs, loosened
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, PerEmployee, Profile, Range

STOPS = (0, 10, 20, 30, 50, 100, 200, 300)


def test_a_hard_range_moves_to_the_next_stops_and_stays_hard():
    assert Range.between(25, 100).loosened(STOPS) == Range.between(20, 200)
    assert Range.between(30, 100).loosened(STOPS, steps=2) == Range.between(10, 300)


def test_a_slope_keeps_its_inner_edge():
    test = Range(a=20, b=30, c=50, d=100)
    assert test.loosened(STOPS) == Range(a=10, b=30, c=50, d=200)
    assert test == Range(a=20, b=30, c=50, d=100)


def test_past_the_last_stop_an_end_opens_and_an_open_end_stays_open():
    assert Range.between(0, 300).loosened(STOPS) == Range()
    assert Range.between(20, None).loosened(STOPS) == Range.between(10, None)


def test_tightening_moves_inward_and_never_crosses():
    assert Range.between(None, 30).tightened(STOPS) == Range.between(None, 20)
    assert Range(c=20, d=50).tightened(STOPS, steps=3) == Range(c=10, d=10)
    assert Range.between(20, 30).tightened(STOPS) == Range.between(20, 30)
    assert Range.between(None, 0).tightened(STOPS) == Range.between(None, 0)


def test_on_a_logarithmic_scale_nothing_lies_below_zero():
    stops = (-20, -10, 0, 10, 100)
    low, high = {"a": 0, "b": 10}, {"c": 10, "d": 100}
    assert Range(**low, **high, scale="log").loosened(stops) == Range(scale="log")
    assert Range(c=0, d=10, scale="log").tightened(stops, steps=2) == Range(c=0, d=10, scale="log")
    below = scoreboard(*({"revenue": amount} for amount in (-2e6, -1e6, 0, 1e6, 2e6)))
    gate = must("revenue", Range.between(0, 1e6).replace(scale="log"))
    (cost,) = costs(below.evaluate(Profile(name="P", criteria=(gate,))))
    assert cost.loosened.fit.a is None
    assert cost.gained_if_loosened > 0


def heads(*numbers):
    return scoreboard(*({"employees": n, "region": "SE-01"} for n in numbers))


def test_what_loosening_a_must_have_gains_by_hand():
    # From 1 to 90 in about fifty round steps is every second number: 30–40 becomes 28–42.
    found = heads(1, 5, 27, 28, 30, 35, 40, 42, 43, 90)
    profile = Profile(name="P", criteria=(must("employees", Range.between(30, 40)),))
    (cost,) = costs(found.evaluate(profile))
    assert cost.loosened.fit == Range.between(28, 42)
    assert cost.gained_if_loosened == 2
    assert cost.gate.gained_if_dropped == 7


def test_a_knock_out_is_loosened_by_rejecting_less():
    gate = knock_out("employees", Range.between(None, 30))
    found = heads(1, 20, 28, 29, 30, 40, 90).evaluate(Profile(name="P", criteria=(gate,)))
    assert loosened(found, gate).fit == Range.between(None, 28)
    (cost,) = costs(found)
    assert cost.gained_if_loosened == 2


def test_a_choice_has_no_step_to_loosen():
    found = heads(5, 10)
    profile = Profile(name="P", criteria=(must("region", Choice.of("NO-03")),))
    (cost,) = costs(found.evaluate(profile))
    assert (cost.loosened, cost.gained_if_loosened) == (None, None)
    assert cost.gate.gained_if_dropped == 2


@examples(25)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_gains_are_what_evaluating_the_changed_profile_counts(rows, profile):
    found = Scoreboard(strategies.universe(rows))
    now = found.evaluate(profile)
    gates = [i for i, criterion in enumerate(profile.criteria) if criterion.role.is_gate]
    for index, cost in zip(gates, costs(now), strict=True):
        dropped = found.evaluate(profile.without(index))
        assert cost.gate.gained_if_dropped == len(dropped.matches) - len(now.matches)
        if cost.loosened is not None:
            wider = found.evaluate(profile.changing(index, fit=cost.loosened.fit))
            assert cost.gained_if_loosened == len(wider.matches) - len(now.matches)
            assert cost.gained_if_loosened >= 0


@examples(25)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_every_stage_of_the_attrition_is_a_profile_with_the_gates_so_far(rows, profile):
    found = Scoreboard(strategies.universe(rows))
    stages = attrition(found.evaluate(profile))
    assert (stages[0].matching, stages[0].possible) == (len(rows), 0)
    for count, stage in enumerate(stages):
        so_far = found.evaluate(profile.replace(criteria=profile.gates[:count]))
        assert (stage.matching, stage.possible) == (len(so_far.matches), len(so_far.possible))
    assert stages[-1].matching == len(found.evaluate(profile).matches)
    assert sum(stage.lost for stage in stages) == found.evaluate(profile).market.failing


@examples(25)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_the_cut_off_curve_counts_who_reaches_each_point(rows, profile):
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(profile)
    curve = cut_offs(evaluation)
    for cut_off in range(101):
        reached = (evaluation.score >= cut_off) & (
            evaluation.tier <= len(evaluation.profile.tiers.tiers)
        )
        assert curve.accounts[cut_off] == np.count_nonzero(reached)
        assert curve.potential[cut_off] == pytest.approx(evaluation.potential.known[reached].sum())
    left_out = curve.unscored + curve.too_little_known
    assert curve.accounts[0] + left_out == len(evaluation.matches)


def test_a_score_on_a_cut_off_reaches_it():
    profile = Profile(
        name="P", criteria=(nice("employees", rising(0, 100)),), potential=PerEmployee(rate=1)
    )
    curve = cut_offs(heads(70, 69, 100).evaluate(profile))
    assert curve.accounts[[69, 70, 71, 100]].tolist() == [3, 2, 1, 1]
    assert curve.potential[[69, 70, 100]].tolist() == [239, 170, 100]
