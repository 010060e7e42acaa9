"""Reading any file that holds companies, by what is in it rather than by what it is called."""

import os
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import IO, BinaryIO, Final, TypedDict

import polars as pl

from icp_core.errors import IcpError, ImportRefused
from icp_core.importing.delimited import read_delimited
from icp_core.importing.failures import refusing, short
from icp_core.importing.parquet import read_parquet
from icp_core.importing.records import Flatten, Record, read_json
from icp_core.importing.sheets import read_workbook, refuse_open_document
from icp_core.importing.tables import (
    ROW,
    Limits,
    OnProgress,
    Progress,
    Scratch,
    Table,
    joined,
    no_progress,
    refuse,
    rejects,
)
from icp_core.importing.text_files import wide_encoding
from icp_core.reference.numbers import number

_CHUNK: Final = 1 << 20
_NESTING: Final = 2
_GZIP: Final = 31  # of the window, with a gzip head and sum
_TABLES: Final = (".csv", ".txt", ".tsv", ".xlsx", ".parquet", ".json", ".jsonl", ".ndjson", ".gz")
# Sheets of Excel 2 to 4, which stand in no container.
_OLD_SHEETS: Final = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
# What may stand around a heading that is repeated: a byte order mark, and marks it keeps then.
_AROUND: Final = ' \t\ufeff"'
SERVER_FOLDERS: Final = "ICP_IMPORT_DIRS"
"""Environment variable with the folders from which files may be named by path (`os.pathsep`)."""


class _Common(TypedDict):
    name: str
    scratch: Scratch
    limits: Limits
    on_progress: OnProgress


def read(
    source: Path | bytes,
    *,
    name: str | None = None,
    sheet: str | None = None,
    code_page: str | None = None,
    flatten: Callable[[Record], Flatten | None] = lambda _: None,
    limits: Limits | None = None,
    on_progress: OnProgress = no_progress,
) -> Table:
    """Read a file as a table of text.

    CSV (any usual separator, Unicode or a code page), Excel, Parquet, JSON or JSON Lines, or
    one of these in a zip or gzip archive.

    Parameters
    ----------
    source
        Path or content.
    name
        What the user calls the file; the path's name by default.
    sheet
        Sheet of a workbook; None finds the one with companies.
    code_page
        See `delimited.read_delimited`.
    flatten
        See `records.read_json`.
    limits
        How much of an untrusted file to read.
    on_progress
        Told how far the reading is, 0…1; raising in it cancels.

    Raises
    ------
    ImportRefused
        If the file cannot be read as a whole; the message says why and what to do.
    """
    limits = limits or Limits()
    if isinstance(source, Path) and not source.is_file():
        refuse(name or source.name, "there is no such file.")
    name = name or (source.name if isinstance(source, Path) else "file")
    with refusing(name):
        scratch = Scratch()
        if isinstance(source, Path):
            path = source
        else:
            path = scratch.new()
            path.write_bytes(source)
        path = _unpack(path, name=name, scratch=scratch, limits=limits, on_progress=on_progress)
        with path.open("rb") as file:
            head = file.read(4096)
        common: _Common = {
            "name": name,
            "scratch": scratch,
            "limits": limits,
            "on_progress": on_progress,
        }
        if head.startswith(b"PAR1"):
            return read_parquet(path, **common)
        if head.startswith(b"PK\x03\x04"):
            return _without_repeated_headings(read_workbook(path, sheet=sheet, **common))
        wide = wide_encoding(head)
        if wide and head.decode(wide, errors="replace").lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
            path, head = _as_utf_8(path, wide, scratch), b"{"
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            return read_json(path, flatten=flatten, **common)
        _refuse_known(head, path, name)
        return _without_repeated_headings(read_delimited(path, code_page=code_page, **common))


