"""Criteria in words: names for codes, numbers with the unit of their column, a fit in one line.

What is called `_` gives a text in the reader's language, as gettext does.
"""

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Final, NamedTuple

from polars import String

from icp_core.accounts.columns import Column, Kind, describe
from icp_core.profiles.model import Choice, Fit, Flag, Range, Tags
from icp_core.reference import geography, industry
from icp_core.reference.numbers import SPACE, exact, money, money_bounds, number, percent

Translate = Callable[[str], str]

LONGEST_LIST: Final = 2
"""Values named in a sentence; the others are counted."""


class _Ends(NamedTuple):
    low: float
    high: float


def amount(value: float, column: Column, _: Translate = str) -> str:
    """A number of a column, short, with its unit where that is not plain from the label."""
    if value == -inf:
        return _("no minimum")
    if value == inf:
        return _("no maximum")
    if column.unit == "fraction":
        return percent(value, digits=0 if round(100 * value, 6) % 1 == 0 else 1)
    if column.unit.startswith("EUR"):
        return money(value, "EUR")
    if column.unit == "year":
        return f"{value:.0f}"
    return number(value) if value == round(value) else f"{value:g}".replace("-", "−")


def amounts(values: Iterable[float], column: Column, _: Translate = str) -> dict[str, float]:
    """Numbers by their `amount`; those that would read alike with all their digits."""
    found: dict[str, float] = {}
    for value in dict.fromkeys(values):
        label = amount(value, column, _)
        if found.setdefault(label, value) != value:
            other = found.pop(label)
            found |= {_exact(other, column): other, _exact(value, column): value}
    return found


def _exact(value: float, column: Column) -> str:
    share = column.unit == "fraction"
    digits = exact(100 * value if share else value)
    return digits + (f"{SPACE}%" if share else f"{SPACE}{column.unit}" if column.unit else "")


def value_name(value: str, column: Column) -> str:
    """The name behind a code, else the value itself."""
    if column.kind is Kind.INDUSTRY:
        return industry.titled(value)
    if column.name in ("country", "region", "municipality"):
        return geography.name_of(value)
    return value


def column_of(name: str, columns: Mapping[str, Column]) -> Column:
    """What a column is, also where the list lacks it."""
    return columns.get(name) or describe(name, String())


def areas(column: Column) -> Mapping[str, tuple[str, ...]]:
    """Codes of the places of areas that people speak of, for a column of places."""
    if column.name == "region":
        return geography.place_groups("region")
    return geography.place_groups("municipality") if column.name == "municipality" else {}


def fit_summary(fit: Fit, column: Column, _: Translate = str, *, most: int = LONGEST_LIST) -> str:
    """What a fit asks for, in one short line.

    Parameters
    ----------
    fit, column
        What it tests, and on what.
    most
        How many values are named before the others are counted.
    """
    match fit:
        case Range():
            return _range(fit, column, _)
        case Choice():
            full = [key for key, share in fit.values.items() if share > 0]
            rest = [key for key, share in fit.values.items() if share == 0]
            if fit.default > 0 and rest:
                return _("all but {values}").format(values=_listed(rest, column, most))
            return _listed(full or list(fit.values), column, most)
        case Tags():
            names = _listed(list(fit.tags), column, most)
            if len(fit.tags) == 1:
                return names
            return {
                "any": _("any of {tags}"),
                "all": _("all of {tags}"),
                "share": _("share of {tags}"),
            }[fit.match].format(tags=names)
        case Flag():
            return _("yes") if fit.value else _("no")


def _range(fit: Range, column: Column, _: Translate) -> str:
    whole = span(fit.a, fit.d, column, _)
    best = span(fit.b, fit.c, column, _)
    return whole if best == whole else _("{whole}, best {best}").format(whole=whole, best=best)


def span(low: float | None, high: float | None, column: Column, _: Translate = str) -> str:
    """`20–250`, `from 20`, `up to 250`, or `exactly 20`; None is an open end."""
    if low is None and high is None:
        return _("any known value")
    named = {value: name for name, value in amounts(_known(low, high), column, _).items()}
    if high is None:
        return _("from {low}").format(low=named[low or 0])
    if low is None:
        return _("up to {high}").format(high=named[high])
    if low == high:
        return _("exactly {value}").format(value=named[low])
    if column.unit.startswith("EUR") and low >= 0 and named[high] == amount(high, column, _):
        return money_bounds(_Ends(low, high), "EUR")
    first = named[low].removesuffix(f"{SPACE}%")
    return f"{first}{_(' to ') if low < 0 else '–'}{named[high]}"


def _known(*ends: float | None) -> list[float]:
    return [end for end in ends if end is not None]


def _listed(values: list[str], column: Column, most: int) -> str:
    names = [value_name(value, column) for value in values[:most]]
    more = len(values) - len(names)
    return ", ".join(names) + (f" +{more}" if more > 0 else "")
