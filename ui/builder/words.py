"""Criteria in words: names for codes, numbers with the unit of their column, a fit in one line."""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Final

from polars import String

from icp_core.accounts.columns import Column, Kind, Subject, describe
from icp_core.evaluation.market import Bounds
from icp_core.profiles.model import (
    Choice,
    Criterion,
    Fit,
    Flag,
    Missing,
    Range,
    Role,
    Tags,
)
from icp_core.reference import geography, industry
from ui.format import SPACE, THIN, money, money_bounds, number, percent
from ui.texts import _

_LONGEST_LIST: Final = 2  # values named in a sentence; the others are counted


def role_name(role: Role) -> str:
    """A role as the heading of its group."""
    return {
        Role.MUST_HAVE: _("Must-haves"),
        Role.NICE_TO_HAVE: _("Nice-to-haves"),
        Role.DRAWBACK: _("Drawbacks"),
        Role.KNOCK_OUT: _("Knock-outs"),
    }[role]


def role_meaning(role: Role) -> str:
    """What a role does, in one sentence."""
    return {
        Role.MUST_HAVE: _("An account that fails one does not match."),
        Role.NICE_TO_HAVE: _("Each adds to the score, by its weight."),
        Role.DRAWBACK: _("Each takes from the score, by its weight."),
        Role.KNOCK_OUT: _("An account that meets one does not match."),
    }[role]


def one_of(role: Role) -> str:
    """A role as one criterion has it."""
    return {
        Role.MUST_HAVE: _("Must-have"),
        Role.NICE_TO_HAVE: _("Nice-to-have"),
        Role.DRAWBACK: _("Drawback"),
        Role.KNOCK_OUT: _("Knock-out"),
    }[role]


def subject(about: Subject) -> str:
    """What columns are about, as a group among all that a criterion can test."""
    return {
        Subject.FIRMOGRAPHIC: _("Firmographic"),
        Subject.GROWTH: _("Growth and profit"),
        Subject.TECHNOLOGY: _("Technology"),
        Subject.PLACE: _("Place"),
        Subject.OWN: _("Your columns"),
        Subject.RECORDS: _("Records"),
    }[about]


def missing_rule(rule: Missing) -> str:
    """What is done where the value is not known."""
    return {
        Missing.UNKNOWN: _("Leave open"),
        Missing.FAIL: _("Count against"),
        Missing.PASS: _("Count in favour"),
    }[rule]


def potential_models() -> dict[str, tuple[str, str]]:
    """What each model of potential is called, and what it reads, by its name in the profile."""
    return {
        "per_employee": (_("Rate per employee"), _("Employees times a rate, a year.")),
        "revenue_share": (_("Share of revenue"), _("A share of yearly revenue.")),
        "employee_bands": (
            _("Amount per size band"),
            _("A fixed amount a year from a headcount upward."),
        ),
        "column": (_("A column"), _("Read from a number column, a year.")),
    }


def amount(value: float, column: Column) -> str:
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


def amounts(values: Iterable[float], column: Column) -> dict[str, float]:
    """Numbers by their `amount`; those that would read alike with all their digits."""
    found: dict[str, float] = {}
    for value in dict.fromkeys(values):
        label = amount(value, column)
        if found.setdefault(label, value) != value:
            other = found.pop(label)
            found |= {_exact(other, column): other, _exact(value, column): value}
    return found


def _exact(value: float, column: Column) -> str:
    share = column.unit == "fraction"
    digits = f"{100 * value if share else value:,.15g}".replace(",", THIN).replace("-", "−")
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


def fit_summary(fit: Fit, column: Column) -> str:
    """What a fit asks for, in one short line."""
    match fit:
        case Range():
            return _range(fit, column)
        case Choice():
            full = [key for key, share in fit.values.items() if share > 0]
            rest = [key for key, share in fit.values.items() if share == 0]
            if fit.default > 0 and rest:
                return _("all but {values}").format(values=_listed(rest, column))
            return _listed(full or list(fit.values), column)
        case Tags():
            names = _listed(list(fit.tags), column)
            if len(fit.tags) == 1:
                return names
            return {
                "any": _("any of {tags}"),
                "all": _("all of {tags}"),
                "share": _("share of {tags}"),
            }[fit.match].format(tags=names)
        case Flag():
            return _("yes") if fit.value else _("no")


def _range(fit: Range, column: Column) -> str:
    whole = span(fit.a, fit.d, column)
    best = span(fit.b, fit.c, column)
    return whole if best == whole else _("{whole}, best {best}").format(whole=whole, best=best)


def span(low: float | None, high: float | None, column: Column) -> str:
    """`20–250`, `from 20`, `up to 250`, or `exactly 20`; None is an open end."""
    if low is None and high is None:
        return _("any known value")
    named = {value: name for name, value in amounts(_known(low, high), column).items()}
    if high is None:
        return _("from {low}").format(low=named[low or 0])
    if low is None:
        return _("up to {high}").format(high=named[high])
    if low == high:
        return _("exactly {value}").format(value=named[low])
    if column.unit.startswith("EUR") and low >= 0 and named[high] == amount(high, column):
        return money_bounds(Bounds(low, high), "EUR")
    first = named[low].removesuffix(f"{SPACE}%")
    return f"{first}{_(' to ') if low < 0 else '–'}{named[high]}"


def _known(*ends: float | None) -> list[float]:
    return [end for end in ends if end is not None]


def _listed(values: list[str], column: Column) -> str:
    names = [value_name(value, column) for value in values[:_LONGEST_LIST]]
    more = len(values) - len(names)
    return ", ".join(names) + (f" +{more}" if more > 0 else "")


def gate_name(criterion: Criterion, columns: Mapping[str, Column]) -> str:
    """`Employees: 30–200`, with a `not` before what a knock-out rejects."""
    summary = fit_summary(criterion.fit, column_of(criterion.column, columns))
    sign = _("not ") if criterion.role is Role.KNOCK_OUT else ""
    return f"{criterion_name(criterion, columns)}: {sign}{summary}"


def criterion_name(criterion: Criterion, columns: Mapping[str, Column]) -> str:
    """The label of the column a criterion tests."""
    return _(column_of(criterion.column, columns).label)
