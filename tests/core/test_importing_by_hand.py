"""An account typed in by hand gets the codes and the id that a list would give it."""

from datetime import date

import polars as pl
import pytest

from icp_core.accounts import columns
from icp_core.errors import ImportRefused
from icp_core.importing import by_hand

DAY = date(2026, 9, 1)


def test_an_account_with_a_number_is_known_by_it() -> None:
    account = by_hand.account(
        name="  Exempel   AB ",
        country="SE",
        org_number="556036-0793",
        website="https://www.exempel.se/om",
        postcode="111 20",
        industry_code="62010",
        employees=45,
        as_of=DAY,
    )
    assert account["account_id"] == "SE-5560360793"
    assert account["name"] == "Exempel AB"
    assert account["domain"] == "exempel.se"
    assert account["industry"] == "62.01"
    assert (account["region"], account["municipality"]) == ("SE-01", "SE-0180")
    assert "revenue" not in account
    assert "is_customer" not in account
    assert columns.conform(pl.DataFrame([account])).height == 1


def test_without_a_number_the_domain_is_the_id() -> None:
    account = by_hand.account(name="Exempel", country="NO", website="exempel.no", as_of=DAY)
    assert account["account_id"] == "domain:exempel.no"


def test_with_a_name_alone_the_id_is_a_hash_of_name_and_country() -> None:
    one = by_hand.account(name="Exempel AB", country="SE", as_of=DAY)
    same = by_hand.account(name="EXEMPEL ab", country="SE", as_of=DAY)
    other = by_hand.account(name="Exempel AB", country="NO", as_of=DAY)
    assert one["account_id"].startswith("name:")
    assert one["account_id"] == same["account_id"] != other["account_id"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "  "}, "no name"),
        ({"org_number": "556036-0794"}, "check digit"),
        ({"org_number": "19811218-9876"}, "person"),
        ({"website": "not an address"}, "web address"),
        ({"industry_code": "99.99x"}, "NACE"),
        ({"industry_code": "J"}, "NACE"),
        ({"postcode": "no digits"}, "postcode"),
    ],
)
def test_what_is_no_fact_is_refused_with_its_reason(typed: dict[str, str], said: str) -> None:
    given = {"name": "Exempel AB", "country": "SE"} | typed
    with pytest.raises(ImportRefused, match=said):
        by_hand.account(**given, as_of=DAY)  # type: ignore[arg-type]
