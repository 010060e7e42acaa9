"""What exports of several systems and countries hold that a plain list does not."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from icp_core.importing.customers import match, read_deals, with_customers
from icp_core.importing.dialects import combined
from icp_core.importing.headings import CONTACT, parse
from icp_core.importing.library import Library
from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.importing.mapping import AMOUNTS, Assignment
from icp_core.importing.sandbox import match_deals


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
    ["Avdelinger", "Projekt", "Öppna ärenden", "Åbne tilbud", "Offices opened", "Kampanjer", "Nivå"],
)  # fmt: skip
def test_small_numbers_are_counts(tmp_path: Path, heading: str) -> None:
    # Two stands so seldom that nearly all cells could be a no or a yes.
    text = rows_of(heading, *["0", "1"] * 30, "2")
    assert column(text, heading).kind == "number"
    assert imported(tmp_path, text).accounts[heading].sum() == 32
    assert column(rows_of(heading, "1", "0", "1"), heading).kind == "number"


@pytest.mark.parametrize(
    "heading", ["Åpne avtaler", "Open deals", "Avoimet kaupat", "Active deals"]
)
def test_deals_that_are_open_are_counted_by_their_own_column(tmp_path: Path, heading: str) -> None:
    text = rows_of(heading, *["0", "1"] * 30, "2")
    assert column(text, heading).column == "open_deals"
    assert imported(tmp_path, text).accounts["open_deals"].sum() == 32


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


# Deals that nobody understood ---------------------------------------------------------------------

COMPANIES = "Company;Country;Orgnr\n" + "".join(
    f"{name} AS;NO;\n" for name in ("Alm", "Bjerk", "Cedris", "Drange", "Eikeli", "Furu")
)


@pytest.mark.parametrize(
    ("heading", "stage"),
    [
        ("Stage", "Guld"), ("Fase", "Avventende"), ("Status", "Tuotannossa"), ("Stage", "Evangelist"),
        ("Deal stage", "Kontraktsklar?"), ("Vaihe", "Toimituksessa"),
    ],
)  # fmt: skip
def test_a_company_whose_deal_nobody_understands_stays_unknown(
    tmp_path: Path, heading: str, stage: str
) -> None:
    accounts = imported(tmp_path, COMPANIES).accounts
    text = (
        f"Deal name;Company name;{heading};Amount\n"
        f"d1;Alm AS;Won;10\nd2;Bjerk AS;{stage};20\nd3;Cedris AS;Lost;30\nd4;Alm AS;{stage};5\n"
        "d5;Drange AS;Open;40\n"
    )
    deals, matches = match_deals(text.encode(), accounts, name="deals.csv")
    assert deals.unknown == {stage: 2} and deals.undecided["name"].to_list() == [
        "Bjerk AS",
        "Alm AS",
    ]
    told = with_customers(accounts, matches.outcomes, in_doubt=matches.in_doubt)
    assert told["is_customer"].to_list() == [True, None, False, False, False, False]
    # Once somebody has said, nothing is in doubt.
    _, matches = match_deals(text.encode(), accounts, name="d.csv", answers={stage: "open"})
    assert not matches.in_doubt


def test_where_several_companies_fit_a_won_deal_none_of_them_is_no_customer(tmp_path: Path) -> None:
    text = "Company;Country;Website\nAlm AS;NO;alm.no\nAlm AS;NO;alm-bygg.no\nBjerk AS;NO;\n"
    accounts = imported(tmp_path, text).accounts
    won = b"Deal name;Company name;Stage;Amount\nd1;Alm AS;Won;10\nd2;Bjerk AS;Won;10\n"
    matches = match(read_deals(won, name="d.csv"), accounts)
    told = with_customers(accounts, matches.outcomes, in_doubt=matches.in_doubt)
    assert told["is_customer"].to_list() == [None, None, True]
    lost = match(read_deals(won.replace(b"Won", b"Lost"), name="d.csv"), accounts)
    assert not lost.in_doubt


def test_a_list_keeps_in_mind_who_may_be_a_customer(tmp_path: Path) -> None:
    library = Library(tmp_path / "lists")
    result = imported(tmp_path, COMPANIES)
    key = library.save(result, label="Firms").key

    def customers_after(text: str, *, adding: bool) -> list[bool | None]:
        accounts = library.open(key).frame
        _, matches = match_deals(text.encode(), accounts, name="deals.csv")
        library.keep_outcomes(key, matches.outcomes, adding=adding, in_doubt=matches.in_doubt)
        return library.open(key).frame.sort("name")["is_customer"].to_list()

    head = "Deal name;Company name;Stage;Amount\n"
    first = head + "d1;Alm AS;Won;10\nd2;Bjerk AS;Guld;20\n"
    expected = [True, None, False, False, False, False]
    assert customers_after(first, adding=False) == expected
    second = head + "d3;Cedris AS;Won;10\n"
    expected[2] = True
    assert customers_after(second, adding=True) == expected
    library.save(result, label="Firms", replacing=key)
    assert library.open(key).frame.sort("name")["is_customer"].to_list() == expected
    assert customers_after(second, adding=False) == [False, False, True, False, False, False]


# Dates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "cells", "month", "is_asked"),
    [
        ("Created Date", ["12/31/2024", "1/2/2025"], 3, False),
        ("Created Date", ["31/12/2024", "1/2/2025"], 4, False),
        ("Last Modified", ["02-28-2025 10:15", "03-01-2025 11:00"], 3, False),
        ("Opprettet", ["31.12.2024", "01.02.2025"], 4, True),
        ("Created", ["2024-12-31", "2025-01-02"], 4, True),
        ("Notes", ["call 12/31/2024", "12/31/2024 and 1/2/2025"], 4, True),
    ],
)
def test_one_column_of_dates_tells_the_order_of_the_others(
    other: str, cells: list[str], month: int, is_asked: bool
) -> None:
    text = (
        f"Opportunity Name;Account Name;Stage;Amount;Close Date;{other}\n"
        f"d1;Alm AS;Closed Won;10;3/4/2025;{cells[0]}\nd2;Bjerk AS;Closed Won;10;3/4/2025;{cells[1]}\n"
    )
    deals = read_deals(text.encode(), name="deals.csv")
    assert {day.month for day in deals.rows["closed_on"]} == {month}
    assert bool(deals.no_order) == is_asked
    assert (
        any("as other columns of the file show (2 ×)" in note for note in deals.notes) != is_asked
    )


def test_two_columns_that_differ_tell_nothing() -> None:
    text = (
        "Opportunity Name;Account Name;Stage;Amount;Close Date;Created;Modified\n"
        "d1;Alm AS;Closed Won;10;3/4/2025;12/31/2024;31/12/2024\n"
    )
    assert read_deals(text.encode(), name="deals.csv").no_order == 1


def test_a_list_of_companies_too_is_told_by_its_other_dates(tmp_path: Path) -> None:
    text = "Company;Country;As of;Created\nAlm AS;NO;03/04/2025;12/31/2024\n"
    assert open_file(text.encode(), name="list.csv").mapping.questions() == ()
    result = imported(tmp_path, text)
    assert result.accounts["as_of"].to_list() == [date(2025, 3, 4)]
    assert "read as month/day/year, as other columns of the file show" in remarks(result, "as_of")


# Headings of vendors ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "meaning", "unit", "currency"),
    [
        ("P/L for period [=Net income] th USD Last avail. yr", "net_profit", 1e3, "USD"),
        ("P/L for period (EUR) 2024", "net_profit", 1.0, "EUR"),
        ("EBIT-marginal", "margin", None, None),
        ("EBIT-marginal (%)", "margin", 0.01, None),
        ("EBIT-marginaali", "margin", None, None),
        ("Staff number", "employees", None, None),
        ("Turnover growth", "revenue_growth", None, None),
        ("Sales growth %", "revenue_growth", 0.01, None),
        ("Grunnleggelsesår", "founded", None, None),
        ("Grundlæggelsesår", "founded", None, None),
        ("Vastuuhenkilö", CONTACT, None, None),
        ("Postinro", "postcode", None, None),
        ("Last Equity Funding Type", "funding_stage", None, None),
    ],
)
def test_headings_of_vendors_are_understood(
    heading: str, meaning: str, unit: float | None, currency: str | None
) -> None:
    found = parse(heading)
    assert (found.meaning, found.unit, found.currency) == (meaning, unit, currency)


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Branch", ["No", "Yes", "No"]), ("Bransje", ["Nei", "Ja", "Nei"]), ("Sektor", ["0", "1", "0"]),
        ("Teknologi", ["ja", "nej", "ja"]), ("Toimiala", ["Ei", "Ei", "Kyllä"]),
    ],
)  # fmt: skip
def test_a_yes_or_a_no_is_no_industry(heading: str, cells: list[str]) -> None:
    found = column(rows_of(heading, *cells), heading)
    assert found.is_extra and not found.is_asked


def test_branch_in_words_is_still_an_industry() -> None:
    found = column(rows_of("Bransje", "Fiske", "Bygg", "Handel"), "Bransje")
    assert found.column == "industry_text"


@pytest.mark.parametrize("kind", ["For Profit", "Non-profit", "for-profit", "Not for profit"])
def test_for_profit_is_no_legal_form(tmp_path: Path, kind: str) -> None:
    text = rows_of("Company Type", kind, "For Profit", kind)
    assert column(text, "Company Type").is_extra
    result = imported(tmp_path, text)
    assert "legal_form" not in result.accounts.columns and result.accounts.height == 3


@pytest.mark.parametrize(
    ("heading", "beside"),
    [
        ("Opprettet", "Kundenr"), ("Oprettet", "Kundenr"), ("Skapad", "Kundnr"), ("Created", "Owner"),
        ("Opprettet", "Selskapets eier"),
    ],
)  # fmt: skip
def test_when_a_crm_made_its_record_is_no_founding(
    tmp_path: Path, heading: str, beside: str
) -> None:
    text = f"Selskap;Land;{beside};{heading}\nAlm AS;NO;10001;2021-02-03\nBjerk AS;NO;10001;2022-03-04\n"
    result = imported(tmp_path, text)
    assert "founded" not in result.accounts.columns
    assert result.accounts[heading].to_list() == ["2021-02-03", "2022-03-04"]


# Codes of industries ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "codes", "found"),
    [
        ("SNI", ["62010", "62.100", "1110", "62020 Datakonsult", "99999", "Okänt", "J"],
         [("62.01", "2"), ("62.10", "2.1"), ("01.11", "2"), ("62.02", "2"), (None, None),
          (None, None), ("J", "2")]),
        ("Næringskode", ["62.010", "62.100", "finnes ikke", "47.911"],
         [("62.01", "2"), ("62.10", "2.1"), (None, None), ("47.91", "2")]),
        ("Toimialakoodi", ["62010", "62100", "ei koodia", "vanha"],
         [("62.01", "2"), ("62.10", "2.1"), (None, None), (None, None)]),
        ("Branchekode", ["620100", "621000", "ikke kendt", "?x"],
         [("62.01", "2"), ("62.10", "2.1"), (None, None), (None, None)]),
        ("SNI-kod", ["62.10", "62.20", "nej", "58.29"],
         [("62.10", "2.1"), ("62.20", "2.1"), (None, None), ("58.29", "2.1")]),
    ],
)  # fmt: skip
def test_a_column_of_codes_stays_one_though_some_are_of_neither_revision(
    tmp_path: Path, heading: str, codes: list[str], found: list[tuple[str | None, str | None]]
) -> None:
    result = imported(tmp_path, rows_of(heading, *codes))
    assert result.accounts.select("industry", "industry_revision").rows() == found


# Bands that a spreadsheet made dates of -----------------------------------------------------------


@pytest.mark.parametrize("dated", ["nov-25", "nov-50", "01-okt", "Nov-25", "10. nov", "2026-11-25"])
@pytest.mark.parametrize("heading", ["Ansatte", "Size band", "Omsetningsklasse"])
def test_dates_of_bands_are_unknown_and_named(tmp_path: Path, dated: str, heading: str) -> None:
    result = imported(tmp_path, rows_of(heading, dated, "26-50", "51-200", "1-10"))
    name = "employees" if heading == "Ansatte" else heading
    assert result.accounts[name][0] is None
    assert any("Excel made dates of bands" in said for said in remarks(result, name))


# One question for one assumption ------------------------------------------------------------------

ALLABOLAG = (
    "Bolagsnamn;Kommunsäte;Antal anställda;Nettoomsättning;Rörelseresultat;Årets resultat\n"
    "Alm AB;Nacka;12;9000;400;300\nBjörk AB;Nacka;20;22000;900;700\nCeder AB;Nacka;8;8000;100;90\n"
)


def test_thousands_are_asked_once_for_all_amounts() -> None:
    mapping = open_file(ALLABOLAG.encode(), name="list.csv").mapping
    asked = mapping.questions()
    assert [one.column for one in asked] == ["revenue"]
    assert [doubt for _, doubt in mapping.asked()] == ["unit", "currency"]
    millions = mapping.changing(asked[0].heading, unit=1e6)
    assert [doubt for _, doubt in millions.asked()] == ["currency"]
    euros = millions.changing(asked[0].heading, currency="EUR")
    assert euros.questions() == ()
    assert {a.currency for c in AMOUNTS for a in euros.of(c)} == {"EUR"}
    assert {a.unit for c in AMOUNTS for a in millions.of(c)} == {1e6}
    assert {a.unit for c in AMOUNTS for a in mapping.confirmed().of(c)} == {1e3}


def test_amounts_of_which_other_things_are_assumed_are_asked_apart() -> None:
    text = ALLABOLAG.replace("Årets resultat", "Årets resultat (SEK)").replace("9000", "9000 SEK")
    mapping = open_file(text.encode(), name="list.csv").mapping
    assert {one.column for one in mapping.questions()} >= {"revenue"}
    changed = mapping.changing("Nettoomsättning", column="revenue", unit=1.0)
    assert {a.unit for a in changed.of("operating_profit")} == {1e3}


@pytest.mark.parametrize(
    ("heading", "countries", "said"),
    [
        ("Omsetning", ["NO", "NO"], "taken for NOK"), ("Omsetning", ["NO", "SE"], "each company's"),
        ("Liikevaihto", ["FI", "FI"], "taken for EUR"), ("Liikevaihto", ["FI", "SE"], "each company's"),
        ("Nettoomsättning", ["SE", "DK"], "each company's"), ("Omsetning (NOK)", ["NO", "SE"], None),
        ("Omsætning (mio. kr.)", ["DK", "NO"], "each company's"),
        ("Omsättning (tkr)", ["SE"], "taken for SEK"), ("Revenue", ["SE", "SE"], "each company's"),
    ],
)  # fmt: skip
def test_a_currency_taken_from_the_country_is_asked(
    heading: str, countries: list[str], said: str | None
) -> None:
    rows = "".join(f"Alm {n};{country};9000000\n" for n, country in enumerate(countries * 3))
    asked = open_file(f"Firma;Land;{heading}\n{rows}".encode(), name="list.csv").mapping.questions()
    assert [one.doubts for one in asked] == ([("currency",)] if said else [])
    assert all(str(said) in one.reason for one in asked)
