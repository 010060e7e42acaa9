"""What every reader makes: a table of text on disk, with the rows that could not be read."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

import polars as pl

from icp_core.errors import ImportRefused
from icp_core.paths import DIRECTORY_VARIABLE, TemporaryFolder, temporary_base
from icp_core.reference.numbers import number

ROW: Final = "#row"
"""Column that counts the file's rows as a spreadsheet does: the first line of the file is 1."""

REJECTS: Final = pl.Schema(
    {"file": pl.String(), "row": pl.Int64(), "reason": pl.String(), "cells": pl.String()}
)
"""Columns of the rows that did not make it: where they stood, why, and their original text."""

_LOOKED_AT: Final = 500
# Columns that a load adds on its way; a heading of that name gets another.
_OURS: Final = (ROW, "#left_out", "#number_country", "#file", "#at", "#group", "#into", "#by")
# Whitespace of Unicode, and the mark that programs write before a text.
_BLANKS: Final = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff"

OnProgress = Callable[["Progress"], None]
"""Called often with how far a load is; raising in it cancels the load."""


@dataclass(frozen=True)
class Progress:
    """How far a load is.

    Attributes
    ----------
    step
        What is being done, for the person waiting.
    done
        Share of the whole load, 0…1.
    """

    step: str
    done: float


def no_progress(_: Progress) -> None:
    """Report to nobody."""


def within(on_progress: OnProgress, start: float, width: float) -> OnProgress:
    """Progress of a part, told as progress of the whole."""

    def tell(part: Progress) -> None:
        on_progress(Progress(part.step, start + width * part.done))

    return tell


@dataclass(frozen=True)
class Limits:
    """How much of an untrusted file is read.

    Attributes
    ----------
    unpacked_bytes
        Size of a compressed file once unpacked.
    ratio, bomb_from
        Unpacked over packed size from which a file is a bomb, once it is so large.
    sheet_bytes
        Size of a workbook's parts once unpacked, and of all text in a sheet.
    sheet_cells
        Cells of the smallest rectangle around a sheet's content.
    record_bytes
        Size of one JSON record.
    columns, rows
        Size of the table.
    cell_characters
        Of one cell; a longer one is unknown.
    line_bytes
        Length of one line of a text file.
    unreadable
        Rows that cannot be read before the whole file counts as damaged.
    """

    unpacked_bytes: int = 16 << 30
    ratio: int = 250
    bomb_from: int = 64 << 20
    sheet_bytes: int = 1 << 30
    sheet_cells: int = 50_000_000
    record_bytes: int = 8 << 20
    columns: int = 2_000
    rows: int = 20_000_000
    cell_characters: int = 100_000
    line_bytes: int = 1 << 20
    unreadable: int = 100_000


class Scratch:
    """A folder for a load's intermediate files that goes away with the last table that needs it.

    Raises
    ------
    ImportRefused
        If the disk refuses, or is full.
    """

    def __init__(self) -> None:
        try:
            self._folder = TemporaryFolder()
        except OSError as error:
            raise ImportRefused(
                f"Files cannot be read: the disk refuses {temporary_base()} "
                f"({error.strerror or error}). Make room there, or set {DIRECTORY_VARIABLE} to another "
                "folder."
            ) from error
        self.path = self._folder.path
        self._count = 0

    def new(self, suffix: str = "") -> Path:
        """A path that nothing has been written to."""
        self._count += 1
        return self.path / f"{self._count}{suffix}"


@dataclass(frozen=True, eq=False)
class Table:
    """One file as text.

    Attributes
    ----------
    name
        Of the file.
    kind
        `CSV`, `Excel`, `Parquet` or `JSON`.
    headings
        Of its columns, made unique.
    lazy
        All cells as text, blanks as null, with the column `ROW` in front.
    rows
        How many rows `lazy` has.
    unreadable
        Rows that could not be read (schema `REJECTS`).
    notes
        What was found out about the file: encoding, separator, sheet.
    scratch
        Where `lazy` lies; kept as long as the table.
    sheets
        Of a workbook, the one that was read first.
    code_page
        Of the lines that are not UTF-8 (see `encodings.CODE_PAGES`); None where all are.
    """

    name: str
    kind: str
    headings: tuple[str, ...]
    lazy: pl.LazyFrame
    rows: int
    unreadable: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTS))
    notes: tuple[str, ...] = ()
    scratch: Scratch = field(default_factory=Scratch, repr=False)
    sheets: tuple[str, ...] = ()
    code_page: str | None = None

    @property
    def rows_read(self) -> int:
        """Rows below the headings, readable or not."""
        return self.rows + self.unreadable.height

    def head(self, rows: int = 1000) -> pl.DataFrame:
        """The first rows, without the row numbers; of long texts the first characters."""
        first = self.lazy.head(rows).select(self.headings)
        return first.with_columns(pl.all().str.head(_LOOKED_AT)).collect()


def cell(column: str, limits: Limits) -> pl.Expr:
    """Text of a cell without blanks around it; null where nothing is left, or more than a cell holds."""
    text = pl.col(column).str.strip_chars(_BLANKS)
    return pl.when((text != "") & (text.str.len_bytes() <= limits.cell_characters)).then(text)


def refuse(name: str, reason: str, cause: BaseException | None = None) -> NoReturn:
    """Raise for a file as a whole.

    Raises
    ------
    ImportRefused
        Always: the file's name and the reason.
    """
    raise ImportRefused(f"{name}: {reason}") from cause


def unique_headings(cells: Sequence[str | None], *, name: str, limits: Limits) -> tuple[str, ...]:
    """Headings that are all different and none blank: `Name`, `Name (2)`, `Column 7`.

    Raises
    ------
    ImportRefused
        If there are more columns than a company list can have.
    """
    if len(cells) > limits.columns:
        refuse(
            name,
            f"it has {number(len(cells))} columns; at most {number(limits.columns)} are read. "
            "Remove the columns that are not needed.",
        )
    taken: set[str] = set(_OURS)
    headings = []
    for place, cell in enumerate(cells, start=1):
        text = " ".join((cell or "").split())[:200] or f"Column {place}"
        heading, copies = text, 1
        while heading in taken:
            copies += 1
            heading = f"{text} ({copies})"
        taken.add(heading)
        headings.append(heading)
    return tuple(headings)


def rejects(
    name: str, rows: Sequence[int], reasons: Sequence[str], cells: Sequence[str | None]
) -> pl.DataFrame:
    """A frame of rejected rows of one file."""
    return pl.DataFrame(
        {"file": [name] * len(rows), "row": rows, "reason": reasons, "cells": cells}, schema=REJECTS
    )


def joined(cells: Iterable[object]) -> str:
    """The cells of a row as one line of CSV, for the rejects."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(["" if c is None else c for c in cells])
    return line.getvalue()
