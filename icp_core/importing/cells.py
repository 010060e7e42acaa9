"""Cells as they were meant: words for “not known”, wrappers of spreadsheets, letters misread.

This happens to every list before anybody looks at its headings, so that a placeholder is unknown in
every column and a number is a number wherever it stands. The rejects keep the cells as they were.
"""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import ftfy
import ftfy.bad_codecs
import polars as pl

from icp_core.importing import values
from icp_core.importing.headings import parse
from icp_core.importing.tables import ROW, Limits, Table, unique_headings
from icp_core.reference.numbers import number

_INVISIBLE: Final = (
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0f\ufeff]"
)
_SPACES: Final = r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t\x0b\x0c\x85]+"
_WIDE: Final = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
# UTF-8 read as Windows-1252, Mac Roman or DOS has one of these; Nordic words hardly ever do.
_SUSPECT: Final = r"[ÃÂ√¬├┬\x80-\x9f]|[âÄÅÐÑ][^\w\s.,:;/()&'\-]"
# Letters as web pages write them: `Br&oslash;nn&oslash;ysund`, encoded twice too.
_ENTITY: Final = r"&(?:amp;)?(?:[A-Za-z]{2,8}\d?|#\d{2,5}|#x[0-9A-Fa-f]{2,4});"
_KINDS: Final = ("unknown", "wrapped")
_LOST: Final = "\ufffd"
_MISREAD_AS: Final = ("sloppy-windows-1252", "mac_roman", "cp850", "cp437")
_FIXER: Final = ftfy.TextFixerConfig(
    unescape_html=False,
    restore_byte_a0=False,
    replace_lossy_sequences=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    normalization=None,
)


def tidied(table: Table) -> Table:
    """The table with its cells as they were meant, and notes on what was changed and how often.

    Unknown become words, signs and errors of spreadsheets that say so; `="0155"` and `'0155` become
    `0155`; invisible characters go; letters that were read in a wrong code are repaired where there is
    no doubt, in headings too.

    Parameters
    ----------
    table
        As read.
    """
    mended = [_heading(heading) for heading in table.headings]
    headings = unique_headings(mended, name=table.name, limits=Limits())
    found = _survey(table)
    if headings == table.headings and not found:
        return table
    columns = []
    examples: list[tuple[str, str]] = []
    repaired = unknown = wrapped = lost = 0
    for old, new in zip(table.headings, headings, strict=True):
        cell = pl.col(old)
        seen = found.get(old)
        if seen is not None:
            unknown, wrapped, lost = (
                unknown + seen["unknown"],
                wrapped + seen["wrapped"],
                lost + seen["lost"],
            )
            if seen["suspect"]:
                fixes, count = _repairs(table, old)
                repaired += count
                examples += list(fixes.items())[:1]
                cell = cell.replace(list(fixes), list(fixes.values()))
            if seen["odd"]:
                cell = _plain(cell)
            if seen["wrapped"]:
                cell = _unwrapped(cell)
            cell = pl.when(~_says_unknown(cell, new) & (cell != "")).then(cell)
        columns.append(cell.alias(new))
    notes = list(table.notes)
    if unknown:
        notes.append(f"{_cells(unknown)} that say “unknown” (#N/A, -, null …) are unknown")
    if wrapped:
        notes.append(
            f'{_cells(wrapped)} written as text for a spreadsheet (="…", \'…) are taken as meant'
        )
    if repaired:
        listed = ", ".join(f"{old[:30]} → {new[:30]}" for old, new in examples[:2])
        notes.append(
            f"{_cells(repaired)} with letters read in a wrong encoding were repaired ({listed})"
        )
    if lost:
        notes.append(f"{_cells(lost)} have letters that are lost ({_LOST}); export the file again")
    lazy = table.lazy.select(ROW, *columns)
    return replace(table, headings=headings, lazy=lazy, notes=tuple(notes))


def _cells(count: int) -> str:
    return f"{number(count)} cell" if count == 1 else f"{number(count)} cells"


def _survey(table: Table) -> dict[str, dict[str, int]]:
    """For each column with anything to change: how many cells, and of what kind."""
    found = _counted(
        table,
        table.headings,
        lambda heading, cell: {
            "unknown": _says_unknown(cell, heading),
            "wrapped": _is_wrapped(cell),
            "foreign": (cell.str.len_bytes() != cell.str.len_chars()) | cell.str.contains(_ENTITY),
        },
    )
    foreign = [heading for heading, seen in found.items() if seen["foreign"]]
    letters = _counted(
        table,
        foreign,
        lambda _, cell: {
            "suspect": cell.str.contains(rf"{_SUSPECT}|{_ENTITY}"),
            "lost": cell.str.contains(_LOST, literal=True),
            "odd": cell.str.contains(_BEYOND),
        },
    )
    # What is hidden between odd characters is seen without them.
    odd = [heading for heading, seen in letters.items() if seen["odd"]]
    hidden = _counted(
        table,
        odd,
        lambda heading, cell: {
            "unknown": _says_unknown(_plain(cell), heading),
            "wrapped": _is_wrapped(_plain(cell)),
        },
        only=lambda cell: cell.str.contains(_BEYOND),
    )
    nothing = {"suspect": 0, "lost": 0, "odd": 0}
    seen = {
        heading: {
            **{kind: counts[kind] + hidden.get(heading, {}).get(kind, 0) for kind in _KINDS},
            **letters.get(heading, nothing),
        }
        for heading, counts in found.items()
    }
    return {heading: counts for heading, counts in seen.items() if any(counts.values())}


