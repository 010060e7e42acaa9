import re
from collections import Counter
from itertools import product
from math import sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, hypergeom

from icp_core.analysis.verification import Interval, at_worst, draw, next_open, verify, wilson
from icp_core.evaluation.market import Bounds

MATCHES = [f"SE-{number:03d}" for number in range(100)]
POSSIBLE = [f"NO-{number:03d}" for number in range(30)]


def answers(match: str, possible: str = "") -> pl.DataFrame:
    """One row per letter: f fits, d does not, c can't tell, a dot is open."""
    meaning = {"f": "fits", "d": "doesnt", "c": "cant_tell", ".": None}
    rows = [("match", meaning[letter]) for letter in match]
    rows += [("possible", meaning[letter]) for letter in possible]
    return pl.DataFrame(rows, schema={"stratum": pl.String, "answer": pl.String}, orient="row")


def test_the_wilson_interval_of_18_in_20_is_the_one_worked_out_by_hand():
    # z = 1.959964, z² = 3.841459: centre (18 + 1.920729) / 23.841459 = 0.835550,
    # half width 1.959964 / 23.841459 · √(18 · 2 / 20 + 0.960365) = 0.082208 · 1.661435 = 0.136584.
    result = wilson(18, 20)
    assert result.z == pytest.approx(1.959964, abs=1e-6)
    assert result.centre == pytest.approx(0.835550, abs=1e-6)
    assert result.half_width == pytest.approx(0.136584, abs=1e-6)
    assert result.interval.estimate == 0.9
    assert result.interval.low == pytest.approx(0.698966, abs=1e-6)
    assert result.interval.high == pytest.approx(0.972134, abs=1e-6)
    # Not the textbook interval 0.9 ± 1.96 · √(0.9 · 0.1 / 20), which would pass 1.
    assert 0.9 + 1.96 * sqrt(0.9 * 0.1 / 20) > 1 > result.interval.high


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 5_000), st.data(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_wilson_interval_agrees_with_scipy(answered, data, confidence):
    fits = data.draw(st.integers(0, answered))
    ours = wilson(fits, answered, confidence=confidence).interval
    theirs = binomtest(fits, answered).proportion_ci(confidence, method="wilson")
    assert ours.low == pytest.approx(theirs.low, abs=1e-9)
    assert ours.high == pytest.approx(theirs.high, abs=1e-9)
    assert 0 <= ours.low <= ours.estimate <= ours.high <= 1


def test_none_and_all_have_ends_of_exactly_nought_and_one():
    # 0 of 10: high = z² / (10 + z²) = 3.841459 / 13.841459.
    assert wilson(0, 10).interval == Interval(0.0, 0.0, pytest.approx(0.277533, abs=1e-6))
    assert wilson(10, 10).interval == Interval(pytest.approx(0.722467, abs=1e-6), 1.0, 1.0)
    assert wilson(0, 0).interval == Interval(0.0, None, 1.0)


@pytest.mark.parametrize(
    ("fits", "answered", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)]
)
def test_impossible_counts_are_refused(fits, answered, confidence):
    with pytest.raises(ValueError, match="not possible"):
        wilson(fits, answered, confidence=confidence)


def test_the_corrected_tam_is_each_strata_size_times_its_precision():
    # 1,000 matches at 18/20 and 500 possible at 4/10: 900 + 200.
    # n* = 20 · 999 / 980 = 20.387755: centre (18.348980 + 1.920729) / 24.229214 = 0.836581, half width
    # 1.959964 / 24.229214 · √(1.834898 + 0.960365) = 0.135245, so 0.701337…0.971826.
    # n* = 10 · 499 / 490 = 10.183673: centre (4.073469 + 1.920729) / 14.025132 = 0.427390, half width
    # 1.959964 / 14.025132 · √(2.444082 + 0.960365) = 0.257848, so 0.169541…0.685238.
    result = verify(answers("f" * 18 + "dd", "ffff" + "d" * 6), match_size=1_000, possible_size=500)
    assert result.match.accounts.low == pytest.approx(701.337, abs=1e-3)
    assert result.possible.accounts.low == pytest.approx(84.771, abs=1e-3)
    assert result.possible.accounts.high == pytest.approx(342.619, abs=1e-3)
    corrected = result.corrected
    assert corrected.estimate == pytest.approx(1_100)
    # below √((900 − 701.337)² + (200 − 84.771)²) = √(39467.1 + 13277.8) = 229.663
    # above √((971.826 − 900)² + (342.619 − 200)²) = √(5159.0 + 20340.2) = 159.685
    assert corrected.low == pytest.approx(1_100 - 229.663, abs=0.01)
    assert corrected.high == pytest.approx(1_100 + 159.685, abs=0.01)
    # Adding the ends would claim less than is known.
    assert corrected.low > 701.337 + 84.771
    assert corrected.high < 971.826 + 342.619


