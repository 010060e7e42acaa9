"""Reading delimited text: whatever encoding, separator and quoting, every row counted.

DuckDB reads the cells of what `text_files` has mended, as `dialects` says they are written; what is ours
is checking that no line disappeared, and reading record by record where some would.
"""

import csv
import glob
import os
import threading
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import polars as pl

from icp_core.importing.dialects import Dialect, csv_reader, sniff, unwrapped
from icp_core.importing.tables import (
    ROW,
    Limits,
    OnProgress,
    Progress,
    Scratch,
    Table,
    cell,
    no_progress,
    refuse,
    rejects,
    unique_headings,
    within,
)
from icp_core.importing.text_files import TOO_LONG, Survey, mend, survey
from icp_core.reference.numbers import number
from icp_core.reference.offline import OFFLINE

_UNPAIRED: Final = "UNQUOTED VALUE"
_REASONS: Final = {
    "MISSING COLUMNS": "too few cells",
    "TOO MANY COLUMNS": "too many cells",
    _UNPAIRED: "quotation marks that do not pair",
    "LINE SIZE OVER MAXIMUM": "line too long",
}
_BATCH_ROWS: Final = 50_000
_BATCH_CHARACTERS: Final = 32 << 20
# Lines that one quoted cell may run over; behind them a mark is taken for one without its pair.
_RECORD_LINES: Final = 500
# Of an unreadable row that are kept for the person who looks at it.
_MOST_CHARACTERS: Final = 10_000
# Unreadable rows behind which only the start of each is kept.
_WHOLE: Final = 5_000


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
    surveyed = survey(path, name, limits, on_progress)
    if surveyed.code_page and code_page:
        surveyed = replace(surveyed, code_page=code_page)
    taken = surveyed.code_page
    notes = [] if taken else [f"encoding {surveyed.encoding}"]
    if surveyed.needs_mending:
        mended = scratch.new(".csv")
        notes += mend(path, mended, surveyed, limits, on_progress)
        path, surveyed = mended, survey(mended, name, limits, on_progress)
    bare = scratch.new(".csv")
    if unwrapped(path, bare):
        notes.append("each line stood in one cell of its own, in quotes, and was taken apart")
        path, surveyed = bare, survey(bare, name, limits, on_progress)
    dialect = sniff(path, name, limits)
    notes.append(f"separator {dialect.label}")
    header: list[str | None] = list(dialect.header)
    if dialect.trailing:
        header.append(None)
    # Twenty thousand columns take gigabytes to read, so they are counted before.
    headings = unique_headings(header, name=name, limits=limits)
    out = scratch.new(".parquet")
    unreadable = _copy_whole(
        path, out, dialect, surveyed, name=name, limits=limits, on_progress=on_progress
    )
    if unreadable is None:
        unreadable = _copy_carefully(
            path, out, dialect, name=name, limits=limits, on_progress=on_progress
        )
    table = _table(
        out,
        unreadable,
        dialect,
        header=header,
        headings=headings,
        name=name,
        notes=notes,
        scratch=scratch,
        limits=limits,
    )
    return replace(table, code_page=taken)


def _table(
    out: Path,
    unreadable: pl.DataFrame,
    dialect: Dialect,
    *,
    header: list[str | None],
    headings: tuple[str, ...],
    name: str,
    notes: list[str],
    scratch: Scratch,
    limits: Limits,
) -> Table:
    scan = pl.scan_parquet(out, glob=False)
    rows = int(scan.select(pl.len()).collect().item())
    if rows == 0:
        if unreadable.is_empty():
            refuse(name, "it has headings but no rows below them. Export it again with its rows.")
        refuse(
            name,
            f"none of its {number(unreadable.height)} rows can be read. Export it again as CSV.",
        )
    if rows + unreadable.height > limits.rows:
        refuse(name, f"it has more than {number(limits.rows)} rows. Split it.")
    # Columns that have neither a heading nor a value come from separators at the line's end.
    nameless = [i for i, heading in enumerate(header) if not (heading or "").strip()]
    if nameless:
        counts = scan.select(pl.col(f"c{i}").replace("", None).count() for i in nameless).collect()
        nameless = [i for i in nameless if counts[f"c{i}"][0] == 0]
    kept = [i for i in range(len(header)) if i not in set(nameless)]
    lazy = scan.with_columns(_row_numbers(dialect.header_line, unreadable)).select(
        ROW, *(cell(f"c{i}", limits).alias(headings[i]) for i in kept)
    )
    return Table(
        name, "CSV", tuple(headings[i] for i in kept), lazy, rows, unreadable, tuple(notes), scratch
    )


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


