"""Kinds that people reported in public of other programs, with invented companies: what becomes here.

Each test names the report. Headings against cells, merging, exports, and scores of accounts of which
little is known.
"""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from accounts import nice

from icp_core.accounts.universe import Universe
from icp_core.analysis.listing import Wanted, page
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN
from icp_core.exporting import Prepared, prepare
from icp_core.importing.guessing import GIVEN_BACK
from icp_core.importing.load import ImportResult, run_import
from icp_core.profiles.model import Profile, Range, TierPolicy


def load(tmp_path: Path, text: str) -> ImportResult:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path])


def exported(accounts: pl.DataFrame, format: str) -> Prepared:
    return prepare(
        accounts, format=format, profile=Profile(name="P"), fictional=False, on=date(2026, 3, 1)
    )


# Headings against cells ---------------------------------------------------------------------------


def test_a_suppliers_number_is_no_name_and_an_identity_number_no_address(tmp_path: Path) -> None:
    """erp-mafia/accounted 2548: "supplier" found in "Supplier number", "co" in "Corporate"."""
    loaded = load(
        tmp_path,
        "Supplier number;Supplier name;Corporate identity number;VAT number;Address;Postal code;City;"
        "E-mail;Phone;Bankgiro\n"
        "1001;Alfa Papper AB;556012-5790;SE556012579001;Gatan 1;211 22;Malmö;info@alfa-test.se;040;1\n"
        "1002;Beta Papper AB;556016-0680;SE556016068001;Gatan 2;222 22;Lund;info@beta-test.se;046;2\n",
    )
    rows = loaded.accounts.select("name", "org_number", "postcode", "city").rows()
    assert rows == [
        ("Alfa Papper AB", "5560125790", "21122", "Malmö"),
        ("Beta Papper AB", "5560160680", "22222", "Lund"),
    ]
    assert loaded.accounts["domain"].to_list() == ["alfa-test.se", "beta-test.se"]
    assert "Phone" not in loaded.accounts.columns


def test_rows_without_a_company_are_rejected_and_headings_name_whose_they_are(
    tmp_path: Path,
) -> None:
    """mautic/mautic 4604 and 5066: companies without a name were made, company fields passed over."""
    loaded = load(
        tmp_path,
        "company name,country,city,Account Revenue (EUR),Account Employees\n"
        "Alfa Ltd,United Kingdom,Hadleigh,1200000,12\n,Guatemala,Guatemala,,\nGamma Ltd,,,,\n",
    )
    assert loaded.accounts["name"].to_list() == ["Alfa Ltd", "Gamma Ltd"]
    assert loaded.accounts["employees"].to_list() == [12, None]
    assert loaded.accounts["revenue"].to_list() == [1_200_000, None]
    assert loaded.rejected["reason"].to_list() == ["no company name"]


def test_a_column_of_ids_called_company_is_no_name(tmp_path: Path) -> None:
    """twentyhq/twenty 11795: a column called Company that has keys, not names."""
    loaded = load(
        tmp_path,
        "Company;Company name;Website\n"
        "9f1c5a52-0c1c-4a58-9c55-6c1f3f0e7a01;Alfa AB;alfa-test.se\n"
        "1d0c7b11-7c0e-4f0f-8a1a-0b9a52d7c002;Beta AB;beta-test.se\n",
    )
    assert loaded.accounts["name"].to_list() == ["Alfa AB", "Beta AB"]


def test_numbers_under_a_heading_of_websites_are_given_back(tmp_path: Path) -> None:
    """buckets/application 199: a mapping that is wrong has to be seen, and changed."""
    loaded = load(tmp_path, "Company;Website\nAlfa AB;12\nBeta AB;15\nGamma AB;9\n")
    (website,) = [a for a in loaded.mappings["list.csv"].assignments if a.heading == "Website"]
    assert (website.is_extra, website.reason) == (True, GIVEN_BACK)
    assert "domain" not in loaded.accounts.columns


# Merging ------------------------------------------------------------------------------------------


def test_one_domain_in_three_countries_is_three_companies(tmp_path: Path) -> None:
    """san.is, Dynamics to HubSpot: domain and country were the key, and HubSpot has the domain alone."""
    text = "Company Name,Domain,Country,Annual Revenue\n" + "".join(
        f"Alfa {country},alfa-test.com,{country},{amount}\n"
        for country, amount in (("UK", "£2000000"), ("US", "$5000000"), ("DE", "€3000000"))
    )
    loaded = load(tmp_path, text)
    assert loaded.accounts["country"].to_list() == ["GB", "US", "DE"]
    assert loaded.accounts["revenue_original"].to_list() == [2e6, 5e6, 3e6]
    assert exported(loaded.accounts, "salesforce").report.rows_written == 3
    report = exported(loaded.accounts, "hubspot").report
    assert (report.rows_written, report.duplicates_by_domain) == (1, 2)
    assert any("share a web domain" in text for text in report.warnings)


