"""What the parts in a purchase are called in CRMs, and a file of job titles with their roles there.

No person is in it: it says which role the contacts of a title get.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

import polars as pl

from icp_core.errors import ExportError
from icp_core.exporting.cells import guarded
from icp_core.exporting.content import csv
from icp_core.exporting.formats import FORMATS
from icp_core.profiles.brief import LANGUAGES, BuyingRole, Persona


class CrmRole(NamedTuple):
    """HubSpot's `hs_buying_role` and Salesforce's `OpportunityContactRole`."""

    hubspot: str
    salesforce: str


CRM_ROLES: Final[Mapping[BuyingRole, CrmRole]] = {
    BuyingRole.DECISION_MAKER: CrmRole("DECISION_MAKER", "Decision Maker"),
    BuyingRole.AMBASSADOR: CrmRole("CHAMPION", "Executive Sponsor"),
    BuyingRole.INFLUENCER: CrmRole("INFLUENCER", "Influencer"),
    BuyingRole.BLOCKER: CrmRole("BLOCKER", "Other"),
}

IMPERFECT: Final = (BuyingRole.AMBASSADOR, BuyingRole.BLOCKER)
"""Roles for which Salesforce has only something like it."""

HEADINGS: Final[Mapping[str, str]] = {
    "hubspot": "hs_buying_role",
    "salesforce": "OpportunityContactRole",
}
"""What the role's column is called, by the formats of files whose receivers know roles."""


def buying_roles(group: Sequence[Persona], format: str) -> pl.DataFrame:
    """One row a job title of a persona and language; a persona without any has one row.

    Parameters
    ----------
    group
        The personas.
    format
        `hubspot` or `salesforce`.

    Returns
    -------
    polars.DataFrame
        Job title, language, the role as the CRM writes it, persona, and a note where it is imperfect.

    Raises
    ------
    ExportError
        If the receiver of that format knows no roles, or there is no persona.
    """
    if format not in HEADINGS:
        known = " and ".join(FORMATS[one].label for one in HEADINGS)
        raise ExportError(
            f"Roles go with the files {known} only; choose one of these, or leave the roles out."
        )
    if not group:
        raise ExportError(
            "The profile has no buying group, so there are no roles to write. Describe one on the "
            "Buying group page and take the profile from there, or leave the roles out."
        )
    heading = HEADINGS[format]
    rows: list[dict[str, str]] = []
    for one in group:
        titles = [
            (title, language) for language in LANGUAGES for title in getattr(one.titles, language)
        ]
        notes = [] if titles else ["No job title: no contact can get this role by it"]
        if format == "salesforce" and one.role in IMPERFECT:
            notes.append("Salesforce has nothing closer")
        rows += [
            {
                "Job title": title,
                "Language": language,
                heading: getattr(CRM_ROLES[one.role], format),
                "Persona": one.name,
                "Note": "; ".join(notes),
            }
            for title, language in titles or [("", "")]
        ]
    return pl.DataFrame(rows).with_columns(guarded(pl.all()).name.keep())


def untitled(group: Sequence[Persona]) -> str:
    """A note on the personas that no contact can be matched with; empty where each has a job title."""
    names = ", ".join(one.name for one in group if not one.titles.together)
    return f"Without a job title, so that no contact gets their role: {names}." if names else ""


def roles_file(group: Sequence[Persona], format: str) -> bytes:
    """The rows of `buying_roles` as CSV for people.

    Raises
    ------
    ExportError
        As `buying_roles`.
    """
    return csv(buying_roles(group, format), FORMATS["csv"])


def roles_file_name(format: str, *, on: date, fictional: bool) -> str:
    """Name of that file; with fictional accounts it says so."""
    return f"{'FICTIONAL-' if fictional else ''}buying-roles-{format}-{on}.csv"
