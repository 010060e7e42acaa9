"""Small files that crashed, froze or bloated a reader; each is imported in a process with limits."""

import bz2
import decimal
import errno
import gzip
import io
import json
import lzma
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from xml.parsers.expat import ExpatError

import duckdb
import ijson
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hostile import (
    FIXTURES,
    HEADER,
    HOSTILE,
    STRICT,
    TWO,
    Outcome,
    imported,
    packed,
    sheet,
    workbook,
)

from icp_core.errors import ImportRefused
from icp_core.importing import delimited
from icp_core.importing.duplicates import FILE, merge
from icp_core.importing.failures import refusing
from icp_core.importing.load import load, open_file
from icp_core.importing.reading import read
from icp_core.importing.registers import recognise
from icp_core.importing.tables import ROW, Limits, Progress

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and peaks are Linux'")


def check(cases: dict[str, tuple[Path, Callable[[Outcome], object] | str]]) -> None:
    """Import the files; of each either what the refusal says, or what must hold."""
    outcomes = imported(*(path for path, _ in cases.values()))
    for (name, (_, expected)), outcome in zip(cases.items(), outcomes, strict=True):
        if isinstance(expected, str):
            assert expected in outcome.refused, (name, outcome)
        else:
            assert expected(outcome), (name, outcome)


_DIMENSION = '<dimension ref="A1:XFD1048576"/>'


def one_row(outcome: Outcome) -> bool:
    return outcome.cells == (("A AB", "Oslo"),) and outcome.kept == 1


def test_every_hostile_file_is_refused_by_name_or_its_rows_add_up() -> None:
    far = "a sheet reaches to row 1\u202f048\u202f576"
    check(
        {
            path.name: (path, expected)
            for path, expected in (
                (HOSTILE / "json_integer_4301_digits.json", lambda o: o.kept == 1),
                (
                    HOSTILE / "json_exponent_1e999999999.json",
                    lambda o: o.cells[0][2] == "1e999999999",
                ),
                (HOSTILE / "json_list_decimal_invalidoperation.json", lambda o: o.kept == 1),
                (HOSTILE / "xlsx_far_cell_lower.xlsx", far),
                (HOSTILE / "xlsx_far_cell_space.xlsx", far),
                (HOSTILE / "xlsx_far_cell_squote.xlsx", far),
                (HOSTILE / "xlsx_far_cell_renamed.xlsx", far),
                (HOSTILE / "xlsx_guard_regex_148s_gil.xlsx", "duplicate attribute"),
                (HOSTILE / "xlsx_shared_string_bomb_single_quotes.xlsx", "too large once unpacked"),
                (
                    HOSTILE / "ods_in_disguise_3GB.xlsx",
                    "OpenDocument sheet; save it as .xlsx or CSV",
                ),
                (HOSTILE / "xlsx_date_overflowerror.xlsx", lambda o: o.kept == 1),
                (HOSTILE / "parquet_dictionary_bomb_6kB.parquet", "looks like a bomb"),
                (HOSTILE / "zip_damaged_lzma.zip", "the archive is damaged"),
                (HOSTILE / "register_heading_missing_bolagsverket.txt", lambda o: o.kept == 1),
                (HOSTILE / "revenue_over_i64_breaks_exports.csv", lambda o: o.kept > 0),
                (
                    HOSTILE / "excel_unicode_text_quotes.txt",
                    lambda o: (
                        [row[0] for row in o.cells]
                        == ["Enkel AB", 'Stor "X" AB', "Brott AB", "Sist AB"]
                        and o.unreadable == 0
                    ),
                ),
                (HOSTILE / "glob" / "list[1].csv", lambda o: o.cells[0][0] == "Right AB"),
                (HOSTILE / "profile_integer_4301_digits.json", "no column with company names"),
            )
        }
    )


