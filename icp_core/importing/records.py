"""Reading JSON: records in an array, one a line, or in an array inside an object."""

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import ijson
import numpy as np
import polars as pl

from icp_core.importing.failures import short
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
)
from icp_core.reference import numbers

Record = Mapping[str, Any]
Flatten = Callable[[Record], dict[str, str | None]]

_BATCH: Final = 10_000
_DEPTH: Final = 12
# Lines in which the first two records are looked for; the others may be blank.
_HEAD: Final = 20
# Objects and arrays within each other before a parser's work on them grows out of hand.
_OPEN: Final = 100
# Of a number, and from the letter on of its exponent; more than any amount or coordinate has.
_DIGITS: Final = 40
_EXPONENT: Final = 5
_CHUNK: Final = 1 << 16
_BATCH_BYTES: Final = 16 << 20
_BATCH_CELLS: Final = 1_000_000
# Of a dotted heading.
_PATH: Final = 500
_NO_RECORDS: Final = "it holds no records. It must be an array of companies, or one company a line."


def read_json(  # noqa: PLR0915 - one pass, with what it has found so far
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
    rows = 0
    to_row: Flatten | None = None
    size = max(1, path.stat().st_size)
    flat: list[dict[str, Any]] = []

    def flush() -> None:
        nonlocal rows
        names = dict.fromkeys(key for record in flat for key in record if key != ROW)
        part = scratch.new(".parquet")
        schema = {ROW: pl.Int64, **dict.fromkeys(names, pl.String)}
        pl.from_dicts(flat, schema=schema).write_parquet(part)
        parts.append(pl.scan_parquet(part, glob=False))
        rows += len(flat)
        flat.clear()

    number = 0
    with path.open("rb") as raw:
        file = _Bounded(raw, name, limits)
        try:
            prefix, several = _where(path, name, limits)
            flushed = 0
            for number, record in _numbered(
                ijson.items(file, prefix, multiple_values=several), file
            ):
                if isinstance(record, dict):
                    to_row = to_row or flatten(record) or flat_record
                    row = _bounded_row(to_row(record), name, limits)
                    headings |= dict.fromkeys(row)
                    flat.append({ROW: number, **row})
                else:
                    text = json.dumps(record, default=str, ensure_ascii=False)[:1000]
                    bad.append((number, "not a record", text))
                if len(headings) > limits.columns:
                    refuse(
                        name,
                        f"its records have more than {numbers.number(limits.columns)} different fields.",
                    )
                if len(bad) > limits.unreadable or rows + len(flat) > limits.rows:
                    refuse(name, "it holds too much that is no record. Export it again.")
                if (
                    len(flat) >= _BATCH
                    or file.taken - flushed > _BATCH_BYTES
                    or len(flat) * len(headings) > _BATCH_CELLS
                ):
                    flush()
                    flushed = file.taken
                    on_progress(Progress("Reading the records", min(1.0, raw.tell() / size)))
        except (ijson.JSONError, UnicodeDecodeError) as error:
            reason = (
                f"it is not sound JSON behind record {numbers.number(number)} ({short(error)})."
            )
            refuse(name, reason, error)
        except RecursionError as error:
            refuse(name, "its records are nested too deeply.", error)
    if flat:
        flush()
    if not rows:
        refuse(name, _NO_RECORDS)
    unreadable = (
        rejects(name, *map(list, zip(*bad, strict=True))) if bad else rejects(name, [], [], [])
    )
    fields = tuple(headings)
    columns = unique_headings(fields, name=name, limits=limits)
    lazy = pl.concat(parts, how="diagonal").select(
        ROW, *(cell(old, limits).alias(new) for old, new in zip(fields, columns, strict=True))
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
        # Written out where that has an end; else it is a text, and no number to any column.
        return f"{value:f}" if abs(value.adjusted()) <= _DIGITS else str(value)
    if isinstance(value, list) and all(isinstance(v, str | int | Decimal) for v in value):
        text = "; ".join(map(str, value))
    elif isinstance(value, list | dict):
        text = json.dumps(value, default=str, ensure_ascii=False)
    else:
        text = str(value)
    # No text of a database holds these.
    return text.replace("\0", "") or None


def _flatten(value: Record, prefix: str, row: dict[str, str | None], depth: int) -> None:
    for key, entry in value.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(entry, dict) and depth < _DEPTH and len(path) <= _PATH:
            _flatten(entry, path, row, depth + 1)
        elif path != ROW:
            row[path] = text_of(entry)


def _bounded_row(row: Mapping[str, str | None], name: str, limits: Limits) -> dict[str, str | None]:
    """The cells of a record; one that is longer than a cell can be is unknown."""
    for field in row:
        if len(field) > _PATH:
            refuse(name, f"a field's name is longer than {_PATH} characters: {field[:40]}….")
    most = limits.cell_characters
    return {key: None if text and len(text) > most else text for key, text in row.items()}


def _numbered(records: Iterator[Any], file: "_Bounded") -> Iterator[tuple[int, Any]]:
    for number, record in enumerate(records, start=1):
        file.since = 0
        yield number, record


def _where(path: Path, name: str, limits: Limits) -> tuple[str, bool]:
    """Where the records stand, and whether the file is one value a line."""
    with path.open("rb") as file:
        head = (file.readline(1 << 20).removeprefix(BOM_UTF8).strip() for _ in range(_HEAD))
        first, second = islice(chain(filter(None, head), (b"", b"")), 2)
    if first.startswith(b"{") and second.startswith(b"{"):
        return "", True
    with path.open("rb") as file:
        after_array = None
        bounded = _Bounded(file, name, limits)
        for prefix, event, _ in islice(ijson.parse(bounded), 100_000):
            if event == "start_map" and after_array is not None:
                return f"{after_array}.item".lstrip("."), False
            after_array = prefix if event == "start_array" else None
            if prefix.count(".") > _DEPTH:
                refuse(name, "its records are nested too deeply.")
    if not first.startswith(b"{"):
        refuse(name, _NO_RECORDS)
    return "", True


class _Bounded:
    """A file of JSON in which no record is too large or too deep, and no number too long.

    A parser makes numbers out of digits before anybody can ask how many there are. Those that no amount
    has become texts, and so cells that are no number. One pass over the bytes tells what is inside a
    text and what is not.
    """

    def __init__(self, file: BinaryIO, name: str, limits: Limits) -> None:
        self._file = file
        self._name = name
        self._limit = limits.record_bytes
        self.since = 0
        self.taken = 0
        self._depth = 0
        self._inside = False
        self._rest = b""
        self._ended = False
        # What many Windows programs put in front of Unicode, and no parser of JSON takes.
        if file.read(len(BOM_UTF8)) != BOM_UTF8:
            file.seek(0)

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        while not self._ended:
            if self.since > self._limit:
                refuse(self._name, f"a record is larger than {self._limit >> 20} MB. Leave it out.")
            data = self._file.read(_CHUNK)
            self._ended = not data
            self.since += len(data)
            self.taken += len(data)
            if bounded := self._bounded(self._rest + data):
                return bounded
        return b""

    def _bounded(self, data: bytes) -> bytes:
        # Pairs from the left: what is left of a run of them escapes the character behind it.
        plain = data.replace(b"\\\\", b"__").replace(b'\\"', b"__")
        held = len(plain) - len(plain.rstrip(_NUMBER_BYTES)) if not self._ended else 0
        held = 1 if plain.endswith(b"\\") and not self._ended else min(held, _CHUNK)
        plain, self._rest = plain[: len(plain) - held], data[len(data) - held :]
        data = data[: len(plain)]
        bytes_ = np.frombuffer(plain, np.uint8)
        quotes = bytes_ == _QUOTE
        inside = np.logical_xor.accumulate(quotes) ^ self._inside if len(bytes_) else quotes
        outside = ~(inside | quotes)
        if len(inside):
            self._inside = bool(inside[-1])
        steps = _STEPS[bytes_[outside]]
        if len(steps):
            depths = np.cumsum(steps, dtype=np.int64) + self._depth
            self._depth = int(depths[-1])
            if int(depths.max()) > _OPEN:
                refuse(self._name, "its records are nested too deeply.")
        return _with_short_numbers(data, bytes_, outside)


def _with_short_numbers(data: bytes, bytes_: np.ndarray, outside: np.ndarray) -> bytes:
    """The bytes with numbers that are too long, or whose exponents are, as texts."""
    number = np.zeros(len(bytes_) + 2, np.int8)
    number[1:-1] = _IN_NUMBERS[bytes_] & outside
    edges = np.diff(number)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    long = ends - starts > _DIGITS
    exponents = np.flatnonzero(_EXPONENTS[bytes_] & outside)
    if len(exponents):
        of = np.searchsorted(starts, exponents, side="right") - 1
        long[of[ends[of] - exponents > _EXPONENT]] = True
    if not long.any():
        return data
    pieces, done = [], 0
    for start, end in zip(starts[long].tolist(), ends[long].tolist(), strict=True):
        text = data[start:end]
        cut = text if len(text) <= _DIGITS else text[:_DIGITS] + "…".encode()
        pieces += [data[done:start], b'"', cut, b'"']
        done = end
    return b"".join([*pieces, data[done:]])


def _table_of(characters: bytes) -> np.ndarray:
    found = np.zeros(256, bool)
    found[list(characters)] = True
    return found


_NUMBER_BYTES: Final = b"0123456789+-.eE"
_IN_NUMBERS: Final = _table_of(_NUMBER_BYTES)
_EXPONENTS: Final = _table_of(b"eE")
_STEPS: Final = _table_of(b"{[").astype(np.int64) - _table_of(b"}]")
_QUOTE: Final = ord('"')
