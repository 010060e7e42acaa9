from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from icp_core.accounts.columns import Kind
from icp_core.accounts.universe import Universe
from icp_core.errors import ImportRefused
from icp_core.importing import dates, values
from icp_core.importing.cleaning import Rules
from icp_core.importing.headings import parse
from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.importing.mapping import Mapping
from icp_core.importing.national import clean_number, is_person, is_sound
from icp_core.reference import currency
from icp_core.reference.numbers import percent

FIXTURES = Path(__file__).parent.parent / "fixtures"
DATA = Path(__file__).parents[2] / "data"


def account(loaded: ImportResult, name: str) -> dict[str, object]:
    return loaded.accounts.row(by_predicate=pl.col("name") == name, named=True)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def proff(tmp_path: Path) -> Path:
    path = tmp_path / "proff.xlsx"
    with xlsxwriter.Workbook(path) as book:
        people = book.add_worksheet("Kontaktpersoner")
        people.write_row(0, 0, ["Orgnr", "Navn", "Rolle"])
        for row in range(1, 6):
            people.write_row(row, 0, [923609016, "Kari Nordmann", "Daglig leder"])
        sheet = book.add_worksheet("Proff Forvalt - Firmainfo")
        sheet.write_row(
            0,
            0,
            [
                "Orgnr", "Juridisk selskapsnavn", "Markedsnavn", "Telefon", "E-post", "Internett",
                "Kommune", "NACE-bransjekode", "NACE-beskrivelse", "Org.form", "Status",
                "Sum driftsinnt., 2024", "Sum driftsinnt., 2023", "Sum salgsinntekter, 2024",
                "Driftsres., 2024", "Bruttofortjeneste, 2024", "Bygger på Azure",
            ],
        )  # fmt: skip
        sheet.write_row(
            1,
            0,
            [
                923609016, "NORDLYS DATA AS", "Nordlys", "22 00 00 00", "post@nordlys-data.no", "",
                "Stavanger", "62.010", "Programmeringstjenester", "AS", "Aktiv",
                12_500_000, 10_000_000, 11_000_000, -250_000, 9_000_000, "Ja",
            ],
        )  # fmt: skip
        sheet.write_row(
            2,
            0,
            [
                832175692, "WAYS AS", "", "", "", "www.ways.no", "OSLO", "62.020", "Konsulent", "AS",
                "Konkurs", 1_000_000, "", "", "", "", "Nei",
            ],
        )  # fmt: skip
    return path


def test_a_proff_workbook_loads_without_touching_the_mapping(proff: Path) -> None:
    loaded = run_import([proff])
    rate = currency.rate("NOK", on=date(2024, 12, 31)).value
    row = account(loaded, "NORDLYS DATA AS")
    assert row["account_id"] == "NO-923609016"
    assert (row["municipality"], row["region"], row["industry"]) == ("NO-1103", "NO-11", "62.01")
    # The company's own domain comes from its mail address, which itself is left out.
    assert row["domain"] == "nordlys-data.no"
    assert row["revenue"] == pytest.approx(12_500_000 * rate)
    assert row["revenue_original"] == 12_500_000
    assert row["operating_profit"] == pytest.approx(-250_000 * rate)
    assert row["revenue_growth"] == pytest.approx(0.25)
    assert row["margin"] == pytest.approx(-0.02)
    assert row["fiscal_year"] == 2024
    assert row["Bygger på Azure"] is True
    # Gross profit is never revenue, sales alone lose to all operating income: both stay as extras.
    assert row["Bruttofortjeneste, 2024"] == 9_000_000
    assert row["Sum salgsinntekter, 2024"] == 11_000_000
    assert not {"Telefon", "E-post", "email"} & set(loaded.accounts.columns)
    assert loaded.report.reasons == {"left out: bankrupt, not active": 1}
    assert len(Universe.of(loaded.accounts, name="x", label="x")) == 1


