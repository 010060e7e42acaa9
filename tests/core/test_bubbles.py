import numpy as np
import pytest
from accounts import nice, rising, scoreboard

from icp_core.analysis.bubbles import bubbles
from icp_core.profiles.model import PerEmployee, Profile, Tier, TierPolicy

PROFILE = Profile(
    name="P",
    criteria=(nice("revenue_growth", rising(0, 1)),),
    tiers=TierPolicy(tiers=(Tier(name="A", threshold=90), Tier(name="B", threshold=50))),
    potential=PerEmployee(rate=1),
)


@pytest.fixture(scope="module")
def evaluation():
    # 10 in A, 40 in B, 150 unranked; two more without a place in the chart.
    random = np.random.default_rng(1)
    growth = [0.95] * 10 + [0.6] * 40 + [0.2] * 150
    rows = [
        {
            "revenue_growth": g,
            "employees": int(random.integers(1, 10_000)),
            "is_customer": n % 7 == 0,
        }
        for n, g in enumerate(growth)
    ]
    rows += [{"revenue_growth": 0.95}, {"employees": 9}]
    return scoreboard(*rows).evaluate(PROFILE)


def test_there_are_never_more_than_asked_for_and_the_rest_is_accounted_for(evaluation):
    found = bubbles(evaluation, most=60, best=5)
    assert found.rows.height == 60
    assert found.without_place == 2
    # 15 are certain; of the other 45 tier A takes the 5 it still has, the others 20 each.
    assert [(t.tier, t.accounts, t.best, t.sampled) for t in found.tiers] == [
        ("A", 10, 5, 5),
        ("B", 40, 5, 20),
        ("unranked", 150, 5, 20),
    ]
    assert [t.is_complete for t in found.tiers] == [True, False, False]
    counted = found.rows["tier"].value_counts().rows()
    assert dict(counted) == {"A": 10, "B": 25, "unranked": 25}


def test_the_best_of_every_tier_are_always_there(evaluation):
    for seed in range(5):
        rows = bubbles(evaluation, most=60, best=5, seed=seed).rows
        for tier in range(3):
            own = np.flatnonzero((evaluation.tier == tier) & ~np.isnan(evaluation.potential.amount))
            own = [place for place in own if not np.isnan(evaluation.score[place])]
            best = sorted(
                own, key=lambda p: (-evaluation.score[p], -evaluation.potential.amount[p], p)
            )[:5]
            ids = evaluation.universe.frame["account_id"].gather(evaluation.matches.rows[best])
            assert set(ids) <= set(rows.filter("is_best")["account_id"])


def test_the_same_seed_draws_the_same_and_no_account_twice(evaluation):
    one, again = bubbles(evaluation, most=60, best=5), bubbles(evaluation, most=60, best=5)
    assert one.rows.equals(again.rows)
    assert not one.rows["account_id"].is_duplicated().any()
    assert not one.rows.equals(bubbles(evaluation, most=60, best=5, seed=1).rows)


def test_a_small_market_is_drawn_whole(evaluation):
    found = bubbles(evaluation)
    assert found.rows.height == 200
    assert all(t.is_complete for t in found.tiers)


def test_each_bubble_carries_its_own_facts(evaluation):
    row = bubbles(evaluation).rows.row(0, named=True)
    place = int(evaluation.best(3)[0])
    facts = evaluation.rows(np.array([place])).row(0, named=True)
    expected = {"potential": facts["potential"], "score": 95, "tier": "A", "is_best": True}
    assert expected.items() <= row.items()
    assert row["account_id"] == facts["account_id"]
    assert row["is_customer"] == facts["is_customer"]
