"""Years, codes, towns and rows that a list means otherwise than it looks, and what the report says."""

from pathlib import Path

import polars as pl
import pytest

from icp_core.importing import dates
from icp_core.importing.footers import TOTAL
from icp_core.importing.load import ImportResult, run_import


def loaded(tmp_path: Path, text: str) -> ImportResult:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path])


def said(found: ImportResult, column: str) -> list[str]:
    return [s for c in found.report.columns if c.name == column for s in c.sentences()]


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        ("nov-50", None), ("jan-98", None), ("mar.-68", None), ("maj 07", None), ("okt/99", None),
        ("nov-1950", 1950), ("1. marts 1998", 1998), ("15-mar-99", 1999), ("98", 1998), ("'98", 1998),
        ("07", 2007), ("35", 1935), ("1998", 1998), ("0", None), ("12.03.87", 1987),
    ],
)  # fmt: skip
def test_years_of_two_digits(cell: str, year: int | None) -> None:
    assert pl.select(dates.founded(pl.lit(cell))).item() == year


def test_a_founding_that_excel_made_of_a_band_is_no_year_and_said(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, "Firma;Stiftet\nAlfa AS;nov-50\nBeta AS;1987\nGamma AS;98\nDelta AS;2091-11-01\n"
    )
    assert found.accounts["founded"].to_list() == [None, 1987, 1998, None]
    assert said(found, "founded") == [
        "Founded: not understood, so unknown: “nov-50” (1 ×), “2091-11-01” (1 ×).",
        "Founded: a month with two digits (nov-50) may be of any century, or Excel's for 11-50: "
        "unknown (1 ×).",
    ]


@pytest.mark.parametrize("first", [("Stiftet", "Registreringsdato"), ("Grundat år", "Startår")])
def test_of_two_columns_of_foundings_the_fuller_one_is_used(
    tmp_path: Path, first: tuple[str, str]
) -> None:
    one, other = first
    found = loaded(
        tmp_path, f"Firma;{one};{other}\nAlfa AS;nov-50;2001\nBeta AS;;2002\nGamma AS;1999;2003\n"
    )
    assert found.accounts["founded"].to_list() == [2001, 2002, 2003]
    swapped = loaded(
        tmp_path, f"Firma;{one};{other}\nAlfa AS;1997;\nBeta AS;1998;2002\nGamma AS;1999;2003\n"
    )
    assert swapped.accounts["founded"].to_list() == [1997, 1998, 1999]


@pytest.mark.parametrize(
    ("codes", "read"),
    [
        # 11.10 is no class; 01.11 is, and a spreadsheet takes the zero.
        (("1110", "62010", "1500"), ["01.11", "62.01", "01.50"]),
        (("111", "6201", "4120"), ["01.11", "62.01", "41.20"]),
        # 16.10 is one too, but among national codes of five digits it was 01610.
        (("1610", "62010", "41200"), ["01.61", "62.01", "41.20"]),
        (("1610", "6201", "4120"), ["16.10", "62.01", "41.20"]),
        (("1610", "01110", "62010", "41200"), ["16.10", "01.11", "62.01", "41.20"]),
        (("620", "62.01", "9999"), ["62.0", "62.01", None]),
    ],
)
def test_codes_that_lost_a_zero(
    tmp_path: Path, codes: tuple[str, ...], read: list[str | None]
) -> None:
    rows = "".join(f"Alfa {place} AB;{code}\n" for place, code in enumerate(codes))
    found = loaded(tmp_path, f"Företag;SNI\n{rows}")
    assert found.accounts["industry"].to_list() == read
    lost = [s for s in said(found, "industry") if "a zero in front was lost" in s]
    changed = [c for c, r in zip(codes, read, strict=True) if r and not c.startswith(r[:2])]
    assert len(lost) == len(changed)


def test_a_town_under_another_name_is_said(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Yritys;Maa;Kaupunki\nAlfa Oy;FI;Åbo\nBeta Oy;FI;Helsingfors\nGamma AB;SE;Goteborg\n"
        "Delta ApS;DK;Copenhagen\nEta AB;SE;VASTERAS\nZeta Oy;FI;Åbo\n",
    )
    assert set(said(found, "city")) == {
        "City: “Åbo” is shown as Turku (2 ×).",
        "City: “Helsingfors” is shown as Helsinki (1 ×).",
        "City: “Copenhagen” is shown as København (1 ×).",
    }


def test_a_municipality_under_another_name_is_said(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Yritys;Maa;Kotipaikka\nAlfa Oy;FI;Åbo\nBeta Oy;FI;Tampere\nGamma AB;SE;Stockholms stad\n"
        "Delta AB;SE;1480\nEta AS;NO;Bærum kommune\nZeta Oy;FI;Vasa\n",
    )
    assert said(found, "municipality") == [
        "Municipality: “Vasa” is shown as Vaasa (1 ×).",
        "Municipality: “Åbo” is shown as Turku (1 ×).",
    ]


@pytest.mark.parametrize(
    "row", ["Heraf Jylland", "herav Oslo", "- varav Stockholm", "Joista Uusimaa", "of which: Sweden",
            "Derav eksport", "Därav Skåne", "Heraf"],
)  # fmt: skip
def test_a_part_of_a_total_is_no_company(tmp_path: Path, row: str) -> None:
    found = loaded(tmp_path, f"Firma;By;Ansatte\nAlfa ApS;Aarhus;12\n{row};Jylland;70\n")
    assert found.accounts["name"].to_list() == ["Alfa ApS"]
    assert found.report.reasons == {TOTAL: 1}


@pytest.mark.parametrize("name", ["Varav AB", "Heraflex ApS", "Davontech", "Joistar Oy"])
def test_a_company_of_such_a_name_is_one(tmp_path: Path, name: str) -> None:
    found = loaded(tmp_path, f"Firma;By;Ansatte\nAlfa ApS;Aarhus;12\n{name};Odense;70\n")
    assert name in found.accounts["name"].to_list()


def test_persons_pages_that_are_dropped_are_counted(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Company;LinkedIn;Website\nAlfa AB;linkedin.com/in/eva;alfa.se\n"
        "Beta AB;linkedin.com/company/beta;https://www.linkedin.com/in/ola\n"
        "Gamma AB;linkedin.com/company/gamma;gamma.se\nDelta AB;linkedin.com/company/d;delta.se\n",
    )
    assert said(found, "linkedin_url") == ["LinkedIn page: persons' pages are left out (1 ×)."]
    assert said(found, "website") == ["Website: persons' pages are left out (1 ×)."]
    assert not any("/in/" in str(cell) for cell in found.accounts["website"])
