"""Numbers as people read them: thin thousands separators, few digits, units."""

import re
from typing import Final

from icp_core.market import Bounds

THIN: Final = "\u202f"  # narrow and never broken over a line
UNKNOWN: Final = "–"

_SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
_STEPS: Final = ((1e12, "T"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:])")


def number(value: float | None, *, digits: int = 0) -> str:
    """`1 284`; unknown is a dash."""
    if value is None:
        return UNKNOWN
    return f"{value:,.{digits}f}".replace(",", THIN).replace("-", "−")


def signed(value: float, *, digits: int = 0) -> str:
    """`+28` or `−3`."""
    return ("+" if value >= 0 else "") + number(value, digits=digits)


def percent(share: float | None, *, digits: int = 0) -> str:
    """`62 %` of a share 0…1."""
    return UNKNOWN if share is None else number(100 * share, digits=digits) + THIN + "%"


def bounds(value: Bounds) -> str:
    """`1 284–1 696`, or one number where both ends are the same."""
    low, high = number(value.low), number(value.high)
    return low if low == high else f"{low}–{high}"


def money(amount: float | None, currency: str) -> str:
    """`€182 M`, three digits at most; other currencies stand by their code: `SEK 182 M`."""
    if amount is None:
        return UNKNOWN
    divisor, suffix = _unit(amount)
    return _symbol(currency) + _short(amount / divisor) + suffix


def money_bounds(value: Bounds, currency: str) -> str:
    """`€182–231 M`, both ends in the unit of the higher one."""
    divisor, suffix = _unit(value.high)
    low, high = _short(value.low / divisor), _short(value.high / divisor)
    return _symbol(currency) + (low if low == high else f"{low}–{high}") + suffix


def plain(text: str) -> str:
    """Text from data or an error, escaped so that Markdown shows it letter by letter."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _symbol(currency: str) -> str:
    return _SYMBOLS.get(currency, currency + THIN)


def _unit(amount: float) -> tuple[float, str]:
    # A figure that rounds up to the next unit is written in it: 999 999 is 1 M, not 1 000 k.
    for divisor, suffix in _STEPS:
        if round(abs(amount) / divisor, 3) >= 0.9995:
            return divisor, THIN + suffix
    return 1.0, ""


def _short(amount: float) -> str:
    """Three significant digits, without a trailing zero after the point."""
    size = abs(amount)
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    text = f"{amount:.{digits}f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−") or "0"
