"""Of how many matches something is known, and how many things are worked on at the same time."""

from datetime import date

import accounts
import pytest

from icp_core.analysis.readiness import known_share, ones
from icp_core.profiles.model import Criterion, Profile, Range, Role
from icp_core.views import view_of

LARGE = Profile(
    name="Large",
    criteria=(Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(50)),),
)


def market(*rows, profile=LARGE):
    return view_of(accounts.scoreboard(*rows).evaluate(profile))


def test_only_matches_count():
    found = market(
        {"employees": 60, "revenue": 1.0},
        {"employees": 70},
        {"employees": 80},
        {"employees": 90, "revenue": 2.0},
        {"employees": 10, "revenue": 3.0},
        {"revenue": 4.0},
    )
    assert known_share(found, "revenue") == pytest.approx(2 / 4)
    assert known_share(found, "employees") == 1


def test_without_the_column_or_a_match_there_is_no_data_yet():
    found = market({"employees": 10})
    assert known_share(found, "revenue") is None
    assert known_share(found, "no such column") is None


TODAY = date(2026, 11, 27)


def test_what_is_over_or_has_not_begun_does_not_count():
    mine = Profile(
        name="SaaS", offer="ERP", valid_from=date(2026, 10, 1), valid_until=date(2027, 3, 31)
    )
    others = [
        Profile(name="Old", offer="CRM", valid_until=date(2026, 11, 26)),
        Profile(name="Next", offer="BI", valid_from=date(2026, 11, 28)),
    ]
    found = ones(mine, others, today=TODAY)
    assert (found.profiles, found.offers, found.days) == (("SaaS",), ("ERP",), 181)
    assert found.is_one_customer and found.is_one_product and found.is_one_year
    found = ones(mine, [*others, Profile(name="Retail", offer="POS")], today=TODAY)
    assert not found.is_one_customer and not found.is_one_product
