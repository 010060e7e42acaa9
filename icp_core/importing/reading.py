"""Reading any file that holds companies, by what is in it rather than by what it is called."""

import gzip
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import IO, Final

import polars as pl

from icp_core.errors import ImportRefused
from icp_core.importing.delimited import read_delimited
from icp_core.importing.records import Flatten, Record, read_json
from icp_core.importing.sheets import read_workbook
from icp_core.importing.tables import (
    ROW,
    Limits,
    OnProgress,
    Progress,
    Scratch,
    Table,
    no_progress,
    refuse,
    unique_headings,
)

_CHUNK: Final = 1 << 20
_BOMB_FROM: Final = 64 << 20
_NESTING: Final = 2
_TABLES: Final = (".csv", ".txt", ".tsv", ".xlsx", ".parquet", ".json", ".jsonl", ".ndjson", ".gz")
SERVER_FOLDERS: Final = "ICP_IMPORT_DIRS"
"""Environment variable with the folders from which files may be named by path (`os.pathsep`)."""


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
    scratch = Scratch()
    if isinstance(source, bytes):
        path = scratch.new()
        path.write_bytes(source)
    else:
        path = source
        if not path.is_file():
            refuse(name or path.name, "there is no such file.")
    name = name or path.name
    try:
        path = _unpack(path, name=name, scratch=scratch, limits=limits, on_progress=on_progress)
        with path.open("rb") as file:
            head = file.read(4096)
        if head.startswith(b"PAR1"):
            return _read_parquet(path, name=name, scratch=scratch, limits=limits)
        if head.startswith(b"PK\x03\x04"):
            return read_workbook(
                path,
                name=name,
                sheet=sheet,
                scratch=scratch,
                limits=limits,
                on_progress=on_progress,
            )
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            return read_json(
                path,
                name=name,
                flatten=flatten,
                scratch=scratch,
                limits=limits,
                on_progress=on_progress,
            )
        _refuse_known(head, path, name)
        return read_delimited(
            path,
            name=name,
            scratch=scratch,
            code_page=code_page,
            limits=limits,
            on_progress=on_progress,
        )
    except OSError as error:
        refuse(name, f"it cannot be read ({error.strerror or error}).", error)


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
    if head.startswith(b"%PDF"):
        refuse(name, "it is a PDF. Load CSV, Excel (.xlsx), Parquet or JSON.")
    if head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        refuse(name, "it is a web page. Load CSV, Excel (.xlsx), Parquet or JSON.")


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
                    member = _member(archive, name)
                    if member is None:
                        break
                    with archive.open(member) as packed:
                        size = max(1, member.compress_size)
                        _inflate(
                            packed, target, name=name, size=size, limits=limits, tell=on_progress
                        )
            else:
                with gzip.open(path) as packed:
                    size = path.stat().st_size
                    _inflate(packed, target, name=name, size=size, limits=limits, tell=on_progress)
        except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as error:
            refuse(name, f"the archive is damaged ({error}). Pack it again.", error)
        except (RuntimeError, NotImplementedError) as error:
            refuse(name, "the archive is encrypted or packed in an unusual way.", error)
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


def _inflate(
    packed: IO[bytes] | gzip.GzipFile,
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
                total > _BOMB_FROM and total > limits.ratio * size
            ):
                refuse(
                    name,
                    f"it grows to more than {total >> 20:,} MB when unpacked and looks like a bomb. "
                    "Unpack it and load the file itself.",
                )
            out.write(chunk)
            tell(Progress("Unpacking", 0.0))


def _read_parquet(path: Path, *, name: str, scratch: Scratch, limits: Limits) -> Table:
    try:
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        rows = int(scan.select(pl.len()).collect().item())
        headings = unique_headings(schema.names(), name=name, limits=limits)
        if rows > limits.rows:
            refuse(name, f"it has more than {limits.rows:,} rows. Split it.")
        if not rows or not headings:
            refuse(name, "it has no rows.")
        lazy = scan.with_row_index(ROW, offset=1).select(
            pl.col(ROW).cast(pl.Int64),
            *(
                _as_text(old, schema[old]).alias(new)
                for old, new in zip(schema.names(), headings, strict=True)
            ),
        )
        lazy.head(100).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        refuse(name, "the Parquet file is damaged. Write it again.", error)
    return Table(name, "Parquet", headings, lazy, rows, scratch=scratch)


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.List | pl.Array) and dtype.inner == pl.String:
        text = column.list.join("; ") if isinstance(dtype, pl.List) else column.arr.join("; ")
    elif dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        return pl.lit(None, pl.String)
    elif dtype.is_float():
        # A whole number is written as one: 988077917.0 is a national number.
        whole = (column == column.floor()) & (column.abs() < 1e15)
        text = (
            pl.when(whole)
            .then(column.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(column.fill_nan(None).cast(pl.String))
        )
    else:
        text = column.cast(pl.String)
    return pl.when(text.str.strip_chars() != "").then(text.str.strip_chars())
