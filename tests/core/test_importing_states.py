"""States and provinces of other countries: no Nordic places, and kept."""

from datetime import date
from pathlib import Path

import pytest

from icp_core.exporting import prepare
from icp_core.importing.load import run_import
from icp_core.profiles.model import Profile
from icp_core.reference.states import countries_of_codes, country_of_state, state_name


@pytest.mark.parametrize(
    ("text", "country", "name"),
    [
        ("TX", "US", "Texas"), ("us-ma", "US", "Massachusetts"), ("N.Y.", "US", "New York"),
        ("State of Washington", "US", "Washington"), ("Québec", "CA", "Quebec"),
        ("nsw", "AU", "New South Wales"), ("WA", "AU", "Western Australia"), ("AB", "US", None),
        ("Skåne", "SE", None), ("TX", "SE", None),
    ],
)  # fmt: skip
def test_a_state_is_known_by_code_and_name(text: str, country: str, name: str | None) -> None:
    assert state_name(text, country) == name


def test_letters_of_a_code_tell_no_country() -> None:
    assert (country_of_state("Texas"), country_of_state("NSW"), country_of_state("AB")) == (
        "US", None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "countries"),
    [
        ("TX CA FL", "US US US"), ("CA DE CO IN", "US US US US"), ("TX CA CO", "US US US"),
        ("Tx fl N.Y.", "US US US"), ("ON QC BC AB", "CA CA CA CA"), ("NSW VIC QLD", "AU AU AU"),
        ("TX ON CA QC", "US CA US CA"),
        # Provinces of Italy, states of Brazil and India, one code alone, two that tell too little.
        ("CA CO PA", "- - -"), ("SC PA MT", "- - -"), ("GA MN", "- -"), ("CA", "-"), ("TX CA", "- -"),
        ("WA NT", "- -"), ("AB M O", "- - -"), ("TX Skåne Oslo", "- - -"),
    ],
)  # fmt: skip
def test_codes_of_states_tell_a_country_where_they_leave_no_doubt(
    tmp_path: Path, codes: str, countries: str
) -> None:
    told = countries_of_codes(codes.split())
    assert " ".join(told.get(code, "-") for code in codes.split()) == countries
    path = tmp_path / "list.csv"
    rows = (f"Company {place},{code}\n" for place, code in enumerate(codes.split()))
    path.write_text("Company,State\n" + "".join(rows))
    loaded = run_import([path])
    if "US" in countries or "CA" in countries.split():
        assert loaded.accounts["country"].to_list() == countries.split()
        (column,) = [c for c in loaded.report.columns if c.name == "country"]
        assert any("named in no cell, taken for" in said for said in column.sentences())


def test_letters_of_lan_tell_sweden_where_most_are_of_it(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Company,County\nAlfa,AB\nBeta,M\nGamma,O\n")
    assert run_import([path]).accounts["region"].to_list() == ["SE-01", "SE-12", "SE-14"]


def test_salesforce_gets_states_that_its_picklists_have_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Name,State,Country\nA,TX,US\nB,texas,US\nC,Tejas,US\nD,ON,CA\nE,Skåne län,SE\nF,Kent,GB\n"
    )
    accounts = run_import([path]).accounts
    assert accounts["region"].to_list() == ["Texas", "Texas", "Tejas", "Ontario", "SE-12", "Kent"]

    def states(format: str, column: str) -> list[str | None]:
        profile = Profile(name="P")
        made = prepare(
            accounts, format=format, profile=profile, fictional=False, on=date(2026, 3, 1)
        )
        return made.frame.sort(made.frame.columns[0])[column].to_list()

    assert states("salesforce", "BillingState") == ["Texas", "Texas", None, "Ontario", None, None]
    assert states("hubspot", "State/Region") == [
        "Texas", "Texas", "Tejas", "Ontario", "Skåne län", "Kent",
    ]  # fmt: skip
