import pytest
import strategies
from accounts import drawback, examples, ids, must, nice, rising, scoreboard
from hypothesis import given

from icp_core.analysis import compare as comparing
from icp_core.analysis.compare import (
    FAILING,
    OTHERS,
    POLICY,
    POSSIBLE,
    Changes,
    GateCause,
    TierPair,
)
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.evaluation.tiers import UNRANKED
from icp_core.profiles.model import Choice, Flag, PerEmployee, Profile, Range, Tier, TierPolicy

GROWING = nice("revenue_growth", rising(0, 1), weight=5)
ABROAD = nice("recruits_abroad", Flag(), weight=5)
PROFILE = Profile(
    name="P",
    criteria=(
        must("employees", Range.between(10, 100)),
        must("region", Choice.of("SE-01")),
        GROWING,
        ABROAD,
    ),
    tiers=TierPolicy(tiers=(Tier(name="A", threshold=80), Tier(name="B", threshold=50))),
    potential=PerEmployee(rate=1),
)


def compare(scoreboard, before, after):
    return comparing.compare(scoreboard.evaluate(before), scoreboard.evaluate(after))


def account(**facts):
    return {
        "employees": 50,
        "region": "SE-01",
        "revenue_growth": 1.0,
        "recruits_abroad": True,
    } | facts


def changed(index, **changes):
    return PROFILE.changing(index, **changes)


def test_who_entered_and_which_gates_had_kept_them_out():
    found = scoreboard(
        account(),
        account(employees=150),
        account(employees=150, region="NO-03"),
        account(region=None),
        account(employees=5),
    )
    after = changed(0, fit=Range.between(10, 200)).changing(
        1, fit=Choice(values={"SE-01": 1.0, "NO-03": 1.0}, default=1.0), missing="pass"
    )
    seen = compare(found, PROFILE, after)
    assert ids(found.universe, seen.entered) == ["X-1", "X-2", "X-3"]
    assert seen.left.tolist() == seen.moved.tolist() == []
    # missed the headcount, X-2 and X-3 the region (X-3 because it is unknown).
    assert seen.why_entered == (
        GateCause(PROFILE.criteria[0], 2, 1),
        GateCause(PROFILE.criteria[1], 2, 1),
    )
    assert seen.rows("entered").rows() == [
        ("X-1", "Account 1", None, "A", None, 100.0, None, 1.0, ["employees"]),
        ("X-2", "Account 2", None, "A", None, 100.0, None, 1.0, ["employees", "region"]),
        ("X-3", "Account 3", None, "A", None, 100.0, None, 1.0, ["region"]),
    ]


def test_who_left_and_which_gates_keep_them_out():
    found = scoreboard(account(), account(employees=20), account(employees=90, revenue_growth=0.0))
    seen = compare(found, PROFILE, changed(0, fit=Range.between(30, 80)))
    assert ids(found.universe, seen.left) == ["X-1", "X-2"]
    assert seen.why_left == (GateCause(changed(0, fit=Range.between(30, 80)).criteria[0], 2, 2),)
    assert seen.rows("left").rows() == [
        ("X-1", "Account 1", "A", None, 100.0, None, 1.0, None, ["employees"]),
        ("X-2", "Account 2", "B", None, 50.0, None, 1.0, None, ["employees"]),
    ]
    assert seen.rows("left", offset=1, limit=1)["account_id"].to_list() == ["X-2"]


def test_a_new_weight_moved_them_and_the_others_did_not():
    found = scoreboard(account(), account(recruits_abroad=False), account(revenue_growth=0.2))
    after = changed(2, weight=10)
    seen = compare(found, PROFILE, after)
    # Growing alone: 5 / 10 = 50 becomes 10 / 15 = 66.7, both B. Abroad: (5 × 0.2 + 5) / 10 = 60
    # becomes (10 × 0.2 + 5) / 15 = 46.7, B to unranked.
    assert ids(found.universe, seen.moved) == ["X-2"]
    (cause,) = seen.why_moved
    assert (cause.name, cause.accounts) == ("revenue_growth", 1)
    assert cause.points == pytest.approx(100 * 7 / 15 - 60, abs=1e-3)
    assert seen.rows("moved")["causes"].to_list() == [["revenue_growth"]]


def test_a_criterion_that_came_or_went_is_the_cause():
    found = scoreboard(account(employees=60, revenue_growth=0.6))
    seen = compare(found, PROFILE, PROFILE.without(3))
    assert [(c.name, c.accounts) for c in seen.why_moved] == [("recruits_abroad", 1)]
    against = PROFILE.adding(drawback("employees", Range.between(50, None), weight=5))
    seen = compare(found, PROFILE, against)
    # 80 less 5 of 10 is 30.
    (cause,) = seen.why_moved
    assert (cause.name, cause.points) == ("employees", pytest.approx(-50, abs=1e-3))