def server_path(text: str) -> Path:
    """A file on the server, inside the folders that the administrator allows.

    Raises
    ------
    ImportRefused
        If no folder is allowed (the default), the path leads out of them (links are followed first),
        or there is no such file.
    """
    allowed = [Path(f).resolve() for f in os.environ.get(SERVER_FOLDERS, "").split(os.pathsep) if f]
    if not allowed:
        raise ImportRefused(
            "Files on the server cannot be named here; the administrator allows folders with "
            f"{SERVER_FOLDERS}."
        )
    try:
        path = Path(text).resolve()
        inside = any(path.is_relative_to(folder) for folder in allowed)
    except (OSError, ValueError, RuntimeError) as error:
        raise ImportRefused("That is not a path.") from error
    if not inside or not path.is_file():
        # One message for both, so that nobody can feel their way through the server's folders.
        raise ImportRefused(
            "There is no such file in the allowed folders "
            f"({', '.join(str(folder) for folder in allowed)})."
        )
    return path


def _refuse_known(head: bytes, path: Path, name: str) -> None:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        with path.open("rb") as file:
            start = file.read(4 << 20)
        if "EncryptedPackage".encode("utf-16-le") in start:
            refuse(name, "the workbook is protected with a password. Save a copy without one.")
        refuse(name, "it is in the old Excel format. Save it as .xlsx or CSV.")
    if head.startswith(_OLD_SHEETS):
        refuse(name, "it is in the old Excel format. Save it as .xlsx or CSV.")
    if head.startswith(b"PARE"):
        refuse(name, "the Parquet file is encrypted. Write it without a key.")
    if head.startswith(b"%PDF"):
        refuse(name, "it is a PDF. Load CSV, Excel (.xlsx), Parquet or JSON.")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<body")):
        refuse(name, "it is a web page. Load CSV, Excel (.xlsx), Parquet or JSON.")
    if start.startswith(b"<?xml"):
        refuse(name, "it is XML. Open it in a spreadsheet, and save it as .xlsx or CSV.")


def _unpack(
    path: Path, *, name: str, scratch: Scratch, limits: Limits, on_progress: OnProgress
) -> Path:
    """The file itself, out of up to two archives around it."""
    for level in range(_NESTING + 1):
        with path.open("rb") as file:
            magic = file.read(4)
        packed_by_zip = magic in (b"PK\x03\x04", b"PK\x05\x06")
        if not packed_by_zip and not magic.startswith(b"\x1f\x8b"):
            break
        target = scratch.new()
        try:
            if packed_by_zip:
                with zipfile.ZipFile(path) as archive:
                    refuse_open_document(archive, name)
                    member = _member(archive, name)
                    if member is None:
                        break
                    with archive.open(member) as packed:
                        # The archive's own word for a size is not believed.
                        size = max(1, min(member.compress_size, path.stat().st_size))
                        _inflate(
                            packed, target, name=name, size=size, limits=limits, tell=on_progress
                        )
            else:
                with path.open("rb") as file:
                    size = path.stat().st_size
                    members = _Members(file)
                    _inflate(members, target, name=name, size=size, limits=limits, tell=on_progress)
        except (RuntimeError, NotImplementedError) as error:
            if type(error) not in (RuntimeError, NotImplementedError):
                raise
            refuse(name, "the archive is encrypted or packed in an unusual way. Unpack it.", error)
        except (OSError, ValueError) as error:
            if isinstance(error, IcpError) or getattr(error, "errno", None):
                raise
            refuse(name, f"the archive is damaged ({short(error)}). Pack it again.", error)
        if level == _NESTING:
            refuse(name, "it is an archive in an archive in an archive. Unpack it first.")
        path = target
    return path


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo | None:
    """The one table in an archive; None if the archive is a workbook."""
    members = [info for info in archive.infolist() if not info.is_dir() and info.file_size]
    if any(info.filename == "[Content_Types].xml" for info in members):
        return None
    real = [info for info in members if not PurePath(info.filename).name.startswith((".", "__"))]
    real = [info for info in real if not info.filename.startswith("__MACOSX/")]
    tables = [info for info in real if info.filename.lower().endswith(_TABLES)] or real
    if not tables:
        refuse(name, "the archive is empty.")
    if len(tables) > 1:
        names = ", ".join(info.filename for info in tables[:5])
        refuse(name, f"the archive holds {len(tables)} files ({names}). Load them one by one.")
    return tables[0]