def test_numbers_that_no_amount_has_become_texts_and_brackets_in_texts_are_no_depth(
    tmp_path: Path,
) -> None:
    def of(text: str, place: int = 2) -> Callable[[Outcome], bool]:
        return lambda o: o.kept == 1 and str(o.cells[0][place]).startswith(text)

    record = '{{"name":"A AB","country":"SE","x":{}}}'
    texts = {
        "minus": (record.format("-" + "7" * 6_000), of("-777")),
        "decimals": (record.format("0." + "3" * 5_000), of("0.333")),
        "tiny": (record.format("1e-999999999"), of("1e-999999999")),
        "plus": (record.format("1E+99999"), of("1E+99999")),
        "sound exponent": (record.format("1.5e3"), of("1500")),
        "sound": (record.format("12345678901234567890.25"), of("12345678901234567890.25")),
        "in a list": (record.format("[1,[" + "9" * 5_000 + "]]"), of("[1, [")),
        "in an object": (record.format('{"y":' + "8" * 5_000 + "}"), of("888")),
        "behind a text that ends in a backslash": (
            record.format('"a\\\\","y":' + "6" * 5_000),
            of("666", 3),
        ),
        "digits in a text": (record.format('"' + "5" * 5_000 + '"'), of("5" * 5_000)),
        "brackets in a text": (record.format('"' + "[{(" * 4_000 + '"'), of("[{(")),
        "a quote and brackets": (record.format('"\\"' + "[" * 4_000 + '\\""'), of('"[[')),
        "Finnish": (record.format('"Yhtiö [ent. {Oy}] \\\\"'), of("Yhtiö [ent. {Oy}] \\")),
        "where a piece ends": (
            '{"name":"A AB","z":"'
            + "z" * (65_536 - 40)
            + '","country":"SE","x":'
            + "4" * 5_000
            + "}",
            of("444", 3),
        ),
        "where a backslash ends a piece": (
            '{"name":"' + "z" * (65_536 - 10) + '\\\\","country":"SE","x":"[[[["}',
            of("[[[["),
        ),
        "deep": ("[" * 3_000, "nested too deeply"),
        "deep objects": ('{"a":' * 300 + "1" + "}" * 300, "nested too deeply"),
        "deep inside a record": (record.format("[" * 150 + "]" * 150), "nested too deeply"),
        "a number alone": ("[" + "1" * 5_000 + "]", "holds no records"),
        "fields": (
            "\n".join(json.dumps({"name": "A", f"f{n}": n}) for n in range(3_000)),
            "more than 2\u202f000 different fields",
        ),
        "a long field": (json.dumps([{"name": "A", "n" * 5_000: 1}]), "a field's name is longer"),
        "half a pair": (record.format('"\\ud800"'), lambda o: o.refused or o.kept == 1),
    }
    cases = {}
    for place, (name, (text, expected)) in enumerate(texts.items()):
        path = tmp_path / f"{place}.json"
        array = text if text.startswith(("[", '{"a"')) or "\n" in text else f"[{text}]"
        path.write_text(array, encoding="utf-8")
        cases[name] = (path, expected)
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join([texts["minus"][0], texts["sound"][0]]))
    cases["a line each"] = (lines, lambda o: o.read == 2)
    check(cases)


