"""Numbers and times as people read them: thin thousands separators, few digits, units."""

import re
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from icp_core.reference.numbers import (
    JOINER,
    SPACE,
    THIN,
    UNKNOWN,
    bounds,
    currency_sign,
    in_sentence,
    listed,
    money,
    money_bounds,
    number,
    percent,
    percent_bounds,
    short,
    signed,
    unbroken,
)

__all__ = [
    "SPACE",
    "THIN",
    "UNKNOWN",
    "bounds",
    "currency_sign",
    "in_badge",
    "in_sentence",
    "labelled",
    "listed",
    "moment",
    "money",
    "money_bounds",
    "number",
    "percent",
    "percent_bounds",
    "plain",
    "short",
    "signed",
    "spoken",
]

# Thin and unbroken spaces are part of a number.
_BLANKS: Final = re.compile(rf"[^\S{THIN}{SPACE}]+")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:&=])")
# Streamlit looks for these when escapes are gone already: addresses and e-mails become links, `:name:` a
# picture and `->` an arrow. Only a character between their parts keeps them as they were written.
_LATE: Final = re.compile(
    r"(?<=http)(?=s?:)|(?<=w)(?=ww)|(?<=@)|(?<=:)(?=[\w+/-]+:)|(?<=[-<>~])(?=[-=>])", re.IGNORECASE
)
# Of a single line, what Markdown takes wherever it stands, and what it takes at the line's beginning.
_INLINE: Final = re.compile(r"([\\`*\[\]<~$]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_]))")
_FIRST: Final = re.compile(r"^(?=[#>+=-]|\d+[.)])")
_DIRECTIVE: Final = re.compile(r"(?<=:)(?=[a-z])", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\\([\[\]])")
# They turn the direction of all that follows on the line, ours too.
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def moment(when: datetime) -> str:
    """`2026-08-28 14:05` on the reader's clock, or on the server's where that is not known."""
    return f"{when.astimezone(_clock()):%Y-%m-%d %H:%M}"


def plain(text: str) -> str:
    """Text of a person, a file or an error as Markdown that shows it letter by letter.

    Nothing in it becomes a link, a picture, a formula or a colour, and no address can be clicked.
    """
    line = _BLANKS.sub(" ", _TURNS.sub("", text)).strip()
    return _MARKDOWN.sub(r"\\\1", _LATE.sub(JOINER, unbroken(line)))


def labelled(text: str) -> str:
    """As `plain`, for the label of a control, which is also read aloud as it stands, escapes and all.

    So only what Markdown would take is escaped: `Employees (people)` needs nothing.

    Examples
    --------
    >>> labelled("Omsättning (tkr), 2024-12 #1: net_sales")
    'Omsättning (tkr), 2024-12 #1: net_sales'
    """
    line = _BLANKS.sub(" ", _TURNS.sub("", text)).strip()
    line = _INLINE.sub(r"\\\1", _LATE.sub(JOINER, unbroken(line)))
    return _FIRST.sub(JOINER, _DIRECTIVE.sub(JOINER, line))


def spoken(text: str) -> str:
    """As the name of a control whose label is not drawn: it is read as it stands, so without escapes."""
    return " ".join(_MARKDOWN.sub(" ", _TURNS.sub("", text)).split())


def in_badge(text: str) -> str:
    """As `plain`, for a badge, where Streamlit escapes brackets itself."""
    return _BRACKETS.sub(r"\1", plain(text))


def _clock() -> tzinfo | None:
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError):
        return None
