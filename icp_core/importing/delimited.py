"""Reading delimited text: whatever encoding, separator and quoting, every row counted.

DuckDB reads; what is ours is finding out how the file is written, mending what DuckDB would lose
(other encodings, NUL bytes, mixed line ends, endless lines), and checking that no line disappeared.
"""

import codecs
import csv
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import duckdb
import numpy as np
import polars as pl

from icp_core.importing.encodings import CODE_PAGES, guess_code_page, is_utf_8
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
    within,
)

_SEPARATORS: Final = (";", "\t", ",", "|")
_NAMES: Final = {";": "semicolon", "\t": "tab", ",": "comma", "|": "vertical bar", "\x1f": "none"}
_CHUNK: Final = 8 << 20
_HEAD: Final = 256 << 10
_HEADER_WITHIN: Final = 20
_TOO_LONG: Final = "\x1aline too long: "
_REASONS: Final = {
    "MISSING COLUMNS": "too few cells",
    "TOO MANY COLUMNS": "too many cells",
    "UNQUOTED VALUE": "quotation marks that do not pair",
    "LINE SIZE OVER MAXIMUM": "line too long",
}
_BATCH: Final = 50_000
_RECORD_LINES: Final = 500
_CELLS_AT_MOST: Final = 10_000


@dataclass(frozen=True)
class _Survey:
    """What one pass over the bytes finds."""

    encoding: str
    # Of the lines that are not UTF-8.
    code_page: str | None = None
    nuls: bool = False
    mixed_ends: bool = False
    too_long: bool = False
    lines: int = 0
    blank_lines: int = 0

    @property
    def needs_mending(self) -> bool:
        return self.encoding != "utf-8" or self.nuls or self.mixed_ends or self.too_long


@dataclass(frozen=True)
class _Dialect:
    """How the cells of a file are written, and where its headings stand."""

    separator: str
    quote: str
    header_line: int
    header: tuple[str, ...]
    # A separator behind the last cell of each row but not of the headings.
    trailing: bool


def read_delimited(
    path: Path,
    *,
    name: str,
    scratch: Scratch,
    code_page: str | None = None,
    limits: Limits | None = None,
    on_progress: OnProgress = no_progress,
) -> Table:
    """Read delimited text as a table of text.

    Parameters
    ----------
    path
        The file, unpacked.
    name
        What the user calls it.
    scratch
        Where to keep the cells.
    code_page
        Of the lines that are not UTF-8, one of `encodings.CODE_PAGES`; None finds out.
    limits
        How much to read.
    on_progress
        Told how far the reading is, 0…1.

    Raises
    ------
    ImportRefused
        If the file is empty, binary, has no headings or no rows, is too wide, or is so damaged that
        more than `limits.unreadable` rows cannot be read.
    """
    limits = limits or Limits()
    survey = _survey(path, name, limits, on_progress)
    if survey.code_page and code_page:
        survey = replace(survey, code_page=code_page)
    found = survey.code_page
    notes = [] if found else [f"encoding {survey.encoding}"]
    if survey.needs_mending:
        mended = scratch.new(".csv")
        notes += _mend(path, mended, survey, limits, on_progress)
        path = mended
        survey = replace(_survey(path, name, limits, on_progress), encoding=survey.encoding)
    dialect = _sniff(path, name, limits)
    notes.append(f"separator {_NAMES[dialect.separator]}")
    out = scratch.new(".parquet")
    unreadable = _copy_whole(
        path, out, dialect, survey, name=name, limits=limits, on_progress=on_progress
    )
    if unreadable is None:
        unreadable = _copy_carefully(
            path, out, dialect, name=name, limits=limits, on_progress=on_progress
        )
    table = _table(out, unreadable, dialect, name=name, notes=notes, scratch=scratch, limits=limits)
    return replace(table, code_page=found)


