"""What the libraries that open files raise, as one sentence for the person who chose the file."""

import errno
import gzip
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from xml.parsers.expat import ExpatError

import duckdb
import ijson
import polars as pl
import pyarrow as pa

from icp_core.importing.tables import refuse

_DAMAGED: Final = "it is damaged, or holds what cannot be read ({}). Write it again, or as CSV."
# The first kind that fits decides: a MemoryError of Arrow is an ArrowException too.
_SENTENCES: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    (
        (MemoryError, duckdb.OutOfMemoryException),
        "it takes more memory than one file may. Save it as CSV, or in parts.",
    ),
    ((RecursionError,), "it is nested too deeply. Export it as CSV."),
    (
        (zipfile.BadZipFile, gzip.BadGzipFile, lzma.LZMAError, zlib.error, EOFError, struct.error),
        "the archive is damaged ({}). Pack it again.",
    ),
    ((ExpatError,), "the workbook is damaged ({}). Save it again, or as CSV."),
    ((ijson.JSONError,), "it is not sound JSON ({}). Export it again."),
    ((UnicodeError,), "it holds bytes that are no text ({}). Export it again as UTF-8."),
    ((ArithmeticError,), "it holds a number or a date that nothing can hold ({})."),
    (
        (
            pa.ArrowException,
            pl.exceptions.PolarsError,
            pl.exceptions.PanicException,
            duckdb.Error,
        ),
        _DAMAGED,
    ),
)
_FORESEEN: Final[tuple[type[BaseException], ...]] = (
    OSError,
    *(kind for kinds, _ in _SENTENCES for kind in kinds),
)
_DISK_IS_FULL: Final = (
    "the disk is full. Make room, or set TMPDIR to a folder on a larger one; nothing was changed."
)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY: Final = (errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Say of a file why it cannot be loaded, whatever library finds out.

    Parameters
    ----------
    name
        What the user calls the file.

    Raises
    ------
    ImportRefused
        Instead of each error that a file, or a disk, can cause. What a program does wrong passes
        through, and so does what is raised to cancel a load.
    """
    try:
        yield
    except _FORESEEN as error:
        if "No space left" in str(error):
            # Engines tell it in words of their own.
            refuse(name, _DISK_IS_FULL, error)
        for kinds, sentence in _SENTENCES:
            if isinstance(error, kinds):
                refuse(name, sentence.format(short(error)), error)
        refuse(name, _of_the_system(error), error)


def short(error: BaseException) -> str:
    """The first line of an error, at most 100 characters of it."""
    said = error.args[0] if error.args else ""
    # A parser in C quotes bytes that are no text as they are.
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(error)
    lines = text.strip().splitlines()
    return lines[0][:100].strip() if lines else "it ends early"


def _of_the_system(error: BaseException) -> str:
    number = getattr(error, "errno", None)
    if number in _FULL:
        return _DISK_IS_FULL
    if number in _READ_ONLY:
        return f"the disk does not allow it ({os.strerror(number)}). Nothing was changed."
    return f"it cannot be read ({short(error)})."