def _copy_whole(
    path: Path,
    out: Path,
    dialect: Dialect,
    surveyed: Survey,
    *,
    name: str,
    limits: Limits,
    on_progress: OnProgress,
) -> pl.DataFrame | None:
    """Write the cells to Parquet with DuckDB; returns the unreadable rows, None where it loses lines.

    DuckDB remembers every faulty row in some 1.5 KB, however few are wanted: a file of nothing else
    takes all memory. So it is first asked to pass over them, and only what is few is asked for.
    """
    wanted = surveyed.lines - dialect.header_line
    if _copy(path, out, dialect, limits, within(on_progress, 0.1, 0.8)) is None:
        return None
    missing = wanted - _lines_in(out, dialect, wanted)
    if missing == 0:
        return rejects(name, [], [], [])
    if missing > limits.unreadable + surveyed.blank_lines:
        return None
    faulty = _copy(path, out, dialect, limits, within(on_progress, 0.9, 0.1), find_faulty=True)
    if faulty is None or any(
        # A quotation mark took lines of other rows with it, or may be part of a name.
        several_lines or (dialect.literal and error == _UNPAIRED)
        for _, error, _, several_lines in faulty
    ):
        return None
    if wanted - _lines_in(out, dialect, wanted) - len(faulty) not in (0, surveyed.blank_lines):
        return None
    return rejects(
        name,
        [line for line, *_ in faulty],
        [_reason(error, text) for _, error, text, _ in faulty],
        [(text or "").strip("\r\n").removeprefix(TOO_LONG) for _, _, text, _ in faulty],
    )


def _copy(
    path: Path,
    out: Path,
    dialect: Dialect,
    limits: Limits,
    on_progress: OnProgress,
    *,
    find_faulty: bool = False,
) -> list[tuple[int, str, str | None, bool]] | None:
    """Write to Parquet what DuckDB can read; returns the faulty rows if asked for, None if it fails."""
    connection = duckdb.connect(config={"memory_limit": "3GB", **OFFLINE})
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
                # A path is no pattern, and its name tells nothing about what is in it.
                glob.escape(str(path)),
                compression="none",
                hive_partitioning=False,
                columns={f"c{i}": "VARCHAR" for i in range(dialect.width)},
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
    with ExitStack() as unless_read:
        # What is named last is done first.
        unless_read.callback(connection.close)
        unless_read.callback(worker.join)
        unless_read.callback(connection.interrupt)
        while worker.is_alive():
            worker.join(0.2)
            # Between two queries the progress is -1.
            share = max(share, min(1.0, float(connection.query_progress()) / 100))
            on_progress(Progress("Reading the rows", share))
        unless_read.pop_all()
    found: list[tuple[int, str, str | None, bool]] = []
    if find_faulty and not failure:
        found = (
            connection.table("reject_errors")
            .aggregate(
                f"line, min(error_type), any_value(left(csv_line, {_MOST_CHARACTERS})), "
                "bool_or(contains(trim(csv_line, chr(10) || chr(13)), chr(10)))",
                "line",
            )
            .order("line")
            .fetchall()
        )
    connection.close()
    return None if failure else found


def _lines_in(out: Path, dialect: Dialect, at_most: int) -> int:
    """How many lines of the file the rows that were read took."""
    scan = pl.scan_parquet(out, glob=False)
    rows = int(scan.select(pl.len()).collect().item())
    if rows == at_most:
        return rows
    inside = scan.select(
        pl.sum_horizontal(
            pl.col(f"c{i}").str.count_matches("\n", literal=True).sum()
            for i in range(dialect.width)
        )
    )
    return rows + int(inside.collect().item() or 0)


