import pytest
import strategies
from hypothesis import given, settings

from icp_core.evaluation.explain import explain, open_gates
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Criterion, Flag, Profile, Range


def explained(rows, profile):
    evaluation = Scoreboard(strategies.universe(rows)).evaluate(profile)
    return explain(evaluation.rows(evaluation.best(len(rows))), profile)


def account(**known):
    return dict.fromkeys(strategies.SCHEMA) | {"account_id": "X-1", "name": "One"} | known


GROWING = Criterion(column="revenue_growth", role="nice_to_have", fit=Range(a=0, b=0.5), weight=6)
SIZED = Criterion(column="employees", role="nice_to_have", fit=Range.between(30, 200), weight=4)
ABROAD = Criterion(column="recruits_abroad", role="drawback", fit=Flag(), weight=5)


def test_points_by_hand():
    profile = Profile(name="P", criteria=(GROWING, SIZED, ABROAD))
    (one,) = explained([account(revenue_growth=0.25, employees=50, recruits_abroad=True)], profile)
    # (6 × ½ + 4 × 1 − 5 × 1) / 10 = 20 %
    assert [reason.points for reason in one.reasons] == pytest.approx([30, 40, -50])
    assert one.score == 20 and one.floor == 0
    assert [reason.criterion.column for reason in one.strongest] == [
        "recruits_abroad",
        "employees",
        "revenue_growth",
    ]


def test_an_unknown_value_is_left_out_and_named():
    profile = Profile(name="P", criteria=(GROWING, SIZED, ABROAD))
    (one,) = explained([account(employees=50)], profile)
    assert one.score == 100
    assert [reason.points for reason in one.reasons] == [0, 100, 0]
    assert [criterion.column for criterion in one.unknown] == ["revenue_growth", "recruits_abroad"]


def test_a_score_cannot_fall_below_zero_and_the_floor_says_so():
    profile = Profile(name="P", criteria=(SIZED, ABROAD))
    (one,) = explained([account(employees=5, recruits_abroad=True)], profile)
    assert one.score == 0
    assert one.floor == pytest.approx(125)


def test_the_steps_lead_from_zero_to_the_score_and_end_with_what_holds_it():
    profile = Profile(name="P", criteria=(SIZED, ABROAD))
    (one,) = explained([account(employees=50, recruits_abroad=True)], profile)
    # 4 of 4, less 5 of 4: 100 − 125, held at 0.
    assert [(step.start, step.points, step.end) for step in one.steps] == [
        (0, 100, 100),
        (100, -125, -25),
        (-25, 25, 0),
    ]
    assert [step.reason for step in one.steps] == [*one.reasons, None]


def test_the_gates_that_are_unknown_are_what_to_find_out():
    gates = (SIZED.replace(role="must_have"), ABROAD.replace(role="knock_out"))
    profile = Profile(name="P", criteria=(GROWING, *gates))
    rows = [account(recruits_abroad=False), account(account_id="X-2")]
    found = Scoreboard(strategies.universe(rows)).evaluate(profile)
    by_id = found.to_verify(2).sort("account_id")
    assert open_gates(by_id, profile) == ((gates[0],), gates)


@settings(max_examples=150, deadline=None)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_points_and_floor_add_up_to_the_score(rows, profile):
    for one in explained(rows, profile):
        if one.score is not None:
            assert one.floor + sum(r.points for r in one.reasons) == pytest.approx(
                one.score, abs=1e-3
            )
            assert one.floor >= 0
