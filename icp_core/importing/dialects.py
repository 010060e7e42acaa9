"""How a delimited file is written: its separator, its quotation marks, and where its headings stand."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from icp_core.importing.headings import CONTACT, parse, recognised
from icp_core.importing.tables import Limits, refuse, unique_headings
from icp_core.importing.text_files import TOO_LONG

_SEPARATORS: Final = (";", "\t", ",", "|")
# Who writes these quotes what holds them; with tabs and bars marks are as often part of a name.
_QUOTING: Final = (";", ",")
_LABELS: Final = {
    ";": "semicolon",
    "\t": "tab",
    ",": "comma",
    "|": "vertical bar",
    "\x1f": "none",
}
_HEAD_BYTES: Final = 256 << 10
# Lists of vendors have a title, a date and a selection above their headings, in at most so many rows.
_HEADER_WITHIN: Final = 20
# Headings of different meanings below each other that tell a table that lies on its side.
_TURNED: Final = 3
# One quoted cell, with separators of blank cells behind.
_WRAPPED: Final = re.compile(r'"((?:[^"]|"")*)"[;,\t|]*')
# A year over or under headings: `2024`, `31.12.2024`, `FY2023/24`, `Bokslut 2024`.
_A_YEAR: Final = re.compile(
    r"(?:(?:fy|år|året|vuosi|year|bokslut|regnskap|regnskab|tilikausi|tilinpäätös|räkenskapsår)\W*)?"
    r"(?:\d{1,2}[-/.]){0,2}((?:19|20)\d\d)(?:[-/.]\d{1,4}){0,2}(\s?[epfb])?",
    re.IGNORECASE,
)
# Share of the cells below groups that have to be headings where no column stands beside the groups.
_MOST: Final = 0.75


@dataclass(frozen=True)
class Dialect:
    """How the cells of a file are written, and where its headings stand."""

    separator: str
    quote: str
    header_line: int
    header: tuple[str, ...]
    # A separator behind the last cell of each row but not of the headings.
    trailing: bool

    @property
    def literal(self) -> bool:
        """Whether a mark at a cell's start may be part of a name: nothing else needs quoting then."""
        return self.separator not in _QUOTING

    @property
    def width(self) -> int:
        """Cells of a row."""
        return len(self.header) + self.trailing

    @property
    def label(self) -> str:
        """What the separator is called."""
        return _LABELS[self.separator]


