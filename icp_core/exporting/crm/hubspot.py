"""Owners of companies, for HubSpot's import.

An owner is written as the e-mail address of a user, under `Company owner`. A company is known by its
`Record ID` or its `Company Domain Name`; a row without the id would make a new company in a file that is
matched by it, so that each has a file of its own.
"""

from typing import Final

import polars as pl

from icp_core.analysis.team import Team
from icp_core.exporting.crm.people import users
from icp_core.exporting.crm.planned import planned
from icp_core.exporting.crm.report import Draft
from icp_core.importing.crm_exports import Org
from icp_core.reference.numbers import number

MAX_ROWS: Final = 250_000
"""Of one import file (HubSpot, *Set up your import files*)."""

STEPS: Final = (
    "Import each file under CRM, Companies, Import; one object, companies.",
    "Choose to update existing companies only: a domain that HubSpot does not know would become a new "
    "company.",
    "In file 1 match by Record ID, in file 2 by Company Domain Name; Company owner is the property of "
    "that name.",
)
LEFT_BEHIND: Final = (
    "Contacts, deals, tickets and tasks keep their owners: change those by import or a workflow of your "
    "own. HubSpot copies a company's owner to its contacts only where your account's settings say so.",
    "HubSpot tells nobody that an import gave them companies.",
    "Companies' teams and territories of HubSpot's own are not changed.",
)


def files(table: pl.DataFrame, accounts: pl.DataFrame, team: Team, org: Org) -> Draft:
    """The files for HubSpot, and what the report tells."""
    draft = Draft(planned(table, accounts, crm="hubspot", org=org))
    rows = draft.rows.filter(pl.col("after").is_not_null())
    people = users(team, org, by_id=False)
    used = set(rows["after"].unique())
    draft.lack_reps([one for one in team.reps if one.name in used], people)
    rows = rows.with_columns(
        owner=pl.col("after").replace_strict(
            {name: one.email for name, one in people.items() if one.email and not one.lacking},
            default=None,
            return_dtype=pl.String,
        )
    )
    by_domain = pl.col("id").is_null() & pl.col("domain").is_not_null()
    alone = rows.filter(by_domain).with_columns(id=pl.col("domain"))
    known = draft.keyed(
        rows.filter(~by_domain),
        "Companies without a Record ID or a web domain of their own: import a list with Record ID",
    )
    alone = draft.keyed(alone, "")
    for name, purpose, found, heading in (
        ("1-companies-by-record-id.csv", "Owners of companies by id.", known, "Record ID"),
        ("2-companies-by-domain.csv", "Owners by domain.", alone, "Company Domain Name"),
    ):  # fmt: skip
        owned = found.filter(pl.col("owner").is_not_null())
        draft.lack(
            "Companies whose rep has no e-mail address of a user",
            *found.filter(pl.col("owner").is_null())["name"].fill_null("").to_list(),
        )
        draft.add(
            name,
            purpose,
            owned.select(
                pl.col("id").alias(heading),
                pl.col("name").alias("Company name"),
                pl.col("owner").alias("Company owner"),
            ),
        )
        if owned.height > MAX_ROWS:
            draft.warn(
                f"{name} has {number(owned.height)} rows, and HubSpot takes "
                f"{number(MAX_ROWS)} a file: split it."
            )
    if org.users.is_empty() and rows["owner"].count():
        draft.warn(
            "Whether the reps' e-mail addresses are those of active users is not known: HubSpot refuses "
            "a row with another one. Give an export of users (Settings, Users and Teams)."
        )
    draft.steps, draft.left_behind = STEPS, LEFT_BEHIND
    return draft
