"""Levels and weights of evidence, against figures worked out by hand."""

from math import inf, log

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_core.accounts.columns import CANONICAL, Column, Kind, describe
from icp_core.accounts.universe import Universe
from icp_core.intervals import ratio_of, wilson
from icp_core.learning import evidence
from icp_core.learning.attributes import customers_needed, level_table
from icp_core.learning.levels import Levels, attributes_of, edge_name

PRIOR = evidence.PRIOR


def coded(values, name="x", dtype=None):
    series = pl.Series(name, values, dtype=dtype)
    levels = Levels.of(describe(name, series.dtype), series)
    return levels.code(series)


def test_unknown_is_a_level_of_its_own():
    choice = coded(["a", "b", None, "a"])
    assert choice.levels.names == ("a", "b")
    assert choice.codes.tolist() == [0, 1, 2, 0]
    number = coded([1.0, None, 5.0, 9.0])
    assert number.codes[1] == number.levels.unknown
    assert coded([True, None, False]).codes.tolist() == [1, 2, 0]
    tags = coded([["a"], None, []], dtype=pl.List(pl.String))
    assert tags.known.tolist() == [True, False, True]
    assert tags.tags.tolist() == [[True], [False], [False]]


def test_a_bin_holds_its_lower_edge_and_not_its_upper_one():
    levels = Levels(Column("x", "X", Kind.NUMBER, ""), ("", "", ""), np.array([10.0, 20.0]))
    assert levels.code(pl.Series([9.9, 10, 19.9, 20, 25])).codes.tolist() == [0, 1, 1, 2, 2]


def test_a_value_that_the_grid_does_not_know_says_nothing():
    levels = Levels.of(describe("x", pl.String()), pl.Series(["a", "b"]))
    assert levels.code(pl.Series(["zzz"])).codes.tolist() == [levels.unknown]


def test_the_weight_of_evidence_is_log_odds_beyond_the_base_rate_drawn_towards_nothing():
    values = ["a"] * 40 + ["b"] * 60
    positive = np.array([1.0] * 20 + [0.0] * 80)
    learned = evidence.learn(coded(values), positive, np.full(100, 0.2))
    by_name = dict(zip(learned.levels.names, learned.weights, strict=False))
    # Twice as many as expected: 40 % instead of 20 %, odds of 2/3 instead of 1/4.
    assert (20 + PRIOR) / (8 + PRIOR) == 2
    assert by_name["a"] == pytest.approx(log((2 / 3) / (1 / 4)))
    # A quarter: 5 %, odds of 1/19.
    assert PRIOR / (12 + PRIOR) == 1 / 4
    assert by_name["b"] == pytest.approx(log((1 / 19) / (1 / 4)))


def test_a_division_lends_strength_to_its_rare_groups():
    codes = ["62.01"] * 50 + ["62.02"] * 1 + ["47.11"] * 49
    positive = np.array([1.0] * 25 + [0.0] * 75)
    series = pl.Series("industry", codes)
    levels = Levels.of(describe("industry", pl.String()), series)
    learned = evidence.learn(levels.code(series), positive, np.full(100, 0.25))
    weights = dict(zip(levels.names, learned.weights, strict=False))
    assert weights["62.0"] > 0 > weights["47.1"]
    # A group of 62 that was never seen with a customer is still believed to be like 62.
    other = pl.Series("industry", ["62.01"] * 50 + ["63.11"] * 5 + ["47.11"] * 45)
    levels = Levels.of(describe("industry", pl.String()), other)
    found = evidence.learn(levels.code(other), positive, np.full(100, 0.25))
    assert dict(zip(levels.names, found.weights, strict=False))["63.1"] > weights["47.1"]


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.floats(0.5, 30), st.integers(31, 90)),
        min_size=2,
        max_size=25,
    ),
    st.sampled_from(["rising", "falling", "peaked", "any"]),
)
def test_a_number_rises_falls_or_has_one_peak(bins, shape):
    observed, expected, accounts = np.array(bins, dtype=float).T
    centres = np.arange(1.0, len(bins) + 1)
    weights = evidence.shaped(observed, expected, accounts, shape, centres=centres)
    steps = np.sign(np.round(np.diff(weights), 9))
    turns = steps[steps != 0]
    if shape == "rising":
        assert (turns > 0).all()
    elif shape == "falling":
        assert (turns < 0).all()
    else:
        assert (np.diff(turns) <= 0).all(), "after a fall there is no rise"


