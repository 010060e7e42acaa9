"""What is due, by rule: one market a rule, and the next one it must not be mistaken for."""

from datetime import date

from accounts import must, scoreboard

from icp_core.analysis.next_steps import NextStep, next_steps
from icp_core.profiles.model import Choice, Profile, Range

TODAY = date(2026, 11, 1)


def due(rows, *criteria, audience=1, **fields):
    evaluation = scoreboard(*rows).evaluate(Profile(name="P", criteria=criteria, **fields))
    return next_steps(
        evaluation.market, reachable=evaluation.reachable(), audience=audience, today=TODAY
    )


def staff(*heads):
    return [{"employees": count} for count in heads]


LARGE = must("employees", Range.between(10, None))
FINLAND = must("region", Choice.of("FI-01"))


def test_a_list_that_is_large_enough_is_ready_and_a_smaller_one_is_widened():
    assert due(staff(10, 20), LARGE, audience=2) == (NextStep.EXPORT,)
    assert due(staff(10, 20, 5), LARGE, audience=3) == (NextStep.WIDEN,)


def test_of_a_list_that_is_shorter_than_an_audience_no_profile_makes_one():
    assert due(staff(10, 20), LARGE, audience=3) == (NextStep.BRING_MORE,)


def test_without_a_match_the_step_depends_on_what_keeps_everybody_out():
    assert due(staff(5, None), LARGE) == (NextStep.ALLOW_UNKNOWN,)
    assert due(staff(5, 6), LARGE) == (NextStep.DROP_A_GATE,)
    swedish = [{"employees": 5, "region": "SE-01"}]
    assert due(swedish, LARGE, FINLAND) == (NextStep.LOOSEN,)


def test_facts_are_to_be_found_out_where_more_may_match_than_do():
    assert NextStep.FIND_OUT in due(staff(10, None, None), LARGE)
    assert NextStep.FIND_OUT not in due(staff(10, 10, None), LARGE)


def test_a_time_box_ends_the_day_after_its_last():
    assert NextStep.REVIEW not in due(staff(10), LARGE, valid_until=TODAY)
    assert NextStep.REVIEW in due(staff(10), LARGE, valid_until=date(2026, 10, 31))
