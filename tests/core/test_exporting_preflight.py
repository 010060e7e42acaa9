import json
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icp_core.errors import ExportError
from icp_core.exporting import FORMATS, prepare
from icp_core.profiles.model import Profile

PROFILE = Profile(name="P")


def account(number: int, **values) -> dict:
    return {
        "account_id": str(number), "name": f"Bedrift {number}", "domain": None, "country": "NO",
        "tier": "A", "is_customer": False, "marketing_opt_out": False, "status": "active",
        "linkedin_url": None, "stock_symbol": None,
    } | values  # fmt: skip


TEN = pl.DataFrame(
    [
        account(1, domain="en.no", linkedin_url="https://www.linkedin.com/company/en"),
        account(2, domain="en.no"),  # the domain of 1
        account(3, domain="tre.no", is_customer=True),
        account(4, name="Fire AS"),
        account(5, name="FIRE ASA"),  # the name of 4
        account(6, name="Fire AS", country="SE"),  # but this is another country
        account(7, tier="C"),
        account(8, country="DK"),
        account(9, name=" = "),
        account(10),
    ]
)


def duplicates(report):
    return report.duplicates_by_domain + report.duplicates_by_name


def report(accounts=TEN, format="linkedin", **options):
    options = {"profile": PROFILE, "fictional": False, "on": date(2026, 3, 1)} | options
    return prepare(accounts, format=format, **options).report


def test_every_row_is_accounted_for():
    found = report(
        customers="without",
        countries={"NO", "SE"},
        tiers={"A", "B"},
        excluded={"10": "installed competitor", "999": "not in the list"},
    )
    assert found.rows_in == 10
    assert found.rows_written == 3  # 1, 4, 6
    assert found.duplicates_by_domain == 1
    assert found.duplicates_by_name == 1
    assert found.customers_suppressed == 1
    assert {reason: rows for reason, rows in found.dropped.items() if rows} == {
        "other_country": 1,
        "other_tier": 1,
        "excluded": 1,
        "no_name": 1,
    }
    assert found.exclusions == {"installed competitor": 1}
    assert found.identifiers == {"domain": 1, "page_url": 1, "stock_symbol": 0, "name_only": 2}
    assert found.shares["name_only"] == pytest.approx(2 / 3)
    assert ("Excluded: installed competitor", 1) in found.facts()


def test_the_best_row_of_a_company_is_the_one_that_stays():
    prepared = prepare(TEN, format="hubspot", profile=PROFILE, fictional=False, on=date(2026, 3, 1))
    assert prepared.frame["Company name"].to_list() == [
        "Bedrift 1", "Bedrift 3", "Fire AS", "Fire AS", "Bedrift 7", "Bedrift 8", "Bedrift 10",
    ]  # fmt: skip


def test_a_row_that_is_out_does_not_take_the_place_of_one_that_is_in():
    accounts = pl.DataFrame(
        [account(1, name="Likt AS", tier="C"), account(2, name="Likt AS", tier="A")]
    )
    found = report(accounts, format="hubspot", tiers={"A"})
    assert (found.rows_written, duplicates(found)) == (1, 0)


def test_only_customers_and_only_those():
    found = report(customers="only", format="salesforce")
    assert found.rows_written == 1
    assert found.dropped["not_customer"] == 9


def test_unknown_customers_are_not_suppressed_and_the_report_says_so():
    found = report(TEN.drop("is_customer"), customers="without", format="csv")
    assert found.customers_suppressed == 0
    assert any("not known whether they are customers" in text for text in found.warnings)


def test_accounts_without_a_tier_can_be_chosen():
    accounts = pl.DataFrame([account(1), account(2, tier=None), account(3, tier="B")])
    assert report(accounts, format="csv", tiers={"A"}).rows_written == 1
    assert report(accounts, format="csv", tiers={"A", None}).rows_written == 2


