"""A file per rep, and all of them in one archive."""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date

from icp_core.reference.text import fold

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of every member: the same accounts make the same archive."""


def safe_name(text: str, *, most: int = 60) -> str:
    """A person's name as part of a file's: letters, digits and dashes, which every system takes.

    Examples
    --------
    >>> safe_name("Åsa Öberg / Nord"), safe_name("../../etc"), safe_name("☃")
    ('asa-oberg-nord', 'etc', 'rep')
    """
    letters = fold(text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:most].strip("-") or "rep"


def file_name(rep: str, *, on: date, suffix: str, fictional: bool) -> str:
    """Name of a rep's file; the fictional say so."""
    return f"{'FICTIONAL-' if fictional else ''}accounts-{safe_name(rep)}-{on}{suffix}"


def archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Files in one archive; of two with one name the second is counted.

    Parameters
    ----------
    files
        Name and content of each.
    """
    out, taken = io.BytesIO(), set[str]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files:
            stem, dot, suffix = name.rpartition(".")
            free, count = name, 1
            while free in taken:
                count += 1
                free = f"{stem}-{count}{dot}{suffix}"
            taken.add(free)
            packed.writestr(zipfile.ZipInfo(free, _MOMENT), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