def test_addresses_of_one_site_are_one_company_and_a_slip_is_another(tmp_path: Path) -> None:
    """A guide to duplicates in HubSpot: www, protocol and path do not count, acmer is not acme."""
    loaded = load(
        tmp_path,
        "Name;Country;Website\nAlfa AB;SE;https://www.alfa-test.se/produkter\nAlfa AB;SE;Alfa-Test.se\n"
        "Alfa AB;SE;http://alfa-test.se?x=1\nAlfar AB;SE;alfar-test.se\n",
    )
    assert loaded.accounts["domain"].to_list() == ["alfa-test.se", "alfar-test.se"]
    assert loaded.report.merged == 2


def test_parent_and_child_are_not_merged(tmp_path: Path) -> None:
    """paystand.com's guide to merging: a subsidiary that writes from its parent's domain stays."""
    loaded = load(
        tmp_path,
        "Name;Country;Website\nNordlys Holding AS;NO;nordlys-test.no\n"
        "Nordlys Drift AS;NO;nordlys-test.no\n",
    )
    assert (loaded.accounts.height, loaded.report.apart) == (2, 1)


# Exports ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["USA", "U.S.A.", "United States", "US", "Förenta staterna"])
def test_salesforce_gets_one_country_however_it_was_written(tmp_path: Path, country: str) -> None:
    """Salesforce's article 000386448: the value has to be the picklist's to the letter."""
    accounts = load(tmp_path, f"Company,Country\nAlfa Inc,{country}\n").accounts
    frame = exported(accounts, "salesforce").frame
    (column,) = [name for name in frame.columns if "Country" in name]
    assert frame[column].to_list() == ["United States"]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("linkedin.com/company/alfa-test", "https://www.linkedin.com/company/alfa-test"),
        ("www.linkedin.com/company/alfa-test/about/", "https://www.linkedin.com/company/alfa-test"),
        ("https://se.linkedin.com/company/alfa-test?trk=x", "https://www.linkedin.com/company/alfa-test"),
        ("https://www.linkedin.com/in/some-one", None),
    ],
)  # fmt: skip
def test_linkedin_gets_whole_addresses_of_companies_pages(
    tmp_path: Path, given: str, written: str | None
) -> None:
    """42agency's guide to account lists: an address of a page without its protocol, or of a person."""
    text = (
        f"Company,Country,LinkedIn\nAlfa AB,SE,{given}\nBeta AB,SE,linkedin.com/company/beta-test\n"
    )
    accounts = load(tmp_path, text).accounts
    frame = exported(accounts, "linkedin").frame
    assert frame["linkedincompanypageurl"].to_list()[0] == written


# Little known -------------------------------------------------------------------------------------


def graded(profile: Profile, *rows: dict[str, object]) -> dict[str, str]:
    frame = pl.DataFrame(
        [{"account_id": f"X-{i}"} | row for i, row in enumerate(rows)], infer_schema_length=None
    )
    evaluation = Scoreboard(Universe.of(frame, name="l", label="L")).evaluate(profile)
    return dict(page(evaluation, Wanted(), limit=20).rows.select("name", "tier").iter_rows())


FOUR = Profile(
    name="Four",
    criteria=tuple(
        nice(column, Range(a=0, b=100), weight=5)
        for column in ("employees", "revenue", "margin", "revenue_growth")
    ),
    tiers=TierPolicy(least_coverage=0.5),
)


def test_half_of_the_items_make_a_score_and_fewer_do_not() -> None:
    """muccg/rdrf 2368: a scale of which less than half is filled in has no score."""
    half = {"employees": 120, "revenue": 120.0, "margin": None, "revenue_growth": None}
    quarter = half | {"revenue": None}
    found = graded(FOUR, {"name": "Half AB"} | half, {"name": "Quarter AB"} | quarter)
    assert found["Half AB"] == "A"
    assert found["Quarter AB"] == TOO_LITTLE_KNOWN


def test_one_great_figure_does_not_go_before_four_good_ones() -> None:
    """anttsou/qmj 22: a company that shows one figure alone was judged to be of high quality."""
    rigged = {"employees": None, "revenue": None, "margin": None, "revenue_growth": 500.0}
    honest = {"employees": 80, "revenue": 90.0, "margin": 85.0, "revenue_growth": 95.0}
    found = graded(FOUR, {"name": "Rigged AB"} | rigged, {"name": "Honest AB"} | honest)
    assert list(found.items()) == [("Honest AB", "A"), ("Rigged AB", TOO_LITTLE_KNOWN)]


def test_what_is_zero_is_known() -> None:
    """felipecustodio/stocks 11: missing is no zero, and does not improve a ranking."""
    zero = {"employees": 0, "revenue": 0.0, "margin": 0.0, "revenue_growth": 0.0}
    found = graded(FOUR, {"name": "Zero AB"} | zero, {"name": "None AB"} | dict.fromkeys(zero))
    assert found["Zero AB"] != TOO_LITTLE_KNOWN
    assert found["None AB"] == TOO_LITTLE_KNOWN
