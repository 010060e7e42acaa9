"""What is known of one account, in words."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import quote

import polars as pl

from icp_core.accounts.columns import Column, Kind
from icp_core.reference import geography
from ui.builder import words
from ui.format import number, plain
from ui.tables import Field, Table
from ui.texts import _

USUAL: Final = (
    "industry",
    "employees",
    "revenue",
    "margin",
    "revenue_growth",
    "founded",
    "legal_form",
    "technologies",
    "is_customer",
    "source",
    "as_of",
)


def value_text(value: Any, column: Column) -> str:
    """A fact as people read it: names for codes, units, yes and no."""
    if value is None:
        return _("unknown")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    match column.kind:
        case Kind.TAGS:
            return ", ".join(str(one) for one in value) or _("none")
        case Kind.NUMBER:
            return words.amount(float(value), column)
        case _:
            return words.value_name(str(value), column)


def account_line(row: Mapping[str, Any]) -> str:
    """Where an account is, how large, and its web site, in one line of Markdown."""
    area = row.get("municipality") or row.get("region")
    places = [
        row.get("city") or (geography.name_of(area) if area else None),
        geography.name_of(row["country"]) if row.get("country") else None,
    ]
    parts = [plain(", ".join(place for place in places if place))]
    if row.get("employees") is not None:
        parts.append(_("{count} employees").format(count=number(row["employees"])))
    if row.get("org_number"):
        parts.append(plain(_("No. {number}").format(number=row["org_number"])))
    if row.get("domain"):
        parts.append(f"[{plain(row['domain'])}](https://{quote(row['domain'], safe='')})")
    return " · ".join(part for part in parts if part)


def facts_data(
    account: pl.DataFrame, columns: Mapping[str, Column], *, names: Collection[str]
) -> pl.DataFrame:
    """Facts of one account: fact, value.

    Parameters
    ----------
    account
        One row.
    columns
        What each of its columns is.
    names
        Columns to show first, known or not; the usual ones follow where they are known.
    """
    row = account.row(0, named=True)
    first = [name for name in columns if name in names]
    rest = [
        name
        for name in USUAL
        if name in columns and name not in names and row[name] not in (None, [])
    ]
    return pl.DataFrame(
        {
            "fact": [_(columns[name].label) for name in (*first, *rest)],
            "value": [value_text(row[name], columns[name]) for name in (*first, *rest)],
        },
        schema={"fact": pl.String, "value": pl.String},
    )


def facts_table(
    account: pl.DataFrame, columns: Mapping[str, Column], *, names: Collection[str]
) -> None:
    """Draw the facts of one account, those the profile reads first."""
    Table(
        facts_data(account, columns, names=names),
        (Field("fact", _("Fact")), Field("value", _("Value"))),
    ).draw_printed(hide_header=True)