def _reason(error: str, text: str | None) -> str:
    if (text or "").strip().startswith(TOO_LONG):
        return "line too long"
    return _REASONS.get(error, error.lower())


def _refuse_damaged(name: str, limits: Limits) -> None:
    refuse(
        name,
        f"more than {number(limits.unreadable)} of its rows cannot be read. It is damaged "
        "or its quotation "
        "marks do not pair; export it again.",
    )


def _copy_carefully(
    path: Path,
    out: Path,
    dialect: Dialect,
    *,
    name: str,
    limits: Limits,
    on_progress: OnProgress,
) -> pl.DataFrame:
    """Write the cells to Parquet record by record, starting afresh behind each broken line.

    For files in which an unpaired quotation mark swallows the lines behind it.
    """
    width, size = dialect.width, path.stat().st_size
    bad: list[tuple[int, str, str]] = []
    parts: list[Path] = []
    batch: list[list[str]] = []
    size_of_batch = 0

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
                size_of_batch += sum(map(len, record))
            else:
                reason = reason or ("too few cells" if len(record) < width else "too many cells")
                text = line.strip("\r\n")
                most = _MOST_CHARACTERS if len(bad) < _WHOLE else _MOST_CHARACTERS // 20
                bad.append((row, _reason(reason, text), text.removeprefix(TOO_LONG)[:most]))
            if len(bad) > limits.unreadable:
                _refuse_damaged(name, limits)
            if len(batch) >= _BATCH_ROWS or size_of_batch >= _BATCH_CHARACTERS:
                flush()
                size_of_batch = 0
                on_progress(
                    Progress(
                        "Reading the rows",
                        0.1 + 0.9 * os.lseek(file.fileno(), 0, os.SEEK_CUR) / size,
                    )
                )
    flush()
    pl.concat(pl.scan_parquet(part, glob=False) for part in parts).sink_parquet(out)
    return rejects(name, *map(list, zip(*bad, strict=True))) if bad else rejects(name, [], [], [])


def _record(
    line: str, file: Any, waiting: list[str], dialect: Dialect, limits: Limits
) -> tuple[list[str], int, str | None]:
    """The cells of the record that starts at a line, how many waiting lines it took, what is wrong.

    A record that does not end within the limit, or does not fit, gives its further lines back. Where
    marks may be part of a name, its first line is then read as it stands.
    """
    cells, used, reason = _quoted(line, file, waiting, dialect, limits)
    if dialect.literal and '"' in line and (reason or len(cells) != dialect.width):
        as_it_stands: list[str] = next(csv_reader(iter([line]), dialect.separator, ""), [])
        if len(as_it_stands) == dialect.width:
            return as_it_stands, 0, None
    return cells, used, reason


def _quoted(
    line: str, file: Any, waiting: list[str], dialect: Dialect, limits: Limits
) -> tuple[list[str], int, str | None]:
    """`_record` of marks that always quote."""
    text, used, marks = line, 0, line.count(dialect.quote)
    while True:
        # With an odd number of marks the record cannot end here.
        if not marks % 2:
            try:
                cells: list[str] = next(
                    csv_reader(iter([text]), dialect.separator, dialect.quote), []
                )
            except csv.Error:
                return [], 0, _REASONS[_UNPAIRED]
            if used and len(cells) != dialect.width:
                # A later line closed the cell by chance.
                return [], 0, _REASONS[_UNPAIRED]
            return cells, used, None
        if used == len(waiting):
            waiting.append(file.readline())
        if not waiting[used] or used >= _RECORD_LINES or len(text) > limits.line_bytes:
            waiting[:] = [further for further in waiting if further]
            return [], 0, _REASONS[_UNPAIRED]
        text += waiting[used]
        marks += waiting[used].count(dialect.quote)
        used += 1
