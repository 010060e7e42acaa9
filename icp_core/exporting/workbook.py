"""The Excel workbook for people: accounts with filters, and a sheet on where they come from."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Final

import polars as pl
import xlsxwriter

# By the unit of a column; a year takes no thousands separator.
_FORMATS: Final = {
    "": "General",
    "year": "0",
    "fraction": "0.0%",
    "degrees": "0.00000",
    "points": "0.0",
    "people": "#,##0",
}
_MONEY: Final = "#,##0"
_PIXELS_PER_CHARACTER: Final = 7


def workbook(
    frame: pl.DataFrame,
    *,
    units: Mapping[str, str],
    about: Sequence[tuple[str, str | int]],
    on: date,
) -> bytes:
    """The workbook as bytes.

    Strings are written as strings, whatever they begin with; numbers, flags and dates keep their type.

    Parameters
    ----------
    frame
        The accounts under their headings.
    units
        Unit of each heading, which decides its number format.
    about
        Lines of the second sheet.
    on
        Date the workbook is of; the same content on the same date gives the same bytes.
    """
    numbers: dict[Any, str] = {
        heading: _FORMATS.get(units.get(heading, ""), _MONEY)
        for heading, dtype in frame.schema.items()
        if dtype.is_numeric()
    }
    buffer = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": datetime.combine(on, time())})
        frame.write_excel(
            book,
            "Accounts",
            table_style="Table Style Light 1",
            column_formats=numbers,
            column_widths=_widths(frame),
            dtype_formats={pl.Date: "yyyy-mm-dd"},
            freeze_panes=(1, 0),
        )
        sheet = book.add_worksheet("About")
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, 1, 80)
        bold = book.add_format({"bold": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "align": "left", "valign": "top"})
        for row, (heading, value) in enumerate(about):
            sheet.write_string(row, 0, heading, bold)
            if isinstance(value, int):
                sheet.write_number(row, 1, value, wrapped)
            else:
                sheet.write_string(row, 1, value, wrapped)
    return buffer.getvalue()


def _widths(frame: pl.DataFrame) -> dict[Any, int]:
    """Pixels per column, from the heading and the longest of the first thousand cells."""
    head = frame.head(1_000).select(pl.all().cast(pl.String).str.len_chars().max().fill_null(0))
    longest = head.row(0) if head.width else ()
    return {
        heading: min(max(len(heading) + 4, cell + 2), 48) * _PIXELS_PER_CHARACTER
        for heading, cell in zip(frame.columns, longest, strict=True)
    }
