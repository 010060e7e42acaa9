"""States and provinces of other countries: no Nordic places, and kept."""

from datetime import date
from pathlib import Path

import pytest

from icp_core.exporting import prepare
from icp_core.importing.load import run_import
from icp_core.profiles.model import Profile
from icp_core.reference.states import country_of_state, state_name


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
