"""Reading Parquet: every column as text, in batches, whatever its type; never more than the file tells.

A few bytes of a dictionary can stand for gigabytes of cells, so texts are counted before they are
written out, and what is read later is a file of our own.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

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
    unique_headings,
)
from icp_core.reference.numbers import number

_DAMAGED: Final = "the Parquet file is damaged. Write it again."
_ROWS: Final = 8_192
_GROUP_ROWS: Final = 131_072
_GROUP_BYTES: Final = 32 << 20
# Values in lists for each row; more are no tags of a company.
_LISTED: Final = 1_000


def read_parquet(
    path: Path,
    *,
    name: str,
    scratch: Scratch,
    limits: Limits,
    on_progress: OnProgress = no_progress,
) -> Table:
    """Read a Parquet file as a table of text; columns of types that are no text are unknown.

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
    on_progress
        Told how far the reading is, 0…1.

    Raises
    ------
    ImportRefused
        If it is damaged, has no rows, or is a bomb.
    """
    try:
        with pq.ParquetFile(path) as file:
            columns = _columns(file, name, limits)
        texts = [column.path for column in columns if column.is_text]
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            rows, out = file.metadata.num_rows, scratch.new(".parquet")
            count = _Count(path, name, limits)
            _write(file, columns, out, count=count, on_progress=on_progress)
    except pa.ArrowNotImplementedError as error:
        refuse(
            name, f"it has a column of a kind that is not read ({short(error)}). Cast it.", error
        )
    except (pa.ArrowException, UnicodeDecodeError) as error:
        if isinstance(error, MemoryError):
            raise
        refuse(name, _DAMAGED, error)
    except OSError as error:
        if error.errno:
            raise
        refuse(name, _DAMAGED, error)
    headings = tuple(column.heading for column in columns)
    lazy = pl.scan_parquet(out, glob=False)
    if int(lazy.select(pl.len()).collect().item()) != rows:
        refuse(name, _DAMAGED)
    lazy = lazy.with_row_index(ROW, offset=1).select(
        pl.col(ROW).cast(pl.Int64), *(cell(heading, limits).alias(heading) for heading in headings)
    )
    return Table(name, "Parquet", headings, lazy, rows, notes=count.notes, scratch=scratch)


@dataclass(frozen=True)
class _Column:
    heading: str
    path: str
    place: int
    dtype: Any

    @property
    def is_text(self) -> bool:
        in_bytes = pa.types.is_binary(self.dtype) or pa.types.is_large_binary(self.dtype)
        return bool(in_bytes or _is_string(self.dtype))

    @property
    def is_list(self) -> bool:
        """Whether it holds lists of texts."""
        of_lists = pa.types.is_list(self.dtype) or pa.types.is_large_list(self.dtype)
        return bool(of_lists and _is_string(self.dtype.value_type))

    @property
    def is_read(self) -> bool:
        """Whether its cells can be texts."""
        return self.is_list or not pa.types.is_nested(self.dtype)


def _is_string(dtype: Any) -> bool:
    return bool(pa.types.is_string(dtype) or pa.types.is_large_string(dtype))


class _Count:
    """Bytes of text that were written out, how many a file of that size may hold, and cells lost."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self.most_of_cell = limits.cell_characters
        self._name = name
        self._most = max(limits.bomb_from, limits.ratio * path.stat().st_size)
        self._bytes = 0
        self._lost = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said of cells that are unknown because their bytes are no text."""
        if not self._lost:
            return ()
        if self._lost == 1:
            return ("1 cell holds bytes that are not UTF-8 and is unknown",)
        return (f"{number(self._lost)} cells hold bytes that are not UTF-8 and are unknown",)

    def lose(self, cells: int) -> None:
        """Count cells whose bytes are no text."""
        self._lost += cells

    def add(self, size: int | None) -> None:
        self._bytes += size or 0
        if self._bytes > self._most:
            refuse(
                self._name,
                f"its cells hold more than {number(self._most >> 20)} MB of text, which "
                "looks like a bomb. "
                "Write it without what repeats.",
            )


def _columns(file: pq.ParquetFile, name: str, limits: Limits) -> list[_Column]:
    schema = file.schema_arrow
    if file.metadata.num_rows > limits.rows:
        refuse(name, f"it has more than {number(limits.rows)} rows. Split it.")
    if file.metadata.num_rows < 1 or not schema.names:
        refuse(name, "it has no rows.")
    headings = unique_headings(schema.names, name=name, limits=limits)
    columns = [
        _Column(heading, field.name, place, field.type)
        for place, (heading, field) in enumerate(zip(headings, schema, strict=True))
    ]
    leaves = file.metadata.num_columns
    if leaves > 10 * limits.columns:
        refuse(name, f"it has {number(leaves)} columns. Remove those that are not needed.")
    listed = {column.path for column in columns if column.is_list}
    for group in range(file.metadata.num_row_groups) if listed else ():
        about = file.metadata.row_group(group)
        for leaf in range(leaves):
            chunk = about.column(leaf)
            of_list = chunk.path_in_schema.partition(".")[0] in listed
            if of_list and chunk.num_values > _LISTED * max(about.num_rows, 1):
                refuse(name, f"the lists in {chunk.path_in_schema} are too long. Leave them out.")
    return columns


def _write(
    file: pq.ParquetFile,
    columns: list[_Column],
    out: Path,
    *,
    count: _Count,
    on_progress: OnProgress,
) -> None:
    """Write the cells as text, in groups of rows."""
    read = [column for column in columns if column.is_read]
    wanted = list(dict.fromkeys(column.path for column in read))
    schema = pa.schema([(column.heading, pa.large_string()) for column in columns])
    done, rows = 0, file.metadata.num_rows
    waiting: list[pa.RecordBatch] = []
    rows_waiting = bytes_waiting = 0
    with pq.ParquetWriter(out, schema, compression="lz4") as writer:

        def flush() -> None:
            writer.write_table(pa.Table.from_batches(waiting, schema))
            waiting.clear()

        for batch in file.iter_batches(_ROWS, columns=wanted, use_threads=False):
            places = {field.place: place for place, field in enumerate(read)}
            if batch.num_columns != len(read):
                # A heading that stands for a part of another column.
                places = {c.place: batch.schema.get_field_index(c.path) for c in read}
            cells = [
                _texts(batch.column(places[c.place]), c, count)
                if places.get(c.place, -1) >= 0
                else pa.nulls(batch.num_rows, pa.large_string())
                for c in columns
            ]
            waiting.append(pa.RecordBatch.from_arrays(cells, schema=schema))
            done += batch.num_rows
            rows_waiting += batch.num_rows
            bytes_waiting += waiting[-1].nbytes
            if rows_waiting >= _GROUP_ROWS or bytes_waiting >= _GROUP_BYTES:
                flush()
                rows_waiting = bytes_waiting = 0
                on_progress(Progress("Reading the rows", min(1.0, done / rows)))
        if waiting:
            flush()


def _texts(array: Any, column: _Column, count: _Count) -> Any:
    """One column of a batch as text; what cannot be text is unknown."""
    try:
        if pa.types.is_dictionary(array.type):
            return _decoded(array, count)
        if column.is_list:
            array = _with_sound_lists(array, count)
        array.validate(full=True)
        if column.is_list:
            joined = pl.Series(array).list.join("; ", ignore_nulls=True)
            text = joined.to_arrow()
        elif pa.types.is_floating(array.type):
            text = _whole_numbers(array)
        else:
            if pa.types.is_timestamp(array.type) and array.type.tz:
                array = array.cast(pa.timestamp(array.type.unit))
            if isinstance(array, pa.ExtensionArray):
                array = array.storage
            text = array.cast(pa.large_string())
        text = text.cast(pa.large_string())
        count.add(pc.sum(pc.binary_length(text)).as_py())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid, UnicodeDecodeError):
        return pa.nulls(len(array), pa.large_string())
    return text


def _decoded(array: Any, count: _Count) -> Any:
    """A dictionary's texts in their places, counted before they are."""
    values = array.dictionary
    array.validate()
    lengths = pc.binary_length(values)
    if (pc.max(lengths).as_py() or 0) > count.most_of_cell:
        values = pc.if_else(pc.greater(lengths, count.most_of_cell), None, values)
        lengths = pc.if_else(pc.greater(lengths, count.most_of_cell), None, lengths)
    used = pc.take(lengths, array.indices)
    count.add(pc.sum(used.cast(pa.int64())).as_py())
    if pa.types.is_dictionary(values.type):
        return pa.nulls(len(array), pa.large_string())
    sound = _sound(values.cast(pa.large_binary()))
    lost = pc.and_(pc.is_valid(values), pc.is_null(sound))
    if pc.any(lost).as_py():
        count.lose(pc.sum(pc.take(lost, array.indices)).as_py() or 0)
    return pc.take(sound, array.indices)


