"""What two versions say differently in words: each field by its name, each value as people read it."""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl
import streamlit as st

from icp_core.accounts.columns import Column
from icp_core.documents import one_page
from icp_core.documents.targeting import FUNCTIONS, SENIORITIES
from icp_core.profiles.brief import Aspect, BuyingRole
from icp_core.profiles.files import Agreed, changes
from ui import buying_group
from ui.builder import readiness
from ui.tables import Field, Table
from ui.texts import _

_UNSEEN: Final = ("key", "aspect")
"""They tell the parts of a brief apart, and nobody typed them."""


def draw(before: Agreed, after: Agreed, columns: Mapping[str, Column]) -> None:
    """Draw what the two say differently, field by field; nothing where they say the same."""
    rows = said_data(before, after, columns)
    if rows.is_empty():
        return
    with st.container(border=True):
        Table(
            rows,
            (
                Field("field", _("What is said")),
                Field("before", _("Before")),
                Field("after", _("After")),
            ),
            title=_("In words"),
            file="in-words",
        ).draw_printed(unknown="")


def said_data(before: Agreed, after: Agreed, columns: Mapping[str, Column]) -> pl.DataFrame:
    """What two profiles say differently: field, before, after."""
    people = {one.key: one.name for agreed in (before, after) for one in agreed.brief.buying_group}
    rows = []
    for one in changes(before, after):
        *of, name = one.field.split(".")
        if name not in _UNSEEN:
            values = (
                _value(name, text, columns) if text else "" for text in (one.before, one.after)
            )
            rows.append((_field(of, name, people), *values))
    schema = dict.fromkeys(("field", "before", "after"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _field(of: list[str], name: str, people: Mapping[str, str]) -> str:
    """`CTO: Goals` for a field of a part of the brief; the names that its page has for it."""
    match of:
        case ["buying_group", key]:
            return f"{people[key]}: {buying_group.fields()[name]}"
        case ["readiness", aspect]:
            part = readiness.aspects()[Aspect(aspect)][0]
            return f"{part}: {_('Measured by')}" if name == "column" else part
        case ["focus"]:
            return readiness.focused()[name]
        case _:
            return (_own() | one_page.questions(_))[name]


def _own() -> dict[str, str]:
    return {
        "name": _("Name"),
        "description": _("Description"),
        "offer": _("Offer"),
        "valid_from": _("Holds from"),
        "valid_until": _("Holds until"),
        "segment": _("Market segment"),
        "goal": _("Goal with this profile"),
    }


def _value(name: str, text: str, columns: Mapping[str, Column]) -> str:
    """A value as its page shows it: `Decision maker` for `decision_maker`."""
    written: dict[str, Callable[[], str]] = {
        "role": lambda: one_page.buying_roles(_)[BuyingRole(text)],
        "at_ideal_customer": lambda: _("Yes") if text == str(True) else _("No"),
        "importance": lambda: buying_group.importances()[int(text)],
        "functions": lambda: _numbered(text, FUNCTIONS),
        "seniorities": lambda: _numbered(text, SENIORITIES),
        "column": lambda: _(columns[text].label) if text in columns else text,
    }
    return written[name]() if name in written else text


def _numbered(text: str, names: Mapping[int, str]) -> str:
    return "; ".join(names.get(int(one), one) for one in text.split("; "))
