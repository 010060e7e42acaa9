"""What four answers make: only what was answered, and a profile that ranks."""

import pytest

from icp_core import sources
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.first_draft import Offers
from icp_core.profiles.four_questions import Answers
from icp_core.profiles.model import Choice, PerEmployee, Range, Role


@pytest.fixture(scope="module")
def demo():
    return sources.load("demo:3000")


def test_each_answer_is_a_must_have_and_no_answer_asks_for_nothing() -> None:
    answers = Answers(
        industries=("62", "63"), countries=("SE",), least=20, most=200, name="Software"
    )
    profile = answers.profile()
    assert [(one.column, one.role, one.fit) for one in profile.criteria] == [
        ("industry", Role.MUST_HAVE, Choice.of("62", "63")),
        ("country", Role.MUST_HAVE, Choice.of("SE")),
        ("employees", Role.MUST_HAVE, Range.between(20, 200)),
    ]
    assert answers.criteria(1) == profile.criteria[:1]
    assert Answers().criteria() == ()


def test_regions_say_more_than_countries_and_the_ends_of_a_size_come_in_any_order() -> None:
    where, size = Answers(
        countries=("SE",), regions=("SE-M",), size="revenue", least=9e6, most=1e6
    ).criteria()
    assert (where.column, where.fit) == ("region", Choice.of("SE-M"))
    assert (size.column, size.fit) == ("revenue", Range.between(1e6, 9e6))


@pytest.mark.parametrize("each_employee", [True, False])
def test_what_a_customer_is_worth_makes_the_potential(demo, each_employee: bool) -> None:
    answers = Answers(countries=("SE",), worth=500, each_employee=each_employee, name="Swedish")
    market = Scoreboard(demo).evaluate(answers.profile()).market
    swedish = demo.frame.filter(demo.frame["country"] == "SE")
    people = swedish["employees"].drop_nulls()
    assert market.matching == swedish.height
    assert people.len() < swedish.height, "some do not tell their headcount"
    assert market.potential == 500 * (int(people.sum()) if each_employee else swedish.height)
    assert market.potential_unknown == (swedish.height - people.len() if each_employee else 0)
    assert [tier.accounts for tier in market.ranked] == [10, 50, 500]
    assert Answers(name="x", countries=("SE",)).profile().potential == PerEmployee()


def test_counts_beside_the_choices_are_those_that_choosing_gives(demo) -> None:
    offers, scoreboard = Offers(demo), Scoreboard(demo)
    for column, field in (("industry", "industries"), ("country", "countries")):
        counts = offers.counts(column)
        for code in offers.options(column)[::7]:
            answers = Answers(**{field: (code,)}, name="x")
            assert scoreboard.evaluate(answers.profile()).market.matching == counts[code], code
