"""Judging out of sample: the measures against scikit-learn, the splits, the verdicts."""

import numpy as np
import polars as pl
import pytest
from naive_bayes_reference import naive_bayes
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import log_loss, roc_auc_score
from threadpoolctl import threadpool_limits

from benchmarks.learning import (
    EFFECTS,
    of_columns,
    out_of_sample,
    planted_cases,
    straight,
    universe_of,
)
from icp_core.accounts.universe import Universe
from icp_core.intervals import Estimate
from icp_core.learning import demo_deals, proof, rank_customers, scorecard
from icp_core.learning.labelled import label, levels_of
from icp_core.learning.levels import attributes_of
from icp_core.profiles.model import Choice, Criterion, Flag, Profile, Range, Role


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def universe():
    return universe_of(12_000)


@pytest.fixture(scope="module")
def customers(universe):
    return planted_cases(universe, 1, customers=200)


HAND = Profile(
    name="By hand",
    criteria=(
        Criterion(column="industry", role=Role.NICE_TO_HAVE, fit=Choice.of("J"), weight=5),
        Criterion(column="employees", role=Role.NICE_TO_HAVE, fit=Range.between(30, 200), weight=5),
    ),
)
BACKWARDS = Profile(
    name="Backwards",
    criteria=(
        Criterion(
            column="industry",
            role=Role.NICE_TO_HAVE,
            fit=Choice(values={"J": 0.0}, default=1.0),
            weight=5,
        ),
    ),
)


@pytest.fixture(scope="module")
def proven(customers):
    return proof.prove(customers, None, np.random.default_rng(0), hand=HAND, repeats=1)


def test_the_measures_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    positive = (rng.random(600) < 0.3).astype(float)
    log_odds = np.round(rng.normal(0, 1, 600) + positive, 1)  # rounded, so that there are ties
    judged, _ = proof._measured(
        "model", positive, log_odds, log_odds, np.ones((4, 600), dtype=np.float32)
    )
    probability = scorecard.sigmoid(log_odds)
    assert judged.measures["auc"].value == pytest.approx(roc_auc_score(positive, log_odds))
    assert judged.measures["log_loss"].value == pytest.approx(log_loss(positive, probability))
    best = np.argsort(-log_odds, kind="stable")[:60]
    assert judged.measures["lift_10"].value == pytest.approx(
        positive[best].mean() / positive.mean(), abs=0.15
    )
    assert judged.gains["captured"][0] == 0
    assert judged.gains["captured"][-1] == 1
    assert judged.calibration["accounts"].sum() == 600


def test_a_perfect_ranking_and_a_constant_have_the_measures_they_must():
    positive = np.array([1.0] * 10 + [0.0] * 90)
    weights = np.ones((4, 100), dtype=np.float32)
    perfect, _ = proof._measured("model", positive, positive, positive, weights)
    assert perfect.measures["auc"].value == 1
    assert perfect.measures["lift_10"].value == 10
    assert perfect.measures["lift_20"].value == 5
    base = np.full(100, np.log(0.1 / 0.9))
    constant, _ = proof._measured("base", positive, np.full(100, 0.5), base, weights)
    assert constant.measures["auc"].value == 0.5
    assert constant.measures["lift_10"].value == pytest.approx(1)
    assert constant.measures["ece"].value == pytest.approx(0)


def test_a_calibrated_ranking_promises_the_rates_it_had_and_never_turns_around():
    rng = np.random.default_rng(0)
    ranks = rng.random(5_000)
    positive = (rng.random(5_000) < 0.4 * ranks).astype(float)
    log_odds = proof.calibrated(ranks, positive, np.array([0.05, 0.95]))
    assert scorecard.sigmoid(log_odds) == pytest.approx([0.02, 0.38], abs=0.03)
    backwards = proof.calibrated(-ranks, positive, np.array([-0.95, -0.05]))
    assert backwards[0] == pytest.approx(backwards[1])


def test_learning_is_judged_against_the_hand_made_profile_equal_weights_and_the_base_rate(proven):
    assert set(proven.judged) == {"base", "model", "learned", "equal", "hand"}
    assert proven.method == "repeated cross-validation"
    assert proven.positives == 200
    assert proven.holds
    area = {name: judged.measures["auc"] for name, judged in proven.judged.items()}
    assert area["base"] == Estimate(0.5, 0.5, 0.5)
    assert area["model"].low > 0.65
    assert area["hand"].value > 0.6
    assert area["learned"].value > area["hand"].value
    for judged in proven.judged.values():
        for estimate in judged.measures.values():
            assert estimate.low <= estimate.value <= estimate.high


