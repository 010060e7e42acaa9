"""Criteria in words: names for codes, numbers with the unit of their column, a fit in one line."""

from collections.abc import Iterable
from math import inf
from typing import Final

from icp_core.accounts.columns import Column, Kind
from icp_core.profiles.model import (
    Choice,
    Criterion,
    Fit,
    Flag,
    Missing,
    Potential,
    Range,
    Role,
    Tags,
)
from icp_core.reference import geography, industry
from ui.format import SPACE, THIN, money, number, percent
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


def missing_rule(rule: Missing) -> str:
    """What is done where the value is not known."""
    return {
        Missing.UNKNOWN: _("Leave open"),
        Missing.FAIL: _("Count against"),
        Missing.PASS: _("Count in favour"),
    }[rule]


def potential_model(model: str) -> str:
    """A model of potential by its name in the profile."""
    return {
        "per_employee": _("Rate per employee"),
        "revenue_share": _("Share of revenue"),
        "employee_bands": _("Amount per size band"),
        "column": _("A column"),
    }[model]


def potential_meaning(model: Potential) -> str:
    """What a model of potential reads, in one sentence."""
    return {
        "per_employee": _("Employees times a rate, a year."),
        "revenue_share": _("A share of yearly revenue."),
        "employee_bands": _("A fixed amount a year from a headcount upward."),
        "column": _("Read from a number column, a year."),
    }[model.model]


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
    low_open, high_open = fit.a is None, fit.d is None
    if low_open and high_open:
        return _("any known value")
    a, b, c, d = (amount(edge, column) if edge is not None else "" for edge in _edges(fit))
    lower = a if a == b else f"{a} → {b}"
    upper = c if c == d else f"{c} → {d}"
    if high_open:
        return _("from {low}").format(low=lower)
    if low_open:
        return _("up to {high}").format(high=upper)
    return f"{lower} – {upper}"


def _edges(fit: Range) -> tuple[float | None, ...]:
    return fit.a, fit.b, fit.c, fit.d


def _listed(values: list[str], column: Column) -> str:
    names = [value_name(value, column) for value in values[:_LONGEST_LIST]]
    more = len(values) - len(names)
    return ", ".join(names) + (f" +{more}" if more > 0 else "")


def gate_name(criterion: Criterion, columns: dict[str, Column]) -> str:
    """`Employees: 30 – 200`, with a `not` before what a knock-out rejects."""
    summary = fit_summary(criterion.fit, columns[criterion.column])
    sign = _("not ") if criterion.role is Role.KNOCK_OUT else ""
    return f"{criterion_name(criterion, columns)}: {sign}{summary}"


def criterion_name(criterion: Criterion, columns: dict[str, Column]) -> str:
    """The label of the column a criterion tests."""
    column = columns.get(criterion.column)
    return _(column.label) if column else criterion.column
