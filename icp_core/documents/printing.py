"""Setting a page in type: a template and its texts to PDF or a picture, with our own font alone.

Texts reach the template as JSON, so that markup in them stays text. What the typesetter warns of is an
error: a font that is missing would give an empty page, and nobody would know.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import polars as pl
import typst

from icp_core.errors import DocumentError
from icp_core.paths import DATA
from icp_core.reference.numbers import unbroken

FONTS: Final = DATA / "fonts"
STANDARD: Final = "ua-1"
"""PDF/UA-1: every text readable by a screen reader, every picture described; enforced on compiling."""

NOT_PRINTED: Final = "□"
"""Stands for letters that the font does not have."""

_TEMPLATES: Final = Path(__file__).parent
_LONGEST_WORD: Final = 28  # letters without a place to break at; longer ones get some
_PIECE: Final = 14
_BREAK: Final = "\u200b"
_MAY_BE_DROPPED: Final = ("Cf", "Cc", "Mn", "Me")
_SPACES: Final = ("Zs", "Zl", "Zp")


@dataclass
class Ink:
    """Makes texts printable, and remembers what it could not print."""

    missing: set[str] = field(default_factory=set)

    def text(self, given: str) -> str:
        """The text with letters of our font only; what it lacks is `NOT_PRINTED`, once a run."""
        made: list[str] = []
        for letter in unicodedata.normalize("NFC", given):
            piece = _printed(letter)
            if piece is None:
                self.missing.add(letter)
                piece = "" if made and made[-1] == NOT_PRINTED else NOT_PRINTED
            if piece:
                made.append(piece)
        lines = (" ".join(map(_breakable, line.split(" "))) for line in _lines(made))
        return unbroken("\n".join(lines))

    def all(self, content: Any) -> Any:
        """As `text`, for every text in plain JSON values; what is called `svg` stays as it is."""
        if isinstance(content, str):
            return self.text(content)
        if isinstance(content, Mapping):
            return {name: one if name == "svg" else self.all(one) for name, one in content.items()}
        if isinstance(content, list | tuple):
            return [self.all(one) for one in content]
        return content


def _lines(made: list[str]) -> list[str]:
    return "".join(made).split("\n")


def _printed(letter: str) -> str | None:
    """The letter as our font has it; empty for what has no shape, None for what it lacks."""
    if letter == "\n" or ord(letter) in _printable():
        return letter
    kind = unicodedata.category(letter)
    if kind in _SPACES or letter == "\t":
        return " "
    if kind in _MAY_BE_DROPPED:
        return ""
    alike = unicodedata.normalize("NFKC", letter)
    return alike if all(ord(one) in _printable() for one in alike) else None


def _breakable(word: str) -> str:
    if len(word) <= _LONGEST_WORD:
        return word
    return _BREAK.join(word[start : start + _PIECE] for start in range(0, len(word), _PIECE))


@cache
def _printable() -> frozenset[int]:
    ranges = pl.read_csv(FONTS / "printable.csv", schema_overrides=[pl.String, pl.String])
    return frozenset(
        point
        for first, last in ranges.iter_rows()
        for point in range(int(first, 16), int(last, 16) + 1)
    )


@dataclass(frozen=True)
class Typeset:
    """A template with its texts.

    Attributes
    ----------
    template
        Name of a file beside this one.
    content
        What it shows, printable.
    """

    template: str
    content: Mapping[str, Any]

    def pages(self, size: float) -> int:
        """How many pages it takes, set in so many points.

        Raises
        ------
        DocumentError
            If the typesetter refuses.
        """
        try:
            found = self._compiler(size).query("<pages>", field="value", one=True)
        except typst.TypstError as error:
            raise _refused(error) from error
        return int(json.loads(found) if isinstance(found, str) else found)

    def pdf(self, size: float, *, on: date) -> bytes:
        """The document as PDF/UA-1; the same bytes for the same content and day.

        Raises
        ------
        DocumentError
            If the typesetter refuses, or warns of anything.
        """
        day = int((on - date(1970, 1, 1)).total_seconds())
        made = self._made(size, "pdf", pdf_standards=[STANDARD], timestamp=day)
        return made[0]

    def pictures(self, size: float, *, per_inch: int) -> list[bytes]:
        """Every page as PNG.

        Raises
        ------
        DocumentError
            As `pdf`.
        """
        return self._made(size, "png", ppi=float(per_inch))

    def _made(self, size: float, to: Literal["pdf", "png"], **options: Any) -> list[bytes]:
        try:
            made, warnings = self._compiler(size).compile_with_warnings(format=to, **options)
        except typst.TypstError as error:
            raise _refused(error) from error
        if warnings:
            raise DocumentError(f"The page cannot be set in type: {warnings[0]}.")
        pages = made if isinstance(made, list) else [made]
        return [one for one in pages if one is not None]

    def _compiler(self, size: float) -> typst.Compiler:
        # Made in two milliseconds, and never shared between threads.
        return typst.Compiler(
            str(_TEMPLATES / self.template),
            root=str(_TEMPLATES),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={
                "data": json.dumps(self.content, ensure_ascii=False),
                "size": f"{size:g}",
            },
        )


def _refused(error: typst.TypstError) -> DocumentError:
    return DocumentError(f"The page cannot be set in type: {error}.")