def unwrapped(path: Path, out: Path) -> bool:
    """Write a file without the quotes around its lines, if a program put each line in one cell.

    `"Name,Country,Employees"`: what a spreadsheet saves whose first column holds the lines of a CSV.

    Parameters
    ----------
    path
        The file in UTF-8.
    out
        Where to write it; left alone unless it is such a file.

    Returns
    -------
    bool
        Whether it was.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    text = head[: head.rfind(b"\n") + 1].decode("utf-8-sig", errors="replace")
    lines = [line for line in (text or head.decode(errors="replace")).splitlines() if line.strip()]
    inner = [_inner(line) for line in lines]
    wrapped = sum(one is not None for one in inner)
    if 2 * wrapped <= len(lines) or any(
        one is None and '"' in line for one, line in zip(inner, lines, strict=True)
    ):
        return False
    bare = [line if one is None else one for one, line in zip(inner, lines, strict=True)]
    if not any(_holds_headings(line) for line in bare[:_HEADER_WITHIN]):
        return False
    with (
        path.open(encoding="utf-8-sig", newline="\n") as file,
        out.open("w", newline="\n") as target,
    ):
        for line in file:
            found = _inner(line)
            target.write(line if found is None else found + "\n")
    return True


def _inner(line: str) -> str | None:
    """What stands in the one quoted cell that a line is, or None."""
    found = _WRAPPED.fullmatch(line.strip())
    return found[1].replace('""', '"') if found else None


def _holds_headings(line: str) -> bool:
    """Whether a line has several known headings between separators."""
    return any(recognised(line.split(separator)) > 1 for separator in _SEPARATORS)


def sniff(path: Path, name: str, limits: Limits) -> Dialect:
    """Find out how a file in UTF-8 is written, by trying each separator on its first lines.

    Raises
    ------
    ImportRefused
        If no separator gives a row of headings, or the first line never ends.
    """
    with path.open("rb") as file:
        raw = file.read(max(_HEAD_BYTES, limits.line_bytes))
    complete = raw[: raw.rfind(b"\n") + 1] or raw
    if complete.startswith(TOO_LONG.encode()):
        refuse(
            name,
            f"its first line is longer than {limits.line_bytes >> 20} MB. Its rows do not end as rows "
            "of a table do; export it again.",
        )
    text = complete.decode("utf-8-sig", errors="replace")
    if not text.strip():
        refuse(name, "it holds nothing but blank lines. Export it again.")
    lines = text.splitlines(keepends=True)
    for separator in _SEPARATORS:
        if lines[0].count(separator) >= limits.columns:
            unique_headings(lines[0].split(separator), name=name, limits=limits)
    best: tuple[tuple[float, ...], Dialect] | None = None
    for separator in (*_SEPARATORS, "\x1f"):
        found = _try(lines, separator, '"')
        if found and (best is None or found[0] > best[0]):
            best = found
    if best is None:
        refuse(
            name,
            f"no row of headings was found among its first {_HEADER_WITHIN} rows. "
            "Put the names of the columns in the first row.",
        )
    return best[1]


def _try(lines: list[str], separator: str, quote: str) -> tuple[tuple[float, ...], Dialect] | None:
    """How well a separator fits the first lines, and where the headings then stand."""
    rows: list[tuple[int, list[str]]] = []
    reader = csv_reader(iter(lines), separator, quote, strict=False)
    for row in reader:
        if row:
            rows.append((reader.line_num, row))
        if len(rows) >= 100:
            break
    header_row = find_header([cells for _, cells in rows])
    if header_row is None:
        return None
    header_row, header = combined([cells for _, cells in rows], header_row)
    line = rows[header_row][0]
    widths = [len(cells) for _, cells in rows[header_row + 1 :]]
    usual = max(set(widths), key=widths.count) if widths else len(header)
    trailing = usual == len(header) + 1 and all(
        not cells[-1].strip() for _, cells in rows[header_row + 1 :] if len(cells) == usual
    )
    expected = usual if trailing else len(header)
    fitting = sum(width == expected for width in widths) / len(widths) if widths else 1.0
    if len(header) == 1:
        # One column: a comma in a name is no separator.
        fitting = 0.01 if separator == "\x1f" else 0.0
    score = (float(recognised(header)), fitting, float(len(header)))
    return score, Dialect(separator, quote, line, tuple(header), trailing)


def find_header(rows: list[list[str]]) -> int | None:
    """Which of the first rows holds the headings, or None.

    The row with the most headings that are known; else the first that is as wide as the table and
    holds different words, no numbers.

    Examples
    --------
    >>> find_header([["Companies of 2026"], ["Name", "Postnr"], ["Exempel AB", "211 22"]])
    1
    >>> find_header([["1", "2"], ["3", "4"]]) is None
    True
    """
    first = rows[:_HEADER_WITHIN]
    known = [recognised(row) for row in first]
    if any(known):
        return known.index(max(known))
    widest = max((sum(map(bool, row)) for row in rows), default=0)
    for place, row in enumerate(first):
        cells = [cell.strip() for cell in row if cell.strip()]
        if (
            cells
            and len(cells) >= max(1, 0.6 * widest)
            and len(set(cells)) == len(cells)
            and not any(re.search(r"\d{3}|^[\d\s.,-]+$|@|://", cell) for cell in cells)
            and all(len(cell) <= 80 for cell in cells)
        ):
            return place
    return None


def is_turned(headings: Sequence[str], first: Sequence[str | None]) -> bool:
    """Whether a table lies on its side: headings below each other, companies beside each other.

    Parameters
    ----------
    headings
        Of the columns.
    first
        The cells of the first column, from the top.

    Examples
    --------
    >>> is_turned(["Navn", "Alfa AS", "Beta AS"], ["Orgnr", "Ansatte", "Sted"])
    True
    >>> is_turned(["Navn", "Orgnr", "Sted"], ["Alfa AS", "Beta AS", "Ansatte AS"])
    False
    """
    told = [cell for cell in first if cell]
    meanings = {parse(cell).meaning for cell in told if recognised([cell])} - {None, "name"}
    return (
        len(headings) > 1
        and not recognised(headings[1:])
        and len(meanings) >= _TURNED
        and 2 * recognised(told) > len(told)
    )


def combined(rows: list[list[str]], place: int) -> tuple[int, list[str]]:
    """The last row of the headings and the headings, of which two rows may be one.

    The upper has groups and leaves blank what they reach over, the lower leaves blank what has no group:
    `Företag|Kontakt|` over `|Namn|E-post` gives `Företag|Kontakt Namn|Kontakt E-post`.

    Parameters
    ----------
    rows
        The first rows of the file.
    place
        Of the row with most headings, as `find_header` has it.

    Examples
    --------
    >>> combined([["Firma", "Omsetning", ""], ["", "2023", "2024"], ["A AS", "1", "2"]], 0)
    (1, ['Firma', 'Omsetning 2023', 'Omsetning 2024'])
    """
    for upper in (place - 1, place):
        if 0 <= upper < len(rows) - 1:
            width = max(len(rows[upper]), len(rows[upper + 1]))
            above, below = (
                [cell.strip() for cell in row] + [""] * (width - len(row))
                for row in rows[upper : upper + 2]
            )
            if _are_groups(above, below):
                return upper + 1, _joined(above, below)
    return place, rows[place]


def _are_groups(above: list[str], below: list[str]) -> bool:
    """Whether a row of groups stands over a row of headings."""
    filled = [cell for cell in below if cell]
    if len(filled) < 2 or not (above[0] or below[0]):
        return False
    if any(re.search(r"\d|@", cell) for cell in filled if not _year(cell)):
        return False
    known = sum(bool(_year(cell)) or recognised([cell]) for cell in filled) / len(filled)
    reached = any(low and not up for up, low in zip(above, below, strict=True))
    alone = [up for up, low in zip(above, below, strict=True) if up and not low]
    if reached and recognised(alone) and known >= 0.5:
        return True
    # Every column has a group, or a program has written it over each of its columns once more.
    groups = [cell for cell in above if cell]
    repeated = (_are_years(groups) and len(set(filled)) < len(filled)) or any(
        up and up == after and _year(low)
        for up, after, low in zip(above, above[1:], below, strict=False)
    )
    return (
        (reached or repeated)
        and known >= _MOST
        and len(groups) > 1
        and (recognised(groups) > 0 or _are_years(groups))
        and (_are_years(groups) or any(map(_year, below)) or len(filled) == len(below))
    )


def _year(cell: str) -> str | None:
    """The year that a heading is and nothing else, with its letter where it is still to come."""
    found = _A_YEAR.fullmatch(cell)
    return f"{found[1]}{(found[2] or '').strip()}" if found else None


def _are_years(groups: list[str]) -> bool:
    """Whether several years stand over the figures of each."""
    return len({year for group in groups if (year := _year(group))}) > 1


def _joined(above: list[str], below: list[str]) -> list[str]:
    headings, group = [], ""
    by_year = _are_years(above)
    for up, low in zip(above, below, strict=True):
        group = up or (group if low else "")
        year, of = _year(low), _year(group)
        if year:
            headings.append(f"{group} {year}".strip())
        elif by_year and of and below.count(low) > 1:
            headings.append(f"{low} {of}")
        else:
            # Whose name it is; a town under an address says enough.
            needed = not low or parse(group).meaning == CONTACT
            headings.append(f"{group} {low}".strip() if needed else low)
    return headings


def csv_reader(lines: Iterator[str], separator: str, quote: str, *, strict: bool = True) -> Any:
    """A reader of lines; marks inside quoted cells are doubled, and without `quote` none quotes."""
    csv.field_size_limit(1 << 30)
    if quote:
        return csv.reader(lines, delimiter=separator, quotechar=quote, strict=strict)
    return csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
