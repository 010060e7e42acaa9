"""Dates of lists and deals: one order a column, months by name, and those that once were bands."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from icp_core.importing import dates
from icp_core.importing.customers import read_deals
from icp_core.importing.load import run_import

ONE_DAY = (
    "2025-01-31|2025-01-31T10:00:00Z|2025-01-31T23:30:00.000+01:00|2025-01-31 10:00|31.01.2025|"
    "31.1.2025|31. 1. 2025|31/01/2025|31-01-2025|31.01.25|31/1/25|20250131|31012025|45688|45688.5|"
    "31 Jan 2025|Jan 31, 2025|January 31st, 2025|31. januar 2025|31 januari 2025|31-Jan-25|31 JAN 2025|"
    "31. tammikuuta 2025|fredag 31 januari 2025|pe 31. tammikuuta 2025|2025/01/31|2025.01.31|"
    "31.01.2025 kl. 10:30|1738281600000|1738281600"
)
BANDS = "nov-50|01-okt|10-jan|2-Oct|11-Nov|okt.50|1. okt|maj-50|marraskuu-50|1-loka|2050-11-01"


def read(cells: list[str], order: dates.Order | None = None) -> list[date | None]:
    frame = pl.DataFrame({"x": cells})
    found = order or frame.select(dates.order(pl.col("x"))).item() or "dmy"
    return frame.select(dates.date(pl.col("x"), found)).to_series().to_list()


def closed(*cells: str) -> list[date | None]:
    rows = "".join(
        f'Alfa {place} AB,Closed Won,1000,"{cell}"\n' for place, cell in enumerate(cells)
    )
    deals = read_deals(f"Account Name,Stage,Amount,Close Date\n{rows}".encode(), name="deals.csv")
    return deals.rows["closed_on"].to_list()


def test_one_american_date_settles_the_order_of_its_column() -> None:
    deals = read_deals(
        b"Account Name,Stage,Amount,Close Date\nAlfa AB,Closed Won,1000,12/31/2025\n"
        b"Beta AB,Closed Won,2000,12/01/2025\nGamma AB,Closed Lost,3000,2/19/2025\n"
        b"Delta AB,Closed Won,4000,3/4/2025\n",
        name="deals.csv",
    )
    assert deals.rows["closed_on"].to_list() == [
        date(2025, 12, 31), date(2025, 12, 1), date(2025, 2, 19), date(2025, 3, 4),
    ]  # fmt: skip
    # Another note follows: the amounts name no currency.
    assert (
        "closed_on: read as month/day/year, as other cells of the column show (2 ×)" in deals.notes
    )


def test_a_european_date_settles_it_too_and_nothing_settles_is_said() -> None:
    assert closed("26/06/2026", "03/08/2026") == [date(2026, 6, 26), date(2026, 8, 3)]
    deals = read_deals(
        b"Account Name,Stage,Amount,Close Date\nAlfa AB,Closed Won,1,03/08/2026\n", name="deals.csv"
    )
    assert deals.rows["closed_on"].to_list() == [date(2026, 8, 3)]
    assert any("nothing in the column tells day from month" in note for note in deals.notes)
    assert deals.no_order == 1


def test_a_cell_that_does_not_fit_the_columns_order_is_unknown_and_said() -> None:
    deals = read_deals(
        b"Account Name,Stage,Amount,Close Date\nA AB,Closed Won,1,12/31/2025\n"
        b"B AB,Closed Won,1,01/30/2025\nC AB,Closed Won,1,31/12/2025\n",
        name="deals.csv",
    )
    assert deals.rows["closed_on"].to_list() == [date(2025, 12, 31), date(2025, 1, 30), None]
    assert "closed_on: 1 cells are no dates, such as “31/12/2025”" in deals.notes


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["12/31/2025", "01/02/2025"], "mdy"),
        (["31/12/2025", "01/02/2025"], "dmy"),
        (["1/2/2025 3:45 PM"], "mdy"),
        (["03-13-2021"], "mdy"),
        (["03.13.2021"], "mdy"),
        (["98-05-01", "01-02-03"], "ymd"),
        (["01/02/2025"], None),
        (["2025-12-31"], None),
    ],
)
def test_the_clearest_cells_of_a_column_tell_its_order(cells: list[str], order: str | None) -> None:
    assert pl.DataFrame({"x": cells}).select(dates.order(pl.col("x"))).item() == order


@pytest.mark.parametrize("text", ONE_DAY.split("|"))
def test_one_day_as_people_and_programs_write_it(text: str) -> None:
    assert read([text]) == [date(2025, 1, 31)]


@pytest.mark.parametrize(
    ("texts", "month"),
    [
        ("5 mars 2024|5. mars 2024|5. maaliskuuta 2024|5 Mar 2024|5 march 2024|5. marts 2024", 3),
        ("5 maj 2024|5. mai 2024|5 May 2024|5. toukokuuta 2024", 5),
        ("5 juni 2024|5. kesäkuuta 2024|5 Jun 2024|den 5 juni 2024", 6),
        ("5 augusti 2024|5. elokuuta 2024|5. august 2024", 8),
        ("5 oktober 2024|5. lokakuuta 2024|5 Oct 2024|5. okt. 2024", 10),
        ("5. marraskuuta 2024|5 nov 2024|Nov 5, 2024", 11),
        ("5 december 2024|5. desember 2024|5. joulukuuta 2024|5-des-2024", 12),
    ],
)
def test_months_by_name_in_five_languages_and_english(texts: str, month: int) -> None:
    written = texts.split("|")
    assert read(written) == [date(2024, month, 5)] * len(written)


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        ("2025-03|03/2025|mars 2025|Mar 2025|maaliskuu 2025|marts 2025|mar-25", date(2025, 3, 1)),
        ("Q2 2025|2025 Q2|2025-Q2|Q2/25|2. kvartal 2025|Kvartal 2 2025", date(2025, 4, 1)),
        ("2. neljännes 2025|kv. 2 2025|2Q25", date(2025, 4, 1)),
        ("2025", date(2025, 1, 1)),
    ],
)  # fmt: skip
def test_a_month_quarter_or_year_stands_for_its_first_day(texts: str, first: date) -> None:
    written = texts.split("|")
    assert read(written) == [first] * len(written)


def test_two_digits_of_a_year_are_never_far_ahead() -> None:
    assert read(["31.01.68", "31.01.99", "31.01.05", "31.01.26"]) == [
        date(1968, 1, 31), date(1999, 1, 31), date(2005, 1, 31), date(2026, 1, 31),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["31.02.2025", "abc", "99/99/2025", "1234", "12345678", "0", "13.13.2025"]
)
def test_what_is_no_day_is_unknown(text: str) -> None:
    assert read([text], "dmy") == [None]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("v. 1978", 1978), ("siden 1920", 1920), ("noin 1985", 1985), ("1998 (stiftet)", 1998),
        ("est. 1978", 1978), ("Perustettu 1985", 1985), ("ca. 1950", 1950), ("vuonna 2003", 2003),
        ("98-03-12", 1998), ("98/3/12", 1998), ("12-03-98", 1998), ("05-03-12", 2012),
        ("före 1980", None), ("1978, 1999", None), ("lopetettu 1978 ja 1999", None),
        ("Postboks 1234567", None),
        ("ophørt 1999", None), ("2098 est.", None),
    ],
)  # fmt: skip
def test_a_founding_is_the_year_inside_its_words(text: str, year: int | None) -> None:
    assert pl.select(dates.founded(pl.lit(text))).item() == year


@pytest.mark.parametrize("order", ["dmy", "mdy", "ymd"])
@pytest.mark.parametrize("text", ["98-03-12", "98.3.12", "1998-03-12", "98/03/12", "980312"])
def test_a_number_beyond_any_day_is_the_year_in_every_order(text: str, order: dates.Order) -> None:
    assert read([text], order) == ([None] if text == "980312" else [date(1998, 3, 12)])


def test_the_report_names_foundings_that_are_not_understood(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    text = "Company;Founded\nA;1998\nB;2001\nC;v. 1978\nD;länge sedan\n"
    path.write_text(text, encoding="utf-8")
    loaded = run_import([path])
    assert loaded.accounts["founded"].to_list() == [1998, 2001, 1978, None]
    (told,) = [c.sentences() for c in loaded.report.columns if c.name == "founded"]
    assert any("“länge sedan” (1 ×)" in one for one in told)


def test_the_whole_column_tells_the_order_of_a_list(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Company,as_of\nA,02/01/2025\nB,02/28/2025\n", encoding="utf-8")
    loaded = run_import([path])
    assert loaded.mappings["list.csv"].of("as_of")[0].date_order == "mdy"
    assert loaded.accounts["as_of"].to_list() == [date(2025, 2, 1), date(2025, 2, 28)]
    column = next(c for c in loaded.report.columns if c.name == "as_of")
    assert column.remarks == {"read as month/day/year, as other cells of the column show": 1}


def test_dates_that_a_sheet_made_of_bands_are_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Company name,Country/Region,Number of Employees\nAlfa AB,Sweden,11-50\nBeta AB,Sweden,nov-50\n"
        "Gamma AB,Sweden,01-okt\nDelta AB,Sweden,51-200\nEpsilon AB,Sweden,10-jan\n"
        'Zeta AB,Sweden,"10,001+"\n',
        encoding="utf-8",
    )
    loaded = run_import([path])
    assert loaded.accounts["employees"].null_count() == 6
    assert loaded.accounts["employees_low"].to_list() == [11, None, None, 51, None, 10001]
    column = next(c for c in loaded.report.columns if c.name == "employees")
    assert column.invalid == 3
    assert [(text[:31], count) for text, count in column.remarks.items()] == [
        ("Excel made dates of bands (11-5", 3)
    ]


def test_a_workbook_keeps_such_bands_as_real_dates(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "mmm-yy"})
        sheet.write_row(0, 0, ["Company", "Employees"])
        sheet.write_row(1, 0, ["Alfa AB", "11-50"])
        sheet.write(2, 0, "Beta AB")
        sheet.write_datetime(2, 1, date(2050, 11, 1), day)
    column = next(c for c in run_import([path]).report.columns if c.name == "employees")
    assert list(column.remarks.values()) == [1]


@pytest.mark.parametrize("text", BANDS.split("|"))
def test_bands_that_became_dates(text: str) -> None:
    assert pl.DataFrame({"x": [text]}).select(dates.was_band(pl.col("x"))).item() is True


@pytest.mark.parametrize(
    "text", ["11-50", "10,001+", "50", "ca 50", "1-10", "<10", "marketing", "51 – 200"]
)
def test_bands_that_are_bands(text: str) -> None:
    assert pl.DataFrame({"x": [text]}).select(dates.was_band(pl.col("x"))).item() is False
