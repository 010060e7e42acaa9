"""Placeholders, wrappers of spreadsheets, invisible characters and broken letters, in any column."""

import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from icp_core.importing.cells import repaired
from icp_core.importing.customers import read_deals
from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.importing.values import says_unknown, tags

UNKNOWN = (
    "#N/A|#NAME?|#REF!|#VALUE!|#DIV/0!|#NAVN?|#VERDI!|#SAKNAS!|#VÄRDEFEL!|#I/T|#PUUTTUU!|#JAKO/0!|"
    "######|Err:502|N/A|n/a|null|NULL|None|nan|NaN|-|--|–|.|…|?|Ukjent|okänd|OKÄND|Ei tiedossa|"
    "Uoplyst|Ukendt|ikke oppgitt|Uppgift saknas|Tuntematon|(blank)|<NA>|Not Available"
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def notes(loaded: ImportResult) -> str:
    return " ".join(loaded.report.files[0].notes)


def by_name(loaded: ImportResult, column: str) -> dict[str, object]:
    return dict(loaded.accounts.select("name", column).iter_rows())


def test_errors_and_placeholders_of_a_sheet_are_unknown_in_every_column(tmp_path: Path) -> None:
    loaded = run_import(
        [
            write(
                tmp_path / "list.csv",
                "Company,Website,City,Employees,Industry,Segment\nAlfa AS,#N/A,Oslo,12,#N/A,A\n"
                "Beta AS,N/A,N/A,#REF!,Software,null\n#NAME?,beta2-test.no,Bergen,5,Software,A\n"
                "Gamma AS,-,#N/A,7,null,B\nDelta AS,www.delta-test.no,Oslo,9,Software,?\n",
            )
        ]
    )
    assert loaded.report.reasons == {"no company name": 1}
    assert by_name(loaded, "domain")["Delta AS"] == "delta-test.no"
    assert by_name(loaded, "city") == {
        "Alfa AS": "Oslo", "Beta AS": None, "Gamma AS": None, "Delta AS": "Oslo",
    }  # fmt: skip
    assert by_name(loaded, "employees")["Beta AS"] is None
    assert by_name(loaded, "industry_text")["Gamma AS"] is None
    assert by_name(loaded, "Segment") == {
        "Alfa AS": "A", "Beta AS": None, "Gamma AS": "B", "Delta AS": None,
    }  # fmt: skip
    assert "11 cells that say “unknown”" in notes(loaded)
    # The rejects show the cells as they were.
    assert loaded.rejected["cells"].to_list() == ["#NAME?,beta2-test.no,Bergen,5,Software,A"]


@pytest.mark.parametrize("text", UNKNOWN.split("|"))
def test_texts_that_say_that_nothing_is_known(text: str) -> None:
    cells = pl.DataFrame({"x": [text]})
    assert cells.select(says_unknown(pl.col("x"))).item() is True
    # Companies make names of English words.
    of_names = cells.select(says_unknown(pl.col("x"), of_names=True)).item()
    assert of_names is (text != "Not Available")


def test_companies_may_be_called_as_placeholders_begin(tmp_path: Path) -> None:
    names = [
        "Nullpunkt AB",
        "NA-System",
        "Null",
        "NA",
        "Okänd Form AB",
        "#1 Bygg",
        "Nan",
        "A",
        "3M",
        "?Que",
    ]
    rows = "".join(f"{name},Oslo\n" for name in names)
    loaded = run_import([write(tmp_path / "list.csv", f"Company,City\n{rows}")])
    assert loaded.accounts["name"].to_list() == names


def test_a_placeholder_inside_a_list_of_words_is_none_of_them() -> None:
    cells = pl.DataFrame({"x": ["Azure; N/A; SAP", "n/a", "-, AWS"]})
    found = cells.select(tags(pl.col("x"))).to_series().to_list()
    assert found == [["Azure", "SAP"], [], ["AWS"]]


def test_numbers_wrapped_as_text_are_numbers(tmp_path: Path) -> None:
    loaded = run_import(
        [
            write(
                tmp_path / "list.csv",
                'Navn;Orgnr;Postnr;Poststed\nAlfa AS;"=""923609016""";"=""0155""";Oslo\n'
                "Beta AS;'974760673;'5003;Bergen\nGamma AS;'937884117';9008;Tromsø\n"
                "Delta AS;971 032 081;8006;Bodø\n",
            )
        ]
    )
    assert loaded.accounts["org_number"].to_list() == [
        "923609016", "974760673", "937884117", "971032081",
    ]  # fmt: skip
    assert loaded.accounts["postcode"].to_list() == ["0155", "5003", "9008", "8006"]
    assert "5 cells written as text for a spreadsheet" in notes(loaded)


def test_names_that_begin_with_an_apostrophe_stay(tmp_path: Path) -> None:
    loaded = run_import(
        [write(tmp_path / "list.csv", "Company,City\n't Hooft BV,Lund\n'98 AB,Lund\n")]
    )
    assert loaded.accounts["name"].to_list() == ["'t Hooft BV", "'98 AB"]


@pytest.mark.parametrize(
    "written",
    [
        "923\u00a0609\u00a0016", "923\u2009609\u2009016", "923\u202f609\u202f016",
        "\u200b923609016\u200b", "923\u00ad609\u00ad016", "\ufeff923609016", "\u202a923609016\u202c",
        "９２３６０９０１６",
    ],
)  # fmt: skip
def test_invisible_and_wide_characters_do_not_hide_a_number(written: str, tmp_path: Path) -> None:
    text = f"Navn;Orgnr;Poststed\nAlfa AS;{written};Oslo\nBeta AS;974760673;Bergen\n"
    loaded = run_import([write(tmp_path / "list.csv", text)])
    assert loaded.accounts["org_number"].to_list() == ["923609016", "974760673"]


def test_letters_in_two_parts_are_one(tmp_path: Path) -> None:
    loaded = run_import(
        [write(tmp_path / "l.csv", "Företag;Ort\nMalmo\u0308 Ror AB;Malmo\u0308\n")]
    )
    assert loaded.accounts["name"].to_list() == ["Malmö Ror AB"]


def test_broken_letters_are_repaired_and_counted(tmp_path: Path) -> None:
    loaded = run_import(
        [
            write(
                tmp_path / "list.csv",
                "Navn;Orgnr;Poststed\nMÃ¥leservice BodÃ¸ AS;923609016;BODÃ˜\n"
                "Ã…lesund RÃ¸r AS;974760673;Ã…LESUND\n",
            )
        ]
    )
    assert loaded.accounts["name"].to_list() == ["Måleservice Bodø AS", "Ålesund Rør AS"]
    assert loaded.accounts["municipality"].to_list() == ["NO-1804", "NO-1508"]
    assert "4 cells with letters read in a wrong encoding were repaired" in notes(loaded)


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("GÃ¶teborg", "Göteborg"),
        ("BodÃƒÂ¸", "Bodø"),
        ("L√∏renskog", "Lørenskog"),
        ("Troms├©", "Tromsø"),
        ("HÃ„RNÃ–SAND", "HÄRNÖSAND"),
        ("Ã\x85lesund", "Ålesund"),
        ("Ã†rø og Ã˜", "Ærø og Ø"),
        # As public reports of exports show them.
        ("MÃ¤Ã¤rÃ¤", "Määrä"),
        ("Kv SlÃ¤ndan", "Kv Sländan"),
        ("√§", "ä"),
        ("GdaÅ„sk", "Gdańsk"),
    ],
)
def test_broken_letters_as_they_were_meant(broken: str, meant: str) -> None:
    assert repaired(broken) == meant


