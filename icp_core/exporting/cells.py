"""Making single cells safe for the reader of a file, as expressions over whole columns.

A spreadsheet runs a cell that begins with one of a few characters as a formula (OWASP, *CSV
Injection*). An upload file is cleaned of that lead, because an apostrophe would become part of the
company's name; a file for people keeps the text behind an apostrophe.
"""

from typing import Final

import polars as pl

# Full-width and small variants count, because some spreadsheets fold them to the ASCII character.
LEADS: Final = "=+-@＝＋－＠﹦﹢﹣﹫"
_LEAD_RUN: Final = r"^[\s=+\-@＝＋－＠﹦﹢﹣﹫]+"
_INVISIBLE: Final = r"[\p{Cf}\x{FFFE}\x{FFFF}]"
_BREAKS: Final = r"[\p{Cc}\p{Zl}\p{Zp}\s]+"
_TEXT: Final = r"[^\p{Cf}\x{FFFE}\x{FFFF}\p{Cc}\p{Zl}\p{Zp}\s=+\-@＝＋－＠﹦﹢﹣﹫]"
_UNTIDY: Final = (
    r"[\p{Cf}\x{FFFE}\x{FFFF}\p{Cc}\p{Zl}\p{Zp}\s--\x20]|  |^[ =+\-@＝＋－＠﹦﹢﹣﹫]| $|^$"
)


def visible(text: pl.Expr) -> pl.Expr:
    """Without characters that nobody sees, such as a soft hyphen or a mark of byte order."""
    return text.str.replace_all(_INVISIBLE, "")


def _on_one_line(text: pl.Expr) -> pl.Expr:
    """Without control and invisible characters; runs of blanks and line ends become one space."""
    return visible(text).str.replace_all(_BREAKS, " ").str.strip_chars()


def is_untidy(text: pl.Expr) -> pl.Expr:
    """Whether any of `cleaned`, `guarded` and `tidied` may change a text; false for a blank."""
    return text.str.contains(_UNTIDY).fill_null(False)


def tidied(text: pl.Expr) -> pl.Expr:
    """Text without spaces doubled or at its ends, which is no change worth a mention."""
    return text.str.replace_all(" +", " ").str.strip_chars(" ").replace("", None)


def cleaned(text: pl.Expr) -> pl.Expr:
    """Text for a machine: one line, without formula leads however many; blank becomes null."""
    return _on_one_line(text).str.replace(_LEAD_RUN, "").replace("", None)


def has_text(text: pl.Expr) -> pl.Expr:
    """Whether `cleaned` leaves anything of a text."""
    return text.str.contains(_TEXT).fill_null(False)


def guarded(text: pl.Expr) -> pl.Expr:
    """Text for people: one line, a formula lead disarmed by an apostrophe; blank becomes null.

    Examples
    --------
    >>> names = pl.Series("name", ["Exempel   AB", "=1+1", "  "])
    >>> pl.select(guarded(pl.lit(names))).to_series().to_list()
    ['Exempel AB', "'=1+1", None]
    """
    line = _on_one_line(text)
    return (
        pl.when(line.str.contains(f"^[{LEADS.replace('-', chr(92) + '-')}]"))
        .then("'" + line)
        .otherwise(line)
        .replace("", None)
    )


def finite(number: pl.Expr) -> pl.Expr:
    """A float column in which NaN and infinity are unknown."""
    return pl.when(number.is_finite()).then(number)
