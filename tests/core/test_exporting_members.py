"""How many members a file of companies is likely to reach."""

from datetime import date

import polars as pl
import pytest

from icp_core.evaluation.market import Bounds
from icp_core.exporting import prepare
from icp_core.exporting.members import Reach
from icp_core.profiles.starters import starter


def headcounts(*pairs):
    return pl.DataFrame(
        pairs, schema={"headcount_low": pl.Int64, "headcount_high": pl.Int64}, orient="row"
    )


@pytest.mark.parametrize(
    ("pairs", "employees", "known"),
    [
        ([(100, 100), (50, 50)], Bounds(150, 150), 2),
        ([(20, 49), (100, 100)], Bounds(120, 149), 2),
        # A band that is open upward counts as its least, one that is open downward from one.
        ([(500, None), (None, 4)], Bounds(501, 504), 2),
        ([(None, None), (7, 7)], Bounds(7, 7), 1),
        ([], Bounds(0, 0), 0),
    ],
)
def test_employees_are_added_up_with_both_ends_of_a_band(pairs, employees, known):
    assert Reach.of(headcounts(*pairs)) == Reach(employees, known)


def test_members_are_a_range_in_whole_tens():
    # 1 000 × 60 % × 30 % and 2 000 × 90 % × 90 %.
    assert Reach(Bounds(1_000, 2_000), 9).members == Bounds(180, 1_620)


def test_only_companies_that_are_written_count_and_only_in_an_ad_audience():
    accounts = pl.DataFrame(
        {
            "account_id": ["a", "b", "c"],
            "name": ["Alfa AB", "Beta AB", "Alfa AB"],
            "employees": [10, 40, 10],
            "marketing_opt_out": [False, True, False],
            "tier": ["A", "A", "A"],
        }
    )
    common = {
        "profile": starter("nordic-software").profile,
        "fictional": False,
        "on": date(2026, 11, 26),
    }
    found = prepare(accounts, format="linkedin", **common).report.reach
    assert found == Reach(Bounds(10, 10), 1), "one opted out, and one is there twice"
    assert prepare(accounts, format="csv", **common).report.reach is None