def test_sheets_are_found_by_their_relations_and_cells_by_their_places(tmp_path: Path) -> None:
    def made(name: str, *arguments: object, **more: object) -> Path:
        return workbook(tmp_path / f"{name}.xlsx", *arguments, **more)  # type: ignore[arg-type]

    plain = sheet(HEADER + TWO)
    prefixed = plain.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
    prefixed = prefixed.replace("xmlns=", "xmlns:x=")
    unplaced = plain.replace(' r="1"', "").replace(' r="2"', "")
    for place in ("A1", "B1", "A2", "B2"):
        unplaced = unplaced.replace(f' r="{place}"', "")
    far = '<c r="{}"><v>1</v></c>'
    shared = "".join(f"<si><t>{t}</t></si>" for t in ("Company", "City", "A AB", "Oslo"))
    by_index = sheet(
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
        '<row><c t="s"><v>2</v></c><c t="s"><v>3</v></c><c t="s"><v>99999</v></c></row>'
    )
    rich = shared.replace("<t>A AB</t>", "<r><t>A </t></r><r><t>AB</t></r><rPh><t>アー</t></rPh>")
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    long = "<si><t>" + "z" * 30_000 + "</t></si>"
    many = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(3, 4_000))
    reaches = "a sheet reaches to row"
    wide = (f'<row r="{n}">{far.format(f"XFD{n}")}</row>' for n in range(2, 3_000))
    blank = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    opened = "application/vnd.oasis.opendocument.spreadsheet"
    check(
        {
            "plain": (made("plain", plain), one_row),
            "prefixes": (made("prefixes", prefixed), one_row),
            "UTF-16": (
                made("utf16", plain.replace("1.0", '1.0" encoding="UTF-16').encode("utf-16")),
                one_row,
            ),
            "strict": (made("strict", sheet(HEADER + TWO, space=STRICT)), one_row),
            "no places": (made("unplaced", unplaced), one_row),
            "renamed": (made("renamed", plain, part="xl/d/x.xml", target="d/x.xml"), one_row),
            "absolute": (made("absolute", plain, target="/xl/worksheets/sheet1.xml"), one_row),
            "another case": (made("case", plain, part="XL/Worksheets/SHEET1.XML"), one_row),
            "backslashes": (made("back", plain, part="xl\\worksheets\\sheet1.xml"), one_row),
            "the dimension lies": (
                made("dimension", sheet(HEADER + TWO, before=_DIMENSION)),
                one_row,
            ),
            "merged cells": (
                made(
                    "merged",
                    sheet(HEADER + TWO, after=merged),
                ),
                one_row,
            ),
            "shared strings": (made("shared", by_index, shared=shared), one_row),
            "rich text": (made("rich", by_index, shared=rich), one_row),
            "far row": (
                made(
                    "row",
                    sheet(HEADER + TWO + f'<row r="1048576">{far.format("XFD1048576")}</row>'),
                ),
                reaches,
            ),
            "far beyond": (made("beyond", sheet(HEADER + '<row r="99999999999"/>')), reaches),
            "far in another row": (
                made("other", sheet(HEADER + f'<row r="2">{far.format("XFD1048576")}</row>')),
                reaches,
            ),
            "wide rows": (
                made(
                    "wide",
                    sheet(HEADER + "".join(wide)),
                ),
                reaches,
            ),
            "no such column": (
                made("column", sheet(HEADER + f'<row r="2">{far.format("ZZZ2")}</row>')),
                reaches,
            ),
            "a far cell of blanks": (
                made("blanks", sheet(HEADER + TWO + blank)),
                one_row,
            ),
            "laughs": (made("laughs", plain.replace("<work", laughs + "<work")), "damaged"),
            "deep": (made("deep", sheet("<a>" * 9_000)), "nested too deeply"),
            "deep values": (
                made("values", sheet('<row r="1"><c r="A1">' + "<v>" * 9_000)),
                "damaged",
            ),
            "an endless tag": (made("tag", sheet('<row r="' + "1" * (3 << 20))), "damaged"),
            "rows that go back": (made("order", sheet(HEADER + HEADER)), "do not stand in order"),
            "one text in many cells": (
                made("many", sheet(HEADER + TWO + many), shared=long),
                "too large once unpacked",
            ),
            "binary": (made("binary", b"\x83\x01", part="xl/s.bin", target="s.bin"), ".xlsb"),
            "no sheet": (made("none", plain, target="elsewhere.xml"), "no sheet"),
            "another encoding": (
                made("code", plain.replace("1.0", '1.0" encoding="foo')),
                "damaged",
            ),
            "a document": (
                packed(
                    tmp_path / "d.docx",
                    {"[Content_Types].xml": "<Types/>", "word/document.xml": "<d/>"},
                ),
                "holds no workbook",
            ),
            "OpenDocument": (
                packed(
                    tmp_path / "list.ods",
                    {"mimetype": opened, "content.xml": "<x/>"},
                ),
                "OpenDocument",
            ),
        }
    )