def test_a_bisnode_list_loads_without_touching_the_mapping() -> None:
    loaded = run_import([FIXTURES / "bisnode.csv"])
    assert loaded.report.read == 4
    first = account(loaded, "Exempel Sverige AB")
    assert first["account_id"] == "SE-5566778899"
    assert (first["postcode"], first["city"]) == ("11122", "Stockholm")
    assert (first["municipality"], first["region"]) == ("SE-0180", "SE-01")
    assert (first["industry"], first["legal_form"]) == ("62.01", "AB")
    assert (first["employees"], first["founded"]) == (42, 2020)
    band = account(loaded, "Volvo Provbolag AB")
    assert band["org_number"] == "5560125790"
    assert (band["employees"], band["employees_low"], band["employees_high"]) == (None, 50, 99)
    blank = account(loaded, "Saknar Anställda AB")
    assert (blank["employees"], blank["employees_low"]) == (None, None)
    # A person trades under her own number: left out, and her cells are not kept.
    assert loaded.rejected.select("row", "reason", "cells").rows() == [
        (5, "left out: sole proprietor or person", None)
    ]


def test_persons_are_kept_when_asked() -> None:
    loaded = run_import([FIXTURES / "bisnode.csv"], rules=Rules(keep_persons=True))
    assert account(loaded, "Anna Provssons Firma")["org_number"] == "6408233234"


def test_a_finnish_list_loads_without_touching_the_mapping() -> None:
    loaded = run_import([FIXTURES / "finnish.csv"])
    first = account(loaded, "Esimerkki Oy")
    assert first["account_id"] == "FI-2646674-9"
    # The spreadsheet lost the zeros of 00100; thousands of euros need no rate.
    assert first["postcode"] == "00100"
    assert first["revenue"] == 1_250_500
    assert first["operating_profit"] == -80_500
    assert first["revenue_growth"] == pytest.approx(0.2505)
    assert "rate_date" not in loaded.accounts.columns
    assert account(loaded, "Koe Oyj")["employees_high"] == 99
    wrong = account(loaded, "Väärä Numero Oy")
    assert wrong["org_number"] is None
    column = next(c for c in loaded.report.columns if c.name == "org_number")
    assert (column.given, column.invalid, column.examples) == (3, 1, ("2646675-9",))


def test_a_danish_list_loads_without_touching_the_mapping() -> None:
    loaded = run_import([FIXTURES / "danish.csv"])
    rate = currency.rate("DKK").value
    first, second = account(loaded, "Eksempel Data ApS"), account(loaded, "Eksempel Handel A/S")
    assert first["revenue"] == pytest.approx(12_500_000 * rate)
    assert first["net_profit"] == pytest.approx(1_250_000 * rate)
    assert (first["legal_form"], first["marketing_opt_out"]) == ("APS", True)
    assert second["org_number"] == "10150817"
    assert second["employees"] == 1250
    assert second["revenue"] == pytest.approx(-3_000_000 * rate)
    assert second["marketing_opt_out"] is False
    assert [r.currency for r in loaded.report.rates] == ["DKK"]


def test_the_listed_companies_load_and_groups_stay_apart() -> None:
    loaded = run_import([DATA / "companies" / "nordic_listed.csv"])
    assert loaded.report.read == 1155
    assert loaded.report.kept + loaded.report.merged == 1155
    names = set(loaded.accounts["name"])
    assert {"Hexagon Composites ASA", "HEXAGON PURUS ASA"} <= names
    assert account(loaded, "Kakel Max AB (publ)")["municipality"] == "SE-0331"


