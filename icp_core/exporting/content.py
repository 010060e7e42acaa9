"""The cells of a file: laid out under their headings, made safe for their reader, and counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Final

import polars as pl

from icp_core.exporting import cells, layouts
from icp_core.exporting.formats import MAX_EXCEL_CELL, Format
from icp_core.profiles.model import Profile

_LINE_END: Final = "\r\n"


@dataclass(frozen=True)
class Layout:
    """Headings of a file and what stands under them.

    Attributes
    ----------
    target
        The format.
    columns
        Expressions over accounts that `layouts.completed` was given, by heading, in order.
    units
        Unit of each heading, for a workbook.
    """

    target: Format
    columns: Mapping[str, pl.Expr]
    units: Mapping[str, str]

    @classmethod
    def of(
        cls,
        accounts: Mapping[str, pl.DataType],
        *,
        target: Format,
        profile: Profile,
        fictional: bool,
        on: date,
    ) -> "Layout":
        """How accounts with these columns are laid out, which only files for people depend on."""
        if target.for_people:
            columns, units = layouts.for_people(accounts, profile=profile, fictional=fictional)
            return cls(target, columns, units)
        return cls(target, layouts.UPLOADS[target.name](profile, on), {})

    @property
    def read(self) -> dict[str, frozenset[str]]:
        """Columns of the accounts that each heading's cells are made of."""
        return {name: frozenset(cell.meta.root_names()) for name, cell in self.columns.items()}

    def only(self, headings: Iterable[str]) -> "Layout":
        """The layout of these headings alone."""
        return replace(self, columns={heading: self.columns[heading] for heading in headings})

    def csv_size(self, rows: int, cells_size: int) -> int:
        """Bytes of a CSV upload of so many rows, whose cells take `cells_size`."""
        first = csv(pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String)), self.target)
        return len(first) + cells_size + rows * (len(self.columns) - 1 + len(_LINE_END))

    def content(self, accounts: pl.DataFrame) -> "Content":
        """The cells of accounts."""
        complete = layouts.completed(accounts)
        raw = complete.lazy().select(value.alias(name) for name, value in self.columns.items())
        return Content.of(raw.collect(), self.target)


@dataclass(frozen=True, eq=False)
class Content:
    """Cells that are safe for their reader.

    Attributes
    ----------
    target
        The format.
    frame
        The cells under their headings.
    cleaned, cut
        How many cells of each row were changed, beyond blanks tidied, and how many cut to the longest
        that the receiver keeps.
    """

    target: Format
    frame: pl.DataFrame
    cleaned: pl.Series
    cut: pl.Series

    @classmethod
    def of(cls, raw: pl.DataFrame, target: Format) -> "Content":
        """Make cells safe."""
        make_safe = cells.guarded if target.for_people else cells.cleaned
        texts = [heading for heading, dtype in raw.schema.items() if dtype == pl.String]
        floats = [heading for heading, dtype in raw.schema.items() if dtype.is_float()]
        lengths = dict(target.lengths)
        if target.suffix == ".xlsx":
            lengths = dict.fromkeys(texts, MAX_EXCEL_CELL)
        cleaned = pl.repeat(0, raw.height, dtype=pl.UInt32, eager=True)
        cut = cleaned.clone()
        # Nearly every cell is clean, and one look at it is much cheaper than cleaning it.
        untidy = raw.lazy().select(cells.is_untidy(pl.col(heading)) for heading in texts).collect()
        changes: dict[str, pl.Series] = {}
        for heading in texts:
            rows = untidy[heading].arg_true()
            if not len(rows):
                continue
            part = raw.select(heading)[rows]
            safe, tidy = part.select(
                safe=make_safe(pl.col(heading)), tidy=cells.tidied(pl.col(heading))
            )
            cleaned.scatter(rows, cleaned[rows] + safe.ne_missing(tidy))
            changes[heading] = raw[heading].scatter(rows, safe)
        frame = raw.with_columns(
            **changes, **{heading: cells.finite(pl.col(heading)) for heading in floats}
        )
        for heading, most in lengths.items():
            if heading in frame.columns:
                too_long = (frame[heading].str.len_chars() > most).fill_null(False)
                cut += too_long
                frame = frame.with_columns(
                    pl.when(too_long)
                    .then(pl.col(heading).str.head(most).str.strip_chars_end())
                    .otherwise(heading)
                    .alias(heading)
                )
        return cls(target, frame, cleaned, cut)

    def costs(self) -> pl.DataFrame:
        """`cleaned`, `cut`, and `size`: the bytes of a row's cells in a CSV upload that has a limit.

        Where the receiver sets none, `size` is 0.
        """
        size = pl.lit(0)
        if self.target.max_bytes is not None:
            size = pl.sum_horizontal(
                size,
                *(_size(pl.col(name), dtype) for name, dtype in self.frame.schema.items()),
            )
        return self.frame.select(cleaned=self.cleaned, cut=self.cut, size=size.cast(pl.UInt32))


def _size(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Bytes of a cell; of a float they are not known before it is written."""
    if dtype != pl.String:
        return cell.cast(pl.String).str.len_bytes()
    quoted = cell.str.contains_any([",", '"'])
    quotes = pl.when(quoted).then(cell.str.count_matches('"', literal=True) + 2).otherwise(0)
    return cell.str.len_bytes() + quotes


def csv(frame: pl.DataFrame, target: Format, *, is_first: bool = True) -> bytes:
    """The file, or with `is_first` false what follows the part that has the headings."""
    buffer = BytesIO()
    frame.write_csv(
        buffer,
        # A byte order mark would become part of the first heading an upload is recognised by.
        include_bom=target.for_people and is_first,
        include_header=is_first,
        line_terminator=_LINE_END,
        # Where Excel splits at semicolons, an unquoted `Exempel;=1+1` would give a formula cell.
        quote_style="non_numeric" if target.for_people else "necessary",
    )
    return buffer.getvalue()
