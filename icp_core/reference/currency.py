"""Exchange rates of the European Central Bank, as bundled with CurrencyConverter."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from currency_converter import CurrencyConverter, RateNotFoundError

from icp_core.errors import CurrencyError


@dataclass(frozen=True)
class Rate:
    """How much one unit of a currency is worth in another.

    Attributes
    ----------
    value
        Amount of the other currency per unit.
    date
        The day the rate was set.
    """

    value: float
    date: date


_STILL_SET: Final = timedelta(days=31)
"""Rates are set every working day: one that is older than this against the newest has ended."""


@cache
def _converter() -> CurrencyConverter:
    return CurrencyConverter()


def currencies() -> tuple[str, ...]:
    """Codes (ISO 4217) of the currencies that have a rate, sorted."""
    return tuple(sorted(_converter().currencies))


@cache
def old_rate(currency: str) -> date | None:
    """The day of a currency's latest rate where that is no longer set; None where it is.

    Examples
    --------
    Estonia has had the euro since 2011:

    >>> old_rate("EEK")
    datetime.date(2010, 12, 31)
    >>> old_rate("SEK") is None
    True
    """
    newest = max(bounds.last_date for bounds in _converter().bounds.values())
    latest = rate(currency).date
    return latest if latest < newest - _STILL_SET else None


@cache
def rate(currency: str, to: str = "EUR", on: date | None = None) -> Rate:
    """Look up the rate on a day, or on the nearest earlier day that has one.

    Parameters
    ----------
    currency, to
        ISO 4217 codes.
    on
        The day; None takes the latest day that both currencies have a rate.

    Raises
    ------
    CurrencyError
        If a currency is unknown, or the day lies before its first rate.

    Examples
    --------
    No rate is set on a Sunday:

    >>> found = rate("SEK", on=date(2024, 1, 7))
    >>> round(found.value, 4), found.date.isoformat()
    (0.089, '2024-01-05')
    """
    converter = _converter()
    for code in (currency, to):
        if code not in converter.currencies:
            raise CurrencyError(
                f"There is no exchange rate for the currency {code!r}; use one of "
                f"{', '.join(currencies())}."
            )
    first = max(converter.bounds[code].first_date for code in (currency, to))
    last = min(converter.bounds[code].last_date for code in (currency, to))
    day = min(on or last, last)
    while day >= first:
        try:
            return Rate(float(converter.convert(1, currency, to, date=day)), day)
        except RateNotFoundError:
            day -= timedelta(days=1)
    raise CurrencyError(
        f"There is no exchange rate from {currency} to {to} on {on}; the first is of {first}."
    )