def _table(
    out: Path,
    unreadable: pl.DataFrame,
    dialect: _Dialect,
    *,
    name: str,
    notes: list[str],
    scratch: Scratch,
    limits: Limits,
) -> Table:
    header: list[str | None] = list(dialect.header)
    if dialect.trailing:
        header.append(None)
    headings = unique_headings(header, name=name, limits=limits)
    scan = pl.scan_parquet(out)
    rows = int(scan.select(pl.len()).collect().item())
    if rows == 0:
        if unreadable.is_empty():
            refuse(name, "it has headings but no rows below them. Export it again with its rows.")
        refuse(name, f"none of its {unreadable.height:,} rows can be read. Export it again as CSV.")
    if rows + unreadable.height > limits.rows:
        refuse(name, f"it has more than {limits.rows:,} rows. Split it.")
    # Columns that have neither a heading nor a value come from separators at the line's end.
    nameless = [i for i, cell in enumerate(header) if not (cell or "").strip()]
    if nameless:
        counts = scan.select(pl.col(f"c{i}").replace("", None).count() for i in nameless).collect()
        nameless = [i for i in nameless if counts[f"c{i}"][0] == 0]
    kept = [i for i in range(len(header)) if i not in set(nameless)]
    lazy = scan.with_columns(_row_numbers(dialect.header_line, unreadable)).select(
        ROW, *(_blank_to_null(f"c{i}").alias(headings[i]) for i in kept)
    )
    return Table(
        name, "CSV", tuple(headings[i] for i in kept), lazy, rows, unreadable, tuple(notes), scratch
    )


def _blank_to_null(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text)


def _row_numbers(header_line: int, unreadable: pl.DataFrame) -> pl.Expr:
    """Row numbers of the rows that were read: all numbers but those of the unreadable ones."""
    first = header_line + 1
    gaps = np.sort(unreadable["row"].to_numpy())
    before = gaps - np.arange(len(gaps))

    def number(index: pl.Series) -> pl.Series:
        positions = index.to_numpy() + first
        return pl.Series(positions + np.searchsorted(before, positions, side="right"))

    plain = pl.row_index(ROW).cast(pl.Int64)
    if not len(gaps):
        return plain + first
    return plain.map_batches(number, return_dtype=pl.Int64, is_elementwise=False).alias(ROW)


# How the file is written ------------------------------------------------------------------------


def _survey(path: Path, name: str, limits: Limits, on_progress: OnProgress) -> _Survey:
    size = path.stat().st_size
    if size == 0:
        refuse(name, "it is empty. Export it again.")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if encoding := _wide(head):
        return _Survey(encoding)
    controls = sum(head.count(bytes([c])) for c in (*range(1, 9), *range(14, 27), 28, 29, 30))
    if controls > len(head) / 50 or head.count(0) > len(head) / 10:
        refuse(name, "it is not a text file. Load CSV, Excel (.xlsx), Parquet or JSON.")
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf_8, foreign_from = True, 0
    nuls = returns = pairs = newlines = 0
    gaps = {1: 0, 2: 0}
    longest = done = 0
    last, ended_in_return = -1, False
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if utf_8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    utf_8, foreign_from = False, max(0, done - limits.line_bytes)
            nuls += chunk.count(0)
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (ended_in_return and chunk.startswith(b"\n"))
            ended_in_return = chunk.endswith(b"\r")
            ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == 10) + done
            if len(ends):
                lengths = np.diff(ends, prepend=last)
                for length in gaps:
                    gaps[length] += int((lengths == length).sum())
                longest, last = max(longest, int(lengths.max())), int(ends[-1])
                newlines += len(ends)
            done += len(chunk)
            on_progress(Progress("Checking the file", 0.1 * done / size))
    if utf_8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf_8 = False
    found = None
    if not utf_8:
        with path.open("rb") as file:
            file.seek(foreign_from)
            found = guess_code_page(file.read(2 * _CHUNK).splitlines())
    return _Survey(
        encoding="utf-8" if utf_8 else "single bytes",
        code_page=found,
        nuls=nuls > 0,
        mixed_ends=returns > 0 and not (returns == pairs == newlines),
        too_long=max(longest, size - last) > limits.line_bytes,
        lines=newlines + (last < size - 1),
        blank_lines=gaps[2] if pairs else gaps[1],
    )


def _wide(head: bytes) -> str | None:
    """UTF-32 or UTF-16, by its mark or by where the zeros stand; None for encodings of single bytes."""
    marks = {
        codecs.BOM_UTF32_LE: "utf-32-le",
        codecs.BOM_UTF32_BE: "utf-32-be",
        codecs.BOM_UTF16_LE: "utf-16-le",
        codecs.BOM_UTF16_BE: "utf-16-be",
    }
    for mark, encoding in marks.items():
        if head.startswith(mark):
            return encoding
    for width, zeros, encoding in (
        (4, (2, 3), "utf-32-le"),
        (4, (0, 1), "utf-32-be"),
        (2, (1,), "utf-16-le"),
        (2, (0,), "utf-16-be"),
    ):
        characters = len(head) // width
        if characters >= 8 and all(
            head[place::width].count(0) > 0.7 * characters for place in zeros
        ):
            return encoding
    return None


