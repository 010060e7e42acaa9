"""What lists leave open: units, orders of dates, rows of units, other classifications of industries."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from icp_core.importing.guessing import UNITS_BELOW
from icp_core.importing.headings import classification, parse
from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.importing.mapping import NO_CURRENCY, Mapping


def mapped(text: str) -> Mapping:
    return open_file(text.encode(), name="list.csv").mapping


def load(tmp_path: Path, text: str, **options: Any) -> ImportResult:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path], **options)


def asked(text: str) -> dict[str, tuple[str, ...]]:
    """What is asked but for the currency, which is asked wherever nothing names it."""
    doubts = {
        one.heading: [d for d in one.doubts if d != "currency"] for one in mapped(text).questions()
    }
    return {heading: tuple(left) for heading, left in doubts.items() if left}


# Units --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "heading", "doubt"),
    [
        ("Navn;Land;Omsetning\nA AS;Norge;116\nB AS;Norge;52\n", "Omsetning", "no unit"),
        ("Företag;Land;Omsättning 2024\nA AB;Sverige;12500\nB AB;Sverige;840\n", "Omsättning 2024",
         "no unit"),
        ("Yritys;Maa;Liikevaihto\nA Oy;Suomi;2,4\nB Oy;Suomi;11,9\n", "Liikevaihto", "no unit"),
        ("Virksomhed;Land;Omsætning\nA ApS;Danmark;98\n", "Omsætning", "no unit"),
        ("Company,Country,Revenue (EUR)\nA Ltd,Ireland,116\nB Ltd,Ireland,52\n", "Revenue (EUR)",
         "no unit"),
        ("Navn;Land;Omsetning\n;;NOK\nA AS;Norge;116\n", "Omsetning", "no unit"),
        ("Navn;Land;Driftsresultat\nA AS;Norge;12\nB AS;Norge;3\n", "Driftsresultat", "no unit"),
        ("Navn;Land;Omsetning\nA AS;Norge;450000\nB AS;Norge;310000\n", "Omsetning", "unit"),
        # 5,000 for each person: too little in full in any currency.
        ("Navn;Land;Omsetning;Ansatte\nA AS;Norge;250000;50\nB AS;Norge;50000;10\nC AS;Norge;9000;2\n",
         "Omsetning", "unit"),
    ],
)  # fmt: skip
def test_amounts_that_are_little_for_companies_and_name_no_unit_are_asked_for(
    text: str, heading: str, doubt: str
) -> None:
    assert asked(text) == {heading: (doubt,)}


@pytest.mark.parametrize(
    "text",
    [
        "Navn;Land;Omsetning\nA AS;Norge;11600000\nB AS;Norge;52000000\n",
        "Navn;Land;Omsetning (tusen)\nA AS;Norge;116\nB AS;Norge;52\n",
        "Navn;Land;Omsetning\nA AS;Norge;116 MNOK\nB AS;Norge;52 MNOK\n",
        "Navn;Land;Omsetning\n;;MNOK\nA AS;Norge;116\n",
        "Företag;Land;Omsättning (kr)\nA AB;Sverige;45000\nB AB;Sverige;2000\n",
        "Navn;Land;Omsetning\nA AS;Norge;\nB AS;Norge;0\n",
        "Company,Country,Net profit (EUR)\nA Ltd,Ireland,52000\nB Ltd,Ireland,-30000\n",
    ],
)
def test_amounts_that_name_a_unit_or_are_those_of_companies_are_not(text: str) -> None:
    assert asked(text) == {}


def test_amounts_without_a_unit_are_unknown_until_one_is_chosen(tmp_path: Path) -> None:
    text = "Navn;Land;Omsetning\nAlfa AS;Norge;116\nBeta AS;Norge;52\n"
    loaded = load(tmp_path, text)
    assert loaded.accounts["revenue"].to_list() == [None, None]
    column = next(c for c in loaded.report.columns if c.name == "revenue")
    assert "without a unit are unknown" in column.sentences()[0]
    for answer, factor in (("thousands", 1e3), ("millions", 1e6), ("as written", 1)):
        read = load(tmp_path, text, settle=lambda m, a=answer: m.setting("Omsetning", a))
        assert read.accounts["revenue_original"].to_list() == [116 * factor, 52 * factor]
    left = load(tmp_path, text, settle=lambda m: m.setting("Omsetning", "unknown"))
    assert left.accounts["revenue"].null_count() == 2
    assert left.mappings["list.csv"].questions() == ()


def test_all_as_assumed_settles_every_question_and_invents_nothing(tmp_path: Path) -> None:
    text = (
        "Company,Country,Revenue,Growth,as_of\nA,US,25000000,119,03/04/2025\n"
        "B,DE,9000000,4,05/06/2025\n"
    )
    mapping = mapped(text)
    assert [q.doubts for q in mapping.questions()] == [
        ("no currency",), ("per cent",), ("date order",),
    ]  # fmt: skip
    agreed = mapping.confirmed()
    assert (agreed.questions(), agreed.corrected) == ((), True)
    assert agreed.of("revenue")[0].currency == NO_CURRENCY
    assert Mapping.from_json(agreed.to_json()) == agreed
    accounts = load(tmp_path, text, settle=lambda m: m.confirmed()).accounts
    assert accounts["revenue"].to_list() == [None, None]
    assert accounts["revenue_growth"].to_list() == pytest.approx([1.19, 0.04])


def test_the_years_of_a_series_are_one_question_with_one_answer() -> None:
    mapping = mapped("Företag;Land;Omsättning 2024;Omsättning 2023\nA AB;Sverige;12500;11000\n")
    (question,) = mapping.questions()
    assert [doubt for _, doubt in mapping.asked()] == ["currency", "no unit"]
    answered = mapping.setting(question.heading, "thousands")
    assert [a.unit for a in answered.of("revenue")] == [1000, 1000]
    assert [doubt for _, doubt in answered.asked()] == ["currency"]
    assert answered.setting(question.heading, "SEK").questions() == ()
    assert [a.currency for a in answered.setting(question.heading, "SEK").of("revenue")] == [
        "SEK"
    ] * 2


# Dates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "is_asked"),
    [
        (("03/04/2025", "05/06/2025"), True),
        (("3-4-2025", "2025-01-31"), True),
        (("1/2/25", "3/4/25"), True),
        (("03/04/2025 10:15", ""), True),
        (("03/04/2025", "12/31/2024"), False),
        (("03/04/2025", "31/12/2024"), False),
        (("03.04.2025", "05.06.2025"), False),
        (("2025-04-03", "2025-06-05"), False),
        (("04/04/2025", "5 May 2025"), False),
        (("1/2/2025 3:45 PM", "3/4/2025"), False),
    ],
)
def test_the_order_of_dates_is_asked_where_nothing_in_the_column_tells(
    cells: tuple[str, str], *, is_asked: bool
) -> None:
    text = f"Company,as_of\nA,{cells[0]}\nB,{cells[1]}\n"
    assert asked(text) == ({"as_of": ("date order",)} if is_asked else {})


def test_the_order_that_is_chosen_is_used_and_said(tmp_path: Path) -> None:
    text = "Company,as_of\nA,03/04/2025\nB,05/06/2025\n"
    for answer, days in (
        ("month first", ["2025-03-04", "2025-05-06"]),
        ("day first", ["2025-04-03", "2025-06-05"]),
    ):
        loaded = load(tmp_path, text, settle=lambda m, a=answer: m.setting("as_of", a))
        assert loaded.accounts["as_of"].cast(pl.String).to_list() == days
        column = next(c for c in loaded.report.columns if c.name == "as_of")
        assert "as chosen" in next(iter(column.remarks))
    # Only the year of a founding is kept.
    assert asked("Company,Founded date\nA,03/04/2005\n") == {}


# Rows of units ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Navn;Omsetning;Ansatte\nFirma;tusen kr;antall\nAlfa AS;12500;20\n", 1e3),
        ("Företag;Omsättning;Anställda\nnamn;tkr;st\nAlfa AB;12500;20\n", 1e3),
        ("Yritys;Liikevaihto;Henkilöstö\nNimi;M€;hlö\nAlfa Oy;12,5;20\n", 1e6),
        ("Company,Country,Revenue,Employees\ntext,ISO,USD m,#\nAlfa Ltd,GB,12.5,20\n", 1e6),
        ("Virksomhed;By;Omsætning\nNavn;By;mio. kr.\nAlfa ApS;Aarhus;12,5\n", 1e6),
        ("Navn;Omsetning;Driftsmargin\nSelskap AS;MNOK;%\nAlfa AS;12,5;12\n", 1e6),
        ("Navn;Omsetning\n;MNOK\nAlfa AS;12,5\n", 1e6),
    ],
)
def test_a_row_of_units_is_no_company_whatever_stands_under_the_names(
    tmp_path: Path, text: str, unit: float
) -> None:
    loaded = load(tmp_path, text, country="NO")
    assert loaded.accounts["name"].str.starts_with("Alfa").to_list() == [True]
    assert loaded.rejected.select("row", "reason").rows() == [(2, UNITS_BELOW)]
    assert loaded.mappings["list.csv"].of("revenue")[0].unit == unit
    assert loaded.report.read == loaded.report.kept + loaded.report.rejected


@pytest.mark.parametrize(
    "text",
    [
        "Navn;Omsetning;Ansatte\nMille AS;12500000;20\nBeta AS;84000000;11\n",
        "Navn;Orgnr;Omsetning\nAlfa AS;923609016;tkr\nBeta AS;974760673;84000000\n",
        "Navn;Omsetning;Ansatte\nAlfa AS;MNOK;20\nBeta AS;84000000;11\n",
        "Navn;Omsetning;Ansatte\nAlfa AS;;\nBeta AS;84000000;11\n",
        "Navn;Hjemmeside;Ansatte\nAlfa AS;alfa.no;antall\nBeta AS;;11\n",
    ],
)
def test_companies_are_no_row_of_units(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).accounts.height == 2


def test_a_row_of_counts_alone_is_none_either(tmp_path: Path) -> None:
    assert load(tmp_path, "Navn;Ansatte\nFirma;antall\nAlfa AS;20\n").accounts.height == 1


# Classifications ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "revision"),
    [
        ("SNI 2007|SNI2007 kod|TOL 2008|DB07|SN2007|NACE Rev. 2|WZ 2008|UK SIC 2007", "2"),
        ("Bransch (SNI 2007)|Branche DB07|Code NAF rev. 2", "2"),
        ("SNI 2025|SNI2025 kod|TOL 2025|DB25|SN2025|NACE Rev. 2.1|ATECO 2025|Næringskode SN2025", "2.1"),
        ("SNI 2002|SNI92|TOL 2002|UK SIC 2003|NACE Rev. 1.1", "older"),
    ],
)  # fmt: skip
def test_headings_name_the_classification_and_its_revision(headings: str, revision: str) -> None:
    for heading in headings.split("|"):
        found = classification(heading)
        assert (found is not None and found.revision) == revision, heading
        assert parse(heading).meaning == "industry", heading


@pytest.mark.parametrize(
    "heading", ["Database", "DB", "Snitt", "Industry", "Notes", "Sales number"]
)
def test_other_headings_name_none_or_are_no_industry(heading: str) -> None:
    assert parse(heading).meaning != "industry"


@pytest.mark.parametrize(
    ("heading", "codes", "industry"),
    [
        ("SIC Code", ["62012", "47110"], ["62.01", "47.11"]),
        ("SICCode.SicText_1", ["62012 - Business software", "47110 - Retail"], ["62.01", "47.11"]),
        ("UK SIC (2007)", ["62012", "82990"], ["62.01", "82.99"]),
        ("SIC Code", ["7372", "5311"], None),
        ("US SIC, primary code(s)", ["7372", "5311"], None),
        ("SIC Codes", ["7372, 7371", "5311"], None),
        ("SIC Code", ["73720000", "53110000"], None),
        ("NAICS Code", ["541511", "455110"], None),
        ("Primary NAICS 2022", ["541511", "455110"], None),
        ("ISIC Rev. 4", ["6201", "4711"], None),
        ("SNI 2002", ["72220", "52110"], None),
    ],
)
def test_codes_of_other_countries_are_nace_only_where_they_begin_as_it(
    tmp_path: Path, heading: str, codes: list[str], industry: list[str] | None
) -> None:
    rows = "\n".join(f"Alfa {place} Ltd;{code}" for place, code in enumerate(codes))
    loaded = load(tmp_path, f"Company;{heading}\n{rows}\n")
    if industry is not None:
        assert loaded.accounts["industry"].to_list() == industry
        assert set(loaded.accounts["industry_revision"]) == {"2"}
        return
    assert "industry" not in loaded.accounts.columns
    assert loaded.accounts[heading].to_list() == codes
    (remark,) = loaded.report.files[0].remarks
    assert remark.startswith(f"{heading}: ")
    assert remark.endswith("so it is kept as a column of its own.")


def test_british_companies_have_british_codes(tmp_path: Path) -> None:
    text = "Company,Country,SIC\nA Ltd,UK,62012\nB Ltd,UK,1110\nC Ltd,UK,9999\n"
    assert load(tmp_path, text).accounts["industry"].to_list()[0] == "62.01"


@pytest.mark.parametrize(
    ("older", "newer", "old_code", "new_code"),
    [
        ("SNI 2007", "SNI 2025", "62010", "62100"),
        ("TOL 2008", "TOL 2025", "62010", "62100"),
        ("DB07", "DB25", "620100", "621000"),
        ("SN2007", "SN2025", "62.010", "62.100"),
        ("NACE Rev. 2", "NACE Rev. 2.1", "62.01", "62.10"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_revisions_the_newer_is_taken_and_that_is_said(
    tmp_path: Path, older: str, newer: str, old_code: str, new_code: str, *, turned: bool
) -> None:
    columns = [(older, old_code), (newer, new_code)]
    if turned:
        columns.reverse()
    text = ";".join(["Company", *(h for h, _ in columns)]) + "\n"
    text += "".join(";".join([f"Alfa {n}", *(c for _, c in columns)]) + "\n" for n in range(3))
    loaded = load(tmp_path, text)
    assert set(loaded.accounts.select("industry", "industry_revision").rows()) == {("62.10", "2.1")}
    assert loaded.accounts[older][0] == old_code
    (remark,) = loaded.report.files[0].remarks
    assert remark == (
        f"{newer} is taken for the industry (NACE Rev. 2.1); {older} is kept as a column of its own."
    )


def test_a_revision_that_few_companies_have_is_not_taken(tmp_path: Path) -> None:
    text = "Company;SNI 2007;SNI 2025\nA;62010;\nB;62020;\nC;58290;62100\n"
    accounts = load(tmp_path, text).accounts
    assert accounts["industry"].to_list() == ["62.01", "62.02", "58.29"]
    assert set(accounts["industry_revision"]) == {"2"}


def test_a_heading_tells_the_revision_of_codes_that_both_have(tmp_path: Path) -> None:
    text = "Company;SNI 2025\nA;58290\nB;47110\n"
    assert set(load(tmp_path, text).accounts["industry_revision"]) == {"2.1"}


# The report ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "placeholders", "invalid"),
    [
        (("000000000", "923609016"), 1, 0),
        (("000 000 000", "123456789", "999999999", "974760673"), 3, 0),
        (("923609017", "923609016"), 0, 1),
        (("000000000", "000000000", "000000000"), 3, 0),
        (("556000-0000", "556012-5790", "556012-5791"), 1, 1),
        (("", "923609016"), 0, 0),
    ],
)
def test_placeholders_are_counted_in_the_report(
    tmp_path: Path, numbers: tuple[str, ...], placeholders: int, invalid: int
) -> None:
    rows = "".join(f"Alfa {n} AS;{number}\n" for n, number in enumerate(numbers))
    report = load(tmp_path, f"Navn;Orgnr\n{rows}").report
    column = next(c for c in report.columns if c.name == "org_number")
    counts = {text.split(" ")[0]: count for text, count in column.remarks.items()}
    assert (counts.get("placeholders", 0), counts.get("cells", 0)) == (placeholders, invalid)
    assert len(column.sentences()) == len(counts)


@pytest.mark.parametrize("county", ["Troms og Finnmark", "Viken", "30", "54"])
def test_a_divided_county_is_said_once(tmp_path: Path, county: str) -> None:
    report = load(tmp_path, f"Navn;Land;Fylke\nAlfa AS;Norge;{county}\n").report
    column = next(c for c in report.columns if c.name == "region")
    said = [sentence for sentence in column.sentences() if f"“{county}”" in sentence]
    assert len(said) == 1
    assert "divided today" in said[0]


@pytest.mark.parametrize(
    ("heading", "cells", "growth", "is_asked"),
    [
        ("Revenue growth", ["12 %", "0.15", "0.2", "-0.1"], [0.12, 0.15, 0.2, -0.1], True),
        ("Tillväxt", ["12 %", "8 %", "5 %", "0,15"], [0.12, 0.08, 0.05, 0.15], True),
        ("Vekst", ["12 %", "15", "8", "-3"], [0.12, 0.15, 0.08, -0.03], True),
        ("Vækst %", ["12 %", "0,15", "0,2", "-0,1"], [0.12, 0.15, 0.2, -0.1], True),
        ("Kasvu %", ["0,15", "0,22", "0,08", "-0,1"], [0.15, 0.22, 0.08, -0.1], True),
        ("Kasvu %", ["12", "8", "0,5", "-3"], [0.12, 0.08, 0.005, -0.03], False),
        ("Revenue growth", ["12 %", "8 %", "5 %", "0"], [0.12, 0.08, 0.05, 0.0], False),
    ],
)
def test_a_sign_in_one_cell_says_nothing_of_the_others(
    tmp_path: Path, heading: str, cells: list[str], growth: list[float], is_asked: bool
) -> None:
    rows = "".join(f"{name} AB;{cell}\n" for name, cell in zip("ABCD", cells, strict=True))
    text = f"Name;{heading}\n{rows}"
    assert load(tmp_path, text).accounts["revenue_growth"].to_list() == pytest.approx(growth)
    assert (("per cent",) in asked(text).values()) == is_asked
