"""Criteria in the reader's words: what roles and rules are called, and what a fit asks for."""

from collections.abc import Iterable, Mapping, Sequence

from icp_core.accounts.columns import Column, Subject
from icp_core.documents import words
from icp_core.documents.words import areas, column_of, value_name
from icp_core.profiles.model import Criterion, Fit, Missing, Profile, Role
from ui.texts import _

__all__ = ["areas", "column_of", "value_name"]


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
    return words.amount(value, column, _)


def amounts(values: Iterable[float], column: Column) -> dict[str, float]:
    """Numbers by their `amount`; those that would read alike with all their digits."""
    return words.amounts(values, column, _)


def fit_summary(fit: Fit, column: Column) -> str:
    """What a fit asks for, in one short line."""
    return words.fit_summary(fit, column, _)


def span(low: float | None, high: float | None, column: Column) -> str:
    """`20–250`, `from 20`, `up to 250`, or `exactly 20`; None is an open end."""
    return words.span(low, high, column, _)


def gate_name(criterion: Criterion, columns: Mapping[str, Column]) -> str:
    """`Employees: 30–200`, with a `not` before what a knock-out rejects."""
    summary = fit_summary(criterion.fit, column_of(criterion.column, columns))
    sign = _("not ") if criterion.role is Role.KNOCK_OUT else ""
    return f"{criterion_name(criterion, columns)}: {sign}{summary}"


def changed_criteria(
    before: Profile, after: Profile, columns: Mapping[str, Column]
) -> Sequence[str]:
    """Names of the criteria that came or were changed; where there are none, of those that went."""
    come = [one for one in after.criteria if one not in before.criteria]
    gone = [one for one in before.criteria if one not in after.criteria]
    return list(dict.fromkeys(criterion_name(one, columns) for one in come or gone))


def criterion_name(criterion: Criterion, columns: Mapping[str, Column]) -> str:
    """The label of the column a criterion tests."""
    return _(column_of(criterion.column, columns).label)