def test_cells_of_dates_numbers_and_errors_are_what_the_sheet_shows(tmp_path: Path) -> None:
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;år&quot;"/>'
        '<numFmt numFmtId="171" formatCode="0 &quot;day&quot;"/></numFmts><cellXfs>'
        '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
    )
    cells = (
        ('s="1"', "40000", "2009-07-06"), ('s="2"', "40000.5", "2009-07-06 12:00:00"),
        ('s="3"', "40000", "40000"), ('s="1"', "1e308", "1e+308"), ('s="1"', "-5", "-5"),
        ('s="1"', "99999999", "99999999"), ('s="1"', "2958465.9999999999", "2958466"),
        ('s="1"', "0.5", "12:00:00"), ('s="9"', "7", "7"), ("", "nonsense", "nonsense"),
        ("", "9" * 400, "9" * 64), ('t="e"', "#REF!", None), ('t="b"', "1", "true"),
        ('t="d"', "2020-01-02T00:00:00Z", "2020-01-02"), ('t="str"', "_x0041_B", "AB"),
        ('t="n"', "007", "7"), ("", "12.50", "12.5"), ('t="s"', "-1", None),
    )  # fmt: skip
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>C{n}</t></is></c>'
        f'<c r="B{n}" {attributes}><v>{value}</v></c></row>'
        for n, (attributes, value, _) in enumerate(cells, start=2)
    )
    (outcome,) = imported(workbook(tmp_path / "x.xlsx", sheet(HEADER + rows), styles=styles))
    assert [row[1] for row in outcome.cells] == [
        expected if not value.startswith("99999999999") else repr(float("9" * 64))
        for _, value, expected in cells
    ]
    later = workbook(
        tmp_path / "y.xlsx",
        sheet(HEADER + '<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1"><v>38538</v></c></row>'),
        styles=styles,
        properties='<workbookPr date1904="1"/>',
    )
    assert read(later).head().row(0) == ("1", "2009-07-06")


def _parquet(path: Path, columns: dict[str, object], **options: object) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_sound_parquet_of_unusual_types_loads(tmp_path: Path) -> None:
    moment = datetime(2020, 1, 2, 12, tzinfo=UTC)
    columns = {
        "name": pa.array(["A AB", "B AB"]),
        "decimal256": pa.array([Decimal("1" * 40 + ".50")] * 2, pa.decimal256(50, 2)),
        "zone": pa.array([moment] * 2, pa.timestamp("us", "Europe/Stockholm")),
        "duration": pa.array([timedelta(days=1)] * 2, pa.duration("ms")),
        "uint64": pa.array([2**64 - 1] * 2, pa.uint64()),
        "half": pa.array(np.array([1, 2.5], np.float16)),
        "category": pa.array(["x", "y"]).dictionary_encode(),
        "bytes": pa.array([b"ab", b"\xff\xfe"], pa.binary(2)),
        "map": pa.array([[("a", 1)]] * 2, pa.map_(pa.string(), pa.int64())),
        "null": pa.nulls(2),
        "object": pa.array([{"a": 1}] * 2),
        "tags": pa.array([["a", None, "b"], None]),
        "numbers": pa.array([[1], [2]]),
        "time": pa.array([time(1, 2)] * 2),
        "flag": pa.array([True, None]),
        "a.b": pa.array(["p", "q"], pa.large_string()),
    }
    table = read(_parquet(tmp_path / "odd.parquet", columns))
    assert table.head().row(0, named=True) == {
        "name": "A AB", "decimal256": "1" * 40 + ".50", "zone": "2020-01-02 12:00:00.000000",
        "duration": "86400000", "uint64": str(2**64 - 1), "half": "1", "category": "x",
        "bytes": None, "map": None, "null": None, "object": None, "tags": "a; b", "numbers": None,
        "time": "01:02:00.000000", "flag": "true", "a.b": "p",
    }  # fmt: skip
    old = _parquet(
        tmp_path / "int96.parquet",
        {"name": pa.array(["A"]), "at": pa.array([moment], pa.timestamp("ns"))},
        use_deprecated_int96_timestamps=True,
    )
    assert read(old).head().row(0) == ("A", "2020-01-02 12:00:00.000000000")
    enum = pl.DataFrame({"name": ["A"], "kind": pl.Series(["x"], dtype=pl.Enum(["x", "y"]))})
    enum.write_parquet(tmp_path / "enum.parquet")
    assert read(tmp_path / "enum.parquet").head().row(0) == ("A", "x")


def test_few_bytes_of_parquet_that_stand_for_gigabytes_are_refused(tmp_path: Path) -> None:
    long, rows = "z" * 50_000, 100_000
    bomb = "looks like a bomb"
    check(
        {
            "text": (_parquet(tmp_path / "a", {"name": pa.array([long] * 9_000)}), bomb),
            "categories": (
                _parquet(
                    tmp_path / "b",
                    {"name": pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), [long])},
                ),
                bomb,
            ),
            "bytes": (_parquet(tmp_path / "c", {"name": pa.array([long.encode()] * 9_000)}), bomb),
            "cells too long": (
                _parquet(
                    tmp_path / "d", {"name": ["A", "B"], "x": pa.array(["z" * 3_000_000] * 2)}
                ),
                lambda o: o.kept == 2 and o.cells[0][1] is None,
            ),
            "lists": (
                _parquet(tmp_path / "e", {"name": ["A"], "tags": pa.array([["t"] * 2_000_000])}),
                "lists in tags",
            ),
            "sound": (
                _parquet(
                    tmp_path / "f", {"name": [f"C{n}" for n in range(rows)], "x": ["Oslo"] * rows}
                ),
                lambda o: o.kept == rows,
            ),
        }
    )


