"""The one page as a Word file, to be edited: the same texts in the same order, as long as they are."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.document import Document as Word
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from icp_core.documents.printing import Typeset
from icp_core.reference.numbers import unbroken

_FONT: Final = "Calibri"
_MARGIN: Final = Mm(18)
_ILLEGAL: Final = {code: None for code in (*range(32), 0xFFFE, 0xFFFF) if code not in (9, 10)}
"""What no XML document may hold."""


def word_file(page: Mapping[str, Any], *, on: date) -> bytes:
    """The content of a one page (`one_page.content`) as .docx.

    Parameters
    ----------
    page
        Everything on it.
    on
        The day it is made.
    """
    made = Document()
    _set_up(made, page, on)
    made.add_heading(_clean(page["title"]), level=0)
    for name in ("fictional", "subtitle"):
        if page[name]:
            made.add_paragraph(_clean(page[name]), style="Subtitle")
    if page["description"]:
        made.add_paragraph(_clean(page["description"]), style="Intense Quote")
    labels = page["labels"]
    _table(
        made,
        [one["label"] for one in page["figures"]],
        [[f"{one['value']}\n{one['note']}" for one in page["figures"]]],
    )
    made.add_heading(labels["criteria"], level=1)
    _table(
        made,
        labels["criteria_columns"],
        [[one["role"], one["name"], one["asks"], one["weight"]] for one in page["criteria"]],
    )
    for line in page["criteria_notes"]:
        made.add_paragraph(_clean(line))
    if page["tiers"]:
        made.add_heading(labels["tiers"], level=1)
        for one in page["tiers"]:
            made.add_paragraph(_clean(f"{one['name']}: {one['text']}"), style="List Bullet")
    if page["places"]:
        made.add_heading(labels["place"], level=1)
        _picture(made, page)
        _table(
            made, labels["place_columns"], [[one["name"], one["count"]] for one in page["places"]]
        )
    made.add_heading(labels["answers"], level=1)
    for one in [*page["answers"], *({"label": blank, "text": "…"} for blank in page["blanks"])]:
        paragraph = made.add_paragraph()
        paragraph.add_run(_clean(one["label"])).bold = True
        paragraph.add_run("\n" + _clean(one["text"]))
    if page["open"]:
        made.add_paragraph(_clean(page["open"]))
    if page["group"]:
        made.add_heading(labels["group"], level=1)
        parts = ("role", "name", "goals", "objections", "channels")
        _table(
            made, labels["group_columns"], [[one[part] for part in parts] for one in page["group"]]
        )
    made.add_heading(labels["known"], level=1)
    for line in page["known"]:
        made.add_paragraph(_clean(line), style="List Bullet")
    written = BytesIO()
    made.save(written)
    return written.getvalue()


def _set_up(made: Word, page: Mapping[str, Any], on: date) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = _MARGIN
    section.top_margin = section.bottom_margin = _MARGIN
    accent = RGBColor.from_string(page["colours"]["accent"].removeprefix("#"))
    for name in ("Normal", "Title", "Heading 1", "Subtitle", "Intense Quote", "List Bullet"):
        style = made.styles[name]
        style.font.name = _FONT
        # Word takes the fonts of headings from its theme unless told otherwise.
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
    made.styles["Normal"].font.size = Pt(10)
    for name in ("Title", "Heading 1", "Intense Quote"):
        made.styles[name].font.color.rgb = accent
    section.footer.paragraphs[0].text = _clean(
        f"{page['footer']['left']} · {page['footer']['right']}"
    )
    core = made.core_properties
    core.title, core.author = _clean(page["title"])[:255], _clean(page["author"])[:255]
    core.language = page["language"]
    core.created = core.modified = datetime(on.year, on.month, on.day, tzinfo=UTC)


def _picture(made: Word, page: Mapping[str, Any]) -> None:
    if not page["map"]["svg"]:
        return
    drawn = Typeset("map.typ", {"svg": page["map"]["svg"], "alt": page["map"]["alt"]})
    shape = made.add_picture(BytesIO(drawn.pictures(10, per_inch=150)[0]), width=Mm(60))
    shape._inline.docPr.set("descr", _clean(page["map"]["alt"]))


def _table(made: Word, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    table = made.add_table(rows=1, cols=len(headings), style="Light Grid Accent 1")
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    for cell, heading in zip(table.rows[0].cells, headings, strict=True):
        cell.text = _clean(heading)
    # Read out as headings, and repeated where the table is broken over pages.
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = _clean(text)
    made.add_paragraph()


def _clean(text: str) -> str:
    return unbroken(text.translate(_ILLEGAL))