def test_cant_tell_leaves_the_precision_alone_but_spans_worst_and_best():
    # 6 fits, 2 misfits, 2 can't tell: 6/8; worst 6/10, best 8/10.
    result = verify(answers("ffffffddcc.."), match_size=1_000, possible_size=0)
    assert (result.match.answered, result.match.cant_tell, result.match.open) == (8, 2, 2)
    assert result.match.precision.estimate == 0.75
    assert (result.worst, result.best) == (600, 800)
    assert result.corrected.estimate == 750


def test_a_stratum_without_answers_leaves_the_total_open_by_its_whole_size():
    result = verify(answers("f" * 18 + "dd", "..."), match_size=1_000, possible_size=500)
    assert result.corrected.estimate is None
    assert result.corrected.low == pytest.approx(701.337, abs=1e-3)
    assert result.corrected.high == pytest.approx(971.826 + 500, abs=1e-3)
    assert result.worst is None
    nothing = verify(answers(""), match_size=1_000, possible_size=500)
    assert nothing.corrected == Interval(0, None, 1_500)
    assert verify(answers("cc"), match_size=10, possible_size=0).corrected.estimate is None


def test_an_empty_stratum_adds_nothing_and_leaves_nothing_open():
    result = verify(answers("fd"), match_size=10, possible_size=0)
    assert result.corrected == result.match.accounts
    assert result.corrected.estimate == 5
    assert verify(answers(""), match_size=0, possible_size=0).corrected == Interval(0, 0, 0)


def test_what_was_seen_is_certain_and_a_full_count_leaves_nothing_open():
    full = verify(answers("fffdddddd", "fd"), match_size=9, possible_size=2)
    assert full.corrected == Interval(4, 4, 4)
    assert full.match.answered == full.match.size
    # 5 of 6 accounts answered, 1 fits: at least 1 and at most 2, where without what was seen
    # (n* = 25: centre (5 + 1.920729) / 28.841459, half width 0.151104) it would be 0.5 to 2.3.
    nearly = verify(answers("fdddd."), match_size=6, possible_size=0)
    assert nearly.corrected == Interval(1, pytest.approx(1.2), 2)
    # Were n the answers alone, 5 of 5 would say 3.4 of 6.
    assert verify(answers("fffff."), match_size=6, possible_size=0).corrected == Interval(
        pytest.approx(5.200846, abs=1e-6), 6, 6
    )


def test_a_value_is_corrected_by_the_same_precisions():
    result = verify(answers("f" * 18 + "dd", "ffff" + "d" * 6), match_size=1_000, possible_size=500)
    value = result.corrected_value(2e6, 1e6)
    # 2 M · 0.9 + 1 M · 0.4; below √((2 · (0.9 − 0.701337))² + (0.4 − 0.169541)²) M.
    assert value.estimate == pytest.approx(2.2e6)
    assert value.low == pytest.approx(2.2e6 - sqrt(397_327**2 + 230_459**2), rel=1e-5)
    assert result.corrected_value(0, 0) == Interval(0, 0, 0)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_the_interval_always_holds_the_estimate_and_stays_within_what_is_possible(data):
    parts = []
    for _ in range(2):
        fits, misfits, vague = (data.draw(st.integers(0, 40)) for _ in range(3))
        parts.append(
            (fits, misfits, vague, fits + misfits + vague + data.draw(st.integers(0, 900)))
        )
    frame = answers(*("f" * f + "d" * d + "c" * c for f, d, c, _ in parts))
    result = verify(frame, match_size=parts[0][3], possible_size=parts[1][3])
    corrected = result.corrected
    lowest = sum(f for f, *_ in parts)
    highest = sum(size - d for _, d, _, size in parts)
    assert lowest - 1e-6 <= corrected.low <= corrected.high <= highest + 1e-6
    if corrected.estimate is not None:
        assert corrected.low <= corrected.estimate <= corrected.high
        assert result.worst <= corrected.estimate + 1e-9
        assert result.best >= corrected.estimate - 1e-9


def test_the_intervals_hold_the_truth_about_as_often_as_they_claim():
    # 600 of 800 matches and 60 of 200 possible accounts fit; 40 and 30 are drawn, 400 times over.
    match, possible = [f"M{i:03d}" for i in range(800)], [f"P{i:03d}" for i in range(200)]
    right = {*match[:600], *possible[:60]}
    held = 0
    for seed in range(400):
        sample = draw(match, possible, match=40, possible=30, seed=seed)
        letters = [
            "".join("f" if key in right else "d" for key in ids)
            for ids in (sample.match, sample.possible)
        ]
        corrected = verify(answers(*letters), match_size=800, possible_size=200).corrected
        held += corrected.low <= 660 <= corrected.high
    # 95 % of 400 is 380; below 367 would be three standard deviations short.
    assert held >= 367


def test_a_draw_is_the_same_again_whatever_the_order_of_the_accounts():
    first = draw(MATCHES, POSSIBLE, match=10, possible=5, seed=3)
    assert draw(MATCHES[::-1], set(POSSIBLE), match=10, possible=5, seed=3) == first
    assert draw(MATCHES, POSSIBLE, match=10, possible=5, seed=4) != first
    assert (len(set(first.match)), len(set(first.possible))) == (10, 5)
    assert set(first.match) <= set(MATCHES)
    assert set(first.possible) <= set(POSSIBLE)
    assert (first.match_size, first.possible_size) == (100, 30)


