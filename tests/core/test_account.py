from datetime import date
from functools import partial

import numpy as np
import polars as pl
import pytest
import strategies
from accounts import drawback, examples, knock_out, must, nice, rising, scoreboard
from gower_reference import differences, distance, percentile
from hypothesis import given

from icp_core import sources
from icp_core.accounts.columns import Kind
from icp_core.accounts.neighbours import nearest as neighbours_of
from icp_core.accounts.similarity import Gower
from icp_core.analysis import listing
from icp_core.analysis.account import Neighbour, Outlook, detail, nearest_customers
from icp_core.errors import AccountError
from icp_core.evaluation.expressions import FAIL, MATCH, POSSIBLE
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.evaluation.tiers import UNRANKED
from icp_core.profiles.model import (
    Choice,
    Flag,
    PerEmployee,
    Profile,
    Range,
    Tags,
    Tier,
    TierPolicy,
)
from icp_core.profiles.starters import starter


def tiers(kind, **thresholds):
    return TierPolicy(
        kind=kind, tiers=tuple(Tier(name=n, threshold=t) for n, t in thresholds.items())
    )


PROFILE = Profile(
    name="P",
    criteria=(
        must("employees", Range.between(10, None)),
        nice("revenue_growth", rising(0, 1), weight=6),
        nice("recruits_abroad", Flag(), weight=4),
        drawback("technologies", Tags(tags=("SAP",)), weight=5),
    ),
    tiers=tiers("cut_off", A=80, B=50),
    potential=PerEmployee(rate=10),
)


def look(*rows, profile=PROFILE, at="X-0", **columns):
    return detail(scoreboard(*rows, **columns).evaluate(profile), at)


def test_facts_gates_and_points_by_hand():
    found = look(
        {
            "employees": 50,
            "revenue_growth": 0.5,
            "recruits_abroad": True,
            "technologies": ["AWS"],
            "source": "Register",
            "as_of": date(2026, 5, 1),
        },
        source=pl.String,
        as_of=pl.Date,
    )
    assert found.facts["employees"] == 50
    assert (found.facts["source"], found.facts["as_of"]) == ("Register", date(2026, 5, 1))
    assert "score" not in found.facts
    # (6 × ½ + 4) / 10 = 70 %
    assert found.now == found.worst == found.best == Outlook(MATCH, 70, "B")
    assert [reason.points for reason in found.explanation.reasons] == pytest.approx([30, 40, 0])
    assert found.gates == ((PROFILE.criteria[0], True),)
    assert (found.potential, found.coverage, found.unknown) == (500, 1, ())


def test_what_knowing_each_unknown_could_change_by_hand():
    found = look({"employees": 50, "revenue_growth": 0.5})
    # Only growth is known: ½. Recruiting abroad makes it (3 + 0 or 4) / 10, SAP (3 − 5) / 6 < 0.
    assert found.now == Outlook(MATCH, 50, "B")
    abroad, sap = found.unknown
    assert (abroad.worst, abroad.best) == (
        Outlook(MATCH, 30, UNRANKED),
        Outlook(MATCH, 70, "B"),
    )
    assert (sap.worst, sap.best) == (Outlook(MATCH, 0, UNRANKED), Outlook(MATCH, 50, "B"))
    # Both together: (3 − 5) / 10 at worst, (3 + 4) / 10 at best.
    assert (found.worst.score, found.best.score) == (0, 70)
    assert found.coverage == pytest.approx(6 / 15)


def test_an_unknown_gate_decides_only_when_it_is_the_only_one():
    twice = PROFILE.adding(knock_out("region", Choice.of("FI-01")))
    known = {"revenue_growth": 1.0, "recruits_abroad": True, "technologies": []}
    one = look(known | {"employees": 20}, profile=twice)
    assert one.now == Outlook(POSSIBLE, 100, "A")
    assert [(u.worst.state, u.best.state) for u in one.unknown] == [(FAIL, MATCH)]
    assert (one.worst, one.best) == (Outlook(FAIL, 100, None), Outlook(MATCH, 100, "A"))
    both = look(known, profile=twice)
    assert [(u.worst.state, u.best.state) for u in both.unknown] == [(FAIL, POSSIBLE)] * 2
    assert both.best.state == MATCH


def test_a_failing_account_stays_failing_whatever_is_found_out():
    found = look({"employees": 5})
    assert found.now == Outlook(FAIL, None, None)
    assert found.gates[0][1] is False
    assert {u.best.state for u in found.unknown} == {FAIL}
    assert found.best.state == FAIL