def test_a_corrected_mapping_decides_and_travels_as_json(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", "Company,Org.nr,Omsättning\nA,5566778899,12\n")
    mapping = open_file(path).mapping.changing("Omsättning", unit=1000.0, currency="SEK")
    again = Mapping.from_json(mapping.to_json())
    loaded = run_import([path], mapping=again)
    assert account(loaded, "A")["revenue_original"] == 12_000
    remembered = run_import([path], remembered={again.fingerprint: again})
    assert account(remembered, "A")["revenue_original"] == 12_000
    other = write(tmp_path / "other.csv", "Company,City\nA,Oslo\n")
    with pytest.raises(ImportRefused, match="fits none"):
        run_import([other], mapping=again)


def test_two_headings_cannot_be_mapped_to_one_column(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", "Company,Alias\nA,B\n")
    with pytest.raises(ImportRefused, match="2 headings are mapped to name"):
        open_file(path).mapping.changing("Alias", column="name", kind=None)


def test_extra_columns_get_a_kind_from_their_values(tmp_path: Path) -> None:
    path = write(
        tmp_path / "list.csv",
        "Company,Ads a month,Recruits abroad,Tools,Segment,Store id\n"
        'A,"100,5",yes,a; b,North,000123\nB,"2000,25",no,b;c,South,000124\nC,,yes,c;a,North,000125\n',
    )
    loaded = run_import([path])
    schema = loaded.accounts.schema
    assert schema["Ads a month"] == pl.Float64
    assert schema["Recruits abroad"] == pl.Boolean
    assert schema["Tools"] == pl.List(pl.String)
    assert schema["Segment"] == pl.String
    assert account(loaded, "A")["Store id"] == "000123"
    assert account(loaded, "B")["Ads a month"] == 2000.25


def test_rows_without_a_name_are_rejected_with_their_cells(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", "Company,City\nA,Oslo\n,Bergen\n")
    loaded = run_import([path])
    assert loaded.rejected.rows() == [("list.csv", 3, "no company name", ",Bergen")]
    assert (loaded.report.read, loaded.report.kept, loaded.report.rejected) == (2, 1, 1)


def test_a_list_without_any_name_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", "Org.nr,Omsättning\n5566778899,1\n")
    with pytest.raises(ImportRefused, match="no column with company names"):
        run_import([path])


def test_the_report_says_what_the_gaps_mean(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", "Company,Employees\nA,5\nB,\nC,10-19\nD,7\n")
    gaps = run_import([path]).report.gaps
    assert gaps[0] == (
        f"{percent(0.5)} lack employees ({percent(0.25)} have a band): "
        "a must-have on it makes your TAM a range."
    )


@pytest.mark.parametrize(
    ("heading", "meaning", "year", "unit", "currency_code"),
    [
        ("Sum driftsinnt., 2024", "revenue", 2024, None, None),
        ("Omsättning (tkr)", "revenue", None, 1e3, None),
        ("Liikevaihto (tuhatta €), 2024", "revenue", 2024, 1e3, "EUR"),
        ("Omsetning 2023 (MNOK)", "revenue", 2023, 1e6, "NOK"),
        ("Nettoomsättning MSEK", "revenue", None, 1e6, "SEK"),
        ("ORG.NR", "org_number", None, None, None),
        ("Bruttoresultat", "not_revenue", None, None, None),
        ("Resultat", "not_revenue", None, None, None),
        ("Antal årsværk", "fte", None, None, None),
        ("Daglig leder", "contact", None, None, None),
        ("Bygger på Azure", None, None, None, None),
    ],
)
def test_headings_are_taken_apart(
    heading: str,
    meaning: str | None,
    year: int | None,
    unit: float | None,
    currency_code: str | None,
) -> None:
    found = parse(heading)
    assert (found.meaning, found.year, found.unit, found.currency) == (
        meaning, year, unit, currency_code,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("6 499,00", ",", 6499.0),
        ("6\u00a0499", ",", 6499.0),
        ("1.234,5", ".", 1234.5),
        ("1,234.5", ",", 1234.5),
        ("1.234", ",", 1234.0),
        ("1.234", ".", 1.234),
        ("(80)", ".", -80.0),
        ("80-", ".", -80.0),
        ("−80", ".", -80.0),
        ("1,2 mkr", ",", 1_200_000.0),
        ("12 tkr", ",", 12_000.0),
        ("1E+06", ".", 1_000_000.0),
        ("1,2,3", ".", None),
        ("n/a", ".", None),
        ("-", ".", None),
    ],
)
def test_numbers_as_people_write_them(
    text: str, decimal: values.DecimalMark, value: float | None
) -> None:
    assert values.numbers(pl.Series([text]), decimal).to_list() == [value]


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.234", "2.345"], ","),
        (["1.234", "2.5"], "."),
        (["1,234", "2,5"], ","),
        (["1,234", "5"], "."),
    ],
)
def test_the_clearest_cells_of_a_column_tell_its_decimal_mark(cells: list[str], mark: str) -> None:
    assert pl.DataFrame({"x": cells}).select(values.decimal_mark(pl.col("x"))).item() == mark


def test_years_out_of_dates_and_spreadsheet_serials() -> None:
    cells = pl.DataFrame(
        {"x": ["2020", "2020-01-02", "02.01.2020", "20200102", "43831", "x", "12"]}
    )
    assert cells.select(dates.year(pl.col("x"))).to_series().to_list() == [2020] * 5 + [None] * 2


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        ("SE", "165566778899", "5566778899"),
        ("SE", "SE556677889901", "5566778899"),
        ("SE", "556677-8890", None),
        ("NO", "NO 923 609 016 MVA", "923609016"),
        ("NO", "923609016.0", "923609016"),
        ("FI", "112038-9", "0112038-9"),
        ("FI", "FI26466749", "2646674-9"),
        ("DK", "DK 25 05 29 43", "25052943"),
        ("DE", "HRB 12", "HRB12"),
    ],
)
def test_national_numbers_are_brought_to_the_registers_form(
    country: str, text: str, number: str | None
) -> None:
    assert clean_number(country, text) == number