def _sound(values: Any) -> Any:
    """Bytes as text; only those that are no UTF-8 are unknown, not their neighbours."""
    try:
        return values.cast(pa.large_string())
    except pa.ArrowInvalid:
        return pa.array([_text(value) for value in values.to_pylist()], pa.large_string())


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _with_sound_lists(array: Any, count: _Count) -> Any:
    """Lists without the texts that are no UTF-8."""
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        # Lists that do not hang together are no lists; what they hold may be.
        array.validate()
    else:
        return array
    lists = array.cast(pa.large_list(pa.large_binary())).to_pylist()
    sound = [None if one is None else [_text(value) for value in one] for one in lists]
    count.lose(
        sum(
            text is None and value is not None
            for before, after in zip(lists, sound, strict=True)
            for value, text in zip(before or (), after or (), strict=True)
        )
    )
    return pa.array(sound, pa.large_list(pa.large_string()))


def _whole_numbers(array: Any) -> Any:
    """A whole number is written as one: 988077917.0 is a national number."""
    if pa.types.is_float16(array.type):
        array = array.cast(pa.float32())
    column = pl.col("x")
    whole = (column == column.floor()) & (column.abs() < 1e15)
    text = (
        pl.when(whole)
        .then(column.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(column.fill_nan(None).cast(pl.String))
    )
    return pl.Series("x", array).to_frame().select(text).to_series().to_arrow()