def test_a_tier_by_capacity_is_the_place_among_the_others():
    policy = PROFILE.replace(tiers=tiers("capacity", A=1, B=1))
    full = {"employees": 20, "technologies": []}
    rows = [
        full | {"revenue_growth": 0.5},
        full | {"revenue_growth": 0.9, "recruits_abroad": True},
        full | {"revenue_growth": 0.6, "recruits_abroad": True},
    ]
    found = look(*rows, profile=policy)
    # 50 now, behind 94 and 76; abroad it would have 30 or 70, behind both; nothing lifts it.
    assert found.now.tier == UNRANKED
    best = look(*rows, profile=policy, at="X-1")
    assert best.now == Outlook(MATCH, 94, "A")
    alone = look(full | {"revenue_growth": 0.5}, rows[2], profile=policy)
    # 50 behind 76: second; abroad makes 30 or 70, still second.
    assert (alone.now.tier, alone.worst.tier, alone.best.tier) == ("B", "B", "B")
    rising_star = look(full | {"revenue_growth": 0.9}, rows[2], profile=policy)
    # 90 before 76; without recruiting abroad 54 behind it.
    assert (rising_star.now.tier, rising_star.unknown[0].worst.tier) == ("A", "B")


def test_a_tier_by_value_is_open_while_the_potential_is_unknown():
    policy = PROFILE.without(0).replace(tiers=tiers("value", A=500, B=100))
    found = look({"revenue_growth": 1.0}, profile=policy)
    assert (found.now.tier, found.worst.tier, found.best.tier) == (UNRANKED, UNRANKED, "A")
    assert look({"employees": 20}, profile=policy).best.tier == "B"


def test_an_account_that_is_not_there_is_named():
    with pytest.raises(AccountError, match="The account X-9 is not in By hand"):
        look({"employees": 5}, at="X-9")


@examples(30)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_every_account_stands_where_the_evaluation_puts_it(rows, profile):
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(profile)
    matches = evaluation.rows(evaluation.best(len(rows)))
    for row in matches.iter_rows(named=True):
        found = detail(evaluation, row["account_id"])
        assert (found.now.state, found.now.tier) == (MATCH, row["tier"] or UNRANKED)
        assert found.now.score == pytest.approx(row["score"], abs=1e-6)
        low, high = found.worst.score, found.best.score
        assert low <= high
        if row["score"] is not None:
            assert low - 1e-6 <= row["score"] <= high + 1e-6
        for unknown in found.unknown:
            if unknown.best.score is not None and unknown.worst.score is not None:
                assert low - 1e-3 <= unknown.worst.score <= unknown.best.score <= high + 1e-3


TWINS = Profile(
    name="Twins",
    criteria=(
        must("employees", Range.between(1, None)),
        nice("industry", Choice.of("62")),
        nice("technologies", Tags(tags=("AWS",))),
        nice("region", Choice.of("SE-01")),
    ),
)


def neighbours(*customers, account, profile=TWINS, count=5, **more):
    rows = [account, *({"is_customer": True} | customer for customer in customers)]
    return nearest_customers(scoreboard(*rows).evaluate(profile), "X-0", count=count)


def test_distances_by_hand():
    account = {
        "employees": 10,
        "industry": "62.01",
        "technologies": ["AWS", "SAP"],
        "region": "SE-01",
    }
    near, far = neighbours(
        account | {"employees": 20, "industry": "62.02", "technologies": ["AWS", "Azure"]},
        account | {"employees": 110, "industry": "63.11", "technologies": [], "region": "NO-03"},
        account=account,
    )
    # Headcounts 10, 20, 110 are at 1/6, 3/6 and 5/6 of the accounts.
    assert near.differences == pytest.approx(
        {"employees": 1 / 3, "industry": 1 / 4, "technologies": 1 - 1 / 3, "region": 0}
    )
    assert near.distance == pytest.approx((1 / 3 + 1 / 4 + 2 / 3) / 4)
    assert far.differences == pytest.approx(
        {"employees": 2 / 3, "industry": 3 / 4, "technologies": 1, "region": 1}
    )
    assert (near.account_id, far.account_id) == ("X-1", "X-2")
    assert near.most_different == ("technologies", "employees")
    assert set(far.most_different) == {"technologies", "region"}


def test_a_difference_that_hardly_is_one_is_not_named():
    near = Neighbour("X-1", "One", 0.05, {"employees": 0.09, "region": 0.1, "industry": 0.0})
    assert near.most_different == ("region",)


def test_a_number_is_compared_by_its_percentile_among_all_accounts():
    account = {"employees": 9, "industry": "62.01"}
    crowd = [{"employees": 9}] * 98 + [{"employees": 999}] * 2
    profile = TWINS.replace(criteria=TWINS.criteria[:2])
    found = scoreboard(account, account | {"employees": 99, "is_customer": True}, *crowd)
    (one,) = nearest_customers(found.evaluate(profile), "X-0")
    # Of 102 accounts 99 have 9, and one has 99: among customers alone there would be no difference.
    assert one.differences["employees"] == pytest.approx((99 + 1 / 2 - 99 / 2) / 102)