def test_asking_for_more_than_there_are_draws_all_of_them_once():
    sample = draw(MATCHES, [], match=1_000, possible=5, seed=1)
    assert sorted(sample.match) == MATCHES
    assert sample.possible == ()


def test_every_account_is_as_likely_to_be_drawn_as_any_other():
    drawn = Counter(
        key
        for seed in range(600)
        for key in draw(MATCHES, [], match=10, possible=0, seed=seed).match
    )
    # Each of 100 accounts is expected 60 times, standard deviation √(600 · 0.1 · 0.9) = 7.3.
    assert set(drawn) == set(MATCHES)
    assert all(abs(count - 60) < 5 * 7.3 for count in drawn.values())


def worked_out(arithmetic: str) -> float:
    """What the written arithmetic comes to."""
    code = re.sub(r"√\(", "sqrt(", arithmetic).replace("²", "**2").replace("·", "*")
    return eval(code.replace("−", "-"), {"sqrt": sqrt, "max": max, "min": min})


@pytest.mark.parametrize(
    ("frame", "sizes"),
    [
        (answers("f" * 18 + "dd", "ffff" + "d" * 6), (1_000, 500)),
        (answers("f" * 9 + "dc", "dd."), (123_456, 7)),
        (answers("ffd"), (3, 0)),
    ],
)
def test_every_step_shown_comes_to_the_result_beside_it(frame, sizes):
    result = verify(frame, match_size=sizes[0], possible_size=sizes[1])
    steps = {step.what: step for step in result.steps}
    for step in result.steps:
        assert worked_out(step.arithmetic) == pytest.approx(step.result, rel=1e-4, abs=2e-5)
    assert steps["Corrected TAM"].result == result.corrected.estimate
    assert steps["Corrected TAM, low end"].result == result.corrected.low


@pytest.mark.parametrize(
    ("answers", "place", "expected"),
    [
        ([None, None, None], 3, 1),
        (["fits", None, None], 1, 2),
        ([None, "fits", "fits"], 2, 1),
        (["fits", "fits"], 2, 2),
        ([None], 1, 1),
    ],
)
def test_the_next_account_without_an_answer_is_found_in_a_circle(answers, place, expected):
    assert next_open(answers, place) == expected


def test_an_interval_of_most_accounts_is_narrower_and_of_all_of_them_a_point():
    widths = [
        ends.high - ends.low
        for size in (None, 10_000, 100, 50, 41, 40)
        for ends in [wilson(30, 40, size=size).interval]
    ]
    assert widths == sorted(widths, reverse=True)
    # 95 %: n* = 40 · 99 / 60 = 66 of 100, √(40/66) as wide but for the z² that is added.
    assert wilson(30, 40, size=100).effective == pytest.approx(66)
    assert wilson(30, 40, size=40).interval == Interval(0.75, 0.75, 0.75)
    assert wilson(0, 0, size=0).interval == wilson(0, 0, size=9).interval == Interval(0, None, 1)
    assert wilson(1, 1, size=1).interval == Interval(1, 1, 1)
    with pytest.raises(ValueError, match="not possible"):
        wilson(1, 5, size=4)


@pytest.mark.parametrize("size", [40, 100])
def test_the_interval_of_a_share_holds_it_about_as_often_as_it_claims(size):
    # Not by drawing: the chance of every count of fits is known (hypergeometric).
    chances = []
    for answered, fits in product(
        (size // 20, size // 5, size // 2, size - size // 10, size),
        range(size // 20, size, size // 20),
    ):
        counts = np.arange(answered + 1)
        chance = hypergeom.pmf(counts, size, fits, answered)
        found = [verify(tallied(x, answered), match_size=size, possible_size=0) for x in counts]
        holds = [one.corrected.low - 1e-9 <= fits <= one.corrected.high + 1e-9 for one in found]
        chances.append(chance[holds].sum())
    assert np.mean(chances) >= 0.93
    assert min(chances) >= 0.85


def tallied(fits, answered):
    return answers("f" * int(fits) + "d" * int(answered - fits))


def test_the_promise_of_a_sample_is_its_widest_interval():
    ends = [wilson(fits, 30).interval for fits in range(31)]
    widest = max((one.high - one.low) / 2 for one in ends)
    assert at_worst(30) == pytest.approx(widest)
    assert at_worst(30, size=60) < widest
    assert at_worst(30, size=30) == 0


def test_a_value_of_which_only_ranges_are_known_is_corrected_to_a_range():
    result = verify(answers("f" * 15 + "d" * 5), match_size=100, possible_size=0)
    precision = result.match.precision
    ends = result.corrected_bounds((100_000.0, 0.0), 190_000.0)
    assert ends.low == pytest.approx(100_000 * precision.low)
    assert ends.high == pytest.approx(190_000 * precision.high)
    assert result.corrected_bounds((0.0, 0.0), 0.0) == Bounds(0.0, 0.0)