def _mend(
    path: Path, out: Path, survey: _Survey, limits: Limits, on_progress: OnProgress
) -> list[str]:
    """Write the file as UTF-8 with plain line ends; returns notes on what was done."""
    size = path.stat().st_size
    foreign = nuls = 0
    with path.open("rb") as file, out.open("wb") as target:
        for line, too_long in _lines(file, survey.encoding, limits):
            if too_long:
                # One cell that no reader takes for a row: it is counted as unreadable.
                start = re.sub(rb"[^\w .@-]", b"", line[:200])
                target.write(_TOO_LONG.encode() + start + b"\n")
                continue
            nuls += line.count(0)
            clean = line.replace(b"\0", b"")
            if survey.code_page and not is_utf_8(clean):
                foreign += 1
                clean = clean.decode(survey.code_page, errors="replace").encode()
            target.write(clean + b"\n")
            if foreign % 1000 == 0:
                on_progress(Progress("Converting the file", 0.1 * file.tell() / size))
    notes = []
    if survey.code_page:
        label = CODE_PAGES[survey.code_page]
        lines = "line" if foreign == 1 else "lines"
        notes.append(f"encoding {label} in {foreign:,} {lines}, UTF-8 in the others")
    if nuls:
        notes.append(f"{nuls:,} NUL bytes were removed")
    return notes


def _lines(file: BinaryIO, encoding: str, limits: Limits) -> Iterator[tuple[bytes, bool]]:
    """Lines in UTF-8 or as they are, without their ends; a line over the limit is cut, and marked."""
    decoder = codecs.getincrementaldecoder(
        encoding if encoding.startswith(("utf-16", "utf-32")) else "latin-1"
    )(errors="replace")
    rest, overlong = b"", False
    while True:
        chunk = file.read(1 << 20)
        if encoding.startswith(("utf-16", "utf-32")):
            data = decoder.decode(chunk, final=not chunk).lstrip("\ufeff").encode()
        else:
            data = chunk
        # A carriage return at the very end may be the first half of a pair.
        data = rest + data
        held = b""
        if chunk and data.endswith(b"\r"):
            data, held = data[:-1], b"\r"
        *complete, rest = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest += held
        for line in complete:
            yield line, overlong or len(line) > limits.line_bytes
            overlong = False
        if len(rest) > limits.line_bytes:
            rest, overlong = rest[:200], True
        if not chunk:
            if rest:
                yield rest, overlong
            return


def _sniff(path: Path, name: str, limits: Limits) -> _Dialect:
    with path.open("rb") as file:
        raw = file.read(max(_HEAD, limits.line_bytes))
    complete = raw[: raw.rfind(b"\n") + 1] or raw
    if complete.startswith(_TOO_LONG.encode()):
        refuse(
            name,
            f"its first line is longer than {limits.line_bytes >> 20} MB. Its rows do not end as rows "
            "of a table do; export it again.",
        )
    text = complete.decode("utf-8-sig", errors="replace")
    if not text.strip():
        refuse(name, "it holds nothing but blank lines. Export it again.")
    lines = text.splitlines(keepends=True)
    for separator in _SEPARATORS:
        if lines[0].count(separator) >= limits.columns:
            unique_headings(lines[0].split(separator), name=name, limits=limits)
    best: tuple[tuple[float, ...], _Dialect] | None = None
    for separator in (*_SEPARATORS, "\x1f"):
        # In files with tabs or bars quotation marks are most often part of a name.
        quoted = separator in ",;" or f'"{separator}"' in text
        found = _try(lines, separator, '"' if quoted else "")
        if found and (best is None or found[0] > best[0]):
            best = found
    if best is None:
        refuse(
            name,
            f"no row of headings was found among its first {_HEADER_WITHIN} rows. "
            "Put the names of the columns in the first row.",
        )
    return best[1]


def _try(lines: list[str], separator: str, quote: str) -> tuple[tuple[float, ...], _Dialect] | None:
    """How well a separator fits the first lines, and where the headings then stand."""
    rows: list[tuple[int, list[str]]] = []
    reader = _csv_reader(iter(lines), separator, quote, strict=False)
    for row in reader:
        if row:
            rows.append((reader.line_num, row))
        if len(rows) >= 100:
            break
    found = find_header([cells for _, cells in rows])
    if found is None:
        return None
    line, header = rows[found]
    widths = [len(cells) for _, cells in rows[found + 1 :]]
    usual = max(set(widths), key=widths.count) if widths else len(header)
    trailing = usual == len(header) + 1 and all(
        not cells[-1].strip() for _, cells in rows[found + 1 :] if len(cells) == usual
    )
    expected = usual if trailing else len(header)
    fitting = sum(width == expected for width in widths) / len(widths) if widths else 1.0
    if len(header) == 1:
        # One column: a comma in a name is no separator.
        fitting = 0.01 if separator == "\x1f" else 0.0
    score = (float(recognised(header)), fitting, float(len(header)))
    return score, _Dialect(separator, quote, line, tuple(header), trailing)