def test_damaged_and_locked_archives_are_refused_by_name(tmp_path: Path) -> None:
    text = b"Company,City\n" + b"".join(b"A%d,Oslo\n" % n for n in range(2_000))
    cases: dict[str, tuple[Path, Callable[[Outcome], object] | str]] = {}
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED):
        path = packed(tmp_path / f"{method}.zip", {"list.csv": text}, method)
        data = bytearray(path.read_bytes())
        for at in range(120, 180):
            data[at] ^= 0xFF
        path.write_bytes(data)
        cases[f"method {method}"] = (path, "the archive is damaged")
    sound = packed(tmp_path / "sound.zip", {"../../up/list.csv": text})
    cases["a path that leads up"] = (sound, lambda o: o.kept == 2_000)
    for name, offset, value in (("locked", 6, 1), ("deflate64", 8, 9), ("zstd", 8, 93)):
        data = bytearray(sound.read_bytes())
        central = data.rindex(b"PK\x01\x02")
        data[offset] = data[central + offset + 2] = value
        path = tmp_path / f"{name}.zip"
        path.write_bytes(data)
        cases[name] = (path, "encrypted or packed in an unusual way")
    nested = text
    for level in range(4):
        nested = packed(tmp_path / f"n{level}.zip", {"x.gz": gzip.compress(nested)}).read_bytes()
    cases["nested"] = (tmp_path / "n3.zip", "an archive in an archive")
    (tmp_path / "tail.gz").write_bytes(gzip.compress(text) + b"garbage")
    cases["garbage behind"] = (tmp_path / "tail.gz", "the archive is damaged")
    (tmp_path / "zeros.gz").write_bytes(gzip.compress(text) + b"\0" * 500)
    cases["zeros behind"] = (tmp_path / "zeros.gz", lambda o: o.kept == 2_000)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(text)[:-200])
    cases["cut"] = (tmp_path / "cut.gz", "the archive is damaged")
    check(cases)


def test_headings_that_come_again_are_no_companies(tmp_path: Path) -> None:
    bom = "\ufeff".encode()
    part = b'Company;City;;City\n"A AB";Oslo;;x\n'
    other = b'Company;City;;City\n"B AB";Oslo;;y\n'
    for joined in (
        gzip.compress(part) + gzip.compress(other),
        part + other,
        bom + part + bom + other,
        part.replace(b"\n", b"\r\n") + other.replace(b"\n", b"\r\n"),
        part.replace(b";", b"\t") + other.replace(b";", b"\t"),
        (part + other).decode().encode("utf-16"),
        gzip.compress(part.rstrip(b"\n")) + gzip.compress(b"") + gzip.compress(other) + b"\0" * 100,
        # One text that a program cut anywhere.
        b"".join(gzip.compress((part + other)[at : at + 7]) for at in range(0, 99, 7)),
        part + other.replace(b"Company;City", b"COMPANY;city"),
    ):
        result = load([open_file(joined)])
        assert result.accounts["name"].to_list() == ["A AB", "B AB"]
        assert (result.report.read, result.report.rejected) == (3, 1)
        assert result.rejected["reason"].to_list() == ["the headings once more"]
    rows = [["Company", "City"], ["A", "Oslo"], ["Company", "City"], ["B", "Oslo"]]
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in row) + "</row>"
        for row in rows
    )
    table = read(workbook(tmp_path / "x.xlsx", sheet(cells)))
    assert (table.rows, table.unreadable["row"].to_list()) == (2, [3])