def _counted(
    table: Table,
    headings: Sequence[str],
    kinds: Callable[[str, pl.Expr], dict[str, pl.Expr]],
    *,
    only: Callable[[pl.Expr], pl.Expr] | None = None,
) -> dict[str, dict[str, int]]:
    """How many cells of each column are of each kind, in one pass."""
    if not headings:
        return {}
    exprs = []
    for place, heading in enumerate(headings):
        cell = pl.col(heading)
        cell = cell.filter(only(cell)) if only else cell
        exprs += [
            kind.sum().alias(f"{place}.{name}") for name, kind in kinds(heading, cell).items()
        ]
    counts = table.lazy.select(exprs).collect().row(0, named=True)
    found: dict[str, dict[str, int]] = {heading: {} for heading in headings}
    for key, count in counts.items():
        at, _, name = key.partition(".")
        found[headings[int(at)]][name] = int(count or 0)
    return found


# Combining marks, odd spaces, invisible and full-width characters.
_BEYOND: Final = rf"\p{{M}}|{_INVISIBLE}|{_SPACES}|[\uff01-\uff5e]"


def _plain(cell: pl.Expr) -> pl.Expr:
    """One form of each letter, plain spaces and digits, nothing invisible."""
    return (
        cell.str.replace_all(_INVISIBLE, "")
        .str.replace_all(_SPACES, " ")
        .str.replace_many(_WIDE)
        .str.normalize("NFC")
        .str.strip_chars()
    )


def _is_wrapped(cell: pl.Expr) -> pl.Expr:
    return cell.str.contains(r"""^=\s*["'].*["']$|^'[\d\s.,+()-]*\d[\d\s.,+()-]*'?$""")


def _unwrapped(cell: pl.Expr) -> pl.Expr:
    inner = cell.str.replace(r"""^=\s*["']+(.*?)["']+$""", "$1")
    bare = inner.str.replace(r"^'([\d\s.,+()-]*\d[\d\s.,+()-]*)'?$", "$1").str.strip_chars()
    return pl.when(_is_wrapped(cell)).then(bare).otherwise(cell)


def _says_unknown(cell: pl.Expr, heading: str) -> pl.Expr:
    meaning = _meaning(heading)
    said = values.says_unknown(cell, of_names=meaning == "name")
    # North Dakota's letters.
    return said & (cell != "ND") if meaning == "region" else said


@cache
def _meaning(heading: str) -> str | None:
    return parse(heading).meaning


def _repairs(table: Table, heading: str) -> tuple[dict[str, str], int]:
    """Cells of a column with broken letters, as they were meant, and how many cells that is."""
    suspects = (
        table.lazy.select(pl.col(heading).alias("text"))
        .filter(pl.col("text").str.contains(rf"{_SUSPECT}|{_ENTITY}"))
        .group_by("text")
        .len()
        .sort("text")
        .collect()
    )
    fixes: dict[str, str] = {}
    count = 0
    for text, times in suspects.iter_rows():
        meant = repaired(text)
        if meant != text:
            fixes[text] = meant
            count += times
    return fixes, count


def _heading(heading: str) -> str:
    if heading.isascii() and heading.isprintable() and not re.search(_ENTITY, heading):
        return heading
    text = pl.select(_plain(pl.lit(repaired(heading)))).item()
    return str(text or heading)


def repaired(text: str) -> str:
    """A text whose letters were read in a wrong code or written as HTML, as it was meant.

    ftfy decides what is broken; what it leaves because a single capital letter is too little for it is
    repaired where the whole text is sound UTF-8 with Western letters only, which no Nordic text is by
    chance.

    Examples
    --------
    >>> [repaired(text) for text in ("BodÃ¸", "Ã…LESUND", "Malm√∂", "BodÃƒÂ¸", "SÃO PAULO", "Ö”")]
    ['Bodø', 'ÅLESUND', 'Malmö', 'Bodø', 'SÃO PAULO', 'Ö”']
    """
    if re.search(_ENTITY, text):
        for _ in range(2):
            text = re.sub(_ENTITY, lambda found: _without_marks(html.unescape(found[0])), text)
    if not re.search(_SUSPECT, text):
        return text
    # A plain space behind it leaves open which letter it was.
    fixed = text if "Ã " in text else ftfy.fix_encoding(text, _FIXER)
    for _ in range(3):
        decoded = _decoded(fixed)
        if decoded is None:
            break
        fixed = decoded
    return fixed


def _without_marks(letter: str) -> str:
    """What an entity stands for: a hard space is a space, an invisible character nothing."""
    return re.sub(_INVISIBLE, "", re.sub(_SPACES, " ", letter))


def _decoded(text: str) -> str | None:
    for code in _MISREAD_AS:
        try:
            meant = text.encode(code).decode("utf-8")
        except UnicodeError:
            continue
        if meant != text and all(c < "\x80" or "\xa0" <= c <= "\xff" for c in meant):
            return meant
    return None
