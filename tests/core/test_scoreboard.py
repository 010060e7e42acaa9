"""What the scoreboard keeps, and the short cuts it takes, change no number."""

import numpy as np
import polars as pl
import pytest
from accounts import examples, must, nice, rising, scoreboard
from hypothesis import given
from hypothesis import strategies as st

from icp_core.accounts.universe import Universe
from icp_core.analysis.segments import segments
from icp_core.evaluation.arrays import largest
from icp_core.evaluation.in_memory import evaluated_rows
from icp_core.evaluation.market import BINS
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, Profile, Range

MANY = 2_000


def many(**columns):
    frame = pl.DataFrame(
        {
            "account_id": [f"X-{row:05}" for row in range(MANY)],
            "name": ["Account"] * MANY,
            **columns,
        }
    )
    return Scoreboard(Universe.of(frame, name="many", label="Many"))


@pytest.mark.parametrize("distinct", [3, 1_024, 1_025, MANY])
def test_a_text_is_graded_alike_whether_few_or_all_of_its_values_are_distinct(distinct):
    found = many(label=[f"L{row % distinct}" if row % 7 else None for row in range(MANY)])
    fits = found.fit(Choice(values={"L1": 1, "L2": 0.5}, default=0.25), "label")
    wanted = {"L1": 1.0, "L2": 0.5}
    for row in range(MANY):
        if row % 7:
            assert fits[row] == wanted.get(f"L{row % distinct}", 0.25)
        else:
            assert np.isnan(fits[row])


def test_few_texts_cost_a_byte_an_account_and_many_cost_their_text():
    few = many(label=["Exempelvis"] * MANY)
    assert few.bytes_of("label") == pytest.approx(MANY, rel=0.1)
    # 16 bytes each, which hold a text of up to 12.
    assert many(label=[str(row) for row in range(MANY)]).bytes_of("label") >= 16 * MANY


def test_a_number_costs_eight_bytes():
    assert many(employees=list(range(MANY))).bytes_of("employees") == 8 * MANY


def test_one_code_under_two_revisions_is_two_things():
    # Power lines are 35.12 in revision 2; in revision 2.1 that is making renewable power, once 35.11.
    found = scoreboard(
        {"industry": "35.12", "industry_revision": "2"},
        {"industry": "35.12", "industry_revision": "2.1"},
        {"industry": "35.12"},
        {},
    )
    assert found.fit(Choice.of("35.12"), "industry")[:3].tolist() == [1, 0, 1]
    assert found.fit(Choice.of("35.11"), "industry")[:3].tolist() == [0, 1, 0]
    codes, sections = found.codes("section")
    assert [sections[code] for code in codes] == ["D", "D", "D", None]


@pytest.mark.parametrize("count", [1, 15, 16, 17, 33])
def test_scores_with_few_and_with_many_criteria_are_those_of_the_expressions(count):
    numbers = {
        f"n{place}": [None if (row + place) % (place + 3) == 0 else row % 11 for row in range(MANY)]
        for place in range(count)
    }
    criteria = tuple(
        nice(name, rising(0, 10), weight=1 + place % 10) for place, name in enumerate(numbers)
    )
    found = many(**numbers)
    evaluation = found.evaluate(Profile(name="P", criteria=criteria))
    expected = evaluated_rows(found.universe.frame, evaluation.profile)["score"]
    assert pl.Series(evaluation.score, nan_to_null=True).equals(expected)


def test_three_hundred_municipalities_in_four_tiers_are_counted_apart():
    codes = [f"SE-{row % 300:04}" for row in range(MANY)]
    found = many(municipality=codes, employees=[row % 101 for row in range(MANY)])
    profile = Profile(name="P", criteria=(nice("employees", rising(0, 100)),))
    evaluation = found.evaluate(profile)
    breakdown = evaluation.breakdown("municipality")
    assert breakdown.accounts.shape == (300, len(evaluation.tiers))
    for key, counts in zip(breakdown.keys, breakdown.accounts, strict=True):
        inside = np.flatnonzero([code == key for code in codes])
        wanted = np.bincount(evaluation.tier[inside], minlength=len(evaluation.tiers))
        assert counts.tolist() == wanted.tolist()
    table = segments(evaluation, "municipality")
    assert table["accounts"].to_list() == [codes.count(key) for key in table["key"]]
    assert table["tier_0"].sum() == evaluation.tiers[0].accounts
    assert evaluation.scores.shape[1] == BINS


@pytest.mark.parametrize("rows", [1, 7, 8, 9, 17])
def test_the_last_accounts_of_a_universe_are_counted_like_the_others(rows):
    found = scoreboard(
        *({"account_id": f"X-{row:02}", "employees": 5 if row % 2 else None} for row in range(rows))
    )
    evaluation = found.evaluate(
        Profile(name="P", criteria=(must("employees", Range.between(1, 9)),))
    )
    assert evaluation.matches.rows.tolist() == list(range(1, rows, 2))
    assert evaluation.possible.rows.tolist() == list(range(0, rows, 2))
    assert evaluation.gates[0].unknown == len(range(0, rows, 2))


@examples(60)
@given(
    st.integers(1, 30_000),
    st.integers(1, 6_000),
    st.sampled_from([1, 3, 50, 10_000]),
    st.integers(0, 2**32 - 1),
)
def test_the_largest_are_those_that_sorting_finds(size, count, distinct, seed):
    rng = np.random.default_rng(seed)
    first, then = (rng.integers(0, distinct, size).astype(np.float64) for _ in range(2))
    order = np.lexsort((np.arange(size), -then, -first))[:count]
    assert set(largest(count, first, then).tolist()) == set(order.tolist())