def test_headings_that_come_again_in_another_order_are_refused() -> None:
    part = b"Company;City;Employees\nA AB;Oslo;5\n"
    for again in (
        b"City;Company;Employees\nOslo;B AB;7\n",
        b"employees;City;company\n7;Oslo;B AB\n",
    ):
        with pytest.raises(ImportRefused, match="row 3 its headings come again in another order"):
            read(part + again)
    # A company may be called as a column is.
    assert read(part + b"Company;City;7\n").rows == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_in_wide_letters_is_read(encoding: str) -> None:
    for text in (
        '[{"name": "Åby AB", "city": "Malmö"}]',
        '{"name": "Åby AB"}\r\n{"name": "B"}\r\n',
    ):
        table = read(text.encode(encoding))
        assert table.lazy.select("name").collect()["name"][0] == "Åby AB"


@pytest.mark.parametrize(
    "fixture", ["bolagsverket_bulk.txt", "scb_bulk_latin1.txt", "brreg_enheter_header_2026.csv"]
)
def test_a_register_that_lacks_or_doubles_a_heading_loads_or_names_it(fixture: str) -> None:
    text = (FIXTURES / fixture).read_bytes().decode("latin-1")
    header, _, rest = text.partition("\n")
    separator = max(";,\t", key=header.count)
    names = [name.strip('"') for name in header.rstrip("\r").split(separator)]
    if not rest.strip():
        known = {"organisasjonsnummer": "923609016", "navn": "EKSEMPEL AS"}
        rest = separator.join(known.get(name, "") for name in names) + "\n"
    register = recognise(names)
    assert register is not None
    told = register.columns(frozenset(names)).values()
    read_of = register.headings.union(*(column.meta.root_names() for column in told))
    doubled = 0
    for place, name in enumerate(names):
        # Nobody reads the others: what holds for one of them holds for all.
        if name not in read_of and place % 10:
            continue
        without = separator.join([*names[:place], f"x{name[2:]}y", *names[place + 1 :]])
        twice = separator.join(
            [*names[:place], names[(place + 1) % len(names)], *names[place + 1 :]]
        )
        for changed in (without, twice):
            try:
                result = load([open_file(f"{changed}\n{rest}".encode("latin-1"), name=fixture)])
            except ImportRefused as error:
                doubled += "stands twice" in str(error)
            else:
                report = result.report
                assert report.read == report.kept + report.rejected + report.merged
    assert doubled >= 3


def test_what_a_register_lacks_is_unknown_not_assumed() -> None:
    text = (FIXTURES / "bolagsverket_bulk.txt").read_text(encoding="utf-8")
    whole = load([open_file(text.encode(), name="list")]).accounts
    assert "active" in whole["status"].to_list()
    lacking = text.replace("avregistreringsdatum", "annat")
    assert load([open_file(lacking.encode(), name="list")]).accounts["status"].null_count() > 0


@pytest.mark.parametrize(
    "name",
    ["list[1].csv", "l*st.csv", "l?st.csv", "list{1,2}.csv", "**.csv", "a=1.csv", "list.csv.gz"],
)
def test_a_path_is_no_pattern(tmp_path: Path, name: str) -> None:
    for sibling in ("list1.csv", "last.csv", "list2.csv"):
        (tmp_path / sibling).write_text("Company;City\nSibling;Bergen\n")
    (tmp_path / name).write_text("Company;City\nA AB;Oslo\n")
    table = read(tmp_path / name)
    assert table.headings == ("Company", "City")
    assert table.head().row(0) == ("A AB", "Oslo")
    folder = tmp_path / "f[1]"
    folder.mkdir()
    pl.DataFrame({"name": ["A AB"]}).write_parquet(folder / "x.parquet")
    assert read(folder / "x.parquet").rows == 1