def test_the_shape_that_the_data_has_is_chosen():
    expected, accounts = np.full(6, 20.0), np.full(6, 80.0)
    rising = evidence.shaped(np.array([5.0, 10, 15, 20, 30, 40]), expected, accounts)
    assert (np.diff(rising) > 0).all()
    peaked = evidence.shaped(np.array([5.0, 10, 45, 45, 10, 5]), expected, accounts)
    assert peaked.argmax() in (2, 3)
    assert peaked[0] < 0 < peaked[2]
    assert peaked[5] < 0


def test_a_straight_line_in_the_log_odds_is_found_as_one():
    # Log-odds of -3 + x/2 where -1 was expected of all: the weights are x/2 - 2, however wide the bins.
    centres = np.array([0.0, 1, 2, 4, 7, 12])
    accounts = np.array([4000.0, 3000, 2000, 1500, 1000, 500])
    observed = accounts / (1 + np.exp(3 - centres / 2))
    weights = evidence.shaped(
        observed, accounts / (1 + np.exp(1)), accounts, "rising", centres=centres
    )
    assert weights == pytest.approx(np.minimum(centres / 2 - 2, log(99) + 1), abs=0.05)


def test_the_strongest_tags_are_chosen_and_any_of_them_counts():
    rng = np.random.default_rng(1)
    held = rng.random((4_000, 5)) < 0.2
    chance = 0.05 + 0.2 * held[:, [1, 3]].any(axis=1)
    positive = (rng.random(4_000) < chance).astype(float)
    values = [[f"t{i}" for i in np.flatnonzero(row)] for row in held]
    tags = coded(values, dtype=pl.List(pl.String))
    learned = evidence.learn(tags, positive, np.full(4_000, positive.mean()))
    assert {tags.levels.names[i] for i in learned.tags} == {"t1", "t3"}
    assert learned.weights[1] > 0 > learned.weights[0]


def test_cross_fitting_never_shows_an_account_its_own_outcome():
    # Every account has its own value: in sample that is perfect knowledge, out of sample none at all.
    rng = np.random.default_rng(0)
    positive = (np.arange(500) % 5 == 0).astype(float)
    column = coded([f"v{i}" for i in range(500)])
    folds = rng.integers(0, evidence.FOLDS, 500)
    expected = np.full(500, 0.2)
    assert np.ptp(evidence.learn(column, positive, expected).of(column)) > 0.2
    fitted = evidence.cross_fitted(column, positive, expected, folds)
    assert np.ptp(fitted) == pytest.approx(0)


def test_wilson_intervals_are_those_of_the_textbook():
    # Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    low, high = wilson([81, 15, 0, 1], [263, 148, 20, 29])
    assert low.round(4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert high.round(4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]


def test_a_lift_is_a_ratio_of_two_shares_of_which_both_are_samples():
    lift = ratio_of(30, 100, 100, 1_000)
    assert lift.value == pytest.approx(3)
    assert lift.low < 3 < lift.high
    assert not lift.includes(1)
    # With fewer others it is known less well.
    less = ratio_of(30, 100, 6, 60)
    assert less.low < lift.low and less.high > lift.high
    assert ratio_of(0, 10, 0, 10) is None


def test_what_none_of_the_others_have_is_so_many_times_as_common_at_least():
    lift = ratio_of(94, 100, 0, 400)
    assert lift.value == lift.high == inf
    assert 50 < lift.low < 400
    assert lift.to_dict()["value"] is None


@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        ((60, 60), (0.4, 0.2)),
        ((100, 40), (0.3, 0.15)),
        ((300, 10_000), (0.2, 0.05)),
        ((60, 60), (0.1, 0.05)),
        ((20, 10_000), (0.5, 0.01)),
    ],
)
def test_intervals_of_lifts_cover_as_they_promise_however_few_the_others_are(sizes, shares):
    rng = np.random.default_rng(0)
    drawn = rng.binomial(sizes, shares, (2_000, 2))
    found = [ratio_of(hits, sizes[0], others, sizes[1]) for hits, others in drawn]
    held = [lift is None or lift.includes(shares[0] / shares[1]) for lift in found]
    assert 0.935 <= np.mean(held) <= 0.985


