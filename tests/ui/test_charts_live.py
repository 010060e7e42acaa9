"""Charts that every edit draws anew: what they show, in numbers."""

import numpy as np
import polars as pl
import pytest

from icp_core.evaluation.tiers import UNRANKED
from ui import charts_live

TIERS = pl.DataFrame(
    {
        "tier": ["A", "B", UNRANKED],
        "accounts": [10, 40, 0],
        "potential": [1_500_000.0, None, 0.0],
    }
)


def counts(**places: int) -> np.ndarray:
    found = np.zeros(50, dtype=np.int64)
    for place, accounts in places.items():
        found[int(place[1:]) // 2] = accounts
    return found


def test_a_bar_is_as_long_as_its_accounts_and_an_unknown_potential_is_left_out():
    data = charts_live.tier_chart(TIERS, currency="EUR", dark=False).data
    assert data["length"].to_list() == [0.25, 1.0, 0.0]
    assert data["label"].to_list() == ["10 · €1.50\N{NO-BREAK SPACE}M", "40", "0 · €0"]


def test_a_tier_has_one_colour_in_charts_beside_each_other():
    both = pl.DataFrame({"tier": ["A", "B"], "accounts": [3, 2], "potential": [None, None]})
    three = pl.DataFrame({"tier": list("ABC"), "accounts": [1, 1, 1], "potential": [None] * 3})
    colours = [
        charts_live.tier_chart(one, currency=None, dark=False, among="ABC").data["colour"].to_list()
        for one in (both, three)
    ]
    assert colours[0] == colours[1][:2]


def test_the_specification_stays_while_only_accounts_change():
    more = TIERS.with_columns(accounts=pl.Series([11, 70, 3]))
    charts = [charts_live.tier_chart(one, currency="EUR", dark=True) for one in (TIERS, more)]
    assert charts[0].spec == charts[1].spec
    assert not charts[0].data.equals(charts[1].data)
    scores = [
        charts_live.score_chart(
            {"A": counts(s90=n), UNRANKED: counts(s2=1)}, {"A": 80.0 + n}, dark=True
        )
        for n in (3, 5)
    ]
    assert scores[0].spec == scores[1].spec


def test_tiers_that_share_a_score_are_stacked_and_empty_scores_have_no_bar():
    chart = charts_live.score_chart(
        {"A": counts(s80=5, s90=7), UNRANKED: counts(s2=1, s80=2)}, {"A": 80.5}, dark=False
    )
    bars = chart.data.filter(pl.col("top").is_not_null())
    found = bars.select("tier", "score", "bottom", "top", "accounts").rows()
    assert set(found) == {
        ("unranked", "2–4", 0, 1, "1"),
        ("A", "80–82", 0, 5, "5"),
        ("unranked", "80–82", 5, 7, "2"),
        ("A", "90–92", 0, 7, "7"),
    }
    assert len(found) == 4
    assert bars["from"].min() == pytest.approx(2.14)
    lines = chart.data.filter(pl.col("cut").is_not_null())
    assert lines.select("tier", "cut").rows() == [("A", 80.5)]


def test_a_market_without_tiers_or_scores_still_makes_a_chart():
    chart = charts_live.score_chart({UNRANKED: counts()}, {}, dark=False)
    assert chart.data.is_empty()
