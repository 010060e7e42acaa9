"""What exports of several systems and countries hold that a plain list does not."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from icp_core.importing.dialects import combined
from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.importing.mapping import Assignment


def column(text: str, heading: str) -> Assignment:
    mapping = open_file(text.encode(), name="list.csv").mapping
    return next(a for a in mapping.assignments if a.heading == heading)


def imported(tmp_path: Path, text: str, **options: Any) -> ImportResult:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path], **options)


def rows_of(heading: str, *cells: str, country: str = "NO") -> str:
    """A list of one column beside name and country."""
    lines = [f"Alfa {place} AS;{country};{cell}" for place, cell in enumerate(cells)]
    return "\n".join([f"Company;Country;{heading}", *lines]) + "\n"


def remarks(result: ImportResult, name: str) -> dict[str, int]:
    told = next(c for c in result.report.columns if c.name == name)
    return dict(told.remarks)


# Years under one heading --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "below", "found"),
    [
        ("Selskap;Omsetning;;", ";2022;2023;2024", 30.0),
        ("Bolag;Nettoomsättning;;", ";2024;2023;2022", 10.0),
        ("Yritys;Liikevaihto;;", ";31.12.2022;31.12.2023;31.12.2024", 30.0),
        ("Virksomhed;Omsætning;;", ";FY2022;FY2024;FY2023", 20.0),
        ("Company;Revenue;Revenue;Revenue", ";2022;2023;2024", 30.0),
        ("Företag;Omsättning;;", "Namn;Bokslut 2022;Bokslut 2023;Bokslut 2024", 30.0),
        ("Selskap;2022;2023;2024", "Navn;Omsetning;Omsetning;Omsetning", 30.0),
        ("Firma;Omsætning;;", ";2022-12-31;2024-12-31;2023-12-31", 20.0),
        ("Bolag;Omsättning;;", ";2023;2024;2025P", 20.0),
    ],
)
def test_of_years_under_one_heading_the_newest_is_taken(
    tmp_path: Path, above: str, below: str, found: float
) -> None:
    rows = "".join(f"Alfa {n} AB;10000000;20000000;30000000\n" for n in range(4))
    result = imported(tmp_path, f"{above}\n{below}\n{rows}", country="FI")
    figures = result.accounts.select(
        pl.coalesce(c for c in ("revenue_original", "revenue") if c in result.accounts.columns)
    ).to_series()
    assert figures.to_list() == [found * 1e6] * 4
    assert result.accounts["fiscal_year"].unique().to_list() == [2024]


def test_years_under_merged_cells_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Selskap", "Orgnr"])
        sheet.merge_range(0, 2, 0, 4, "Omsetning")
        sheet.merge_range(0, 5, 0, 7, "Ansatte")
        sheet.write_row(1, 2, [2022, 2023, 2024] * 2)
        for row in range(2, 6):
            sheet.write_row(row, 0, [f"Bør {row} AS", "", 8e6, 9e6, 12e6, 8, 9, 11])
    found = run_import([path]).accounts
    assert found["revenue_original"].to_list() == [12e6] * 4
    assert found["employees"].to_list() == [11] * 4
    assert found["revenue_growth"].to_list() == [pytest.approx(1 / 3)] * 4


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["Kontaktliste 2024", "", ""], ["Navn", "Telefon", "By"]),
        (["Firma", "Stiftet", "Stiftet"], ["A AS", "1999", "2001"]),
        (["Navn", "Omsetning", ""], ["Alfa AS", "2023", "Oslo"]),
        (["Navn", "Grunnlagt", "Ansatte"], ["", "2001", "2012"]),
    ],
)
def test_one_row_of_headings_is_not_taken_for_two(first: list[str], second: list[str]) -> None:
    assert combined([first, second, ["B AS", "1", "2"]], 0) == (0, first)


# Yes and no, counts and groups --------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading",
    ["Åpne avtaler", "Avdelinger", "Open deals", "Projekt", "Öppna ärenden", "Åbne tilbud",
     "Avoimet kaupat", "Active deals", "Offices opened", "Kampanjer", "Nivå"],
)  # fmt: skip
def test_small_numbers_are_counts(tmp_path: Path, heading: str) -> None:
    # Two stands so seldom that nearly all cells could be a no or a yes.
    text = rows_of(heading, *["0", "1"] * 30, "2")
    assert column(text, heading).kind == "number"
    assert imported(tmp_path, text).accounts[heading].sum() == 32
    assert column(rows_of(heading, "1", "0", "1"), heading).kind == "number"


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Segment", ["A", "B", "A"]), ("Gruppe", ["x", "y", "y"]), ("Kundegruppe", ["y", "n", "n"]),
        ("Kategori", ["J", "N", "K"]), ("Størrelse", ["X", "N", "X"]), ("Ryhmä", ["K", "N", "K"]),
        ("Klass", ["x", "x", "x"]), ("Prisklasse", ["K", "J", "K"]),
    ],
)  # fmt: skip
def test_letters_of_groups_stay_text(tmp_path: Path, heading: str, cells: list[str]) -> None:
    text = rows_of(heading, *cells)
    assert column(text, heading).kind == "choice"
    assert imported(tmp_path, text).accounts[heading].to_list() == cells


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Webshop", ["Ja", "Nei", "Ja"]), ("Gruppe", ["Ja", "Nej", ""]), ("Kampanje", ["J", "N", "N"]),
        ("Messe", ["x", "", "x"]), ("hasCrm", ["1", "0", "1"]), ("Medlem?", ["0", "1", "0"]),
        ("Godkänd", ["1", "0", "0"]), ("Nyhetsbrev", ["0", "1", "0"]),
        ("Segmentert", ["true", "false", "true"]), ("VAT", ["0", "1", "0"]),
        ("Uutiskirje", ["Kyllä", "Ei", "Ei"]), ("Vare (ja/nei)", ["1", "0", "1"]),
    ],
)  # fmt: skip
def test_answers_are_a_yes_or_a_no(heading: str, cells: list[str]) -> None:
    assert column(rows_of(heading, *cells), heading).kind == "flag"


# Towns --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "postcode", "shown"),
    [
        ("MO I RANA", "8622", "Mo i Rana"), ("Mo I Rana", "8622", "Mo i Rana"),
        ("mo i rana", "", "Mo i Rana"), ("VIK I SOGN", "6893", "Vik i Sogn"),
        ("NES PÅ HEDMARKEN", "", "Nes på Hedmarken"), ("Bogen i Ofoten", "", "Bogen i Ofoten"),
        ("BØ I TELEMARK", "3800", "Bø i Telemark"),
    ],
)  # fmt: skip
def test_small_words_in_towns_stay_small(
    tmp_path: Path, written: str, postcode: str, shown: str
) -> None:
    text = f"Company;Country;Postnr;Poststed\nFjell AS;NO;{postcode};{written}\n"
    assert imported(tmp_path, text).accounts["city"].to_list() == [shown]