def find_header(rows: list[list[str]]) -> int | None:
    """Which of the first rows holds the headings, or None.

    The row with the most headings that are known; else the first that is as wide as the table and
    holds different words, no numbers.
    """
    first = rows[:_HEADER_WITHIN]
    known = [recognised(row) for row in first]
    if any(known):
        return known.index(max(known))
    widest = max((sum(map(bool, row)) for row in rows), default=0)
    for place, row in enumerate(first):
        cells = [cell.strip() for cell in row if cell.strip()]
        if (
            cells
            and len(cells) >= max(1, 0.6 * widest)
            and len(set(cells)) == len(cells)
            and not any(re.search(r"\d{3}|^[\d\s.,-]+$|@|://", cell) for cell in cells)
            and all(len(cell) <= 80 for cell in cells)
        ):
            return place
    return None


def _csv_reader(lines: Iterator[str], separator: str, quote: str, *, strict: bool = True) -> Any:
    csv.field_size_limit(1 << 30)
    if quote:
        return csv.reader(lines, delimiter=separator, quotechar=quote, strict=strict)
    return csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)


# The cells --------------------------------------------------------------------------------------


def _width(dialect: _Dialect) -> int:
    return len(dialect.header) + dialect.trailing


def _copy_whole(
    path: Path,
    out: Path,
    dialect: _Dialect,
    survey: _Survey,
    *,
    name: str,
    limits: Limits,
    on_progress: OnProgress,
) -> pl.DataFrame | None:
    """Write the cells to Parquet with DuckDB; returns the unreadable rows, None where it loses lines.

    DuckDB remembers every faulty row in some 1.5 KB, however few are wanted: a file of nothing else
    takes all memory. So it is first asked to pass over them, and only what is few is asked for.
    """
    wanted = survey.lines - dialect.header_line
    if _copy(path, out, dialect, limits, within(on_progress, 0.1, 0.8)) is None:
        return None
    missing = wanted - _lines_in(out, dialect, wanted)
    if missing == 0:
        return rejects(name, [], [], [])
    if missing > limits.unreadable + survey.blank_lines:
        return None
    found = _copy(path, out, dialect, limits, within(on_progress, 0.9, 0.1), find_faulty=True)
    if found is None or any(several_lines for *_, several_lines in found):
        # A quotation mark took lines of other rows with it.
        return None
    if wanted - _lines_in(out, dialect, wanted) - len(found) not in (0, survey.blank_lines):
        return None
    return rejects(
        name,
        [line for line, *_ in found],
        [_reason(error, text) for _, error, text, _ in found],
        [(text or "").strip("\r\n").removeprefix(_TOO_LONG) for _, _, text, _ in found],
    )


def _copy(
    path: Path,
    out: Path,
    dialect: _Dialect,
    limits: Limits,
    on_progress: OnProgress,
    *,
    find_faulty: bool = False,
) -> list[tuple[int, str, str | None, bool]] | None:
    """Write to Parquet what DuckDB can read; returns the faulty rows if asked for, None if it fails."""
    connection = duckdb.connect(config={"memory_limit": "3GB"})
    # Progress is measured but never printed: standard output belongs to the command.
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    failure: list[duckdb.Error] = []
    faulty: dict[str, Any] = {"ignore_errors": True}
    if find_faulty:
        faulty = {"store_rejects": True, "rejects_limit": (limits.unreadable + 1) * 4}

    def write() -> None:
        try:
            connection.read_csv(
                str(path),
                columns={f"c{i}": "VARCHAR" for i in range(_width(dialect))},
                sep=dialect.separator,
                quotechar=dialect.quote,
                escapechar=dialect.quote,
                header=False,
                skiprows=dialect.header_line,
                auto_detect=False,
                strict_mode=True,
                max_line_size=4 * limits.line_bytes,
                **faulty,
            ).write_parquet(str(out))
        except duckdb.Error as error:
            failure.append(error)

    worker = threading.Thread(target=write, name="read-csv")
    worker.start()
    share = 0.0
    try:
        while worker.is_alive():
            worker.join(0.2)
            # Between two queries the progress is -1.
            share = max(share, min(1.0, float(connection.query_progress()) / 100))
            on_progress(Progress("Reading the rows", share))
    except BaseException:
        connection.interrupt()
        worker.join()
        connection.close()
        raise
    found: list[tuple[int, str, str | None, bool]] = []
    if find_faulty and not failure:
        found = (
            connection.table("reject_errors")
            .aggregate(
                f"line, min(error_type), any_value(left(csv_line, {_CELLS_AT_MOST})), "
                "bool_or(contains(trim(csv_line, chr(10) || chr(13)), chr(10)))",
                "line",
            )
            .order("line")
            .fetchall()
        )
    connection.close()
    return None if failure else found


