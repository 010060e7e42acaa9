"""Reading JSON: records in an array, one a line, or in an array inside an object."""

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import ijson
import polars as pl

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
)

Record = Mapping[str, Any]
Flatten = Callable[[Record], dict[str, str | None]]

_BATCH: Final = 10_000
_DEPTH: Final = 12
# Brackets open within one record before a parser's work on it grows out of hand.
_OPEN: Final = 1_000
_NO_RECORDS: Final = "it holds no records. It must be an array of companies, or one company a line."


def read_json(
    path: Path,
    *,
    name: str,
    scratch: Scratch,
    limits: Limits | None = None,
    flatten: Callable[[Record], Flatten | None] = lambda _: None,
    on_progress: OnProgress = no_progress,
) -> Table:
    """Read records as a table of text, nested fields under dotted headings.

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
    flatten
        Given the first record, how its kind becomes a row; None takes every field.
    on_progress
        Told how far the reading is, 0…1.

    Raises
    ------
    ImportRefused
        If it is not JSON, holds no records, or a record is larger than a company can be.
    """
    limits = limits or Limits()
    headings: dict[str, None] = {}
    parts: list[pl.LazyFrame] = []
    bad: list[tuple[int, str, str]] = []
    rows = count = 0
    to_row: Flatten | None = None
    with path.open("rb") as raw:
        file = _Bounded(raw, name, limits)
        try:
            prefix, several = _where(path, name)
            records = ijson.items(file, prefix, multiple_values=several)
            while batch := list(islice(_numbered(records, file, count), _BATCH)):
                count += len(batch)
                flat = []
                for number, record in batch:
                    if not isinstance(record, dict):
                        text = json.dumps(record, default=str, ensure_ascii=False)[:1000]
                        bad.append((number, "not a record", text))
                        continue
                    to_row = to_row or flatten(record) or flat_record
                    flat.append({ROW: number, **to_row(record)})
                rows += len(flat)
                if len(bad) > limits.unreadable or rows > limits.rows:
                    refuse(name, "it holds too much that is no record. Export it again.")
                names = dict.fromkeys(key for record in flat for key in record if key != ROW)
                headings |= names
                if len(headings) > limits.columns:
                    refuse(name, f"its records have more than {limits.columns:,} different fields.")
                part = scratch.new(".parquet")
                schema = {ROW: pl.Int64, **dict.fromkeys(names, pl.String)}
                pl.from_dicts(flat, schema=schema).write_parquet(part)
                parts.append(pl.scan_parquet(part))
                on_progress(
                    Progress("Reading the records", raw.tell() / max(1, path.stat().st_size))
                )
        except (ijson.JSONError, UnicodeDecodeError) as error:
            refuse(name, f"it is not sound JSON behind record {count:,} ({_short(error)}).", error)
        except RecursionError as error:
            refuse(name, "its records are nested too deeply.", error)
    if not rows:
        refuse(
            name, "it holds no records. It must be an array of companies, or one company a line."
        )
    unreadable = (
        rejects(name, *map(list, zip(*bad, strict=True))) if bad else rejects(name, [], [], [])
    )
    columns = tuple(headings)
    lazy = pl.concat(parts, how="diagonal").select(
        ROW, *(_blank_to_null(column) for column in columns)
    )
    return Table(name, "JSON", columns, lazy, rows, unreadable, (), scratch)


def flat_record(record: Record) -> dict[str, str | None]:
    """Fields of a record under dotted names; lists of words are joined, other lists kept as JSON."""
    row: dict[str, str | None] = {}
    _flatten(record, "", row, 0)
    return row


def text_of(value: Any) -> str | None:
    """A JSON value as the text of a cell."""
    if value is None or value in ("", []):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list) and all(isinstance(v, str | int | Decimal) for v in value):
        return "; ".join(map(str, value))
    if isinstance(value, list | dict):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def _flatten(value: Record, prefix: str, row: dict[str, str | None], depth: int) -> None:
    for key, entry in value.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(entry, dict) and depth < _DEPTH:
            _flatten(entry, path, row, depth + 1)
        elif path != ROW:
            row[path] = text_of(entry)


def _blank_to_null(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text).alias(column)


def _numbered(records: Iterator[Any], file: "_Bounded", start: int) -> Iterator[tuple[int, Any]]:
    for number, record in enumerate(records, start=start + 1):
        file.since = file.open = 0
        yield number, record


def _where(path: Path, name: str) -> tuple[str, bool]:
    """Where the records stand, and whether the file is one value a line."""
    with path.open("rb") as file:
        first, second = file.readline(1 << 20).strip(), file.readline(1 << 20).strip()
    if first.startswith(b"{") and second.startswith(b"{"):
        return "", True
    with path.open("rb") as file:
        after_array = None
        for prefix, event, _ in islice(ijson.parse(file, buf_size=8192), 100_000):
            if event == "start_map" and after_array is not None:
                return f"{after_array}.item".lstrip("."), False
            after_array = prefix if event == "start_array" else None
            if prefix.count(".") > _DEPTH:
                refuse(name, "its records are nested too deeply.")
    if not first.startswith(b"{"):
        refuse(name, _NO_RECORDS)
    return "", True


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:100] if str(error).strip() else "it ends early"


class _Bounded:
    """A file that refuses to be read on when one record has grown too large or too deep."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits) -> None:
        self._file = file
        self._name = name
        self._limit = limits.record_bytes
        self.since = 0
        self.open = 0

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        if self.since > self._limit:
            refuse(self._name, f"a record is larger than {self._limit >> 20} MB. Leave it out.")
        data = self._file.read(size if size > 0 else 1 << 16)
        self.since += len(data)
        self.open += data.count(b"{") + data.count(b"[") - data.count(b"}") - data.count(b"]")
        if self.open > _OPEN:
            refuse(self._name, "its records are nested too deeply.")
        return data