def test_a_paired_difference_is_sharper_than_two_intervals_side_by_side(proven):
    difference = proven.difference("model", "hand", "auc").estimate
    first, second = (proven.judged[name].measures["auc"] for name in ("model", "hand"))
    assert difference.value == pytest.approx(first.value - second.value)
    apart = np.hypot(first.high - first.low, second.high - second.low)
    assert difference.high - difference.low < 0.9 * apart


def test_a_winner_is_named_only_where_the_interval_leaves_out_no_difference():
    better = proof.Difference("learned", "hand", "auc", Estimate(0.05, 0.01, 0.09))
    assert better.winner == "learned"
    assert "Learned profile beats hand-made profile" in better.sentence()
    worse = proof.Difference("learned", "hand", "log_loss", Estimate(0.05, 0.01, 0.09))
    assert worse.winner == "hand", "less loss is better"
    unsure = proof.Difference("learned", "hand", "auc", Estimate(0.05, -0.01, 0.11))
    assert unsure.winner is None
    assert "can't tell yet" in unsure.sentence()


def test_a_profile_that_ranks_backwards_is_found_out(customers):
    judged = proof.prove(customers, None, np.random.default_rng(0), hand=BACKWARDS, repeats=1)
    assert judged.judged["hand"].measures["auc"].high < 0.5
    assert judged.judged["hand"].measures["log_loss"].value >= (
        judged.judged["base"].measures["log_loss"].value - 1e-3
    )
    assert judged.difference("learned", "hand", "auc").winner == "learned"


def test_dated_deals_are_judged_by_what_came_before_them(universe):
    deals = demo_deals(universe.frame, customers=150)
    ranked = rank_customers(deals, universe)
    columns, _ = attributes_of(universe)
    days = dict(ranked.frame.select("row", "closed_on").iter_rows())
    won_lost = label(
        universe,
        ranked.rows("best"),
        ranked.rows("worst"),
        levels_of(universe, columns),
        days=days,
    )
    method, parts = proof._splits(won_lost, np.random.default_rng(0), 1)
    assert method == "forward in time"
    for train, test in parts:
        assert won_lost.day[train].max() <= won_lost.day[test].min()
        assert not set(won_lost.company[train]) & set(won_lost.company[test])


def test_accounts_of_one_domain_are_judged_together(universe):
    frame = universe.frame.with_columns(domain=pl.lit("same.example"))
    columns, _ = attributes_of(universe)
    one = label(
        Universe.of(frame, name="x", label="X"),
        np.arange(10),
        np.arange(10, 40),
        levels_of(universe, columns),
    )
    assert set(one.company) == {0}


def test_a_company_that_stands_in_the_list_four_times_teaches_nothing_by_itself():
    rng = np.random.default_rng(0)
    companies = np.repeat(np.arange(25), 4)
    facts = {
        "number": rng.lognormal(3, 1, 25)[companies],
        "letter": rng.choice(list("abcdef"), 25)[companies],
        "flag": (rng.random(25) < 0.4)[companies],
    }
    keys = {
        "number": {"country": "NO", "org_number": [f"9{i:08}" for i in companies]},
        "domain": {"domain": [f"c{i}.no" for i in companies]},
        "name and place": {"municipality": [f"NO-{i % 7:04}" for i in companies]},
        # One row has the number and the domain, others only one of the two.
        "by way of another": {
            "country": "NO",
            "org_number": [None if n % 4 == 1 else f"9{i:08}" for n, i in enumerate(companies)],
            "domain": [None if n % 4 == 2 else f"c{i}.no" for n, i in enumerate(companies)],
        },
    }
    for key, columns in keys.items():
        frame = pl.DataFrame(
            {
                "account_id": [f"X-{i}" for i in range(100)],
                "name": [f"Firm {i} AS" for i in companies],
            }
            | facts
            | columns
        )
        universe = Universe.of(frame, name="x", label="X")
        order = universe.frame["account_id"].str.slice(2).cast(pl.Int64).to_numpy()
        used, _ = attributes_of(universe)
        won = np.random.default_rng(1).random(25) < 0.5
        best = np.flatnonzero(won[companies[order]])
        others = np.flatnonzero(~won[companies[order]])
        made = label(universe, best, others, levels_of(universe, used))
        assert len(np.unique(made.company)) == 25, key


