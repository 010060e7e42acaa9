"""Hand-worked fits and gates: one plausible wrong answer ruled out each."""

import polars as pl
import pytest
import strategies

from icp_core.accounts.columns import describe_all
from icp_core.evaluation.in_memory import evaluated_rows
from icp_core.evaluation.names import NAMES
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import (
    Choice,
    Criterion,
    Flag,
    PerEmployee,
    Profile,
    Range,
    RevenueShare,
    Role,
    Tags,
    Tier,
    TierPolicy,
)
from icp_core.reference import currency


def fits(column, test, values, **criterion):
    rows = [
        dict.fromkeys(strategies.SCHEMA) | {"account_id": f"X-{i:02}", "name": "n", column: value}
        for i, value in enumerate(values)
    ]
    profile = Profile(
        name="P",
        criteria=(Criterion(column=column, role="nice_to_have", fit=test, **criterion),),
    )
    frame = strategies.universe(rows).frame
    return evaluated_rows(frame, profile)[NAMES.fit(0)].to_list()


def test_a_hard_edge_is_inclusive():
    assert fits("employees", Range.between(30, 200), [29, 30, 200, 201, None]) == [0, 1, 1, 0, None]


def test_a_slope_is_linear_between_its_edges():
    test = Range(a=10, b=20, c=40, d=80)
    assert fits("employees", test, [10, 15, 20, 40, 60, 80]) == [0, 0.5, 1, 1, 0.5, 0]


def test_a_log_slope_is_linear_in_log10_of_one_plus_x():
    # log10(1 + 9) = 1 and log10(1 + 999) = 3, so 99 lies half way, where a linear slope says 0.09.
    test = Range(a=9, b=999, scale="log")
    assert fits("employees", test, [9, 99, 999]) == pytest.approx([0, 0.5, 1])


def test_an_open_end_has_no_edge():
    assert fits("employees", Range(c=10, d=10), [0, 10, 11]) == [1, 1, 0]
    assert fits("employees", Range(), [0, None]) == [1, None]


def test_the_longest_industry_prefix_decides():
    test = Choice(values={"J": 0.25, "62": 0.5, "62.01": 1.0}, default=0.0)
    codes = ["62.01", "62.02", "63.11", "01.11", "62", None]
    assert fits("industry", test, codes) == [1, 0.5, 0.25, 0, 0.5, None]


def test_a_section_letter_is_of_the_profile_whatever_revision_the_code_is_of():
    # In Rev. 2, J holds computer programming (62); in Rev. 2.1 its companies are in K, Rev. 2's finance.
    rows = [
        dict.fromkeys(strategies.SCHEMA)
        | {"account_id": f"X-{i}", "name": "n", "industry": "62.10", "industry_revision": revision}
        for i, revision in enumerate(["2", "2.1", None])
    ]
    for letter, expected in (("J", [1, 1, 1]), ("K", [0, 0, 0])):
        profile = Profile(
            name="P",
            criteria=(Criterion(column="industry", role="nice_to_have", fit=Choice.of(letter)),),
        )
        frame = evaluated_rows(strategies.universe(rows).frame, profile)
        assert frame[NAMES.fit(0)].to_list() == expected


def test_no_technologies_is_known_and_unknown_technologies_are_not():
    test = Tags(tags=("Azure", "AWS"), match="share")
    assert fits("technologies", test, [[], ["AWS"], ["AWS", "Azure"], None]) == [0, 0.5, 1, None]
    assert fits("technologies", Tags(tags=("Azure", "AWS"), match="all"), [["AWS"]]) == [0]
    assert fits("technologies", Tags(tags=("Azure", "AWS")), [["AWS"]]) == [1]


def state(role, value, missing="unknown"):
    rows = [
        dict.fromkeys(strategies.SCHEMA)
        | {"account_id": "X", "name": "n", "recruits_abroad": value}
    ]
    gate = Criterion(column="recruits_abroad", role=role, fit=Flag(), missing=missing)
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(Profile(name="P", criteria=(gate,)))
    market = evaluation.market
    return {(1, 0, 0): "match", (0, 1, 0): "possible", (0, 0, 1): "fail"}[
        market.matching, market.possible, market.failing
    ]


def test_a_blank_is_possible_not_failed():
    assert state(Role.MUST_HAVE, None) == "possible"
    assert state(Role.KNOCK_OUT, None) == "possible"


def test_missing_pass_and_fail_speak_of_the_account_whatever_the_role():
    assert state(Role.MUST_HAVE, None, "fail") == "fail"
    assert state(Role.MUST_HAVE, None, "pass") == "match"
    assert state(Role.KNOCK_OUT, None, "fail") == "fail"
    assert state(Role.KNOCK_OUT, None, "pass") == "match"


def test_a_knock_out_that_is_met_fails_the_account():
    assert state(Role.KNOCK_OUT, True) == "fail"
    assert state(Role.KNOCK_OUT, False) == "match"


def test_a_score_of_seventy_reaches_a_cut_off_of_seventy():
    # 0.7 has no exact 32-bit form; without rounding the score would be 69.9999988.
    rows = [dict.fromkeys(strategies.SCHEMA) | {"account_id": "X", "name": "n", "region": "SE-01"}]
    profile = Profile(
        name="P",
        criteria=(
            Criterion(column="region", role="nice_to_have", fit=Choice(values={"SE-01": 0.7})),
        ),
        tiers=TierPolicy(tiers=(Tier(name="A", threshold=70),)),
    )
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(profile)
    assert evaluation.score.tolist() == [70.0]
    assert evaluation.tiers[0].accounts == 1


def potentials(model, currency_code="EUR"):
    rows = [
        dict.fromkeys(strategies.SCHEMA)
        | {"account_id": f"X-{i}", "name": "n", "employees": n, "revenue": r}
        for i, (n, r) in enumerate([(10, 1e6), (None, None), (1000, 1e9)])
    ]
    frame = strategies.universe(rows).frame
    profile = Profile(name="P", currency=currency_code, potential=model)
    return evaluated_rows(frame, profile)["potential"].to_list()


def test_unknown_input_gives_unknown_potential_not_the_floor():
    assert potentials(PerEmployee(rate=100, floor=5000, cap=50_000)) == [5000, None, 50_000]


def test_a_share_of_revenue_is_in_the_currency_of_the_profile():
    rate = currency.rate("EUR", to="SEK").value
    assert potentials(RevenueShare(share=0.01)) == [10_000, None, 10_000_000]
    assert potentials(RevenueShare(share=0.01), "SEK")[0] == pytest.approx(10_000 * rate)


def test_an_extra_column_is_described_by_its_type():
    schema = {
        "seats": pl.Int32(),
        "plan": pl.String(),
        "uses": pl.List(pl.String()),
        "on": pl.Boolean(),
    }
    assert [column.kind for column in describe_all(schema).values()] == [
        "number",
        "choice",
        "tags",
        "flag",
    ]


def test_what_our_readers_add_has_a_label_with_its_initials_and_a_unit():
    schema = {
        "vat_registered": pl.Boolean(),
        "latest_accounts": pl.Int64(),
        "gics_group": pl.String(),
    }
    found = describe_all(schema).values()
    assert [column.label for column in found] == [
        "VAT registered",
        "Latest accounts",
        "Industry group (GICS)",
    ]
    assert [column.unit for column in found] == ["", "year", ""], (
        "a year has no thousands separator"
    )
