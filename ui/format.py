"""Numbers and times as people read them: thin thousands separators, few digits, units."""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from icp_core.evaluation.market import Bounds

THIN: Final = "\u202f"  # between thousands: narrow, and never broken over a line
SPACE: Final = "\u00a0"  # before a unit: never broken either
UNKNOWN: Final = "–"

_SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
_LARGE: Final = 1_000  # from here on nobody reads decimals
_STEPS: Final = ((1e12, "T"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
# Thin and unbroken spaces are part of a number.
_BLANKS: Final = re.compile(rf"[^\S{THIN}{SPACE}]+")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:&=])")
# Streamlit looks for these when escapes are gone already: addresses and e-mails become links, `:name:` a
# picture and `->` an arrow. Only a character between their parts keeps them as they were written.
_LATE: Final = re.compile(
    r"(?<=http)(?=s?:)|(?<=w)(?=ww)|(?<=@)|(?<=:)(?=[\w+/-]+:)|(?<=[-<>~])(?=[-=>])", re.IGNORECASE
)
_BRACKETS: Final = re.compile(r"\\([\[\]])")
_JOINER: Final = "\u2060"  # has no width, and no line is broken at it
# They turn the direction of all that follows on the line, ours too.
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def number(value: float | None, *, digits: int | None = 0) -> str:
    """`1 284`; unknown is a dash. Without digits as many as it needs, at most two: `2.5`, `1 284`."""
    if value is None:
        return UNKNOWN
    if digits is None:
        digits = next(n for n in (0, 1, 2) if n == 2 or round(value, n) == round(value, 2))
        digits = 0 if abs(value) >= _LARGE else digits
    return f"{value:,.{digits}f}".replace(",", THIN).replace("-", "−")


def signed(value: float, *, digits: int = 0) -> str:
    """`+28` or `−3`."""
    return ("+" if value >= 0 else "") + number(value, digits=digits)


def percent(share: float | None, *, digits: int = 0) -> str:
    """`62 %` of a share 0…1."""
    return UNKNOWN if share is None else number(100 * share, digits=digits) + SPACE + "%"


def bounds(value: Bounds) -> str:
    """`1 284–1 696`, or one number where both ends are the same."""
    low, high = number(value.low), number(value.high)
    return low if low == high else f"{low}–{high}"


def short(amount: float) -> str:
    """`182 M`: an amount whose currency stands elsewhere."""
    return _written(Bounds(amount, amount), "")


def money(amount: float | None, currency: str) -> str:
    """`€182 M`, `−€24 k`, three digits at most; other currencies by their code: `SEK 182 M`."""
    return UNKNOWN if amount is None else money_bounds(Bounds(amount, amount), currency)


def money_bounds(value: Bounds, currency: str) -> str:
    """`€182–231 M`, both ends in the unit of the higher one, with as many decimals."""
    return _written(value, _SYMBOLS.get(currency, currency + SPACE))


def currency_sign(currency: str) -> str:
    """`€`, or the code of another currency, as a heading has it whose numbers have none."""
    return _SYMBOLS.get(currency, currency)


def _written(value: Bounds, symbol: str) -> str:
    divisor, suffix = _unit(value.high)
    size = abs(value.high) / divisor
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    ends = [f"{end / divisor:.{digits}f}" for end in (value.low, value.high)]
    if all(set(end.partition(".")[2]) <= {"0"} for end in ends):
        ends = [end.partition(".")[0] for end in ends]
    low, high = (end.replace("-", "−") for end in ends)
    if low != high:
        return f"{symbol}{low}–{high}{suffix}"
    digits_only = low.removeprefix("−")
    return ("" if digits_only == low else "−") + symbol + digits_only + suffix


def in_sentence(label: str) -> str:
    """A label as it stands inside a sentence: `employees`, but `VAT registered`."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def listed(names: Sequence[str], last_two: str) -> str:
    """Names in a row, the last two as in `{first} and {last}`."""
    *first, last = names or [""]
    return last_two.format(first=", ".join(first), last=last) if first else last


def moment(when: datetime) -> str:
    """`2026-08-28 14:05` on the reader's clock, or on the server's where that is not known."""
    return f"{when.astimezone(_clock()):%Y-%m-%d %H:%M}"


def plain(text: str) -> str:
    """Text of a person, a file or an error as Markdown that shows it letter by letter.

    Nothing in it becomes a link, a picture, a formula or a colour, and no address can be clicked.
    """
    line = _BLANKS.sub(" ", _TURNS.sub("", text)).strip()
    return _MARKDOWN.sub(r"\\\1", _LATE.sub(_JOINER, line))


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


def _unit(amount: float) -> tuple[float, str]:
    # A figure that rounds up to the next unit is written in it: 999 999 is 1 M, not 1 000 k.
    for divisor, suffix in _STEPS:
        if abs(amount) / divisor >= 0.9995:
            return divisor, SPACE + suffix
    return 1.0, ""
