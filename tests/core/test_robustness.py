"""Rank robustness against a naive loop that evaluates each draw account by account."""

from math import floor

import numpy as np
import pytest
import strategies
from accounts import drawback, examples, must, nice, rising, scoreboard
from hypothesis import given

from icp_core.analysis.robustness import SIGMA, draw_weights, robustness
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Flag, PerEmployee, Profile, Range, Tier, TierPolicy

DRAWS = 70


def naive(evaluation, weights):
    """Counts of shape (tiers, matches): score every match with every draw, then rank."""
    profile, matches = evaluation.profile, evaluation.matches.rows
    fits = [evaluation.fits(c, matches) for c in profile.scored]
    policy = profile.tiers
    none = len(policy.tiers)
    counts = np.zeros((none + 1 + bool(policy.least_coverage), len(matches)), dtype=int)
    near_a_cut_off = np.zeros(len(matches), dtype=bool)
    for draw in weights.astype(float):
        scores, too_little = [], []
        for place in range(len(matches)):
            points = known = told = 0.0
            for weight, criterion, column in zip(draw, profile.scored, fits, strict=True):
                if np.isnan(column[place]):
                    continue
                told += weight
                points += weight * float(column[place]) * (1 if criterion.role.favours else -1)
                known += weight if criterion.role.favours else 0
            share = min(max(points / known, 0), 1) if known else None
            scores.append(None if share is None else floor(share * 1e6 + 0.5) / 1e4)
            too_little.append(told / draw.sum() < policy.least_coverage - 1e-6)
        room = 0
        worth = np.nan_to_num(evaluation.potential.amount, nan=-1)
        order = sorted(
            range(len(matches)),
            key=lambda p: (too_little[p], scores[p] is None, -(scores[p] or 0), -worth[p], p),
        )
        rank = {place: n for n, place in enumerate(order)}
        tier = [none] * len(matches)
        for index, one in reversed(list(enumerate(profile.tiers.tiers))):
            room = sum(t.threshold for t in profile.tiers.tiers[: index + 1])
            for place, score in enumerate(scores):
                if score is None and policy.kind != "value":
                    continue
                by_cut_off = profile.tiers.kind == "cut_off"
                if policy.kind == "value":
                    reached = worth[place] >= one.threshold
                else:
                    reached = score >= one.threshold if by_cut_off else rank[place] < room
                if reached:
                    tier[place] = index
                if by_cut_off and 0 < abs(score - one.threshold) < 0.001:
                    near_a_cut_off[place] = True
        tier = [none + 1 if unknown else own for own, unknown in zip(tier, too_little, strict=True)]
        counts[tier, range(len(matches))] += 1
    return counts, near_a_cut_off


@examples(40)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_counts_are_those_of_a_naive_loop(rows, profile):
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(profile)
    found = robustness(evaluation, draws=DRAWS, seed=3)
    assert (found.counts.sum(axis=0) == DRAWS).all()
    if not found.depends_on_weights:
        assert (found.stays == 1).all()
        return
    expected, near = naive(evaluation, draw_weights(evaluation, draws=DRAWS, seed=3))
    if profile.tiers.kind == "cut_off":
        assert (found.counts[:, ~near] == expected[:, ~near]).all()
    else:
        # Two scores may swap where 32 bits cannot tell them apart; never more than a draw or two.
        assert np.abs(found.counts.astype(int) - expected).max(initial=0) <= 2


def balanced(kind="cut_off", **thresholds):
    tiers = tuple(Tier(name=name, threshold=value) for name, value in thresholds.items())
    return Profile(
        name="P",
        criteria=(
            nice("revenue_growth", Range.between(0.5, None), weight=4),
            nice("recruits_abroad", Flag(), weight=4),
        ),
        tiers=TierPolicy(kind=kind, tiers=tiers),
        potential=PerEmployee(rate=1),
    )


BOTH = {"revenue_growth": 1.0, "recruits_abroad": True}
GROWS = {"revenue_growth": 1.0, "recruits_abroad": False}
NONE = {"revenue_growth": 0.0, "recruits_abroad": False}


def test_a_coin_flip_is_seen_as_one():
    # With equal weights the half fit scores 50, on the cut-off; any draw tips it either way.
    found = robustness(scoreboard(BOTH, GROWS, NONE).evaluate(balanced(A=50)), draws=2_000)
    assert found.stays[[0, 2]].tolist() == [1, 1]
    assert found.stays[1] == pytest.approx(0.5, abs=2 * found.margin)
    assert found.alternative.tolist() == [-1, 1, -1]
    tier_a, unranked = found.tiers
    assert (tier_a.accounts, tier_a.steady, tier_a.steady_share) == (2, 1, 0.5)
    assert tier_a.stays == pytest.approx((1 + found.stays[1]) / 2)
    assert (unranked.accounts, unranked.steady) == (1, 1)