@pytest.mark.parametrize("separator", ["\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_marks_in_tabs_and_bars_quote_where_they_can_and_are_letters_where_not(
    separator: str, encoding: str
) -> None:
    lines = (
        "Company{}City", 'Kalles "Bygg" AB{}Oslo', '"Stor ""X"" AB"{}Oslo', '"Två\nrader"{}Oslo',
        '5" Rör AB{}Oslo', '"Citat" AB{}Oslo', '"Öppen AB{}Oslo', '"A, B och C"{}Oslo',
        '"""Hel"" AB"{}"Oslo"', "Sist AB{}Oslo",
    )  # fmt: skip
    table = read("\n".join(line.format(separator) for line in lines).encode(encoding))
    assert table.lazy.select("Company").collect().to_series().to_list() == [
        'Kalles "Bygg" AB', 'Stor "X" AB', "Två\nrader", '5" Rör AB', '"Citat" AB', '"Öppen AB',
        "A, B och C", '"Hel" AB', "Sist AB",
    ]  # fmt: skip
    assert (table.rows_read, table.unreadable.height) == (9, 0)
    assert set(table.lazy.select("City").collect().to_series()) == {"Oslo"}


def test_amounts_beyond_64_bits_are_unknown_and_counted() -> None:
    cells = ("9223372036854775808", "1e30", "9" * 400, "-" + "8" * 25, "12 000 000 000 mrd", "5")
    text = "Company;Revenue (MSEK);Country\n" + "".join(
        f"C{n};{cell};SE\n" for n, cell in enumerate(cells)
    )
    text += "".join(f"D{n};5;SE\n" for n in range(20))
    accounts = load([open_file(text.encode())]).accounts
    assert accounts["revenue"].is_null().to_list() == [True] * 5 + [False] * 21
    assert accounts["revenue"].round().cast(pl.Int64).count() == 21


def test_long_names_are_merged_in_bounds_and_merging_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.csv"
    name = "".join(f"ord{n % 97} " for n in range(5_000))
    path.write_text("Company;City;Country\n" + "".join(f"{n} {name};Oslo;NO\n" for n in range(900)))
    check({"long names": (path, lambda o: o.read == 900)})

    class CancelledError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.step.startswith("Merging"):
            raise CancelledError

    monkeypatch.setattr("icp_core.importing.duplicates._TELL_EVERY", 0)
    rows = pl.DataFrame(
        {ROW: range(90), FILE: [0] * 90, "name": [f"Same {n % 9} AB" for n in range(90)],
         "city": ["Oslo"] * 90, "country": ["NO"] * 90}
    )  # fmt: skip
    seen: list[float] = []
    assert merge(rows, on_progress=lambda p: seen.append(p.done)).accounts.height == 9
    assert seen == sorted(seen) and 0 < seen[-1] <= 1
    with pytest.raises(CancelledError):
        merge(rows, on_progress=stop)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (lzma.LZMAError("corrupt"), "archive is damaged"),
        (zlib.error("bad"), "archive is damaged"),
        (zipfile.BadZipFile("bad"), "archive is damaged"),
        (gzip.BadGzipFile("bad"), "archive is damaged"),
        (EOFError(), "it ends early"),
        (OverflowError("date value out of range"), "nothing can hold"),
        (decimal.InvalidOperation(), "nothing can hold"),
        (MemoryError(), "more memory"),
        (pa.ArrowMemoryError("malloc"), "more memory"),
        (duckdb.OutOfMemoryException("x"), "more memory"),
        (RecursionError(), "nested too deeply"),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), "no text"),
        (ExpatError("bad"), "workbook is damaged"),
        (ijson.JSONError("bad"), "not sound JSON"),
        (duckdb.InvalidInputException("bad"), "damaged"),
        (duckdb.IOException("No space left on device"), "disk is full"),
        (pa.ArrowInvalid("bad"), "damaged"),
        (pl.exceptions.ComputeError("bad"), "damaged"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "does not allow it"),
        (OSError("Invalid data stream"), "cannot be read"),
    ],
)
def test_what_a_library_or_the_disk_raises_is_one_sentence(error: Exception, message: str) -> None:
    with pytest.raises(ImportRefused, match=f"^list: .*{message}"), refusing("list"):
        raise error


def test_a_full_disk_while_reading_is_told_and_what_a_program_does_wrong_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    text = b"Company;City\nA;Oslo\n"
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ImportRefused, match="disk is full"):
        read(text, name="list")
    with pytest.raises(KeyError), refusing("list"):
        raise KeyError("ours")


def test_workbooks_that_are_no_xlsx_and_pages_say_what_to_do() -> None:
    for content, message in (
        (b"\x09\x04\x06\x00\x00\x00\x10\x00", "old Excel format"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "it is XML"),
        (b"\xef\xbb\xbf<table><tr><td>Company</td></tr></table>", "web page"),
        (b"PARE" + b"x" * 20, "encrypted"),
        (bz2.compress(b"x"), "not a text file|no row of headings|cannot be read"),
    ):
        with pytest.raises(ImportRefused, match=message):
            read(content, name="list")


