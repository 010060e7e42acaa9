"""Data frames whose memory is a file: on disk until they are looked at.

A column is written as the bytes that it would take in memory (Arrow's file format, uncompressed) and
mapped, so that a data frame of such columns is used as any other. The operating system reads the pages
that are looked at, keeps them while there is room, and takes them back without being asked.

The files have no name once they are mapped: their room on disk is free again when the last data frame
that was made of them is gone, or the program ends, however it ends.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa

from icp_core.errors import SourceError
from icp_core.paths import DIRECTORY_VARIABLE, TemporaryFolder, private_file, sweep, temporary_base


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for files that are needed for a while, on the disk that the product's data is on.

    Not the system's temporary folder, which is memory itself on many systems.

    Raises
    ------
    SourceError
        If the disk refuses, or is full.
    """
    with writing(temporary_base()):
        sweep()
        folder = TemporaryFolder()
    with folder as path:
        yield path


@contextmanager
def writing(base: Path) -> Iterator[None]:
    """Say of a disk that refuses, or is full, what to do about it.

    Raises
    ------
    SourceError
        Instead of the system's own error.
    """
    try:
        yield
    except OSError as error:
        raise SourceError(
            f"The accounts are too many for memory and cannot be written to {base} "
            f"({error.strerror or error}); make room there, or set {DIRECTORY_VARIABLE} to another "
            "folder."
        ) from error


def mapped(columns: Iterable[pl.Series]) -> pl.DataFrame:
    """A data frame of the columns, which lie on disk.

    Parameters
    ----------
    columns
        All of one length; taken one by one, so that of a generator only one is in memory at a time.

    Raises
    ------
    SourceError
        If the disk refuses, or is full.
    """
    with scratch() as folder:
        found = [_mapped(column, folder / f"{place}.arrow") for place, column in enumerate(columns)]
    return pl.concat(found, how="horizontal")


def _mapped(column: pl.Series, path: Path) -> pl.DataFrame:
    # One batch: Polars copies what lies in many pieces before it gathers from them.
    with writing(path.parent.parent):
        column.to_frame().rechunk().write_ipc(
            private_file(path), compression="uncompressed", record_batch_size=max(len(column), 1)
        )
    with pa.memory_map(os.fspath(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    return pl.DataFrame(table)
