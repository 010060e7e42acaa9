"""Exports of common systems, with their own headings: what each becomes."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from icp_core.importing.load import open_file, run_import

SYSTEMS = Path(__file__).parent.parent / "fixtures" / "systems"

DATA_AB = {
    "name": "Exempel Data AB", "country": "SE", "city": "Malmö", "postcode": "21122",
    "domain": "exempel-data.se",
}  # fmt: skip
EKSEMPEL = {
    "name": "Eksempel AS", "org_number": "923609016", "country": "NO", "city": "Oslo",
    "postcode": "0155", "domain": "eksempel-as.no",
}  # fmt: skip
OWNED = {"owner": "Ägare Ett"}
SIZED = {"employees": 42, "revenue_original": 52_000_000}
NUMBER = {"org_number": "5566778899"}
# First account of each file, and the headings that are left out.
EXPECTED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "hubspot_companies": (
        DATA_AB | OWNED | SIZED | {"founded": 2009, "region": "SE-12"}, {"Phone Number"},
    ),
    "hubspot_companies_internal": (
        DATA_AB | SIZED | {"founded": 2009, "owner": "7001"}, {"phone"},
    ),
    "salesforce_accounts": (
        DATA_AB | OWNED | SIZED | {"founded": 2009, "address": "Storgatan 1"}, {"Phone"},
    ),
    "dynamics_accounts": (
        DATA_AB | OWNED | SIZED | {"currency": "SEK"}, {"Main Phone", "Primary Contact"},
    ),
    "pipedrive_organizations": (
        DATA_AB | OWNED | SIZED
        | {"linkedin_url": "https://www.linkedin.com/company/exempel-data"}, set(),
    ),
    "superoffice_firma": (
        EKSEMPEL | {"owner": "OLA", "industry_text": "Handel", "marketing_opt_out": False},
        {"Telefon"},
    ),
    "lime_foretag": (DATA_AB | OWNED | SIZED | NUMBER, {"Företag.Telefon"}),
    "lime_internal": (DATA_AB | OWNED | NUMBER, {"phone"}),
    "upsales_companies": (
        DATA_AB | OWNED | SIZED | NUMBER | {"industry": "62.01", "legal_form": "AB", "founded": 2009},
        {"Phone"},
    ),
    "24sevenoffice_companies": (
        EKSEMPEL | {"employees": 25, "owner": "Ola Selger", "revenue_original": 30_000_000},
        {"CompanyPhone", "CompanyMobile", "CompanyFax"},
    ),
    "visma_kunder": (
        DATA_AB | OWNED | NUMBER | {"address": "Storgatan 1"}, {"Telefon", "Mobilnr", "Er referens"},
    ),
    "fortnox_kundregister": (
        DATA_AB | NUMBER, {"Telefon 1", "Telefon 2", "Fax", "Er referens"},
    ),
    "apollo_accounts": (
        DATA_AB | OWNED
        | {"employees": 42, "revenue": None, "founded": 2009, "technologies": ["Docker", "Scala"]},
        {"Company Phone", "Facebook Url"},
    ),
    "crunchbase_organizations": (
        {"name": "Exempel Data", "city": "Malmö", "country": "SE", "domain": "exempel-data.se",
         "funding_stage": "seed", "employees_low": 11, "employees_high": 50, "founded": 2009,
         "status": "active"},
        {"Founders", "Phone Number"},
    ),
    "orbis_companies": (
        NUMBER | {"name": "EXEMPEL DATA AB", "industry": "62.01", "revenue": 4_750_000,
                  "operating_profit": 510_000, "employees": 42, "founded": 2009},
        set(),
    ),
    "companies_house": (
        {"name": "EXAMPLE DATA LTD", "postcode": "LS1 1AA",
         "legal_form": "Private Limited Company", "status": "active", "industry": "62.01",
         "founded": 2009, "CountryOfOrigin": "United Kingdom"},
        {"RegAddress.CareOf"},
    ),
    "odoo_partners": (
        DATA_AB | OWNED | NUMBER | {"industry_text": "IT"}, {"phone", "mobile"},
    ),
}  # fmt: skip


def test_every_file_here_is_tested() -> None:
    assert {path.stem for path in SYSTEMS.glob("*.csv")} == set(EXPECTED)


@pytest.mark.parametrize("system", sorted(EXPECTED))
def test_the_export_of_a_system_becomes_accounts(system: str) -> None:
    expected, left_out = EXPECTED[system]
    path = SYSTEMS / f"{system}.csv"
    mapping = open_file(path).mapping
    assert {a.heading for a in mapping.assignments if a.column is None} == left_out
    result = run_import([path])
    assert result.accounts.height == 2
    first = result.accounts.row(0, named=True)
    assert {name: first.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("system", "doubts"),
    [
        ("apollo_accounts", {"Annual Revenue": ("no currency",)}),
        ("hubspot_companies", {"Annual Revenue": ("currency",)}),
        ("24sevenoffice_companies", {"CompanyTurnover": ("currency",)}),
        ("dynamics_accounts", {}),
        ("upsales_companies", {}),
        ("orbis_companies", {}),
        ("lime_foretag", {"Företag.Omsättning (tkr)": ("currency",)}),
    ],
)
def test_only_what_a_system_leaves_open_is_asked(system: str, doubts: dict[str, Any]) -> None:
    questions = open_file(SYSTEMS / f"{system}.csv").mapping.questions()
    assert {q.heading: q.doubts for q in questions} == doubts


def loaded(folder: Path, text: str) -> pl.DataFrame:
    path = folder / "accounts.csv"
    path.write_text(text)
    return run_import([path]).accounts


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("Account ID", ("0015800000AbCdE", "0015800000AbCdF")),
        ("AccountId", ("0015800000AbCdEAAV", "0015800000AbCdFAAV")),
        ("ACCOUNT ID", ("0015800000abcdeaav", "0015800000abcdfaav")),
        ("account_id", ("0015800000AbCdE", "0015800000AbCdF")),
        ("Account id", ("A-1001", "A-1002")),
    ],
)
def test_a_crms_key_of_an_account_stays_for_files_that_go_back(
    heading: str, keys: tuple[str, ...], tmp_path: Path
) -> None:
    text = f"{heading};Account Name;Billing Country\n" + "".join(
        f"{key};Exempel {at} AB;Sweden\n" for at, key in enumerate(keys)
    )
    found = loaded(tmp_path, text)
    column = f"{heading} (own)" if heading == "account_id" else heading
    assert sorted(found[column]) == sorted(keys)
    assert found["account_id"].str.starts_with("name:").all(), "ours are made as ever"


def test_our_own_ids_are_made_anew_from_what_the_row_says(tmp_path: Path) -> None:
    text = "Account id;Name;Country;National number\nNO-923609016;Equinor ASA;NO;923609016\n"
    found = loaded(tmp_path, text)
    assert found["account_id"].to_list() == ["NO-923609016"]
    assert "Account id" not in found.columns


@pytest.mark.parametrize("keys", [("0055800000XyZaB",) * 2, ("0055800000XyZaBAAW",) * 2])
def test_of_an_owners_key_and_name_the_name_is_the_owner(
    keys: tuple[str, ...], tmp_path: Path
) -> None:
    text = "Account Name;Owner ID;Account Owner;Billing Country\n" + "".join(
        f"Exempel {at} AB;{key};Anna Berg;Sweden\n" for at, key in enumerate(keys)
    )
    found = loaded(tmp_path, text)
    assert found["owner"].to_list() == ["Anna Berg", "Anna Berg"]
    assert found["Owner ID"].to_list() == list(keys)
    alone = loaded(tmp_path, text.replace(";Account Owner", ";Region manager"))
    assert alone["owner"].to_list() == list(keys)