def test_a_heading_of_our_own_is_only_a_heading() -> None:
    text = b"Company;#left_out;#number_country;#file;account_id\nA;x;SE;1;7\nB;;;;\n"
    assert load([open_file(text)]).report.kept == 2


def test_a_bomb_that_lies_about_its_size_is_refused_while_it_unpacks() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", b"Company;City\n" + b"A;Oslo\n" * 20_000_000)
    with pytest.raises(ImportRefused, match="bomb"):
        read(out.getvalue(), limits=Limits(ratio=50))


def test_bytes_that_are_no_text_cost_their_own_cell_alone_and_are_said(tmp_path: Path) -> None:
    bad = b"Malm\xf6"
    names = [f"Firma {place} AB" for place in range(50)]
    kinds = {
        "bytes": pa.array([b"Lund"] * 49 + [bad], pa.binary()),
        "large": pa.array([b"Lund"] * 49 + [bad], pa.large_binary()),
        "text": pa.array([b"Lund"] * 49 + [bad], pa.binary()).view(pa.string()),
        "words": pa.array([b"Lund", b"Oslo", bad] * 16 + [b"Lund", None], pa.binary()),
        "lists": pa.ListArray.from_arrays(
            pa.array(range(51), pa.int32()),
            pa.array([b"Lund"] * 49 + [bad], pa.binary()).view(pa.string()),
        ),
    }
    for kind, cells in kinds.items():
        for dictionary in (True, False):
            path = tmp_path / f"{kind}.parquet"
            pq.write_table(
                pa.table({"name": names, "city": cells}), path, use_dictionary=dictionary
            )
            table = read(path)
            cities = table.lazy.collect()["city"].to_list()
            lost = 16 if kind == "words" else 1
            assert cities[0] == "Lund", kind
            assert cities.count(None) == (17 if kind == "words" else 1), kind
            assert table.notes == (
                f"{lost} cell{'s hold' if lost > 1 else ' holds'} bytes that are not UTF-8 "
                f"and {'are' if lost > 1 else 'is'} unknown",
            )


def test_many_small_groups_of_rows_take_no_time_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "groups.parquet"
    with pq.ParquetWriter(path, pa.schema([("name", pa.string())])) as writer:
        for place in range(2_000):
            writer.write_table(pa.table({"name": [f"Firma {place} AB"]}))
    assert read(path).rows == 2_000


@pytest.mark.parametrize(
    "content",
    [
        '[{"name": "Alfa AB"}, {"name": "Beta AB"}]',
        '{"name": "Alfa AB"}\n{"name": "Beta AB"}\n',
        '{"companies": [{"name": "Alfa AB"}, {"name": "Beta AB"}]}',
        '\r\n [{"name": "Alfa AB"},\r\n {"name": "Beta AB"}]',
        '{"name": "Alfa AB"}\r\n{"name": "Beta AB"}',
    ],
)
def test_json_with_a_byte_order_mark_reads_as_without(content: str) -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        table = read(content.encode(encoding), name="companies.json")
        assert table.lazy.collect()["name"].to_list() == ["Alfa AB", "Beta AB"]


def test_what_a_parser_quotes_of_bad_bytes_is_said_in_words() -> None:
    with pytest.raises(ImportRefused, match=r"\(lexical error: invalid bytes in UTF8 string\.\)"):
        read(b'[{"name": "Malm\xf6 AB"}]', name="companies.json")


def test_blank_lines_between_records_and_null_characters_cost_nothing() -> None:
    opened = open_file(
        b'\n{"name": "Alfa\\u0000 AB", "tags": ["a\\u0000", "b"]}\n\n{"name": "Beta AB"}\n',
        name="x.jsonl",
    )
    assert opened.table.head(9).select("name", "tags").rows() == [
        ("Alfa AB", "a; b"),
        ("Beta AB", None),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_file_of_twenty_thousand_columns_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    def copied(*_: object, **__: object) -> None:
        raise AssertionError("reading it takes six seconds and eight gigabytes of addresses")

    monkeypatch.setattr(delimited, "_copy", copied)
    wide = mark.join(f"c{place}" for place in range(20_000))
    with pytest.raises(ImportRefused, match="20\u202f000 columns"):
        read(f"{wide}\n{mark * 19_999}\n".encode() * 3)
