import numpy as np
import polars as pl
import pytest
import slow_reference as slow
import strategies
from accounts import examples, must, nice, rising, scoreboard
from hypothesis import given
from hypothesis import strategies as st

from icp_core.analysis.listing import Wanted, account_ids, page
from icp_core.errors import AccountError
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import PerEmployee, Profile, Range

PROFILE = Profile(
    name="P",
    criteria=(
        must("employees", Range.between(10, None)),
        nice("revenue_growth", rising(0, 1)),
    ),
    potential=PerEmployee(rate=1),
)


OTHER = {"is_customer": False}


@pytest.fixture
def evaluation():
    return scoreboard(
        {"name": "Ångström & Søn AB", "employees": 10, "revenue_growth": 0.9, "region": "SE-01"}
        | OTHER,
        {"name": "berg data", "employees": 30, "revenue_growth": 0.7, "is_customer": True},
        {"name": "Zeta", "employees": 20, "revenue_growth": 0.7, "region": "SE-14"} | OTHER,
        {"name": "Nobody knows", "employees": 40},
        {"name": "Berg possible"},
        {"name": "Berg small", "employees": 1},
        {
            "name": "Data Berg",
            "employees": 500,
            "revenue_growth": 0.1,
            "domain": "berg.example",
            "org_number": "556016-0680",
        }
        | OTHER,
        domain=pl.String,
        org_number=pl.String,
    ).evaluate(PROFILE)


def ids(found):
    return [key.removeprefix("X-") for key in found.rows["account_id"]]


def test_all_accounts_are_listed_matches_first_each_with_its_tier(evaluation):
    found = page(evaluation, Wanted(state="any"))
    assert found.total == 7
    assert ids(found) == ["0", "1", "2", "6", "3", "4", "5"]
    assert found.rows["tier"].to_list() == ["A", "B", "B", None, None, None, None]
    assert found.rows.columns == page(evaluation, Wanted()).rows.columns
    assert ids(page(evaluation, Wanted(state="any"), offset=4, limit=2)) == ["3", "4"]
    assert ids(page(evaluation, Wanted(state="any", text="berg"))) == ["1", "6", "4", "5"]
    assert ids(page(evaluation, Wanted(state="any", among=["X-5", "X-1"]))) == ["1", "5"]
    by_size = page(evaluation, Wanted(state="any"), sort="employees")
    assert ids(by_size) == ["5", "0", "2", "1", "3", "6", "4"]
    assert len(account_ids(evaluation, Wanted(state="any"))) == 7


def test_best_first_with_unknown_scores_last(evaluation):
    found = page(evaluation, Wanted())
    assert found.total == 5
    assert ids(found) == ["0", "1", "2", "6", "3"]
    assert found.rows["tier"].to_list() == ["A", "B", "B", None, None]


def test_pages_follow_each_other(evaluation):
    pages = [page(evaluation, Wanted(), offset=at, limit=2) for at in (0, 2, 4, 6)]
    assert [ids(one) for one in pages] == [["0", "1"], ["2", "6"], ["3"], []]
    assert {one.total for one in pages} == {5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("berg", ["1", "6"]),
        ("BERG data", ["1", "6"]),
        ("angstrom", ["0"]),
        ("ÅNGSTRÖM søn", ["0"]),
        ("son", ["0"]),
        ("berg.example", ["6"]),
        ("5560160680", ["6"]),
        ("556016-0680", ["6"]),
        ("556016 06", ["6"]),
        ("X-2", ["2"]),
        ("&", ["0"]),
        (".*", []),
        ("  ", ["0", "1", "2", "6", "3"]),
    ],
)
def test_searching_by_name_domain_and_number(evaluation, text, expected):
    assert ids(page(evaluation, Wanted(text=text))) == expected


def test_possible_and_failing_accounts_have_lists_of_their_own(evaluation):
    assert ids(page(evaluation, Wanted(state="possible"))) == ["4"]
    failing = page(evaluation, Wanted(state="fail", text="berg"))
    assert ids(failing) == ["5"]
    assert failing.rows["tier"].to_list() == [None]
    assert failing.rows.columns == page(evaluation, Wanted()).rows.columns


