import numpy as np
import pytest
import strategies
from accounts import examples, nice, rising, scoreboard
from hypothesis import given

from icp_core.analysis.concentration import Concentration, concentration
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import PerEmployee, Profile


def test_the_curve_by_hand():
    found = Concentration.of(np.array([10.0, 50.0, np.nan, 20.0, 0.0, 20.0]))
    assert (found.accounts, found.total, found.unknown) == (5, 100, 1)
    # 20 % of 5 accounts is the largest one; any part of a second account counts as the second.
    assert found.share_of_potential[[0, 20, 21, 40, 60, 80, 100]] == pytest.approx(
        [0, 0.5, 0.7, 0.7, 0.9, 1, 1]
    )
    assert found.largest_share == 0.5


def test_nothing_to_share_has_no_curve():
    assert Concentration.of(np.array([0.0, np.nan])) is None
    assert Concentration.of(np.array([])) is None


def test_one_tier_alone():
    profile = Profile(
        name="P", criteria=(nice("revenue_growth", rising(0, 1)),), potential=PerEmployee(rate=1)
    )
    evaluation = scoreboard(
        {"employees": 30, "revenue_growth": 1.0},
        {"employees": 10, "revenue_growth": 0.9},
        {"employees": 900, "revenue_growth": 0.5},
    ).evaluate(profile)
    found = concentration(evaluation, tier="A")
    assert (found.accounts, found.total, found.largest_share) == (2, 40, 0.75)


@examples(25)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_the_curve_passes_through_the_share_that_the_market_states(rows, profile):
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(profile)
    found = concentration(evaluation)
    if found is None:
        assert evaluation.potential.largest_share is None
        return
    assert found.largest_share == pytest.approx(evaluation.potential.largest_share)
    assert found.share_of_potential[0] == 0
    assert found.share_of_potential[-1] == 1
    assert (np.diff(found.share_of_potential) >= 0).all()
    assert (found.share_of_potential >= found.share_of_accounts - 1e-9).all()