def test_a_crm_file_keeps_those_who_opted_out_of_advertising_and_warns():
    accounts = pl.DataFrame([account(1, marketing_opt_out=True), account(2)])
    found = report(accounts, format="salesforce")
    assert found.rows_written == 2
    assert any("1 of the companies opted out" in text for text in found.warnings)


def test_people_get_every_row_even_when_two_share_a_domain():
    found = report(format="csv")
    assert duplicates(found) == 0
    assert found.rows_written == 9  # all but the nameless one


def test_a_suppressed_customer_takes_its_other_rows_out_of_an_ad_audience_only():
    accounts = pl.DataFrame(
        [account(1, domain="kunde.no", is_customer=True), account(2, domain="kunde.no")]
    )
    assert report(accounts, customers="without").customers_suppressed == 2
    assert report(accounts, customers="without", format="hubspot").customers_suppressed == 1


def test_the_report_is_json():
    found = report()
    again = json.loads(json.dumps(found.to_dict()))
    assert again["rows_in"] == 10
    assert again["identifier_shares"]["domain"] == pytest.approx(found.shares["domain"])
    assert again["blockers"][0].startswith("LinkedIn company list needs at least 300")


def test_the_file_size_is_that_of_the_bytes():
    prepared = prepare(TEN, format="hubspot", profile=PROFILE, fictional=False, on=date(2026, 3, 1))
    assert prepared.report.size_bytes == len(prepared.to_bytes())


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(ExportError, match="choose linkedin, hubspot"):
        report(format="fax")


ROWS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Alfa AB", "ALFA", "Beta", "", "=", None]),
        "domain": st.sampled_from(["a.no", "b.no", "gmail.com", None]),
        "country": st.sampled_from(["NO", "SE", None]),
        "tier": st.sampled_from(["A", "B", None]),
        "is_customer": st.sampled_from([True, False, None]),
        "marketing_opt_out": st.sampled_from([True, False, None]),
        "status": st.sampled_from(["active", "bankrupt", None]),
    }
)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(ROWS, max_size=12),
    format=st.sampled_from(sorted(FORMATS)),
    customers=st.sampled_from(["with", "without", "only"]),
    tiers=st.sampled_from([None, {"A"}, {"B", None}]),
)
def test_rows_in_equal_rows_written_plus_rows_left_out(rows, format, customers, tiers):
    schema = {
        "name": pl.String, "domain": pl.String, "country": pl.String, "tier": pl.String,
        "is_customer": pl.Boolean, "marketing_opt_out": pl.Boolean, "status": pl.String,
    }  # fmt: skip
    accounts = pl.DataFrame(rows, schema=schema).with_columns(
        account_id=pl.int_range(pl.len()).cast(pl.String)
    )
    found = report(accounts, format=format, customers=customers, tiers=tiers, excluded={"1": "x"})
    assert (
        found.rows_in
        == len(rows)
        == (
            found.rows_written
            + duplicates(found)
            + found.customers_suppressed
            + sum(found.dropped.values())
        )
    )
    assert sum(found.exclusions.values()) == found.dropped["excluded"]


@pytest.mark.parametrize("customers", ["without", "only"])
@pytest.mark.parametrize(("told", "unknown"), [([True, False, None], 1), ([None] * 3, 3)])
def test_who_may_be_a_customer_is_counted_where_it_was_asked(customers, told, unknown):
    accounts = pl.DataFrame(
        {
            "account_id": ["a", "b", "c"],
            "name": ["Alfa", "Beta", "Gamma"],
            "is_customer": pl.Series(told, dtype=pl.Boolean),
        }
    )
    options = {
        "format": "csv",
        "profile": Profile(name="P"),
        "fictional": False,
        "on": date(2026, 3, 1),
    }
    report = prepare(accounts, customers=customers, **options).report
    assert report.customers_unknown == unknown
    assert any(f"Of {unknown} of the accounts" in text for text in report.warnings)
    everybody = prepare(accounts, customers="with", **options).report
    assert not any("customers" in text for text in everybody.warnings)