def test_the_share_agrees_with_the_distribution_it_is_drawn_from():
    # Growth at 4·e^x against 4·e^y reaches 60 % when x − y ≥ ln 1.5, x − y being normal with σ·√2.
    from statistics import NormalDist

    found = robustness(scoreboard(GROWS).evaluate(balanced(A=60)), draws=20_000)
    p = 1 - NormalDist(0, SIGMA * 2**0.5).cdf(np.log(1.5))
    assert found.counts[0, 0] / 20_000 == pytest.approx(p, abs=0.015)


def test_weights_lie_between_half_and_double_in_95_of_100_draws():
    evaluation = scoreboard(BOTH).evaluate(balanced(A=50))
    weights = draw_weights(evaluation, draws=20_000, seed=0)
    assert (weights > 0).all()
    inside = ((weights >= 2) & (weights <= 8)).mean()
    assert inside == pytest.approx(0.95, abs=0.01)
    assert np.median(weights) == pytest.approx(4, rel=0.02)


def test_equal_accounts_are_ranked_by_potential_in_every_draw():
    rows = [GROWS | {"employees": n} for n in (5, 50, 20, 50)]
    found = robustness(scoreboard(*rows).evaluate(balanced("capacity", A=1, B=1)), draws=50)
    assert found.counts.tolist() == [[0, 50, 0, 0], [0, 0, 0, 50], [50, 0, 50, 0]]


@pytest.mark.parametrize("heads", [(5, 50), (50, 5)])
def test_ties_between_different_gaps_go_to_the_larger_potential_too(heads):
    rows = [
        BOTH | {"employees": heads[0]},
        {"revenue_growth": 1.0, "employees": heads[1]},
    ]
    found = robustness(scoreboard(*rows).evaluate(balanced("capacity", A=1)), draws=50)
    assert found.counts[0].tolist() == [50 * (heads[0] == 50), 50 * (heads[1] == 50)]


def test_a_full_score_reaches_a_cut_off_of_100_in_every_draw():
    profile = balanced(A=100).adding(nice("employees", Range.between(1, None), weight=3))
    found = robustness(
        scoreboard(BOTH | {"employees": 5}, GROWS | {"employees": 5}).evaluate(profile)
    )
    assert found.counts[0].tolist() == [1_000, 0]


def test_a_cut_off_of_0_takes_every_score():
    profile = balanced(A=0).adding(drawback("employees", Range.between(1, None), weight=9))
    found = robustness(scoreboard(GROWS | {"employees": 5}, {"employees": 5}).evaluate(profile))
    assert found.counts[0].tolist() == [1_000, 0]


def test_an_account_without_a_score_stays_unranked_even_when_there_is_room():
    profile = balanced("capacity", A=5).adding(drawback("employees", Range.between(1, None)))
    found = robustness(scoreboard(BOTH, {}, {"employees": 5}).evaluate(profile), draws=50)
    assert found.counts.tolist() == [[50, 0, 0], [0, 50, 50]]


def test_value_tiers_do_not_depend_on_weights_and_it_says_so():
    found = robustness(scoreboard(BOTH | {"employees": 9}, GROWS).evaluate(balanced("value", A=5)))
    assert not found.depends_on_weights
    assert found.stays.tolist() == [1, 1]


def test_the_same_seed_gives_the_same_answer_on_many_blocks_of_accounts():
    random = np.random.default_rng(5)
    rows = [
        {
            "revenue_growth": None if n % 11 == 0 else float(random.random()),
            "recruits_abroad": None if n % 7 == 0 else bool(random.random() < 0.5),
            "employees": int(random.integers(1, 100)),
            "revenue": float(random.random()),
        }
        for n in range(9_000)
    ]
    found = scoreboard(*rows)
    for kind, thresholds in (("cut_off", {"A": 80, "B": 40}), ("capacity", {"A": 100, "B": 3_000})):
        profile = balanced(kind, **thresholds).adding(drawback("revenue", rising(0, 1), weight=2))
        evaluation = found.evaluate(profile)
        one = robustness(evaluation, draws=100, seed=1)
        assert (one.counts == robustness(evaluation, draws=100, seed=1).counts).all()
        assert (one.counts.sum(axis=0) == 100).all()
        if kind == "capacity":
            assert one.counts.sum(axis=1).tolist() == [10_000, 300_000, 590_000]


def test_progress_rises_to_the_end_and_can_stop_the_work():
    evaluation = scoreboard(BOTH, GROWS).evaluate(balanced("capacity", A=1))
    seen = []
    robustness(evaluation, draws=500, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1

    class StopError(Exception):
        pass

    def stop(_):
        raise StopError

    with pytest.raises(StopError):
        robustness(evaluation, draws=500, progress=stop)


def test_a_market_of_nobody_is_no_trouble():
    profile = balanced(A=50).adding(must("employees", Range.between(1e9, None)))
    found = robustness(scoreboard(BOTH | {"employees": 3}).evaluate(profile))
    assert [t.accounts for t in found.tiers] == [0, 0]
    assert found.tiers[0].stays is None
    assert found.tiers[0].steady_share is None