@pytest.mark.parametrize(
    "sound",
    ["SÃO PAULO", "Ö”", "BLÅ’S", "Änglar", "Øæå", "Łódź", "Åre – Järpen", "Rør Ã AB", "Café Ünal"],
)
def test_sound_letters_stay(sound: str) -> None:
    assert repaired(sound) == sound


def test_broken_headings_are_understood(tmp_path: Path) -> None:
    path = write(
        tmp_path / "l.csv", "FÃ¶retag;OmsÃ¤ttning (tkr);AnstÃ¤llda\nAlfa AB;1200;5\nBeta AB;9;3\n"
    )
    mapping = open_file(path).mapping
    assert [a.column for a in mapping.assignments] == ["name", "revenue", "employees"]


def test_lost_letters_are_said(tmp_path: Path) -> None:
    loaded = run_import(
        [write(tmp_path / "l.csv", "Company,City\nAlfa AB,Malm\ufffd\nBeta AB,Lund\n")]
    )
    assert "1 cell have letters that are lost" in notes(loaded)


def test_the_same_holds_for_workbooks_and_json(tmp_path: Path) -> None:
    rows = [["Alfa AB", "BodÃ¸", "#N/A"], ["Beta AB", "Oslo", "12"]]
    book = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(book) as file:
        sheet = file.add_worksheet()
        for number, row in enumerate([["Company", "City", "Employees"], *rows]):
            sheet.write_row(number, 0, row)
    records = [dict(zip(("Company", "City", "Employees"), row, strict=True)) for row in rows]
    listed = write(tmp_path / "list.json", json.dumps(records))
    for path in (book, listed):
        loaded = run_import([path])
        assert by_name(loaded, "city") == {"Alfa AB": "Bodø", "Beta AB": "Oslo"}
        assert by_name(loaded, "employees") == {"Alfa AB": None, "Beta AB": 12}


