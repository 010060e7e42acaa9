"""A workbook of texts: sheets with headings that stay, in columns as wide as what stands in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Final

import xlsxwriter

_WIDEST: Final = 60  # characters; what is longer is wrapped


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the headings, and the rows under them."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def workbook(sheets: Sequence[Sheet], *, on: date) -> bytes:
    """The sheets as .xlsx; the same bytes for the same content and day.

    Texts are written as texts, whatever they begin with.
    """
    written = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"created": datetime.combine(on, time())})
        bold = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for one in sheets:
            _write(book.add_worksheet(one.name), one, bold=bold, wrapped=wrapped)
    return written.getvalue()


def _write(into: Any, sheet: Sheet, *, bold: Any, wrapped: Any) -> None:
    into.write_row(0, 0, sheet.headings, bold)
    into.freeze_panes(1, 0)
    longest = [len(heading) for heading in sheet.headings]
    for place, row in enumerate(sheet.rows, start=1):
        for column, text in enumerate(row):
            into.write_string(place, column, text, wrapped)
            longest[column] = max(longest[column], *map(len, text.split("\n")))
    for column, width in enumerate(longest):
        into.set_column(column, column, min(width + 2, _WIDEST))
