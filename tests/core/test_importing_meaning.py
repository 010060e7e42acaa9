"""Figures, units and currencies that a list does not name, and headings that its cells deny."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from icp_core.importing import values
from icp_core.importing.assumptions import per_cent_by
from icp_core.importing.guessing import GIVEN_BACK
from icp_core.importing.load import MappedFile, open_file, run_import
from icp_core.importing.mapping import Assignment, Mapping


def opened(text: str) -> MappedFile:
    return open_file(text.encode(), name="list.csv")


def column(text: str, heading: str) -> Assignment:
    return next(a for a in opened(text).mapping.assignments if a.heading == heading)


def loaded(tmp_path: Path, text: str, **options: Any) -> pl.DataFrame:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path], **options).accounts


def rows_of(heading: str, *cells: str, country: str = "SE") -> str:
    """A list of one column beside name and country."""
    lines = [f"Alfa {place} AB;{country};{cell}" for place, cell in enumerate(cells)]
    return "\n".join([f"Company;Country;{heading}", *lines]) + "\n"


# Kinds of party, and rounds of funding -----------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "cells", "kept"),
    [
        ("Company Type", ["Company", "Individual", "Company"], 2),
        ("Company type", ["Privately Held", "Public Company", "Nonprofit"], 3),
        ("Bolagstyp", ["Företag", "Privatperson", "Företag"], 2),
        ("Selskapstype", ["Bedrift", "Privat", "Bedrift"], 2),
        ("Yhtiömuoto", ["Yritys", "Yksityishenkilö", "Yritys"], 2),
        ("Legal form", ["Company", "Person", "company"], 2),
    ],
)
def test_a_company_or_a_person_is_no_legal_form(
    tmp_path: Path, heading: str, cells: list[str], kept: int
) -> None:
    found = loaded(tmp_path, rows_of(heading, *cells))
    assert "legal_form" not in found.columns and found.height == kept


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Company type", ["Private limited company", "PLC", "Private limited company"]),
        ("Bolagstyp", ["Privat aktiebolag", "Handelsbolag", "Ekonomisk förening"]),
        ("Selskapstype", ["AS", "ASA", "ANS"]),
    ],
)
def test_legal_forms_in_words_are(tmp_path: Path, heading: str, cells: list[str]) -> None:
    assert loaded(tmp_path, rows_of(heading, *cells))["legal_form"].null_count() == 0


@pytest.mark.parametrize(
    ("heading", "cells", "stages"),
    [
        ("Latest Funding", ["Series B", "Seed", "Private Equity"], ["b", "seed", "Private Equity"]),
        ("Last Funding Type", ["Pre-Seed", "Series A", "Venture - Series Unknown"],
         ["Pre-Seed", "a", "Venture - Series Unknown"]),
        ("Finansieringsrunda", ["Series C", "Seed", "Grant"], ["c", "seed", "Grant"]),
        ("Investeringsrunde", ["Seed Round", "Series A1", "Angel"], ["seed", "a", "Angel"]),
        ("Stage of company", ["Seed", "Series D", "Late Stage Venture"],
         ["seed", "d", "Late Stage Venture"]),
        ("Rahoituskierros", ["Pre-Series A", "Series B+", "Convertible Note"],
         ["Pre-Series A", "b", "Convertible Note"]),
        ("Funding stage", ["IPO", "series_a", "Bootstrapped"], ["listed", "a", "none"]),
        ("Funding stage", ["listed", "a", "seed"], ["listed", "a", "seed"]),
    ],
)  # fmt: skip
def test_rounds_of_funding_are_known_by_the_cells_and_called_as_accounts_call_them(
    tmp_path: Path, heading: str, cells: list[str], stages: list[str]
) -> None:
    assert loaded(tmp_path, rows_of(heading, *cells))["funding_stage"].to_list() == stages


def test_the_last_available_year_has_no_year_of_its_own(tmp_path: Path) -> None:
    text = (
        "Company,Country,Revenue th EUR Last avail. yr,Revenue th EUR 2023\n"
        "Alfa,Finland,5400,4800\nBeta,Finland,,900\n"
    )
    found = loaded(tmp_path, text)
    assert found["revenue"].to_list() == [5_400_000, 900_000]
    assert found["fiscal_year"].to_list() == [None, 2023]


def test_ebit_is_in_every_language() -> None:
    text = "Företag;Land;Rörelseresultat (EBIT)\nAlfa AB;SE;2100000\nBeta AB;SE;1200000\n"
    (question,) = opened(text).mapping.questions()
    assert (question.doubts, question.confidence) == (("currency",), 0.85)
    assert question.reason == "no currency is named: taken for SEK, that of the companies' country"


# Counts and flags ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading",
    ["Antal patent", "Antall filialer", "Number of sites", "Patent count", "Lukumäärä",
     "Toimipisteiden lkm",
     "Filialantal", "num_offices", "Antal P-enheder", "Varumerkjafjöldi fjöldi"],
)  # fmt: skip
def test_how_many_there_are_is_no_yes_or_no(heading: str) -> None:
    assert column(rows_of(heading, "0", "1", "1", "0"), heading).kind == "number"


@pytest.mark.parametrize("heading", ["Exporterar", "Has webshop", "Eksport", "Is listed", "Vienti"])
def test_zero_and_one_are_yes_and_no_elsewhere(heading: str) -> None:
    assert column(rows_of(heading, "0", "1", "1", "0"), heading).kind == "flag"


PROFF = "Orgnr;Juridisk selskapsnavn;NACE-bransjekode;Sum driftsinnt., 2024;Driftsres., 2024\n"


@pytest.mark.parametrize(
    "headings",
    [
        PROFF,
        PROFF.replace("driftsinnt.", "salgsinntekter").replace("Driftsres.", "Driftsresultat"),
        PROFF.replace(", 2024", ""),
    ],
)
def test_proffs_own_headings_need_no_question(tmp_path: Path, headings: str) -> None:
    text = f"{headings}923609016;Alfa AS;62.010;6 499;1 299\n983971636;Beta AS;62.020;812;-60\n"
    assert opened(text).mapping.questions() == ()
    found = loaded(tmp_path, text)
    assert found["revenue_original"].to_list() == [6_499_000, 812_000]
    assert found["currency"].to_list() == ["NOK", "NOK"]


def test_a_heading_or_two_like_proffs_are_asked() -> None:
    text = "Orgnr;Navn;NACE-bransjekode;Sum driftsinntekter\n923609016;Alfa AS;62.010;6499\n"
    assert [q.doubts for q in opened(text).mapping.questions()] == [("currency", "no unit")]


# Amounts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "10–50 mkr", ">100 MSEK", "10 till 50 mkr", "50+ mkr", "100 MSEK+", "över 100 mkr", "< 1 mkr",
        "mellan 10 och 50 mkr", "min. 5 mkr", "5-10 MSEK", "1 000 – 5 000", "alle 2 milj. €",
        "yli 10 M€",
        "1.5-2.0 MEUR", "$1M to $10M", "$180,001 or more", "$5-8,000",
        "op til 5 mio. kr.", "10 mio kr - 50 mio kr", "100 mkr eller mer",
    ],
)  # fmt: skip
def test_a_range_is_no_amount(cell: str) -> None:
    table = pl.DataFrame({"cell": [cell]})
    assert table.select(values.number(pl.col("cell"), ","), r=values.is_range(pl.col("cell"))).row(
        0
    ) == (None, True)


@pytest.mark.parametrize(
    ("heading", "cells", "known"),
    [
        ("Omsättning", ["4,5 mkr", "12 mkr", "850", "2 mdkr"], [4.5e6, 12e6, None, 2e9]),
        ("Revenue", ["SEK 4.5M", "SEK 12M", "85"], [4.5e6, 12e6, None]),
        ("Omsättning", ["850 tkr", "12,5", "4 mkr"], [850e3, None, 4e6]),
        ("Omsättning", ["4,5 MSEK", "12", "85", "900 kSEK"], [4.5e6, None, None, 9e5]),
        ("Liikevaihto", ["5 milj. SEK", "120", "2 mrd SEK"], [5e6, None, 2e9]),
        ("Omsetning", ["850 000 kr", "12", "1,2 mill. kr"], [850e3, None, 1.2e6]),
    ],
)  # fmt: skip
def test_a_bare_number_beside_amounts_with_units_is_unknown_alone(
    tmp_path: Path, heading: str, cells: list[str], known: list[float | None]
) -> None:
    text = rows_of(heading, *cells)
    guessed = opened(text).mapping
    assert all("no unit" in question.doubts for question in guessed.questions())
    assert guessed.questions()
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    for mapping in (guessed, guessed.confirmed(), guessed.unknowing(heading)):
        found = run_import([path], mapping=mapping)
        assert found.accounts["revenue_original"].to_list() == known
        (remarks,) = (c.remarks for c in found.report.columns if c.name == "revenue")
        assert sum(remarks.values()) == known.count(None)
    answered = run_import([path], mapping=guessed.changing(heading, unit=1e3)).accounts
    assert answered["revenue_original"].null_count() == 0


@pytest.mark.parametrize(
    "cell", ["1,2 mdkr", "-5 mkr", "(80)", "5 mkr (2023)", "2023", "ca 10 mkr"]
)
def test_one_amount_is_no_range(cell: str) -> None:
    assert not pl.select(values.is_range(pl.lit(cell))).item()


def test_ranges_among_amounts_are_counted_with_an_example(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        rows_of("Omsättning", "1,2 mdkr", "5 mkr (2023)", "ca 10 mkr", "10–50 mkr", ">100 MSEK"),
        encoding="utf-8",
    )
    found = run_import([path])
    assert found.accounts["revenue_original"].to_list() == [1.2e9, 5e6, 1e7, None, None]
    (said,) = [c.sentences() for c in found.report.columns if c.name == "revenue"]
    assert said == ("Revenue: ranges such as “10–50 mkr” are no amount: unknown (2 ×).",)


def test_crowns_of_a_finnish_company_are_no_euros(tmp_path: Path) -> None:
    for heading, cell in (("Revenue (kr)", "5000000"), ("Revenue", "5 mkr")):
        assert loaded(tmp_path, rows_of(heading, cell, country="FI"))["revenue"].to_list() == [None]
    assert loaded(tmp_path, rows_of("Revenue (kr)", "5000000"))["currency"].to_list() == ["SEK"]
    assert loaded(tmp_path, rows_of("Revenue", "5 M€", country="FI"))["revenue"].to_list() == [5e6]


def test_a_column_of_nothing_but_bands_stays_as_it_is_and_the_report_says_so(
    tmp_path: Path,
) -> None:
    text = rows_of("Revenue", "10-50 MSEK", "50+ MSEK", "< 1 MSEK")
    assert column(text, "Revenue").is_extra
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    assert run_import([path]).report.files[0].remarks == (f"Revenue: {GIVEN_BACK}",)


def test_a_unit_without_a_currency_asks_for_it_where_no_country_tells() -> None:
    text = "Firma;Omsetning (tusen)\nAlfa;5000\nBeta;60000\nGamma;7000\n"
    assert column(text, "Omsetning (tusen)").doubts == ("no currency",)
    with_forms = text.replace("Alfa", "Alfa AS").replace("Beta", "Beta AS")
    assert column(with_forms, "Omsetning (tusen)").doubts == ("currency",)


@pytest.mark.parametrize(
    ("cell", "people"),
    [("15 hlöä", 15), ("15 hlö.", 15), ("ca. 20 anst.", 20), ("12 työntekijää", 12),
        ("noin 30 henkilöä", 30),
     ("8 medarb.", 8)],
)  # fmt: skip
def test_headcounts_with_a_word_for_people(cell: str, people: int) -> None:
    assert pl.select(values.headcount(pl.lit(cell))).item() == people


@pytest.mark.parametrize(
    ("cell", "value", "currency"),
    [
        ("18.3 MM", 18_300_000, None),
        ("$2.1B", 2_100_000_000, "USD"),
        ("4,5 mkr", 4_500_000, None),
        ("12 M€", 12_000_000, "EUR"),
        ("€12M", 12_000_000, "EUR"),
        ("1,2 mrd", 1_200_000_000, None),
        ("4 MSEK", 4_000_000, "SEK"),
        ("NOK 500 000", 500_000, "NOK"),
        ("850 TSEK", 850_000, "SEK"),
        ("3,4 mio. kr.", 3_400_000, None),
        ("2 milj. €", 2_000_000, "EUR"),
        ("£750k", 750_000, "GBP"),
        ("US$ 1.5 billion", 1_500_000_000, "USD"),
        ("1.234.567 kr", 1_234_567, None),
        ("1,2 mdkr", 1_200_000_000, None),
        ("2 mdSEK", 2_000_000_000, "SEK"),
        ("12 MDKK", 12_000_000, "DKK"),
        ("5 mkr (2023)", 5_000_000, None),
        ("2023: 5 mkr", 5_000_000, None),
        ("5 mkr 2023", 5_000_000, None),
        ("kr 2023", 2_023, None),
        ("5 000 tkr (bokslut 2023)", 5_000_000, None),
        ("500 (TSEK)", 500_000, "SEK"),
        ("ca 10 mkr", 10_000_000, None),
        ("c:a 3,5 MSEK", 3_500_000, "SEK"),
        ("~5 M€", 5_000_000, "EUR"),
        ("n. 5 milj. €", 5_000_000, "EUR"),
        ("omkring 4 mio. kr.", 4_000_000, None),
        ("12 MNOK (est.)", 12_000_000, "NOK"),
        ("5 mkr/år", 5_000_000, None),
    ],
)
def test_cells_with_scale_and_currency(cell: str, value: float, currency: str | None) -> None:
    table = pl.DataFrame({"cell": [cell]})
    read = table.select(values.number(pl.col("cell")), c=values.stated_currency(pl.col("cell")))
    assert read.row(0) == (pytest.approx(value), currency)


def test_a_cells_own_scale_and_currency_go_before_the_columns(tmp_path: Path) -> None:
    text = rows_of("Omsättning (tkr)", "500", "4,5 mkr", "$2.1M", "")
    read = loaded(tmp_path, text)
    assert read["revenue_original"].to_list() == [500_000, 4_500_000, 2_100_000, None]
    assert read["currency"].to_list()[:3] == ["SEK", "SEK", "USD"]


@pytest.mark.parametrize(
    ("text", "amounts", "currency"),
    [
        (rows_of("Revenue ($M)", "523.9", "28.5"), [523.9e6, 28.5e6], "USD"),
        (rows_of("Omsetning (i hele 1000)", "12500", "8400", country="NO"), [12.5e6, 8.4e6], "NOK"),
        (rows_of("Revenue MNOK", "12,5", "8,4", country="NO"), [12.5e6, 8.4e6], "NOK"),
        (rows_of("Turnover in USD thousands", "12", "8"), [12e3, 8e3], "USD"),
        (rows_of("Omsætning mio. kr.", "1,5", "2", country="DK"), [1.5e6, 2e6], "DKK"),
        (
            "Company;Country;Employees;Revenue\n;;antal;tkr\n"
            "Alfa AB;SE;40;52000\nBeta AB;SE;9;8000\n",
            [52e6, 8e6],
            "SEK",
        ),
        (
            "Navn;Land;Ansatte;Omsetning;Driftsmargin\n;;;MNOK;%\n"
            "Alfa AS;NO;40;52;12\nBeta AS;NO;9;8;3\n",
            [52e6, 8e6],
            "NOK",
        ),
    ],
)
def test_amounts_in_full_and_in_their_currency(
    tmp_path: Path, text: str, amounts: list[float], currency: str
) -> None:
    read = loaded(tmp_path, text)
    assert read["revenue_original"].to_list() == pytest.approx(amounts)
    assert set(read["currency"]) == {currency}


def test_a_row_of_units_counts_for_fractions_too(tmp_path: Path) -> None:
    text = "Navn;Omsetning;Driftsmargin\n;MNOK;%\nAlfa AS;52;12\nBeta AS;8;0,5\n"
    assert loaded(tmp_path, text)["margin"].to_list() == pytest.approx([0.12, 0.005])


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (rows_of("Revenue", "25000000", country="US"), "no currency"),
        ("Company,Country,Revenue\nA,US,25000000\nB,DE,9000000\nC,GB,7000000\n", "no currency"),
        ("Company,Revenue\nAlfa,25000000\nBeta,9000000\n", "no currency"),
        ("Company,Country,Annual Revenue,Apollo Account Id\nA,SE,4500000,66a\n", "no currency"),
        ("Organization Name,Country,Revenue,CB Rank (Company)\nA,NO,4500000,12\n", "no currency"),
        ("Company,Country,Annual Revenue\nA,SE,50000000\nB,NO,1\n", "currency"),
        ("Company,Country,Omsättning\nA,SE,50000000\nB,DE,1\n", "no currency"),
    ],
)
def test_a_currency_that_nobody_named_is_asked_for(text: str, doubt: str) -> None:
    (question,) = opened(text).mapping.questions()
    assert question.doubts == (doubt,)
    assert question.confidence < 0.9
    assert "currency" in question.reason


@pytest.mark.parametrize(
    "text",
    [
        rows_of("Omsättning (SEK)", "50000000"),
        rows_of("Liikevaihto, 1000 €", "50000", country="FI"),
        rows_of("Revenue (EUR)", "50000000", country="US"),
        rows_of("Revenue", "$50M", country="US"),
        "Company,Country,Revenue,Currency\nA,US,5000000,USD\nB,DE,5000000,EUR\n",
    ],
)
def test_a_currency_that_was_named_is_not(text: str) -> None:
    assert opened(text).mapping.questions() == ()


def test_nothing_is_computed_without_a_currency_until_one_is_chosen(tmp_path: Path) -> None:
    text = "Company,Country,Revenue\nA,US,25000000\nB,SE,9000000\n"
    assert loaded(tmp_path, text)["revenue"].to_list() == [None, None]

    def dollars(mapping: Mapping) -> Mapping:
        return mapping.setting("revenue", "USD")

    read = loaded(tmp_path, text, settle=dollars)
    assert read["revenue_original"].to_list() == [25e6, 9e6]
    assert set(read["currency"]) == {"USD"}
    own = loaded(tmp_path, text, settle=lambda m: m.setting("Revenue", "by country"))
    assert own["currency"].to_list() == ["USD", "SEK"]


def test_the_country_of_a_list_settles_what_its_currency_may_be(tmp_path: Path) -> None:
    text = "Company,Revenue\nAlfa,25000000\n"
    assert loaded(tmp_path, text)["revenue"].to_list() == [None]
    assert loaded(tmp_path, text, country="SE")["revenue_original"].to_list() == [25e6]


def test_an_answer_settles_one_doubt_and_leaves_the_other() -> None:
    text = "Company,Country,Revenue,Employees\n" + "".join(
        f"A{place} Ltd,GB,{place + 20},{place + 10}\n" for place in range(4)
    )
    mapping = opened(text).mapping
    (question,) = mapping.questions()
    assert set(question.doubts) == {"no currency", "unit"}
    answered = mapping.setting("Revenue", "GBP")
    assert answered.questions()[0].doubts == ("unit",)
    done = answered.setting("Revenue", "millions")
    assert done.questions() == ()
    assert done.corrected
    revenue = done.of("revenue")[0]
    assert (revenue.unit, revenue.currency, revenue.confidence) == (1e6, "GBP", 1)
    assert Mapping.from_json(answered.to_json()) == answered


@pytest.mark.parametrize(
    ("amounts", "unit"), [(("1250", "840", "300"), 1e3), (("523.9", "28.5", "7.1"), 1e6)]
)
def test_revenues_too_small_for_the_headcount_are_in_thousands_or_millions(
    amounts: tuple[str, ...], unit: float
) -> None:
    staff = ("2", "1", "3") if unit == 1e3 else ("2200", "798", "90")
    text = "Firma;Land;Omsättning;Anställda\n" + "".join(
        f"A{i} AB;Sverige;{a};{s}\n" for i, (a, s) in enumerate(zip(amounts, staff, strict=True))
    )
    revenue = column(text, "Omsättning")
    assert (revenue.unit, revenue.doubts) == (unit, ("currency", "unit"))
    plain = text.replace("Omsättning", "Omsättning (kr)")
    assert column(plain, "Omsättning (kr)").unit == 1


# Per cent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column_name", "figures", "unit", "asked"),
    [
        ("revenue_growth", [119, 73, -12, 4], 0.01, True),
        ("margin", [12.5, 8.0, -3.4, 22.1], 0.01, True),
        ("margin", [0.5, 0.8, 12.5, 0.3], 0.01, True),
        ("revenue_growth", [1, 0, -1, 2, 0], 0.01, True),
        ("revenue_growth", [1.19, 0.73, -0.12, 0.04], 1.0, True),
        ("margin", [0.125, 0.08, -0.034], 1.0, False),
        ("revenue_growth", [0.04, 0.1, -0.3], 1.0, False),
        ("current_ratio", [1.5, 2.1, 0.9], 1.0, False),
        ("current_ratio", [150, 210, 90], 0.01, True),
        ("margin", [], 1.0, False),
    ],
)
def test_the_size_of_the_values_tells_per_cent(
    column_name: str, figures: list[float], unit: float, *, asked: bool
) -> None:
    found = per_cent_by(column_name, pl.Series(figures, dtype=pl.Float64))
    assert (found is not None, found[0] if found else 1.0) == (asked, unit)


def test_growth_of_119_is_not_11900_per_cent(tmp_path: Path) -> None:
    text = (
        "Company;Country;Growth;Rörelsemarginal\nAlfa AB;SE;119;12,5\nBeta AB;SE;73;8,0\n"
        "Gamma AB;SE;-12;-3,4\nDelta AB;SE;4;22,1\n"
    )
    questions = opened(text).mapping.questions()
    assert [q.doubts for q in questions] == [("per cent",), ("per cent",)]
    read = loaded(tmp_path, text)
    assert read["revenue_growth"].to_list() == pytest.approx([1.19, 0.73, -0.12, 0.04])
    assert read["margin"].to_list() == pytest.approx([0.125, 0.08, -0.034, 0.221])
    plain = loaded(tmp_path, text, settle=lambda m: m.setting("Growth", "as written"))
    assert plain["revenue_growth"][0] == 119


def test_a_sign_in_the_heading_or_the_cells_needs_no_question(tmp_path: Path) -> None:
    for heading, cells in (("Tillväxt %", ("119", "4")), ("Growth", ("119 %", "4 %"))):
        text = rows_of(heading, *cells)
        assert opened(text).mapping.questions() == ()
        assert loaded(tmp_path, text)["revenue_growth"].to_list() == pytest.approx([1.19, 0.04])


# Headings against cells ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        (
            "OrgNr;FirmaNavn\nAlfa AS;923609016\nBeta AS;974760673\nGamma AS;937884117\n",
            {"OrgNr": "name", "FirmaNavn": "org_number"},
        ),
        (
            "Company;Website;Employees\nA;40;alfa.se\nB;25;beta.se\nC;7;gamma.se\n",
            {"Website": "employees", "Employees": "website"},
        ),
        (
            "Namn;Ort;Postnr\nAlfa AB;211 22;Malmö\nBeta AB;222 22;Lund\n",
            {"Ort": "postcode", "Postnr": "city"},
        ),
        (
            "Nimi;Y-tunnus;Kaupunki\nAlfa Oy;Helsinki;0112038-9\nBeta Oy;Espoo;2646674-9\n",
            {"Y-tunnus": "city", "Kaupunki": "org_number"},
        ),
        (
            "Name;Revenue (EUR);Country\nAlfa;Sweden;1200000\nBeta;Norway;3400000\n",
            {"Revenue (EUR)": "country", "Country": "revenue"},
        ),
    ],
)
def test_swapped_headings_are_found(text: str, swapped: dict[str, str]) -> None:
    mapping = opened(text).mapping
    for heading, meant in swapped.items():
        found = next(a for a in mapping.assignments if a.heading == heading)
        assert (found.column, found.is_assumed) == (meant, True)
        assert "swapped" in found.reason


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Funding round", ("1", "2", "3")),
        ("Employees", ("many", "few", "few")),
        ("Founded", ("long ago", "recently", "?")),
        ("Website", ("yes", "no", "yes")),
        ("Email", ("Storgatan 1", "Ågatan 2", "Sjögatan 3")),
        ("City", ("0155", "5003", "9008")),
        ("Land", ("752", "578", "208")),
        ("Postcode", ("Malmö", "Lund", "Oslo")),
        ("Org.nr", ("Malmö", "Lund", "Oslo")),
        ("Reklamspärr", ("Malmö", "Lund", "Oslo")),
        ("Estimated Revenue Range", ("$1M to $10M", "$10M to $50M", "$1M to $10M")),
    ],
)
def test_a_column_whose_cells_deny_its_heading_is_given_back(
    heading: str, cells: tuple[str, ...]
) -> None:
    found = column(rows_of(heading, *cells), heading)
    assert (found.is_extra, found.reason) == (True, GIVEN_BACK)


def test_websites_that_are_mostly_missing_stay_websites() -> None:
    cells = ("Ingen hjemmeside",) * 6 + ("alfa.no", "beta.no")
    assert column(rows_of("Hjemmeside", *cells), "Hjemmeside").column == "website"


def test_a_postal_address_gives_postcode_and_town(tmp_path: Path) -> None:
    text = (
        "Navn;Land;Postadresse\nAlfa AS;Norge;0155 Oslo\nBeta AS;Norge;Strandgaten 2, 5003 Bergen\n"
        "Gamma AB;Sverige;Storgatan 1, 211 22 Malmö, Sweden\nDelta AB;Sverige;SE-222 22 Lund\n"
        "Epsilon AB;Sverige;Box 1234\n"
    )
    read = loaded(tmp_path, text)
    assert read["postcode"].to_list() == ["0155", "5003", "21122", "22222", None]
    assert read["city"].to_list() == ["Oslo", "Bergen", "Malmö", "Lund", None]
    assert read["address"][1] == "Strandgaten 2, 5003 Bergen"
    assert "email" not in read.columns


def test_headcounts_as_people_write_them(tmp_path: Path) -> None:
    text = rows_of("Employees", "240", "11-50", "ca 50", "50 st", "1 200", "0", "noin 12 henkilöä")
    read = loaded(tmp_path, text)
    assert read["employees"].to_list() == [240, None, 50, 50, 1200, 0, 12]
    assert read["employees_low"].to_list()[1] == 11


def test_bands_that_a_spreadsheet_made_dates_of_are_no_reason_to_give_a_column_back() -> None:
    assert (
        column(rows_of("Ansatte", "2026-10-01", "11-50", "nov-50"), "Ansatte").column == "employees"
    )


def test_a_count_goes_before_a_band(tmp_path: Path) -> None:
    text = (
        "name,size range,current employee estimate,total employee estimate\nA,201 - 500,250,600\n"
    )
    assert loaded(tmp_path, text)["employees"].to_list() == [250]


def test_names_under_a_heading_that_says_customer(tmp_path: Path) -> None:
    text = "Kundnummer;Kund;Ort\n1;Alfa AB;Malmö\n2;Beta AB;Lund\n3;Gamma AB;Lund\n"
    assert loaded(tmp_path, text)["name"].to_list() == ["Alfa AB", "Beta AB", "Gamma AB"]
    flags = "Företag;Kund\nAlfa AB;Ja\nBeta AB;Nej\n"
    assert loaded(tmp_path, flags)["is_customer"].to_list() == [True, False]


# Answers ------------------------------------------------------------------------------------------


def test_a_heading_is_set_in_a_word() -> None:
    mapping = opened("Kundnamn;Tal;Omsättning\nAlfa AB;7;5\n").mapping
    assert mapping.setting(" tal ", "employees").of("employees")[0].heading == "Tal"
    assert mapping.setting("Omsättning", "thousands").of("revenue")[0].unit == 1000
    assert not mapping.setting("Omsättning", "leave out").of("revenue")
    own = mapping.setting("Omsättning", "own column")
    assert next(a.kind for a in own.assignments if a.heading == "Omsättning") == "number"
    for heading, answer, said in (
        ("Nothing", "name", "no heading Nothing"),
        ("Tal", "x", "no column"),
    ):
        with pytest.raises(ValueError, match=said):
            mapping.setting(heading, answer)


@pytest.mark.parametrize(
    "said", ["Uoppgitt", "ingen", "Ingen", "finns ej", "Finns inte", "under uppbyggnad"]
)
def test_a_cell_that_says_there_is_nothing_is_unknown(said: str) -> None:
    cells = pl.DataFrame({"x": [said]})
    assert cells.select(values.says_unknown(pl.col("x"))).item()
    assert not cells.select(values.says_unknown(pl.col("x") + " AB")).item()
