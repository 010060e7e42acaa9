"""What the command line prints of coverage and plans, said as people say it."""

from typing import get_args

import pytest
from test_coverage import ACCOUNTS, PLAN, account, market
from test_territories import ROWS, made

from icp_core.analysis.plan import TeamPlan
from icp_core.reference.numbers import SPACE
from icp_core.territories.gaps import Gap
from icp_core.territories.lines import (
    balance_line,
    coverage_lines,
    off_line,
    plan_lines,
    why,
)
from icp_core.territories.plan import Reason, solve
from icp_core.territories.sensitivity import BalancePrice, IfOff
from icp_core.views import view_of


def covered(rows, plan=PLAN, limit=10):
    view = view_of(market(*rows))
    return "\n".join(
        coverage_lines(view.coverage(plan), view.gap(plan, Gap.NOBODY, limit=limit))
    ).replace(SPACE, " ")


def test_what_is_none_or_all_is_said_so():
    said = covered(ACCOUNTS)
    assert "6 accounts, 67 % covered; 1 with no owner, 1 with an owner outside the team" in said
    assert "2 accounts, all covered\n" in said
    assert "1 account, none covered; 1 with no owner" in said
    assert "\n2 accounts have no owner:\n" in said
    assert "\n2 accounts have no owner; the best 1:\n" in covered(ACCOUNTS, limit=1)
    assert covered([account(owner="Anna")]).endswith("\nEvery account has an owner")
    assert "\n1 account has no owner:\n" in covered([account()])
    assert "Reps" not in covered([account()], TeamPlan())
    assert "owner" not in covered([account(country="XX", owner="Anna")]), "of none all have one"


@pytest.mark.parametrize(
    ("change", "over", "room", "said"),
    [
        (0.0, (), ("A", "B"), "With hours as given: nobody has too much; everybody has room"),
        (0.2, ("A",), (), "If hours are 20 % more: A has too much; nobody has room"),
        (-0.2, ("A", "B", "C"), ("D",),
         "If hours are 20 % less: A, B, C have too much; D has room"),
        (0.2, tuple("ABCDEFG"), (),
         "If hours are 20 % more: A, B, C, D, E and 2 more have too much; nobody has room"),
    ],
)  # fmt: skip
def test_hours_that_are_off_are_more_or_less_and_who_has_room_is_listed(change, over, room, said):
    off = IfOff("hours", change, over, room, (), (), 0.0)
    assert off_line(off, 2 if len(room) > 1 else 9).replace(SPACE, " ") == said


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ((0.2, 12.0, 0.0, 1.0, 1.0),
         "Even shares cost nothing, neither on the way nor in what is at risk"),
        ((12.0, 720.0, -300.0, 0.5, 1.5),
         "Even shares cost 12 h on the way (720 km) and put 300 EUR less at risk; without them reps "
         "have 50 % to 150 % of one"),
        ((-3.0, -180.0, 0.0, 1.0, 1.0), "Even shares save 3 h on the way (180 km)"),
        ((0.0, 0.0, 0.0, None, None), "No rep may have any of these accounts, so that there is "
         "nothing to share"),
    ],
)  # fmt: skip
def test_what_balance_costs_has_no_minus_and_no_zero(price, said):
    assert balance_line(BalancePrice(*price), "EUR").replace(SPACE, " ") == said


@pytest.mark.parametrize(
    ("reason", "extra", "load", "said"),
    [
        ("nobody", None, None, "nobody of the team has it today"),
        ("locked", 14.0, 1.12, "you decided so"),
        ("reach", None, None, "it lies outside every rep's countries or longest way"),
        ("area", -3.0, 1.12, "it goes with its area, all of which Bo has"),
        ("load", -3.0, 1.12, "keeping it puts Anna at 112 %"),
        ("load", -3.0, None, "Anna has no hours"),
        ("travel", 14.0, 1.12, "keeping it costs 14.0 h more and puts Anna at 112 %"),
        ("travel", 0.02, 0.5, "keeping it takes as many hours and puts Anna at 50 %"),
        ("apart", 0.01, 0.5, "keeping it takes as many hours and puts Anna at 50 %"),
        ("apart", -2.0, None, "keeping it saves 2.0 h"),
        ("apart", 14.0, 1.12, "keeping it costs 14.0 h more and puts Anna at 112 %"),
    ],
)
def test_every_move_has_its_reason_in_words_without_hours_that_are_none(reason, extra, load, said):
    row = {"before": "Anna", "after": "Bo", "reason": reason, "extra_hours": extra}
    assert why(row | {"load_kept": load}).replace(SPACE, " ") == said


def test_every_reason_has_a_case_of_its_own_above():
    marks = test_every_move_has_its_reason_in_words_without_hours_that_are_none.pytestmark
    assert {case[0] for case in marks[0].args[1]} == set(get_args(Reason))


def test_a_plan_without_moves_says_so_and_prints_no_zero():
    plan = solve(made(ROWS), seconds=0.5)
    said = "\n".join(plan_lines(plan, currency="EUR", best_tier="A"))
    assert "+0" not in said and " 0 accounts" not in said and "-0" not in said
    assert "On the way: " in said
    assert "With hours as given: " in said
