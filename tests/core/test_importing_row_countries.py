"""Lists that name no country: of one country as a whole, or each row of its own."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.importing.row_countries import told
from icp_core.reference.geography import country_code


def loaded(tmp_path: Path, text: str, **options: Any) -> ImportResult:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path], **options)


def of(home: str | None = None, **cells: str) -> str | None:
    row = pl.DataFrame({column: [cell] for column, cell in cells.items()})
    found = told(row, home=home)["country"]
    return found.item()  # type: ignore[no-any-return]


def countries(found: ImportResult) -> dict[str, str | None]:
    return dict(found.accounts.select("name", "country").iter_rows())


def said(found: ImportResult) -> list[str]:
    return [s for c in found.report.columns if c.name == "country" for s in c.sentences()]


@pytest.mark.parametrize(
    ("cells", "country"),
    [
        ({"org_number": "923609016"}, "NO"), ({"org_number": "556012-5790"}, "SE"),
        ({"org_number": "NO 923 609 016 MVA"}, "NO"), ({"org_number": "0112038-9"}, "FI"),
        ({"org_number": "10150817"}, "DK"), ({"website": "https://www.alfa.fi/etusivu"}, "FI"),
        ({"website": "alfa.io"}, None), ({"email": "info@alfa.dk"}, "DK"),
        ({"domain": "alfa.co.uk"}, "GB"), ({"website": "www.alfa.com/se"}, None),
        ({"name": "Alfa ApS"}, "DK"), ({"name": "Alfa A/S"}, "DK"), ({"name": "Oy Alfa Ab"}, "FI"),
        ({"name": "ALFA OYJ"}, "FI"), ({"name": "Alfa AB"}, "SE"), ({"name": "Alfa Ab"}, None),
        ({"name": "Alfa AB (publ)"}, "SE"), ({"name": "Alfa HB"}, "SE"), ({"name": "Alfa ASA"}, "NO"),
        ({"name": "Alfa AS, avd Bergen"}, "NO"), ({"name": "Alfa ehf."}, "IS"),
        ({"name": "Alfa hf."}, "IS"), ({"name": "Abalone Asap"}, None), ({"name": "Oyster House"}, None),
        # Hosts that are nobody's own.
        ({"website": "linktr.ee/nordtun"}, None), ({"website": "https://goo.gl/maps/x1"}, None),
        ({"website": "https://maps.app.goo.gl/abc"}, None), ({"domain": "linktr.ee"}, None),
        ({"email": "post@saunalahti.fi"}, None), ({"email": "Info@Elisanet.FI"}, None),
        ({"email": "a@jubii.dk"}, None), ({"email": "b@ofir.dk"}, None), ({"email": "c@mail.dk"}, None),
        ({"website": "www.alfa.se", "email": "d@mail.dk"}, "SE"), ({"domain": "webmail.dk.se"}, "SE"),
        ({"email": "post@sub.alfa.no"}, "NO"), ({"website": "linktr.ee/a", "email": "x@alfa.fi"}, "FI"),
        ({"legal_form": "Anpartsselskab"}, "DK"), ({"legal_form": "Osakeyhtiö"}, "FI"),
        ({"legal_form": "ASA - Allmennaksjeselskap"}, "NO"),
        ({"region": "Stockholms län"}, "SE"), ({"region": "Vestland fylke"}, "NO"),
        ({"municipality": "Gladsaxe Kommune"}, "DK"), ({"municipality": "01"}, None),
        ({"city": "Göteborg"}, "SE"), ({"city": "Åbo"}, "FI"), ({"city": "Drammen"}, "NO"),
        ({"city": "Lund"}, None),

        ({"city": "Lund", "postcode": "222 22"}, "SE"), ({"city": "Nowhere"}, None),
        ({"postcode": "DK-2100"}, "DK"), ({"postcode": "SE-211 22"}, "SE"),
        # Of two that differ.
        ({"name": "Alfa Oy", "website": "alfa.se"}, "FI"), ({"name": "Alfa AB", "city": "Vaasa"}, "FI"),
        ({"name": "Alfa AB", "website": "alfa.fi"}, "FI"),
        ({"name": "Alfa AS", "org_number": "10150817"}, "DK"),
    ],
)  # fmt: skip
def test_what_tells_the_country_of_a_row(cells: dict[str, str], country: str | None) -> None:
    assert of(**cells) == country


@pytest.mark.parametrize(
    ("home", "cells", "country"),
    [
        ("NO", {"name": "Beta A/S"}, "NO"), ("DK", {"name": "Beta AS"}, "DK"),
        ("FI", {"name": "Beta AB"}, "FI"), ("NO", {"name": "Beta ApS"}, "DK"),
        ("SE", {"name": "Beta AB", "website": "beta.no"}, "SE"), ("SE", {"name": "Beta"}, "SE"),
        ("SE", {"name": "Beta", "website": "beta.no"}, "NO"), ("DK", {"org_number": "923609016"}, "NO"),
        # A mistyped Danish number that a Finnish register could have given out by chance.
        ("DK", {"org_number": "01120389"}, "DK"),
    ],
)  # fmt: skip
def test_a_row_of_a_list_of_one_country(home: str, cells: dict[str, str], country: str) -> None:
    assert of(home, **cells) == country


def test_a_mixed_list_is_not_all_of_one_country_and_the_report_counts(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Company;Website;City\nAlfa AB;alfa.se;Malmö\nBeta AS;;Bergen\nGamma ApS;gamma.com;\n"
        "Delta Oy;;Tampere\nEta ehf.;;\nKappa;;Nowhere\n",
    )
    assert countries(found) == {
        "Alfa AB": "SE", "Beta AS": "NO", "Gamma ApS": "DK", "Delta Oy": "FI", "Eta ehf.": "IS",
        "Kappa": None,
    }  # fmt: skip
    assert "Country: named in no cell, and nothing tells it: unknown (1 ×)." in said(found)
    assert (
        "Country: named in no cell, taken for Sweden by the ending of the web address (1 ×)."
        in said(found)
    )


def test_a_list_that_is_of_one_country_says_that_it_was_assumed(tmp_path: Path) -> None:
    text = "Firma;Nettside\nAlfa AS;alfa.no\nBeta AS;beta.no\nGamma AS;\nDelta;\nEta Bygg;\n"
    assert open_file(text.encode(), name="list.csv").mapping.country == "NO"
    found = loaded(tmp_path, text)
    assert set(countries(found).values()) == {"NO"}
    assert said(found) == ["Country: named in no cell, taken for Norway as the list is (5 ×)."]


def test_one_company_of_another_country_does_not_change_the_list(tmp_path: Path) -> None:
    rows = "".join(f"Alfa {place} AB;alfa{place}.se\n" for place in range(12))
    found = countries(loaded(tmp_path, f"Bolag;Hemsida\n{rows}Beta Oy;\nGamma;\n"))
    assert found["Beta Oy"] == "FI"
    assert found["Gamma"] == found["Alfa 1 AB"] == "SE"


def test_amounts_of_a_mixed_list_are_in_each_row_s_currency(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Företag;Orgnr;Omsättning\nAlfa AB;556012-5790;6000000\nBeta AS;923609016;5000000\n"
        "Gamma ApS;;8000000\nDelta;;9000000\n",
    )
    assert found.accounts["currency"].to_list() == ["SEK", "NOK", "DKK", None]
    assert found.accounts["revenue"].null_count() == 1


def test_a_blank_cell_among_named_countries_is_told_by_its_row(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, "Company;Country\nAlfa AB;Sverige/Sweden\nBeta Oy;\nGamma AS;Atlantis\n"
    )
    assert countries(found) == {"Alfa AB": "SE", "Beta Oy": "FI", "Gamma AS": None}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Suomi Finland", "FI"), ("Sverige/Sweden", "SE"), ("Norge Norway", "NO"),
        ("Iceland Ísland", "IS"),
        ("Storbritannia United Kingdom", "GB"), ("Danmark (Denmark)", "DK"), ("Sverige Norge", None),
        ("Papua New Guinea", "PG"),
    ],
)  # fmt: skip
def test_a_country_in_two_languages(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("DE136695976", "DE"), ("FR 40 303 265 045", "FR"), ("NL004495445B01", "NL"),
        ("ATU13585627", "AT"), ("ESB58378431", "ES"), ("EL094259216", "GR"), ("IE6433435F", "IE"),
        ("GB 980 7806 84", "GB"), ("CHE-107.787.577 MWST", "CH"), ("PL8567346215", "PL"),
        # One digit is another: nothing tells.
        ("DE136695977", None), ("FR40303265046", None), ("DE123456789", None),
    ],
)  # fmt: skip
def test_a_vat_number_tells_the_country_if_it_passes_the_check(
    tmp_path: Path, number: str, country: str | None
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Company;VAT number;Notes\nAlfa;{number};x\nBeta;SE556012579001;y\n")
    found = run_import([path]).accounts
    assert found["country"].to_list() == [country, "SE"]
    if country:
        assert found["org_number"][0] == number.replace(" ", "").replace(".", "")


def test_a_country_that_is_named_goes_before_a_vat_number(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Company;VAT number;Country\nAlfa;DE136695976;Austria\nBeta;ATU13585627;\n")
    assert run_import([path]).accounts["country"].to_list() == ["AT", "AT"]


def test_a_list_whose_addresses_are_all_at_providers_is_of_no_country(tmp_path: Path) -> None:
    rows = "".join(f"Alfa {n},a{n}@saunalahti.fi,{land}\n" for n, land in enumerate(("", "", "DE")))
    found = loaded(tmp_path, "Company,Email,Country\n" + rows)
    assert countries(found) == {"Alfa 0": None, "Alfa 1": None, "Alfa 2": "DE"}
