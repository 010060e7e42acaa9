import csv
import io
from datetime import date

import polars as pl
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from icp_core.exporting import prepare
from icp_core.profiles.model import Profile

PROFILE = Profile(name="Formula =1+1", description="Makers.", currency="NOK")
ON = date(2026, 3, 1)
ACCOUNTS = pl.DataFrame(
    {
        "account_id": ["NO-1", "NO-2"],
        "name": ['=HYPERLINK("http://x")', "Sjø AS"],
        "country": ["NO", "NO"],
        "region": ["NO-03", "NO-99"],
        "org_number": ["012345678", "987654321"],
        "employees": [-5, 1200],
        "revenue": [float("nan"), 1500000.25],
        "founded": [1999, None],
        "technologies": [["Azure", "=SAP"], []],
        "is_customer": [True, None],
        "as_of": [date(2026, 1, 2), None],
        "score": [88.5, None],
        "tier": ["A", None],
        "potential": [100.0, None],
        "=extra": ["+47 1", "plain"],
        "NAME": ["other", None],
    }
)


def prepared(format: str, accounts: pl.DataFrame = ACCOUNTS, **options):
    options = {"profile": PROFILE, "fictional": False, "on": ON} | options
    return prepare(accounts, format=format, **options)


def sheets(content: bytes) -> dict[str, list[list]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def test_the_csv_has_a_bom_and_apostrophes_and_keeps_numbers():
    content = prepared("csv").to_bytes()
    assert content.startswith(b'\xef\xbb\xbf"Account id","Name","Score",')
    first, second = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert first["Name"] == '\'=HYPERLINK("http://x")'
    assert first["Employees"] == "-5"
    assert first["Revenue (EUR a year)"] == ""
    assert first["National number"] == "012345678"
    assert first["Region"] == "Oslo"
    assert first["Technologies"] == "Azure; =SAP"
    assert first["'=extra"] == "'+47 1"
    assert first["NAME *"] == "other"
    assert second["Region"] == "NO-99"
    assert second["As of"] == ""
    assert prepared("csv").report.cells_cleaned == 2


def test_a_text_with_a_semicolon_is_quoted_where_excel_would_split_it():
    accounts = ACCOUNTS.with_columns(name=pl.lit("Exempel;=1+1"))
    assert b'"Exempel;=1+1",88.5,"A",100.0,' in prepared("csv", accounts).to_bytes()


def test_the_workbook_keeps_strings_numbers_dates_and_flags_apart():
    accounts = sheets(prepared("xlsx").to_bytes())["Accounts"]
    heading, first, second = accounts
    row = dict(zip(heading, first, strict=True))
    assert row["Name"] == '\'=HYPERLINK("http://x")'
    assert row["National number"] == "012345678"
    assert row["Employees"] == -5
    assert row["Founded"] == 1999
    assert row["Customer"] is True
    assert row["As of"] == date(2026, 1, 2)
    assert row["Score"] == 88.5
    assert row["Revenue (EUR a year)"] == ""
    assert dict(zip(heading, second, strict=True))["Revenue (EUR a year)"] == 1500000.25


def test_the_second_sheet_tells_where_the_accounts_come_from():
    file = prepared("xlsx", fictional=True)
    assert file.file_name == "FICTIONAL-xlsx-formula-1-1-2026-03-01.xlsx"
    content = sheets(file.to_bytes())
    about = {line[0]: line[1] for line in content["About"]}
    assert about["Profile"] == "Formula =1+1"
    assert about["Date"] == "2026-03-01"
    assert about["Data"].startswith("Fictional")
    assert about["Companies written"] == 2
    assert content["Accounts"][0][0] == "Fictional"
    assert content["Accounts"][1][0] == "yes"


def test_a_workbook_has_no_formula_and_no_link():
    import zipfile

    with zipfile.ZipFile(io.BytesIO(prepared("xlsx").to_bytes())) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist() if "sheet" in name)
    assert b"<f>" not in parts
    assert b"hyperlink" not in parts.lower().replace(b"hyperlink(", b"")


def test_a_text_longer_than_a_cell_is_cut_not_lost():
    accounts = ACCOUNTS.with_columns(notes=pl.lit("n" * 40_000))
    file = prepared("xlsx", accounts)
    assert file.report.cells_truncated == 2
    heading, first, _ = sheets(file.to_bytes())["Accounts"]
    assert len(dict(zip(heading, first, strict=True))["Notes"]) == 32_767


def test_columns_that_no_cell_can_hold_are_left_out():
    accounts = ACCOUNTS.with_columns(
        pair=pl.struct("name", "country"), lists=pl.Series([[["a"]], [["b"]]])
    )
    headings = prepared("csv", accounts).frame.columns
    assert "Pair" not in headings
    assert "Lists" not in headings


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(
        st.one_of(st.none(), st.text(max_size=8), st.text(alphabet="=+-@\t\r\n 'a＝", max_size=6)),
        min_size=1,
        max_size=6,
    )
)
def test_no_text_for_people_starts_like_a_formula(texts):
    accounts = pl.DataFrame({"account_id": [str(n) for n in range(len(texts))]}).with_columns(
        name=pl.lit("Navn"), notes=pl.Series(texts, dtype=pl.String)
    )
    content = prepared("csv", accounts).to_bytes().decode("utf-8-sig")
    back = list(csv.DictReader(io.StringIO(content, newline=""), strict=True))
    assert len(back) == len(texts)
    assert not any(row["Notes"].startswith(tuple("=+-@\t\r＝")) for row in back)
    _, *rows = sheets(prepared("xlsx", accounts).to_bytes())["Accounts"]
    assert [row["Notes"] for row in back] == [row[2] for row in rows]
