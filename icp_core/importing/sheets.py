"""Reading Excel workbooks: values only, the sheet that holds companies, never a bomb.

The parts of a workbook are XML in a zip archive, found by their relationships (ECMA-376, part 1). They
go through one parser, once, in pieces: what is far away, repeated or nested is seen before it costs
anything.
"""

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice, product
from pathlib import Path
from typing import Final, NoReturn
from xml.parsers import expat

import polars as pl

from icp_core.importing.dialects import combined, find_header
from icp_core.importing.failures import short
from icp_core.importing.headings import recognised
from icp_core.importing.tables import (
    ROW,
    Limits,
    OnProgress,
    Progress,
    Scratch,
    Table,
    no_progress,
    refuse,
    rejects,
    unique_headings,
)
from icp_core.reference import numbers

_CHUNK: Final = 1 << 16
# Bytes that one tag may take before the parser's work on it grows out of hand.
_TAG: Final = 1 << 20
_DEPTH: Final = 100
_BATCH: Final = 20_000
_BATCH_CELLS: Final = 1_000_000
_BATCH_CHARACTERS: Final = 32 << 20
_LOOKED_AT: Final = 30
_ROWS: Final = 1_048_576
_COLUMNS: Final = 16_384
_ERRORS: Final = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DIGITS: Final = "0123456789"
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Formats of dates that need no code of their own (ECMA-376, part 1, 18.8.30).
_DATE_FORMATS: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NO_DATE: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DAY_ZERO: Final = datetime(1899, 12, 30)
_DAYS_1904: Final = 1462
# The day after 9999-12-31.
_DAYS_END: Final = 2_958_466

_DAMAGED: Final = "the workbook is damaged ({}). Save it again, or as CSV."
_BINARY: Final = "it is a binary workbook (.xlsb). Save it as .xlsx or CSV."
_OPEN_DOCUMENT: Final = "it is an OpenDocument sheet; save it as .xlsx or CSV."
_OFFICE: Final = ("document", "presentation")

_DAY: Final = 86_400_000
# Of a number or an unreadable row that is kept for the person who looks at it.
_MOST_OF_NUMBER: Final = 64
_MOST_CHARACTERS: Final = 1_000
# Places that rows may reach over, and how many of them may be blank for one that is not.
_SPARSE: Final = 4_000_000
_MOST_BLANK: Final = 100
_KNOWN: Final = 20_000
# ECMA-376, part 2, 10.1.2 allows the Unicode ones.
_ENCODINGS: Final = ("utf-8", "utf8", "utf-16", "us-ascii", "iso-8859-1")
_NAMED: Final = 20
# Excel's own limit is 31.
_SHEET_NAME: Final = 80
_TOO_LONG: Final = "\x1atext too long"
"""In the place of a text that no cell can hold; one object, known by its identity."""

Row = tuple[int, list[str | None]]
_Start = Callable[[str, Mapping[str, str]], None]
_End = Callable[[str], None]


def read_workbook(
    path: Path,
    *,
    name: str,
    scratch: Scratch,
    limits: Limits | None = None,
    sheet: str | None = None,
    on_progress: OnProgress = no_progress,
) -> Table:
    """Read one sheet of a workbook as a table of text; formulas give the values they were saved with.

    Parameters
    ----------
    path
        The file.
    name
        What the user calls it.
    scratch
        Where to keep the cells.
    limits
        How much to read.
    sheet
        Name of the sheet; None takes the one with most known headings.
    on_progress
        Told how far the reading is, 0…1.

    Raises
    ------
    ImportRefused
        If the workbook is encrypted, damaged or a bomb, or no sheet has headings and rows.
    """
    limits = limits or Limits()
    on_progress(Progress("Opening the workbook", 0.0))
    try:
        with zipfile.ZipFile(path) as archive:
            book = _Workbook(archive, name, limits, packed=path.stat().st_size)
            chosen = _choose(book, sheet)
            others = [other for other in book.sheets if other != chosen]
            return _read(book, chosen, others=others, scratch=scratch, on_progress=on_progress)
    except (RuntimeError, NotImplementedError) as error:
        if type(error) not in (RuntimeError, NotImplementedError):
            raise
        refuse(name, "it is encrypted or packed in an unusual way. Save a copy of it.", error)
    except expat.ExpatError as error:
        refuse(name, _DAMAGED.format(short(error)), error)


