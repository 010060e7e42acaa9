"""Reading Excel workbooks: values only, the sheet that holds companies, never a bomb."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Final
from zlib import error as zlib_error

import numpy as np
import polars as pl
import python_calamine as calamine

from icp_core.importing.dialects import find_header
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

_CHUNK: Final = 1 << 20
_BATCH: Final = 20_000
_ERRORS: Final = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
_REFERENCE: Final = re.compile(rb'<(?:\w+:)?(?:c|row)\s[^>]*?\br="([A-Z]{0,3})(\d+)"')
_SHARED: Final = re.compile(rb'\bt="s"[^>]*>\s*<(?:\w+:)?v>(\d+)<')

Value = int | float | str | bool | time | date | datetime | timedelta


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
    _guard(path, name, limits)
    on_progress(Progress("Opening the workbook", 0.1))
    try:
        workbook = calamine.CalamineWorkbook.from_path(str(path))
        names = [
            s.name for s in workbook.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        chosen = _choose(workbook, names, name=name, sheet=sheet)
        if chosen is None:
            refuse(name, "no sheet has a row of headings with rows below it. Add the headings.")
        return _read(
            workbook.get_sheet_by_name(chosen),
            name=name,
            others=[other for other in names if other != chosen],
            scratch=scratch,
            limits=limits,
            on_progress=on_progress,
        )
    except calamine.PasswordError as error:
        refuse(name, "it is protected with a password. Save a copy without one.", error)
    except calamine.CalamineError as error:
        refuse(name, f"the workbook is damaged ({error}). Save it again, or as CSV.", error)


def _choose(
    workbook: calamine.CalamineWorkbook, names: Sequence[str], *, name: str, sheet: str | None
) -> str | None:
    if sheet is not None:
        if sheet not in names:
            refuse(name, f"it has no sheet {sheet}; its sheets are {', '.join(names)}.")
        return sheet
    best: tuple[tuple[int, int], str] | None = None
    for candidate in names:
        content = workbook.get_sheet_by_name(candidate)
        first = [[_text(value) or "" for value in row] for row in islice(content.iter_rows(), 30)]
        found = find_header(first)
        if found is None or content.height <= found + 1:
            continue
        score = (recognised(first[found]), content.height)
        if best is None or score > best[0]:
            best = score, candidate
    return best[1] if best else None


def _read(
    sheet: calamine.CalamineSheet,
    *,
    name: str,
    others: Sequence[str],
    scratch: Scratch,
    limits: Limits,
    on_progress: OnProgress,
) -> Table:
    # Rows above the first filled cell are not handed out.
    above = sheet.start[0] if sheet.start else 0
    first = [[_text(value) or "" for value in row] for row in islice(sheet.iter_rows(), 30)]
    header = find_header(first)
    if header is None:
        refuse(name, f"the sheet {sheet.name} has no row of headings. Add one above its rows.")
    header_cells: list[str | None] = list(first[header])
    while header_cells and not header_cells[-1]:
        header_cells.pop()
    headings = unique_headings(header_cells, name=name, limits=limits)
    width = len(headings)
    bad: list[tuple[int, str, str]] = []
    parts: list[pl.LazyFrame] = []
    rows = 0
    for batch in _batches(sheet, header + 1):
        kept = []
        for number, cells in batch:
            if any(cells[width:]):
                bad.append((above + number, "too many cells", ";".join(c or "" for c in cells)))
            elif any(cells):
                kept.append((above + number, *cells, *[None] * (width - len(cells))))
        rows += len(kept)
        part = scratch.new(".parquet")
        schema = {ROW: pl.Int64, **dict.fromkeys(headings, pl.String)}
        pl.DataFrame([row[: width + 1] for row in kept], schema=schema, orient="row").write_parquet(
            part
        )
        parts.append(pl.scan_parquet(part))
        on_progress(
            Progress("Reading the sheet", min(0.1 + 0.9 * batch[-1][0] / sheet.height, 1.0))
        )
    if rows == 0:
        refuse(name, f"the sheet {sheet.name} has headings but no rows below them.")
    notes = [f"sheet {sheet.name}"]
    if others:
        notes.append(f"other sheets left alone: {', '.join(others)}")
    unreadable = (
        rejects(name, *map(list, zip(*bad, strict=True))) if bad else rejects(name, [], [], [])
    )
    return Table(
        name,
        "Excel",
        headings,
        pl.concat(parts),
        rows,
        unreadable,
        tuple(notes),
        scratch,
        (sheet.name, *others),
    )


def _batches(
    sheet: calamine.CalamineSheet, skip: int
) -> Iterator[list[tuple[int, list[str | None]]]]:
    numbered = enumerate(sheet.iter_rows(), start=1)
    texts = ((number, [_text(v) for v in row]) for number, row in islice(numbered, skip, None))
    while batch := list(islice(texts, _BATCH)):
        yield batch


def _text(value: Value) -> str | None:
    """A cell as text: whole numbers without `.0`, dates as ISO 8601, errors as blanks."""
    if isinstance(value, str):
        text = value.strip()
        return None if not text or text in _ERRORS else text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(value)


def _guard(path: Path, name: str, limits: Limits) -> None:
    """Refuse a workbook that would not fit into memory once unpacked.

    Sizes that the archive claims are not believed: the parts are unpacked and counted. A cell far away
    makes a reader allocate everything up to it, and one long text can stand in a million cells.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [
                info for info in archive.infolist() if info.filename.endswith((".xml", ".bin"))
            ]
            total = 0
            lengths = np.zeros(0, np.int64)
            for info in sorted(parts, key=lambda i: "sharedStrings" not in i.filename):
                is_sheet = "worksheets/sheet" in info.filename
                shared: list[np.ndarray] = []
                text = bytearray()
                edges = [0, 0]
                carry = b""
                with archive.open(info) as part:
                    while chunk := part.read(_CHUNK):
                        total += len(chunk)
                        if total > limits.sheet_bytes:
                            _refuse_bomb(name)
                        if "sharedStrings" in info.filename:
                            text += chunk
                        elif is_sheet:
                            window = carry + chunk
                            _extend(edges, window)
                            shared.append(np.array(_SHARED.findall(window), dtype=np.int64))
                            carry = _tail(window)
                if text:
                    lengths = np.array([len(s) for s in text.split(b"</si>")], np.int64)
                if edges[0] * edges[1] > limits.sheet_cells:
                    refuse(
                        name,
                        f"a sheet reaches to row {edges[0]:,} and column {edges[1]:,}. "
                        "Delete the far cells, or save it as CSV.",
                    )
                if shared and len(lengths):
                    indexes = np.concatenate(shared)
                    used = lengths[indexes[indexes < len(lengths)]].sum()
                    if used > limits.sheet_bytes:
                        _refuse_bomb(name)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib_error) as error:
        refuse(name, f"the workbook is damaged ({error}). Save it again, or as CSV.", error)


def _refuse_bomb(name: str) -> None:
    refuse(name, "the workbook is too large once unpacked. Save it as CSV, or in parts.")


def _extend(edges: list[int], xml: bytes) -> None:
    columns: set[bytes] = set()
    last = 0
    for letters, row in _REFERENCE.findall(xml):
        columns.add(letters)
        last = max(last, int(row[:9]))
    edges[0] = max(edges[0], last)
    for letters in columns:
        number = 0
        for letter in letters:
            number = number * 26 + letter - 64
        edges[1] = max(edges[1], number)


def _tail(window: bytes) -> bytes:
    """What the next chunk needs to complete a cell that was cut in two."""
    start = window.rfind(b"<", 0, max(0, len(window) - 200))
    return window[start:] if start >= 0 and len(window) - start < 2000 else b""