def test_a_new_policy_is_told_from_a_new_score():
    found = scoreboard(account(revenue_growth=0.5), account(revenue_growth=0.2))
    stricter = TierPolicy(tiers=(Tier(name="A", threshold=80), Tier(name="B", threshold=70)))
    seen = compare(found, PROFILE, PROFILE.replace(tiers=stricter))
    # 75 stays B; 60 falls out.
    assert ids(found.universe, seen.moved) == ["X-1"]
    assert [(c.name, c.accounts, c.points) for c in seen.why_moved if c.name == POLICY] == [
        (POLICY, 1, None)
    ]


def test_an_account_can_be_moved_by_others():
    capacity = TierPolicy(kind="capacity", tiers=(Tier(name="A", threshold=1),))
    before = PROFILE.replace(tiers=capacity)
    found = scoreboard(account(revenue_growth=0.5), account(employees=150))
    seen = compare(found, before, before.changing(0, fit=Range.between(10, 200)))
    assert ids(found.universe, seen.entered) == ["X-1"]
    assert ids(found.universe, seen.moved) == ["X-0"]
    assert [(c.name, c.accounts) for c in seen.why_moved] == [(OTHERS, 1)]


def test_tiers_side_by_side_and_the_table_of_moves():
    found = scoreboard(
        account(), account(revenue_growth=0.2), account(employees=None), account(employees=5)
    )
    renamed = TierPolicy(tiers=(Tier(name="A", threshold=80), Tier(name="Two", threshold=10)))
    seen = compare(found, PROFILE, PROFILE.replace(tiers=renamed))
    assert [pair.name for pair in seen.tiers] == ["A", "B", "Two", "unranked"]
    assert seen.tiers[1] == TierPair("B", seen.before.tiers[1], None)
    assert seen.tiers[2].after.accounts == 1
    assert seen.transitions.rows() == [
        ("A", "A", 1),
        ("B", "Two", 1),
        ("possible", "possible", 1),
    ]


def test_the_same_profile_twice_differs_in_nothing():
    seen = compare(scoreboard(account(), account(employees=3)), PROFILE, PROFILE)
    assert not len(seen.entered) + len(seen.left) + len(seen.moved)
    assert seen.why_entered == seen.why_left == seen.why_moved == ()
    assert seen.rows("moved").is_empty()


@examples(25)
@given(rows=strategies.accounts(), before=strategies.profiles(), after=strategies.profiles())
def test_two_profiles_differ_in_those_that_plain_sets_find(rows, before, after):
    found = Scoreboard(strategies.universe(rows))
    seen = compare(found, before, after)

    def tiers(profile):
        evaluation = found.evaluate(profile)
        page = evaluation.rows(evaluation.best(len(rows)))
        return dict(page.select("account_id", "tier").rows())

    was, now = tiers(before), tiers(after)
    assert set(ids(found.universe, seen.entered)) == now.keys() - was.keys()
    assert set(ids(found.universe, seen.left)) == was.keys() - now.keys()
    moved = {key for key in was.keys() & now.keys() if was[key] != now[key]}
    assert set(ids(found.universe, seen.moved)) == moved
    assert sum(cause.accounts for cause in seen.why_moved) == len(moved)
    for kind, rows_of in (("entered", seen.entered), ("left", seen.left), ("moved", seen.moved)):
        page = seen.rows(kind)
        assert page.height == len(rows_of)
        for row in page.iter_rows(named=True):
            assert row["causes"]
            assert row["tier_before"] == (was.get(row["account_id"]) or row["tier_before"])
            assert (row["tier_before"] is None) == (row["account_id"] not in was)
            assert (row["tier_after"] is None) == (row["account_id"] not in now)


@examples(25)
@given(rows=strategies.accounts(), before=strategies.profiles(), after=strategies.profiles())
def test_the_points_of_all_criteria_add_up_to_the_change_of_an_unclipped_score(rows, before, after):
    # Drawbacks can push a score below zero, where the clip hides the change.
    def lean(profile):
        return profile.replace(
            criteria=tuple(c for c in profile.criteria if c.role not in ("drawback",))
        )

    before, after = lean(before), lean(after)
    found = Scoreboard(strategies.universe(rows))
    seen = compare(found, before, after)
    _, _, change = seen._moves
    page = seen.rows("moved", limit=100).sort("account_id")
    shift = (page["score_after"] - page["score_before"]).to_list()
    for column, expected in zip(change.T, shift, strict=True):
        if expected is not None:
            assert column.sum() == pytest.approx(expected, abs=1e-3)


def test_what_has_become_more_and_less_on_two_sides():
    found = scoreboard(
        account(is_customer=True),
        account(employees=20, is_customer=False),
        account(employees=90, is_customer=False),
        account(region=None, is_customer=False),
    )
    seen = compare(found, PROFILE, changed(0, fit=Range.between(30, 80)))
    assert seen.changes == Changes(-2, -110.0, -2)
    assert [(pair.name, pair.change) for pair in seen.tiers] == [("A", -2), ("B", 0), (UNRANKED, 0)]
    assert seen.transition_table().to_dict(as_series=False) == {
        "before": ["A", POSSIBLE, FAILING],
        "A": [1, None, None],
        POSSIBLE: [None, 1, None],
        FAILING: [2, None, None],
    }
    dearer = compare(found, PROFILE, PROFILE.replace(currency="SEK"))
    assert dearer.changes == Changes(0, None, 0)