def test_work_can_be_cancelled_and_says_how_far_it_is(customers):
    class CancelledError(Exception):
        pass

    seen = []

    def stop(share, what):
        seen.append(share)
        if len(seen) == 2:
            raise CancelledError

    with pytest.raises(CancelledError):
        proof.prove(customers, None, np.random.default_rng(0), progress=stop)
    assert seen[0] < seen[1] < 1


def measurements():
    """Real measurements with real labels, all numbers (Wolberg 1995, ships with scikit-learn)."""
    data = load_breast_cancer()
    names = [name.replace(" ", "_") for name in data.feature_names]
    return data.target == 1, dict(zip(names, data.data.T, strict=True))


def won_and_lost(universe):
    ranked = rank_customers(demo_deals(universe.frame, customers=300), universe)
    return label(
        universe,
        ranked.rows("best"),
        ranked.rows("worst"),
        levels_of(universe, attributes_of(universe)[0]),
    )


def expected_calibration_error(positive, probability):
    """Ten bins of equally many accounts, counted one by one."""
    order = np.argsort(probability, kind="stable")
    return sum(
        abs(positive[part].mean() - probability[part].mean()) * len(part) / len(order)
        for part in np.array_split(order, 10)
    )


@pytest.mark.parametrize("name", ["customers", "won_and_lost", "straight", "measurements"])
def test_the_model_beats_naive_bayes_and_keeps_up_with_logistic_regression(name, request, universe):
    match name:
        case "customers":
            labelled = request.getfixturevalue("customers")
        case "won_and_lost":
            labelled = won_and_lost(universe)
        case "straight":
            labelled = of_columns(*straight(0, size=4_000))
        case _:
            labelled = of_columns(*measurements())
    keeps_up(labelled, seed=7)


# All thirty seeds of each are in `python -m benchmarks.learning --quality`.
@pytest.mark.parametrize("correlated", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_straight_effects_are_learned_as_well_as_by_logistic_regression_from_few_accounts(
    seed, correlated
):
    keeps_up(of_columns(*straight(seed, correlated=correlated)), seed=seed)


@pytest.mark.parametrize("seed", range(3))
def test_straight_effects_of_correlated_columns_are_learned_from_many_accounts(seed):
    keeps_up(of_columns(*straight(seed, size=4_000, correlated=True)), seed=seed)


def test_not_even_the_truth_beats_naive_bayes_at_calibration_on_every_draw_of_unrelated_columns():
    # Naive Bayes is nearly right there, and ten bins of 400 accounts are off by 0.017 by luck alone.
    draws = [of_columns(*straight(seed, size=4_000)) for seed in range(30)]
    errors = np.array(
        [
            [expected_calibration_error(d.positive, p) for p in (truth(d), by_naive_bayes(d, seed))]
            for seed, d in enumerate(draws)
        ]
    )
    assert errors.mean(axis=0) == pytest.approx([0.0172, 0.0182], abs=1e-4)
    assert (errors[:, 0] < errors[:, 1]).sum() == 18


def truth(labelled):
    columns = labelled.frame.select(list(labelled.coded)).to_numpy()
    return scorecard.sigmoid(columns @ EFFECTS - 1)


def by_naive_bayes(labelled, seed):
    folds = scorecard.folds_of(labelled, np.random.default_rng(seed))
    bayes = np.empty(len(labelled))
    for fold in range(5):
        train, test = labelled.take(np.flatnonzero(folds != fold)), np.flatnonzero(folds == fold)
        bayes[test] = np.clip(naive_bayes(train, labelled.take(test)), 1e-9, 1 - 1e-9)
    return bayes


def keeps_up(labelled, *, seed):
    ours, plain = out_of_sample(labelled, seed)
    bayes = by_naive_bayes(labelled, seed)
    label = labelled.positive
    assert log_loss(label, ours) < log_loss(label, bayes)
    assert expected_calibration_error(label, ours) < expected_calibration_error(label, bayes)
    assert roc_auc_score(label, ours) >= roc_auc_score(label, plain) - 0.01


def test_the_profile_made_by_hand_must_fit_the_accounts(customers):
    odd = Profile(name="x", criteria=(Criterion(column="nope", role=Role.MUST_HAVE, fit=Flag()),))
    with pytest.raises(Exception, match="nope"):
        proof.prove(customers, None, np.random.default_rng(0), hand=odd)