class _Members:
    """What is in a gzip file, with every member that begins with the headings on a line of its own.

    The last line of an export need not end, and the next member's headings would be glued to it. Members
    that begin otherwise are parts of one text, as some programs cut it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._packed = b""
        self._begin()
        self._headings: bytes | None = None
        self._last = b"\n"

    def _begin(self) -> None:
        self._member = zlib.decompressobj(wbits=_GZIP)
        self._is_open, self._has_data = False, False

    def read(self, size: int) -> bytes:
        """The next bytes, about so many; none at the end.

        Raises
        ------
        EOFError, zlib.error
            If the file is cut, or something else.
        """
        while True:
            if self._member.eof:
                self._packed = self._member.unused_data
                self._begin()
            if not self._packed:
                self._packed = self._file.read(_CHUNK)
                if not self._packed and self._is_open:
                    raise EOFError("it ends in the middle")
                if not self._packed:
                    return b""
            if not self._is_open:
                # Tapes and disks are padded.
                self._packed = self._packed.lstrip(b"\0")
            if self._packed:
                self._is_open = True
                data = self._member.decompress(self._packed, size)
                self._packed = self._member.unconsumed_tail
                if data:
                    return self._on_its_line(data)

    def _on_its_line(self, data: bytes) -> bytes:
        if self._headings is None:
            line, end, _ = data.partition(b"\n")
            self._headings = line.rstrip(b"\r") if end else b""
        is_new, self._has_data = not self._has_data, True
        again = is_new and self._headings and data.startswith(self._headings)
        glued = again and self._last not in b"\r\n"
        self._last = data[-1:]
        return b"\n" + data if glued else data


def _inflate(
    packed: IO[bytes] | _Members,
    target: Path,
    *,
    name: str,
    size: int,
    limits: Limits,
    tell: OnProgress,
) -> None:
    total = 0
    with target.open("wb") as out:
        while chunk := packed.read(_CHUNK):
            total += len(chunk)
            if total > limits.unpacked_bytes or (
                total > limits.bomb_from and total > limits.ratio * size
            ):
                refuse(
                    name,
                    f"it grows to more than {number(total >> 20)} MB when unpacked and "
                    "looks like a bomb. "
                    "Unpack it and load the file itself.",
                )
            out.write(chunk)
            tell(Progress("Unpacking", 0.0))


def _as_utf_8(path: Path, encoding: str, scratch: Scratch) -> Path:
    target = scratch.new()
    with (
        path.open(encoding=encoding, errors="replace") as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        shutil.copyfileobj(file, out, _CHUNK)
    return target


def _without_repeated_headings(table: Table) -> Table:
    """The table without rows that are its headings once more, as in exports behind each other.

    Raises
    ------
    ImportRefused
        If they come in another order: what is below them belongs to other columns.
    """

    def cell(heading: str) -> pl.Expr:
        return pl.col(heading).str.strip_chars(_AROUND).str.to_lowercase()

    def name(heading: str) -> str:
        return heading.strip(_AROUND).lower()

    def repeats(heading: str) -> pl.Expr:
        # A blank or repeated heading was given a name of its own.
        named = pl.lit(name(heading))
        unnamed = pl.col(heading).is_null() & pl.lit(heading.startswith("Column "))
        return (cell(heading) == named) | named.str.starts_with(cell(heading) + " (") | unnamed

    names = [name(heading) for heading in table.headings]
    first = table.lazy.filter(cell(table.headings[0]).is_in(names)).collect()
    found = first.filter(pl.all_horizontal(repeats(heading) for heading in table.headings))
    elsewhere = first.join(found, on=ROW, how="anti").filter(
        pl.concat_list(cell(heading) for heading in table.headings).list.sort()
        == pl.lit(pl.Series([sorted(names)]))
    )
    if not elsewhere.is_empty():
        refuse(
            table.name,
            f"in row {elsewhere[ROW][0]} its headings come again in another order. Load the parts one "
            "by one.",
        )
    if found.is_empty() or found.height == table.rows:
        return table
    again = rejects(
        table.name,
        found[ROW].to_list(),
        ["the headings once more"] * found.height,
        [joined(row) for row in found.select(table.headings).iter_rows()],
    )
    return replace(
        table,
        lazy=table.lazy.filter(~pl.col(ROW).is_in(found[ROW].implode())),
        rows=table.rows - found.height,
        unreadable=pl.concat([table.unreadable, again]).sort("row"),
    )
