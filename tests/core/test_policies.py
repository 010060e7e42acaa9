import pytest
import strategies
from accounts import examples, nice, rising, scoreboard
from hypothesis import given

from icp_core.analysis.tier_policies import KINDS, equivalent, held_against, side_by_side
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import PerEmployee, Profile, Tier, TierPolicy


def profile(kind, **thresholds):
    tiers = tuple(Tier(name=name, threshold=value) for name, value in thresholds.items())
    return Profile(
        name="P",
        criteria=(nice("revenue_growth", rising(0, 1)),),
        tiers=TierPolicy(kind=kind, tiers=tiers),
        potential=PerEmployee(rate=10),
    )


def market(asked, *pairs):
    rows = [{"revenue_growth": growth, "employees": heads} for growth, heads in pairs]
    return scoreboard(*rows).evaluate(asked)


def thresholds(policy):
    return [(tier.name, tier.threshold) for tier in policy.tiers]


PAIRS = ((1.0, 5), (0.875, 80), (0.75, 20), (0.5, 40), (0.25, 30))


def test_the_three_policies_take_as_many_accounts_each():
    evaluation = market(profile("cut_off", A=80, B=50), *PAIRS)
    assert thresholds(equivalent(evaluation, "capacity")) == [("A", 2), ("B", 2)]
    # The two and the four largest of 800, 400, 300, 200 and 50.
    assert thresholds(equivalent(evaluation, "value")) == [("A", 400), ("B", 200)]
    found = side_by_side(evaluation)
    assert [t.accounts for t in found["cut_off"].tiers] == [2, 2, 1]
    assert [t.accounts for t in found["capacity"].tiers] == [2, 2, 1]
    assert [t.accounts for t in found["value"].tiers] == [2, 2, 1]
    assert [t.potential for t in found["cut_off"].tiers] == [850, 600, 300]
    assert [t.potential for t in found["value"].tiers] == [1200, 500, 50]


def test_a_tier_of_another_policy_is_held_against_the_present_one():
    evaluation = market(profile("cut_off", A=80, B=50), *PAIRS)
    by_value = side_by_side(evaluation)["value"]
    a, b, unranked = held_against(evaluation, by_value)
    # By potential A holds the second and the fourth best score, of which one is in A now.
    assert (a.same, a.potential) == (0.5, 1200)
    # A fifth of two accounts is, rounded up, the larger one.
    assert a.largest_share == pytest.approx(800 / 1200)
    assert (b.same, unranked.same) == (0.5, 0.0)
    none = market(profile("cut_off", A=100, B=99), (0.5, None))
    empty, _b, rest = held_against(none, none)
    assert (empty.same, empty.potential, empty.largest_share) == (None, 0.0, None)
    assert (rest.same, rest.potential) == (1.0, None)


def test_cut_offs_from_a_capacity_are_the_scores_of_the_last_accounts():
    evaluation = market(profile("capacity", A=1, B=2), *PAIRS)
    assert thresholds(equivalent(evaluation, "cut_off")) == [("A", 100), ("B", 75)]
    assert equivalent(evaluation, "capacity") == evaluation.profile.tiers


def test_accounts_level_with_the_last_one_come_in_too():
    evaluation = market(profile("capacity", A=1, B=1), (0.5, 1), (0.5, 2), (0.5, 3), (0.25, 4))
    assert thresholds(equivalent(evaluation, "cut_off")) == [("A", 50), ("B", 25)]
    assert [t.accounts for t in side_by_side(evaluation)["cut_off"].tiers] == [3, 1, 0]


def test_a_tier_that_nothing_is_left_for_is_missing():
    evaluation = market(profile("capacity", A=1, B=1), (0.5, 1), (0.5, 2))
    assert thresholds(equivalent(evaluation, "cut_off")) == [("A", 50)]


def test_without_known_potentials_there_is_no_value_policy():
    evaluation = market(profile("cut_off", A=80), (0.5, None))
    assert equivalent(evaluation, "value") is None
    assert side_by_side(evaluation).keys() == {"cut_off", "capacity"}


@pytest.mark.parametrize("kind", KINDS)
@examples(15)
@given(rows=strategies.accounts(), asked=strategies.profiles())
def test_an_equivalent_policy_is_always_a_valid_one(kind, rows, asked):
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(asked)
    made = equivalent(evaluation, kind)
    if made is not None:
        assert made.kind == kind
        assert set(made.names) <= set(asked.tiers.names)
