import csv
import io
from datetime import date

import polars as pl

from icp_core.exporting import prepare
from icp_core.profiles.model import Profile, Tier, TierPolicy

PROFILE = Profile(
    name="Mid-size makers",
    currency="SEK",
    tiers=TierPolicy(
        tiers=tuple(Tier(name=name, threshold=90 - 10 * i) for i, name in enumerate("ABCD"))
    ),
)
ACCOUNTS = pl.DataFrame(
    {
        "account_id": ["1", "2", "3", "4", "5"],
        "name": ["Alfa AB", "@Beta AS", "Gamma", "Delta", None],
        "domain": ["alfa.se", "beta.no", None, None, "epsilon.dk"],
        "employees": [30, None, 7, 1, 2],
        "revenue": [1234567.5, None, 0.0, 1.0, 2.0],
        "city": ["Umeå", "Oslo", "x" * 50, None, None],
        "region": ["SE-24", None, "XX-99", None, None],
        "country": ["SE", "NO", "DE", None, "DK"],
        "postcode": ["90325", "0150", None, None, None],
        "tier": ["A", "B", "D", None, "C"],
        "score": [92.4, 81.0, None, 10.0, 70.0],
        "coverage": [0.875, 1.0, 0.0, None, 0.5],
        "potential": [250000.0, None, None, 0.0, 1.0],
    }
)


def rows(format: str) -> list[dict[str, str]]:
    prepared = prepare(
        ACCOUNTS, format=format, profile=PROFILE, fictional=False, on=date(2026, 3, 1)
    )
    text = prepared.to_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_hubspot_has_its_headings_and_values():
    first, second, third, fourth, fifth = rows("hubspot")
    assert first == {
        "Company name": "Alfa AB",
        "Company Domain Name": "alfa.se",
        "Website URL": "alfa.se",
        "Industry": "",
        "Number of Employees": "30",
        "Annual Revenue": "1234568",
        "City": "Umeå",
        "State/Region": "Västerbottens län",
        "Country/Region": "Sweden",
        "Postal Code": "90325",
        "Ideal Customer Profile Tier": "Tier 1",
        "Target Account": "true",
        "Score coverage (%)": "88",
    }
    assert second["Company name"] == "Beta AS"
    assert second["Annual Revenue"] == ""
    assert second["Postal Code"] == "0150"
    assert third["Ideal Customer Profile Tier"] == "Tier 3"
    assert third["Annual Revenue"] == "0"
    assert (third["State/Region"], third["Country/Region"]) == ("", "Germany")
    assert (fourth["Ideal Customer Profile Tier"], fourth["Target Account"]) == ("", "false")
    assert (fifth["Company name"], fifth["Company Domain Name"]) == ("", "epsilon.dk")


def test_salesforce_has_api_names_ratings_and_a_description():
    first, second, third, fourth = rows("salesforce")
    assert list(first) == [
        "Name", "Website", "BillingCity", "BillingState", "BillingPostalCode", "BillingCountry",
        "NumberOfEmployees", "AnnualRevenue", "Industry", "Rating", "Description",
    ]  # fmt: skip
    assert [row["Rating"] for row in (first, second, third, fourth)] == ["Hot", "Warm", "Cold", ""]
    assert first["Description"] == (
        "Fit 92 of 100. 88 % of what it weighs is known. Tier A. Potential 250000 SEK a year. "
        "Ideal Customer Profile “Mid-size makers”, 2026-03-01."
    )
    assert fourth["Description"].startswith("Fit 10 of 100. Potential 0 SEK")
    assert third["Description"] == "Tier D. Ideal Customer Profile “Mid-size makers”, 2026-03-01."


def test_salesforce_cells_are_cut_to_its_lengths_and_counted():
    prepared = prepare(
        ACCOUNTS, format="salesforce", profile=PROFILE, fictional=False, on=date(2026, 3, 1)
    )
    assert prepared.frame["BillingCity"][2] == "x" * 40
    assert prepared.report.cells_truncated == 1


def test_salesforce_takes_50000_rows_and_no_more():
    def blockers(number: int) -> tuple[str, ...]:
        accounts = pl.DataFrame({"account_id": [str(n) for n in range(number)]}).with_columns(
            name=pl.col("account_id"), tier=pl.lit("A"), country=pl.lit("SE")
        )
        return prepare(
            accounts, format="salesforce", profile=PROFILE, fictional=False, on=date(2026, 3, 1)
        ).report.blockers

    assert blockers(50_000) == ()
    (blocker,) = blockers(50_001)
    assert "one part holds 50\u202f001" in blocker


def test_pipedrive_has_a_name_and_an_address():
    first, second, _, fourth = rows("pipedrive")
    assert first == {
        "Organization - Name": "Alfa AB",
        "Organization - Address": "90325 Umeå, Sweden",
    }
    assert second["Organization - Address"] == "0150 Oslo, Norway"
    assert fourth["Organization - Address"] == ""