def _lines_in(out: Path, dialect: _Dialect, at_most: int) -> int:
    """How many lines of the file the rows that were read took."""
    scan = pl.scan_parquet(out)
    rows = int(scan.select(pl.len()).collect().item())
    if rows == at_most:
        return rows
    inside = scan.select(
        pl.sum_horizontal(
            pl.col(f"c{i}").str.count_matches("\n", literal=True).sum()
            for i in range(_width(dialect))
        )
    )
    return rows + int(inside.collect().item() or 0)


def _reason(error: str, text: str | None) -> str:
    if (text or "").strip().startswith(_TOO_LONG):
        return "line too long"
    return _REASONS.get(error, error.lower())


def _refuse_damaged(name: str, limits: Limits) -> None:
    refuse(
        name,
        f"more than {limits.unreadable:,} of its rows cannot be read. It is damaged or its quotation "
        "marks do not pair; export it again.",
    )


def _copy_carefully(
    path: Path,
    out: Path,
    dialect: _Dialect,
    *,
    name: str,
    limits: Limits,
    on_progress: OnProgress,
) -> pl.DataFrame:
    """Write the cells to Parquet record by record, starting afresh behind each broken line.

    For files in which an unpaired quotation mark swallows the lines behind it.
    """
    width, size = _width(dialect), path.stat().st_size
    bad: list[tuple[int, str, str]] = []
    parts: list[Path] = []
    batch: list[list[str]] = []

    def flush() -> None:
        part = out.with_name(f"{out.stem}-{len(parts)}.parquet")
        schema = {f"c{i}": pl.String for i in range(width)}
        pl.DataFrame(batch, schema=schema, orient="row").write_parquet(part)
        parts.append(part)
        batch.clear()

    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(dialect.header_line):
            file.readline()
        row = dialect.header_line
        waiting: list[str] = []
        while True:
            line = waiting.pop(0) if waiting else file.readline()
            if not line:
                break
            if not line.strip("\r\n"):
                continue
            row += 1
            record, used, reason = _record(line, file, waiting, dialect, limits)
            del waiting[:used]
            if reason is None and len(record) == width:
                batch.append(record)
            else:
                reason = reason or ("too few cells" if len(record) < width else "too many cells")
                text = line.strip("\r\n")
                bad.append(
                    (row, _reason(reason, text), text.removeprefix(_TOO_LONG)[:_CELLS_AT_MOST])
                )
            if len(bad) > limits.unreadable:
                _refuse_damaged(name, limits)
            if len(batch) >= _BATCH:
                flush()
                on_progress(
                    Progress(
                        "Reading the rows",
                        0.1 + 0.9 * os.lseek(file.fileno(), 0, os.SEEK_CUR) / size,
                    )
                )
    flush()
    pl.scan_parquet(parts).sink_parquet(out)
    return rejects(name, *map(list, zip(*bad, strict=True))) if bad else rejects(name, [], [], [])


def _record(
    line: str, file: Any, waiting: list[str], dialect: _Dialect, limits: Limits
) -> tuple[list[str], int, str | None]:
    """The cells of the record that starts at a line, how many waiting lines it took, what is wrong.

    A record that does not end within the limit, or does not fit, gives its further lines back.
    """
    text, used = line, 0
    while True:
        # With an odd number of marks the record cannot end here.
        if not (dialect.quote and text.count(dialect.quote) % 2):
            try:
                cells: list[str] = next(
                    _csv_reader(iter([text]), dialect.separator, dialect.quote), []
                )
            except csv.Error:
                return [], 0, _REASONS["UNQUOTED VALUE"]
            if used and len(cells) != _width(dialect):
                # A later line closed the cell by chance.
                return [], 0, _REASONS["UNQUOTED VALUE"]
            return cells, used, None
        if used == len(waiting):
            waiting.append(file.readline())
        if not waiting[used] or used >= _RECORD_LINES or len(text) > limits.line_bytes:
            waiting[:] = [further for further in waiting if further]
            return [], 0, _REASONS["UNQUOTED VALUE"]
        text += waiting[used]
        used += 1