@pytest.fixture(scope="module")
def market():
    frame = pl.DataFrame(
        {
            "account_id": [f"A{i:04}" for i in range(1_000)],
            "name": "N",
            "size": [*range(800), *[None] * 200],
            "colour": ["red"] * 250 + ["blue"] * 747 + ["rare"] * 3,
            "tags": [["t"]] * 100 + [["t", "u"]] * 100 + [[]] * 700 + [None] * 100,
            "same": "x",
            "own": [f"value {i}" for i in range(1_000)],
            "is_customer": False,
        }
    )
    return Universe.of(frame, name="m", label="M")


def test_columns_that_cannot_tell_anything_are_left_out_with_a_reason(market):
    used, left = attributes_of(market)
    assert [c.name for c in used] == ["size", "colour", "tags"]
    reasons = {out.column.name: out.reason for out in left}
    assert reasons["same"] == "has the same value for every account"
    assert reasons["own"] == "has 1\u202f000 values for 1\u202f000 accounts, like a name"
    assert [out.column.name for out in left if out.leaks] == ["is_customer"]


def test_the_level_table_counts_shares_of_the_known_and_the_unknown_apart(market):
    used, _ = attributes_of(market)
    levels = {c.name: Levels.of(c, market.frame[c.name]) for c in used}
    table = level_table(market, levels, np.arange(100), np.arange(800, 820))

    def level(column, name):
        return table.row(
            by_predicate=(pl.col("column") == column) & (pl.col("level") == name), named=True
        )

    red = level("colour", "red")
    assert (red["best"], red["worst"], red["market"]) == (100, 0, 250)
    assert red["best_share"] == 1
    assert red["lift"] == pytest.approx(4)
    assert red["low"] == pytest.approx(float(wilson(100, 100)[0]) / 0.25)
    assert red["told_apart"]
    assert level("colour", "(other)")["market"] == 3, (
        "no customer would be expected in a rare level"
    )
    assert level("size", "(unknown)")["worst_share"] == 1
    assert level("size", "(unknown)")["market_share"] == pytest.approx(0.2)
    assert level("tags", "t")["market_share"] == pytest.approx(200 / 900)
    assert level("tags", "u")["best_share"] == 0
    bins = table.filter((pl.col("column") == "size") & (pl.col("level") != "(unknown)"))
    assert bins["market"].sum() == 800
    assert bins["best_share"].sum() == pytest.approx(1)
    assert (table["p_adjusted"] >= table["p"]).all()


def test_more_customers_are_needed_for_more_columns_and_smaller_lifts():
    # (1.6449·√(.25·.75) + .8416·√(.375·.625))² / .125² = 80.2 for one column.
    assert customers_needed(1) == 81
    assert customers_needed(20) > customers_needed(1)
    assert customers_needed(20, lift=1.2) > customers_needed(20, lift=2)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("founded", 1985.0, "1985"),
        ("revenue", 2_500_000.0, "€2\u202f500\u202f000"),
        ("net_profit", -40_000.0, "−€40\u202f000"),
        ("margin", 0.12, "12\u00a0%"),
        ("employees", 1_200.0, "1\u202f200"),
    ],
)
def test_the_edge_of_a_bin_is_written_with_its_unit(name, value, said):
    column = next(column for column in CANONICAL if column.name == name)
    assert edge_name(value, column) == said