def test_filters_narrow_the_list_together(evaluation):
    assert ids(page(evaluation, Wanted(tiers=("B",)))) == ["1", "2"]
    assert ids(page(evaluation, Wanted(tiers=("unranked",)))) == ["6", "3"]
    assert ids(page(evaluation, Wanted(tiers=("B",), customer=True))) == ["1"]
    assert ids(page(evaluation, Wanted(customer=False))) == ["0", "2", "6"]
    # Of the fourth nobody knows whether it is a customer.
    assert ids(page(evaluation, Wanted(customer="unknown"))) == ["3"]
    assert "3" in ids(page(evaluation, Wanted()))
    assert ids(page(evaluation, Wanted(regions=("SE-14", None)))) == ["1", "2", "6", "3"]
    assert ids(page(evaluation, Wanted(regions=("DK-1084",)))) == []
    assert ids(page(evaluation, Wanted(tiers=("A",), state="possible"))) == []


def test_decided_accounts_are_chosen_or_left_out_by_id(evaluation):
    assert ids(page(evaluation, Wanted(among={"X-2", "X-0", "X-5", "gone"}))) == ["0", "2"]
    assert ids(page(evaluation, Wanted(without={"X-0", "X-1"}))) == ["2", "6", "3"]
    assert ids(page(evaluation, Wanted(among=()))) == []


def test_sorting_by_a_column_puts_unknown_last_both_ways(evaluation):
    assert ids(page(evaluation, Wanted(), sort="name")) == ["0", "1", "6", "3", "2"]
    assert ids(page(evaluation, Wanted(), sort="name", descending=True)) == [
        "2",
        "3",
        "6",
        "1",
        "0",
    ]
    assert ids(page(evaluation, Wanted(), sort="region")) == ["0", "2", "1", "3", "6"]
    assert ids(page(evaluation, Wanted(), sort="region", descending=True)) == list("20136")
    assert ids(page(evaluation, Wanted(), sort="score")) == ["6", "1", "2", "0", "3"]
    assert ids(page(evaluation, Wanted(), sort="potential", descending=True)) == list("63120")
    assert ids(page(evaluation, Wanted(), descending=True)) == ["6", "2", "1", "0", "3"]


def test_a_column_that_has_no_order_is_refused(evaluation):
    with pytest.raises(AccountError, match="cannot be sorted by technologies"):
        page(evaluation, Wanted(), sort="technologies")
    with pytest.raises(AccountError, match="cannot be sorted by nothing"):
        page(evaluation, Wanted(), sort="nothing")


def test_a_decision_in_bulk_reaches_every_page(evaluation):
    assert account_ids(evaluation, Wanted(customer=False)).to_list() == ["X-0", "X-2", "X-6"]


@examples(40)
@given(
    rows=strategies.accounts(),
    profile=strategies.profiles(),
    sort=st.sampled_from(
        ["best", "score", "coverage", "potential", "name", "employees", "revenue", "region"]
    ),
    descending=st.booleans(),
    state=st.sampled_from(["match", "possible"]),
    regions=st.lists(st.sampled_from([*strategies.REGIONS, None]), unique=True),
    offset=st.integers(0, 10),
)
def test_every_list_is_the_one_that_plain_python_sorts(
    rows, profile, sort, descending, state, regions, offset
):
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(profile)
    wanted = Wanted(state=state, regions=tuple(regions))
    found = page(evaluation, wanted, sort=sort, descending=descending, offset=offset, limit=7)
    judged = [
        row | slow.judge(profile, row) | {"potential": slow.potential(profile.potential, row)}
        for row in rows
    ]
    chosen = [
        row for row in judged if row["state"] == state and (not regions or row["region"] in regions)
    ]

    def key(value, rising):
        if value is None:
            return (1, 0)
        if isinstance(value, str):
            order = sorted({row[sort] for row in rows if row[sort] is not None})
            value = order.index(value)
        return (0, value if rising else -value)

    if sort == "best":
        chosen.sort(
            key=lambda r: (
                r["too_little_known"] != descending,
                key(r["score"], descending),
                key(r["potential"], descending),
                r["account_id"],
            )
        )
    else:
        chosen.sort(key=lambda r: (key(slow.known(r, sort), not descending), r["account_id"]))
    assert found.total == len(chosen)
    assert found.rows["account_id"].to_list() == [r["account_id"] for r in chosen][offset:][:7]


def test_a_page_far_down_holds_what_a_full_sort_holds():
    random = np.random.default_rng(2)
    rows = [
        {
            "employees": int(random.integers(10, 40)),
            "revenue_growth": float(random.integers(0, 5)) / 4,
        }
        for _ in range(2_000)
    ]
    evaluation = scoreboard(*rows).evaluate(PROFILE)
    whole = evaluation.rows(evaluation.best(2_000))["account_id"].to_list()
    for offset in (0, 333, 1_990):
        assert (
            page(evaluation, Wanted(), offset=offset, limit=20).rows["account_id"].to_list()
            == (whole[offset : offset + 20])
        )