def test_deals_are_read_as_they_were_meant_too() -> None:
    deals = read_deals(
        "Account Name,Stage,Amount,Close Date\nBodÃ¸ AS,Closed Won,#N/A,2025-01-02\n".encode(),
        name="deals.csv",
    )
    assert deals.rows.select("name", "amount").rows() == [("Bodø AS", None)]
    assert any("repaired" in note for note in deals.notes)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Br&oslash;nn&oslash;ysund", "Brønnøysund"), ("Malm&ouml;", "Malmö"),
        ("A &amp; B AB", "A & B AB"),
        ("&Aring;lesund", "Ålesund"), ("Sm&#248;la", "Smøla"), ("R&amp;oslash;ros", "Røros"),
        ("K&#xF8;ge", "Køge"), ("Alfa&nbsp;AB", "Alfa AB"), ("R&D; AB", "R&D; AB"), ("B&W AB", "B&W AB"),
    ],
)  # fmt: skip
def test_letters_written_as_on_web_pages_are_read(written: str, meant: str) -> None:
    assert repaired(written) == meant


def test_html_is_read_in_any_column_and_heading(tmp_path: Path) -> None:
    path = write(
        tmp_path / "list.csv",
        "Navn,Kommune,Oms&aelig;tning\nA &amp; B AS,R&oslash;ros,1\nC AS,Oslo,2\n",
    )
    loaded = run_import([path])
    assert loaded.accounts.select("name", "municipality").rows() == [
        ("A & B AS", "NO-5025"), ("C AS", "NO-0301"),
    ]  # fmt: skip
    assert loaded.mappings["list.csv"].of("revenue")[0].heading == "Omsætning"


@pytest.mark.parametrize(
    ("cells", "domains"),
    [
        (["info@alfa.se", "kontakt@beta.se", "bo@gmail.com"], ["alfa.se", "beta.se", None]),
        (["info@alfa.se", "beta.se", "bo@telia.com"], ["alfa.se", "beta.se", None]),
        # One among sites may be anybody's.
        (["alfa.se", "beta.se", "bo@ceta.se"], ["alfa.se", "beta.se", None]),
        (["www.alfa.se", "bo@hotmail.com", "ceta.se"], ["alfa.se", None, "ceta.se"]),
        (["a@alfa.se", "b@beta.se", "c@ceta.se"], ["alfa.se", "beta.se", "ceta.se"]),
    ],
)
def test_mails_under_websites_tell_domains_where_the_column_is_of_them(
    tmp_path: Path, cells: list[str], domains: list[str | None]
) -> None:
    rows = "".join(f"{name} AB,{cell}\n" for name, cell in zip("ABC", cells, strict=True))
    found = run_import([write(tmp_path / "list.csv", f"Namn,Website\n{rows}")]).accounts
    assert found["domain"].to_list() == domains
    assert not found["website"].str.contains("@").any()
