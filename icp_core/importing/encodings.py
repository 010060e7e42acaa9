"""Which code page the lines of a file are in that are not UTF-8."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from charset_normalizer import from_bytes

USUAL: Final = "cp1252"
"""Taken where nothing speaks against it."""

CODE_PAGES: Final = MappingProxyType(
    {
        USUAL: "Windows-1252",
        "iso8859-15": "Latin-9",
        "mac_roman": "Mac Roman",
        "cp850": "DOS 850",
    }
)
"""Code pages that Nordic lists come in, with their labels.

The letters of Latin-1, -9 and -10 are those of Windows-1252, those of DOS 865 those of 850. Latin-9 has
its euro elsewhere, where the others have a sign that nobody writes.
"""

# By how much each character speaks for a code page: letters of the languages, marks that word
# processors set and the space in numbers; and by half, letters that some names hold.
_EXPECTED: Final = dict.fromkeys("éüðþÉÜÐÞ", 1) | dict.fromkeys(
    "åäöæøÅÄÖÆØ\u2019\u2018\u201c\u201d\u2013\u2014\u2026€\u00a0", 2
)
_LINES: Final = 1_000
_BYTES: Final = 64 << 10


def is_utf_8(line: bytes) -> bool:
    """Whether a line can be read as UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def guess_code_page(lines: Iterable[bytes]) -> str:
    """The code page of lines that are not UTF-8: Windows-1252 unless another fits better.

    The one in which most of the foreign bytes are what Nordic lists hold; where none of them is in any,
    charset-normalizer decides (`docs/decisions/0005-code-pages.md`).

    Parameters
    ----------
    lines
        Of the file, UTF-8 or not.
    """
    foreign: list[bytes] = []
    size = 0
    for line in lines:
        if not is_utf_8(line):
            foreign.append(line)
            size += len(line)
            if len(foreign) >= _LINES or size >= _BYTES:
                break
    given = b"\n".join(foreign)[:_BYTES]
    expected = {
        page: sum(_EXPECTED.get(one, 0) for one in given.decode(page, errors="replace"))
        for page in CODE_PAGES
    }
    if any(expected.values()):
        return max(CODE_PAGES, key=expected.__getitem__)
    best = from_bytes(given, cp_isolation=list(CODE_PAGES)).best()
    return best.encoding if best and best.encoding in CODE_PAGES else USUAL