def refuse_open_document(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an OpenDocument sheet, whatever it is called: a few bytes of it are millions of cells.

    Raises
    ------
    ImportRefused
        If it is one.
    """
    names = {part.lower() for part in archive.namelist()}
    if "content.xml" in names and not any(part.endswith("workbook.xml") for part in names):
        refuse(name, _OPEN_DOCUMENT)
    if "mimetype" in names:
        with archive.open(
            next(i for i in archive.infolist() if i.filename.lower() == "mimetype")
        ) as part:
            if b"opendocument" in part.read(100):
                refuse(name, _OPEN_DOCUMENT)


@dataclass(frozen=True)
class _Relation:
    kind: str
    target: str


class _Workbook:
    """The parts of a workbook, and the formats and texts that its sheets share."""

    def __init__(self, archive: zipfile.ZipFile, name: str, limits: Limits, *, packed: int) -> None:
        self.name = name
        self.limits = limits
        self._archive = archive
        self._most = min(limits.sheet_bytes, max(limits.bomb_from, limits.ratio * packed))
        self._unpacked = 0
        # Part names are those of addresses: case does not tell them apart, and some write `\`.
        self._parts = {
            info.filename.replace("\\", "/").lstrip("/").lower(): info
            for info in archive.infolist()
        }
        refuse_open_document(archive, name)
        place = self._find_workbook()
        self.sheets, self._dates_1904 = self._list_sheets(place)
        self._relations = self._related(place)
        self._texts: list[str] | None = None
        self._date_styles: frozenset[int] = frozenset()

    def _find_workbook(self) -> str:
        related = self._related("").values()
        place = next((r.target for r in related if r.kind == "officeDocument"), "xl/workbook.xml")
        if place.endswith(".bin"):
            refuse(self.name, _BINARY)
        if place not in self._parts or any(place.endswith(f"/{kind}.xml") for kind in _OFFICE):
            refuse(self.name, "it holds no workbook. Save the sheet as .xlsx or CSV.")
        return place

    def _related(self, place: str) -> dict[str, _Relation]:
        """By id what a part is related to; of the archive as a whole where the place is blank."""
        folder, _, part = place.rpartition("/")
        found: dict[str, _Relation] = {}

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            target = attributes.get("Target")
            if tag == "Relationship" and target and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/")))
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = _Relation(kind, target.lstrip("/").lower())

        rels = posixpath.join(folder, "_rels", f"{part}.rels")
        if rels in self._parts:
            self._walk(rels, start)
        return found

    def _list_sheets(self, place: str) -> tuple[dict[str, str], bool]:
        """Sheets with their parts, as they stand; charts and macros are none."""
        related = self._related(place)
        sheets: dict[str, str] = {}
        dates_1904 = False

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            nonlocal dates_1904
            if tag == "workbookPr":
                dates_1904 = attributes.get("date1904") in ("1", "true", "on")
            elif tag == "sheet" and "name" in attributes:
                relation = related.get(attributes.get("id", ""))
                if relation and relation.kind == "worksheet" and relation.target in self._parts:
                    sheets.setdefault(attributes["name"][:_SHEET_NAME], relation.target)

        self._walk(place, start)
        if any(part.endswith(".bin") for part in sheets.values()):
            refuse(self.name, _BINARY)
        return sheets, dates_1904

    def _shared(self) -> list[str]:
        """The texts that cells refer to, and on the way the formats that are dates."""
        if self._texts is None:
            self._texts = []
            for relation in self._relations.values():
                if relation.target not in self._parts:
                    continue
                if relation.kind == "sharedStrings":
                    self._texts = self._read_texts(relation.target)
                elif relation.kind == "styles":
                    self._date_styles = self._read_styles(relation.target)
        return self._texts

    def _read_texts(self, place: str) -> list[str]:
        texts: list[str] = []
        pieces: list[str] = []
        held = length = hidden = depth = 0
        inside = False
        most = self.limits.cell_characters

        def start(tag: str, _: object) -> None:
            nonlocal depth, inside, hidden, length
            tag = _LOCAL[tag]
            depth += 1
            if depth > _DEPTH:
                self.damaged("its parts are nested too deeply")
            if tag == "si":
                pieces.clear()
                length = 0
            elif tag == "rPh":
                # How a text is spoken is no part of it.
                hidden += 1
            elif tag == "t":
                inside = not hidden

        def characters(data: str) -> None:
            nonlocal length
            if inside and length <= most:
                length += len(data)
                pieces.append(data)

        def end(tag: str) -> None:
            nonlocal depth, inside, hidden, held
            tag = _LOCAL[tag]
            depth -= 1
            if tag == "t":
                inside = False
            elif tag == "rPh":
                hidden -= 1
            elif tag == "si":
                text = _plain("".join(pieces)) if length <= most else _TOO_LONG
                held += 100 + len(text)
                if held > self._most:
                    self._refuse_bomb()
                texts.append(text)

        for _ in self._parsed(place, start, end, characters):
            pass
        return texts

    def _read_styles(self, place: str) -> frozenset[int]:
        custom: set[str] = set()
        dates: set[int] = set()
        styles = -1

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            nonlocal styles
            if tag == "numFmt":
                if _is_date(attributes.get("formatCode", "")[:1000]):
                    custom.add(attributes.get("numFmtId", ""))
                else:
                    custom.discard(attributes.get("numFmtId", ""))
            elif tag == "cellXfs":
                styles = 0
            elif tag == "xf" and styles >= 0:
                number = attributes.get("numFmtId", "")
                built_in = len(number) < 4 and number.isdecimal() and int(number) in _DATE_FORMATS
                if built_in or number in custom:
                    dates.add(styles)
                styles += 1

        def end(tag: str) -> None:
            nonlocal styles
            if tag == "cellXfs":
                styles = -1

        self._walk(place, start, end)
        return frozenset(dates)

    def rows(self, name: str, tell: OnProgress = no_progress) -> Iterator[Row]:
        """Rows of a sheet that hold anything, by number."""
        texts = self._shared()
        sheet = _Sheet(self)
        handlers = _handlers(self, sheet, self._values(texts))
        for share in self._parsed(self.sheets[name], *handlers):
            if sheet.characters > self._most:
                self._refuse_bomb()
            yield from sheet.ready
            sheet.ready.clear()
            tell(Progress("Reading the sheet", share))

    def _values(self, texts: Sequence[str]) -> Callable[[str, Mapping[str, str]], str | None]:
        """How the characters of a cell become its text, by the cell's kind and style."""
        dates = {str(style) for style in self._date_styles}
        first_day = _DAYS_1904 if self._dates_1904 else 0
        count = len(texts)

        def value(text: str, cell: Mapping[str, str]) -> str | None:
            kind = cell.get("t")
            if kind == "s":
                known = text.isdecimal() and len(text) < 10 and int(text) < count
                return texts[int(text)] if known else None
            if kind is None or kind == "n":
                return _date(text, first_day) if cell.get("s") in dates else _number(text)
            text = _plain(text)
            if kind == "b":
                text = {"1": "true", "0": "false"}.get(text, text.lower())
            elif kind == "d":
                text = text.removesuffix("Z").removesuffix("T00:00:00").replace("T", " ")
            return text if kind != "e" else None

        return value

    def size(self, sheet: str) -> int:
        """Of a sheet's part, as the archive claims."""
        return self._parts[self.sheets[sheet]].file_size

    def damaged(self, why: str) -> NoReturn:
        """Refuse the workbook."""
        refuse(self.name, _DAMAGED.format(why))

    def _refuse_bomb(self) -> NoReturn:
        refuse(self.name, "the workbook is too large once unpacked. Save it as CSV, or in parts.")

    def _walk(self, place: str, start: _Start, end: _End | None = None) -> None:
        """Parse a part as a whole; tags and attributes come without their prefixes."""
        depth = 0

        def inner(tag: str, attributes: Mapping[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > _DEPTH:
                self.damaged("its parts are nested too deeply")
            start(_LOCAL[tag], {_LOCAL[key]: value for key, value in attributes.items()})

        def outer(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if end:
                end(_LOCAL[tag])

        for _ in self._parsed(place, inner, outer):
            pass

    def _parsed(
        self,
        place: str,
        start: _Start,
        end: _End,
        characters: _End | None = None,
    ) -> Iterator[float]:
        """Parse a part in pieces; yields the share that is done."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        if characters:
            parser.CharacterDataHandler = characters
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.XmlDeclHandler = self._check_encoding
        info = self._parts[place]
        fed = 0
        with self._archive.open(info) as part:
            while chunk := part.read(_CHUNK):
                self._unpacked += len(chunk)
                fed += len(chunk)
                if self._unpacked > self._most:
                    self._refuse_bomb()
                parser.Parse(chunk)
                if fed - parser.CurrentByteIndex > _TAG:
                    self.damaged("it has a tag without end")
                yield min(1.0, fed / max(1, info.file_size))
        parser.Parse(b"", True)
        yield 1.0

    def _check_encoding(self, _: str, encoding: str | None, __: int) -> None:
        if encoding and encoding.lower() not in _ENCODINGS:
            self.damaged(f"its encoding is {encoding[:40]}")

    def _refuse_doctype(self, *_: object) -> None:
        self.damaged("it defines words of its own, which no spreadsheet does")


class _Sheet:
    """The row that is open, and how far the rows reach."""

    def __init__(self, book: _Workbook) -> None:
        self.ready: list[Row] = []
        self.cells: list[str | None] | None = None
        self.row = ""
        # Cells with a value, and their characters.
        self.found = 0
        self.characters = 0
        self._book = book
        self._number = 0
        self._hidden = 0
        self._depth = 0
        self._widest = 0
        # Up to the last cell of each row.
        self._places = 0

    def open(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Open a tag that is neither cell nor value; tells whether its characters are text."""
        self._depth += 1
        if self._depth > _DEPTH:
            self._book.damaged("its parts are nested too deeply")
        if tag == "rPh":
            # How a text is spoken is no part of it.
            self._hidden += 1
        elif tag == "row":
            if self.cells is not None:
                self._book.damaged("a row stands in a row")
            number = self._whole(attributes["r"].strip()) if "r" in attributes else self._number + 1
            if number <= self._number:
                self._book.damaged("its rows do not stand in order")
            if number > _ROWS:
                self.refuse_far(number, max(1, self._widest))
            self._number, self.row, self.cells = number, str(number), []
        return tag == "t" and not self._hidden

    def close(self, tag: str) -> None:
        """Close a tag that is neither cell nor value."""
        self._depth -= 1
        if tag == "rPh":
            self._hidden -= 1
        elif tag == "row":
            if self.cells:
                self._places += len(self.cells)
                self._widest = max(self._widest, len(self.cells))
                self._check_edges(self._number, self._widest)
                self.ready.append((self._number, self.cells))
            self.cells = None

    def column_of(self, reference: str) -> int:
        """The column of a cell that stands elsewhere than behind the last one."""
        letters = reference.rstrip(_DIGITS)
        column = _COLUMN[letters]
        row = self._whole(reference[len(letters) :])
        if column < 0:
            self._book.damaged("a cell has no place")
        if column >= _COLUMNS:
            self.refuse_far(row, column + 1)
        if row != self._number:
            self._check_edges(row, column + 1)
            self._book.damaged("a cell stands in another row than its own")
        return column

    def refuse_far(self, row: int, column: int) -> NoReturn:
        """Refuse a sheet whose cells stand too far apart."""
        refuse(
            self._book.name,
            f"a sheet reaches to row {numbers.number(row)} and column {numbers.number(column)}. "
            "Delete the far cells, or save it as CSV.",
        )

    def _whole(self, digits: str) -> int:
        if not digits.isdecimal():
            self._book.damaged("a row has no number")
        return int(digits) if len(digits) <= 12 else 10**12

    def _check_edges(self, row: int, column: int) -> None:
        most = self._book.limits.sheet_cells
        if row * column > most or (
            self._places > _SPARSE and self._places > _MOST_BLANK * self.found
        ):
            self.refuse_far(row, column)


def _handlers(  # noqa: PLR0915 - one closure, for speed
    book: _Workbook, sheet: _Sheet, value_of: Callable[[str, Mapping[str, str]], str | None]
) -> tuple[_Start, _End, _End]:
    """What the parser calls for a sheet; in functions, since there are millions of cells."""
    most = book.limits.cell_characters
    pieces: list[str] = []
    cell: Mapping[str, str] | None = None
    cells: list[str | None] | None = None
    row = ""
    column = -1
    length = 0
    wanted = False

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal cell, cells, column, row, wanted
        tag = _LOCAL[tag]
        if tag == "c":
            if cell is not None or cells is None:
                book.damaged("a cell stands outside the rows")
            cell = attributes
        elif tag == "v":
            if wanted:
                book.damaged("a value stands in a value")
            wanted = True
        else:
            wanted = sheet.open(tag, attributes)
            cells, row = sheet.cells, sheet.row
            if tag == "row":
                column = -1

    def characters(data: str) -> None:
        nonlocal length
        if wanted and cell is not None:
            length += len(data)
            if length <= most:
                pieces.append(data)

    def end(tag: str) -> None:
        nonlocal cell, cells, column, length, wanted
        tag = _LOCAL[tag]
        if tag == "c" and cell is not None and cells is not None:
            place = cell.get("r")
            column += 1
            if place != _LETTERS[column] + row and place is not None:
                column = sheet.column_of(place)
            elif column >= _COLUMNS:
                sheet.refuse_far(int(row), column + 1)
            if pieces:
                text = value_of("".join(pieces), cell) if length <= most else _TOO_LONG
                pieces.clear()
                if text:
                    sheet.found += 1
                    if text is _TOO_LONG:
                        # Unknown, but the row is one.
                        sheet.characters += max(length, most)
                        text = None
                    else:
                        sheet.characters += len(text)
                    if column == len(cells):
                        cells.append(text)
                    elif column < len(cells):
                        cells[column] = text
                    else:
                        cells.extend([None] * (column - len(cells)))
                        cells.append(text)
            cell, length, wanted = None, 0, False
        elif tag != "v":
            wanted = False
            sheet.close(tag)
            cells = sheet.cells

    return start, end, characters


def _choose(book: _Workbook, sheet: str | None) -> str:
    if sheet is not None:
        if sheet not in book.sheets:
            names = ", ".join(book.sheets)
            refuse(book.name, f"it has no sheet {sheet}; its sheets are {names}.")
        return sheet
    best: tuple[tuple[int, int, int], str] | None = None
    for candidate in book.sheets:
        first = list(islice(book.rows(candidate), _LOOKED_AT))
        found = find_header([[cell or "" for cell in cells] for _, cells in first])
        if found is None or len(first) <= found + 1:
            continue
        score = (recognised(_blank(first[found][1])), len(first), book.size(candidate))
        if best is None or score > best[0]:
            best = score, candidate
    if best is None:
        refuse(book.name, "no sheet has a row of headings with rows below it. Add the headings.")
    return best[1]


def _usual_width(rows: Sequence[Sequence[str | None]]) -> int:
    """How far the table reaches: to the last column that half the first rows fill."""
    filled = Counter(place for cells in rows for place, cell in enumerate(cells, start=1) if cell)
    return max((place for place, count in filled.items() if 2 * count >= len(rows)), default=0)


def _blank(cells: Sequence[str | None]) -> list[str]:
    return [cell or "" for cell in cells]


def _read(
    book: _Workbook,
    sheet: str,
    *,
    others: Sequence[str],
    scratch: Scratch,
    on_progress: OnProgress,
) -> Table:
    name, limits = book.name, book.limits
    numbered = book.rows(sheet, on_progress)
    first = list(islice(numbered, _LOOKED_AT))
    header = find_header([_blank(cells) for _, cells in first])
    if header is None:
        refuse(name, f"the sheet {sheet} has no row of headings. Add one above its rows.")
    header, found = combined([_blank(cells) for _, cells in first], header)
    named = len(found)
    found += [""] * (_usual_width([cells for _, cells in first[header + 1 :]]) - named)
    headings = unique_headings(found, name=name, limits=limits)
    width = len(headings)
    beside = 0
    kept: list[Row] = []
    parts: list[pl.LazyFrame] = []
    rows = characters = 0

    def flush() -> None:
        nonlocal rows
        columns = zip(*(cells for _, cells in kept), strict=True)
        part = scratch.new(".parquet")
        pl.DataFrame(
            {ROW: [number for number, _ in kept], **dict(zip(headings, columns, strict=True))},
            schema={ROW: pl.Int64, **dict.fromkeys(headings, pl.String)},
        ).write_parquet(part)
        parts.append(pl.scan_parquet(part, glob=False))
        rows += len(kept)
        kept.clear()

    for number, cells in chain(first[header + 1 :], numbered):
        if len(cells) > width:
            # A loose note, or a heading that reaches over a column that hardly any row fills.
            beside += any(cells[width:])
            del cells[width:]
            if not any(cells):
                continue
        cells.extend([None] * (width - len(cells)))
        kept.append((number, cells))
        characters += sum(map(len, filter(None, cells)))
        if (
            len(kept) >= _BATCH
            or len(kept) * width >= _BATCH_CELLS
            or characters >= _BATCH_CHARACTERS
        ):
            flush()
            characters = 0
    if kept:
        flush()
    if rows == 0:
        refuse(name, f"the sheet {sheet} has headings but no rows below them.")
    notes = [f"sheet {sheet}"]
    if others:
        more = ", …" if len(others) > _NAMED else ""
        notes.append(f"other sheets left alone: {', '.join(others[:_NAMED])}{more}")
    if width > named:
        notes.append(f"columns without a heading of their own: {', '.join(headings[named:])}")
    if beside:
        notes.append(f"cells right of the table left out, in {numbers.number(beside)} rows")
    return Table(
        name,
        "Excel",
        headings,
        pl.concat(parts),
        rows,
        rejects(name, [], [], []),
        tuple(notes),
        scratch,
        (sheet, *others),
    )


def _plain(text: str) -> str:
    """A text without what Excel writes for it: codes of control characters, and errors."""
    if "_x" in text:
        text = _ESCAPED.sub(_unescaped, text)
    text = text.strip()
    return "" if text in _ERRORS else text


def _unescaped(code: re.Match[str]) -> str:
    number = int(code[1], 16)
    return code[0] if 0xD800 <= number <= 0xDFFF or number == 0 else chr(number)


def _number(text: str) -> str | None:
    """A number as text: whole ones without `.0`; what is none stays as it is, at most its start."""
    text = text.strip()
    if len(text) < 16 and text.isdecimal():
        return text if text[0] != "0" else str(int(text))
    try:
        value = float(text[:_MOST_OF_NUMBER])
    except ValueError:
        return text[:_MOST_OF_NUMBER] or None
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _date(text: str, first_day: int) -> str | None:
    """A day as ISO 8601, with the time where it is not midnight; a number where there is no such day."""
    try:
        days = float(text[:_MOST_OF_NUMBER])
        if 0 <= days < 1:
            return str((_DAY_ZERO + timedelta(milliseconds=round(days * _DAY))).time())
        if not 1 <= days < _DAYS_END:
            return _number(text)
        days += first_day
        # The calendar of a sheet has a 29 February 1900, which never was.
        whole, part = divmod(days + (days < 60), 1)
        moment = _DAY_ZERO + timedelta(days=whole, milliseconds=round(part * _DAY))
    except (ValueError, OverflowError):
        return _number(text)
    return moment.isoformat(" ").removesuffix(" 00:00:00")


def _is_date(code: str) -> bool:
    """Whether a format shows a day or a time of day; `[h]` is how long something takes."""
    if re.search(r"\[[hms]+\]", code, re.IGNORECASE):
        return False
    return any(letter in "dmyhs" for letter in _NO_DATE.sub("", code).lower())


class _Local(dict[str, str]):
    """Names without the prefix of their namespace."""

    def __missing__(self, name: str) -> str:
        local = name.rpartition(":")[2]
        if len(self) < _KNOWN:
            self[name] = local
        return local


class _Column(dict[str, int]):
    """Places of columns by their letters, from 0; -1 for what is none."""

    def __missing__(self, letters: str) -> int:
        place = 0
        for letter in letters.strip().upper()[:8]:
            number = ord(letter) - 64
            if not 1 <= number <= 26:
                return -1
            place = place * 26 + number
        if len(self) < _KNOWN:
            self[letters] = place - 1
        return place - 1


_LOCAL: Final = _Local()
# Of the columns; one more for a cell that would stand behind the last.
_LETTERS: Final = (
    *map(
        "".join,
        chain(product(_ALPHABET), product(_ALPHABET, repeat=2), product(_ALPHABET, repeat=3)),
    ),
)[: _COLUMNS + 1]
_COLUMN: Final = _Column()
