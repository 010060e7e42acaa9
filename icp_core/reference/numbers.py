"""Numbers as people read them: thin thousands separators, few digits, units."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

THIN: Final = "\u202f"  # between thousands: narrow, and never broken over a line
SPACE: Final = "\u00a0"  # before a unit: never broken either
JOINER: Final = "\u2060"  # has no width, and no line is broken at it
UNKNOWN: Final = "–"

_SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
_RANGE: Final = re.compile(r"(?<=[\d%kM])–(?=[\d−$€£])")
_SHARE: Final = re.compile(r"(?<=\d) (?=[%×])")
_LARGE: Final = 1_000  # from here on nobody reads decimals
_SURE: Final = 15  # significant digits of a float of 64 bits
_STEPS: Final = ((1e12, "T"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))


class Ends(Protocol):
    """Whatever has a lower and an upper end."""

    @property
    def low(self) -> float:
        """The lower end."""

    @property
    def high(self) -> float:
        """The upper end."""


class _Same(NamedTuple):
    low: float
    high: float


def number(value: float | None, *, digits: int | None = 0) -> str:
    """`1 284`; unknown is a dash. Without digits as many as it needs, at most two: `2.5`, `1 284`."""
    if value is None:
        return UNKNOWN
    if digits is None:
        digits = next(n for n in (0, 1, 2) if n == 2 or round(value, n) == round(value, 2))
        digits = 0 if abs(value) >= _LARGE else digits
    return f"{value:,.{digits}f}".replace(",", THIN).replace("-", "−")


def counted(count: int, one: str, several: str) -> str:
    """`no account`, `1 account` or `1 284 accounts`, with the verb where it follows.

    Examples
    --------
    >>> counted(1, "account has", "accounts have")
    '1 account has'
    """
    return f"{number(count) if count else 'no'} {several if count > 1 else one}"


def exact(value: float) -> str:
    """`2 500 000` or `−0.125`: a number with all the digits that it holds for sure."""
    return f"{value:,.{_SURE}g}".replace(",", THIN).replace("-", "−")


def signed(value: float, *, digits: int = 0) -> str:
    """`+28` or `−3`."""
    return ("+" if value >= 0 else "") + number(value, digits=digits)


def percent(share: float | None, *, digits: int = 0) -> str:
    """`62 %` of a share 0…1."""
    return UNKNOWN if share is None else number(100 * share, digits=digits) + SPACE + "%"


def bounds(value: Ends) -> str:
    """`1 284–1 696`, or one number where both ends are the same."""
    low, high = number(value.low), number(value.high)
    return low if low == high else f"{low}–{high}"


def percent_bounds(value: Ends, *, digits: int = 0) -> str:
    """`1.6–4.3 %` of shares 0…1, or one number where both ends read the same."""
    low, high = number(100 * value.low, digits=digits), percent(value.high, digits=digits)
    return high if high.startswith(low + SPACE) else f"{low}–{high}"


def from_to(low: str, high: str) -> str:
    """Two numbers as written, as a range: `14–89`, but `−5 % to 3 %`."""
    return f"{low} to {high}" if low.startswith("−") else f"{low}–{high}"


def short(amount: float) -> str:
    """`182 M`: an amount whose currency stands elsewhere."""
    return _written(_Same(amount, amount), "")


def money(amount: float | None, currency: str) -> str:
    """`€182 M`, `−€24 k`, three digits at most; other currencies by their code: `SEK 182 M`."""
    return UNKNOWN if amount is None else money_bounds(_Same(amount, amount), currency)


def money_bounds(value: Ends, currency: str) -> str:
    """`€182–231 M`, both ends in the unit of the higher one, with as many decimals."""
    return _written(value, _SYMBOLS.get(currency, currency + SPACE))


def currency_sign(currency: str) -> str:
    """`€`, or the code of another currency, as a heading has it whose numbers have none."""
    return _SYMBOLS.get(currency, currency)


def _written(value: Ends, symbol: str) -> str:
    divisor, suffix = _unit(value.high)
    size = abs(value.high) / divisor
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    ends = [f"{end / divisor:.{digits}f}" if end else "0" for end in (value.low, value.high)]
    if all(set(end.partition(".")[2]) <= {"0"} for end in ends):
        ends = [end.partition(".")[0] for end in ends]
    low, high = (end.replace("-", "−") for end in ends)
    if low != high:
        return f"{symbol}{low}–{high}{suffix}"
    digits_only = low.removeprefix("−")
    return ("" if digits_only == low else "−") + symbol + digits_only + suffix


def unbroken(text: str) -> str:
    r"""A text whose ranges and shares stay on one line, however narrow: to be shown or printed.

    Examples
    --------
    >>> ascii(unbroken("SEK 30–132"))
    "'SEK 30\\u2013\\u2060132'"
    >>> ascii(unbroken("over 15 % a year"))
    "'over 15\\xa0% a year'"
    """
    return _SHARE.sub(SPACE, _RANGE.sub(f"–{JOINER}", text))


def in_sentence(label: str) -> str:
    """A label as it stands inside a sentence: `employees`, but `VAT registered`."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def listed(names: Sequence[str], last_two: str) -> str:
    """Names in a row, the last two as in `{first} and {last}`."""
    *first, last = names or [""]
    return last_two.format(first=", ".join(first), last=last) if first else last


def _unit(amount: float) -> tuple[float, str]:
    # A figure that rounds up to the next unit is written in it: 999 999 is 1 M, not 1 000 k.
    for divisor, suffix in _STEPS:
        if abs(amount) / divisor >= 0.9995:
            return divisor, SPACE + suffix
    return 1.0, ""