def test_codes_are_compared_as_far_as_both_go():
    account = {"employees": 10, "industry": "62.01"}
    found = neighbours(
        account | {"industry": "62"},
        account | {"industry": "62.0"},
        account | {"industry": "62.09"},
        account | {"industry": "62.10"},
        account | {"industry": "63"},
        account=account,
        profile=TWINS.replace(criteria=TWINS.criteria[:2]),
    )
    by_id = {one.account_id: one.differences["industry"] for one in found}
    assert by_id == pytest.approx({"X-1": 0, "X-2": 0, "X-3": 1 / 4, "X-4": 2 / 4, "X-5": 3 / 4})


def test_unknown_values_are_left_out_and_too_few_known_ones_leave_the_customer_out():
    account = {"employees": 10, "industry": "62.01", "technologies": ["AWS"], "region": "SE-01"}
    found = neighbours(
        account | {"industry": None, "technologies": None},
        {"region": "SE-01"},
        account,
        account=account,
    )
    assert [(one.account_id, one.distance, len(one.differences)) for one in found] == [
        ("X-3", 0, 4),
        ("X-1", 0, 2),
    ]
    assert neighbours(account, account={"region": "SE-01"}) == ()


def test_an_account_is_not_its_own_neighbour_and_others_are_no_customers():
    row = {"employees": 10, "industry": "62.01", "technologies": ["AWS"], "region": "SE-01"}
    evaluation = scoreboard(row | {"is_customer": True}, row, row | {"is_customer": True}).evaluate(
        TWINS
    )
    assert [one.account_id for one in nearest_customers(evaluation, "X-0")] == ["X-2"]
    assert len(nearest_customers(evaluation, "X-1", count=1)) == 1


@examples(30)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_neighbours_are_those_that_plain_python_finds(rows, profile):
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(profile)
    # What is no number is unknown there.
    rows = evaluation.universe.frame.rows(named=True)
    columns = sorted(profile.columns - {"is_customer"})
    found = nearest_customers(evaluation, "X-000", count=100)
    numbers = [name for name in columns if evaluation.universe.columns[name].kind is Kind.NUMBER]
    percentiles = {name: percentile([row[name] for row in rows]) for name in numbers}
    weights = dict.fromkeys(columns, 1)
    expected = {}
    for row in rows[1:]:
        apart = distance(differences(rows[0], row, columns, percentiles), weights)
        if row["is_customer"] and apart is not None and columns:
            expected[row["account_id"]] = apart
    assert {one.account_id: one.distance for one in found} == pytest.approx(expected, abs=1e-6)
    assert [one.distance for one in found] == sorted(one.distance for one in found)


def test_the_nearest_customer_is_the_one_that_learning_finds_and_plain_python_too():
    universe = sources.load("demo")
    evaluation = Scoreboard(universe).evaluate(starter("nordic-software").profile)
    names = sorted(evaluation.profile.columns - {"is_customer"})
    columns = [universe.columns[name] for name in names]
    is_customer = universe.frame["is_customer"].fill_null(value=False).to_numpy()
    customers = universe.frame.filter(is_customer).rows(named=True)
    learning = Gower.on(universe, columns)
    percentiles = {
        column.name: partial(np.interp, xp=grid[0], fp=grid[1])
        for column in columns
        if column.kind is Kind.NUMBER
        for grid in [learning.encoded.grid(column.name)]
    }
    weights = dict.fromkeys(names, 1)
    best = listing.page(evaluation, listing.Wanted(), limit=30).rows.rows(named=True)
    assert len(best) == 30
    for account in best:
        account_id = account["account_id"]
        (found,) = nearest_customers(evaluation, account_id, count=1)
        others = np.flatnonzero(
            ~is_customer | (universe.frame["account_id"] == account_id).to_numpy()
        )
        one = learning.to(universe.frame.filter(account_id=account_id))
        twin = neighbours_of(one, 1, without=others)
        assert found.account_id == universe.frame["account_id"][twin["row"][0]]
        assert found.distance == pytest.approx(twin["distance"][0], abs=1e-12)
        slowly = []
        for customer in customers:
            parts = differences(account, customer, names, percentiles)
            apart = distance(parts, weights)
            if customer["account_id"] != account_id and apart is not None:
                slowly.append((round(apart, 9), -len(parts), customer["account_id"]))
        assert found.account_id == min(slowly)[-1]