def test_a_swedish_number_with_a_month_in_it_is_a_persons() -> None:
    assert is_person("SE", clean_number("SE", "19640823-3234"))
    assert not is_person("SE", "5566778899")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["NO", "SE", "DK", "FI"]), st.integers(0, 10**10 - 1))
def test_the_check_over_columns_agrees_with_stdnum(country: str, digits: int) -> None:
    length = {"NO": 9, "SE": 10, "DK": 8, "FI": 8}[country]
    text = f"{digits:010d}"[:length]
    text = f"{text[:7]}-{text[7:]}" if country == "FI" else text
    (sound,) = is_sound(pl.Series([country]), pl.Series([text]))
    assert sound == (clean_number(country, text) == text)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)] * 5),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_the_cells_hold_every_row_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "list.csv"
    lines = ["Company,Org.nr,Omsättning,Anställda,Postnr", "Sure AB,5566778899,1,1,11122"]
    lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    report = run_import([write(path, "\n".join(lines) + "\n")]).report
    assert report.read == report.kept + report.rejected + report.merged == len(rows) + 1


def test_a_heading_that_a_person_chooses_takes_the_column_from_the_one_that_had_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Company,Employees,Group staff (2024),Sales (SEK 1000)\nA,5,50,7\n")
    mapping = open_file(path).mapping
    chosen = mapping.choosing("Group staff (2024)", "employees")
    assert [(a.heading, a.year) for a in chosen.of("employees")] == [
        ("Employees", None),
        ("Group staff (2024)", 2024),
    ]
    chosen = mapping.choosing("Sales (SEK 1000)", "employees").choosing(
        "Sales (SEK 1000)", "revenue"
    )
    (revenue,) = chosen.of("revenue")
    assert (revenue.unit, revenue.currency, revenue.confidence) == (1000, "SEK", 1)
    own = next(a for a in chosen.assignments if a.heading == "Employees")
    assert (own.column, own.kind, own.unit) == ("Employees", "number", 1)
    assert not chosen.of("employees")
    left = mapping.choosing("Employees", None)
    assert [a.heading for a in left.assignments if a.column is None] == ["Employees"]
    assert left.corrected
    flag = mapping.choosing("Employees", None, kind=Kind.FLAG)
    assert flag.choosing("Employees", "employees").of("employees")[0].kind is None


@pytest.mark.parametrize(
    "headings",
    [
        "Kund,Affär,Steg,Värde,Förväntat avslut",
        "Kunde,Avtalenavn,Fase,Lukkedato",
        "Asiakas,Kauppa,Vaihe",
    ],
)
def test_a_list_of_deals_without_known_names_is_called_one(tmp_path: Path, headings: str) -> None:
    path = tmp_path / "deals.csv"
    row = ",".join(["Alfa AB", *["x"] * headings.count(",")])
    path.write_text(f"{headings}\n{row}\n{row}\n{row}\n", encoding="utf-8")
    with pytest.raises(ImportRefused, match="it is a list of deals"):
        run_import([path])
