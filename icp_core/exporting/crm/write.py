"""From a plan of territories to the files of a CRM."""

from datetime import date

import polars as pl

from icp_core.analysis.team import Team
from icp_core.errors import ExportError
from icp_core.exporting.crm import hubspot, salesforce
from icp_core.exporting.crm.files import CRMS, CrmFiles
from icp_core.exporting.crm.salesforce import Where
from icp_core.importing.crm_exports import Org


def crm_files(
    crm: str,
    table: pl.DataFrame,
    accounts: pl.DataFrame,
    team: Team,
    *,
    on: date,
    fictional: bool,
    org: Org = Org(),  # noqa: B008 - frozen
    where: Where = Where(),  # noqa: B008 - frozen
) -> CrmFiles:
    """The files that carry a plan into a CRM, with the report on what is lacking and left behind.

    Parameters
    ----------
    crm
        One of `CRMS`.
    table
        The plan, as `TerritoryPlan.table`.
    accounts
        The list, with the columns that it brought.
    team
        The plan's reps.
    on
        Date in the name of the archive.
    fictional
        Whether the companies are invented; archive, files and report then say so.
    org
        What the CRM exported of itself.
    where
        Where new territories belong, for Salesforce.

    Raises
    ------
    ExportError
        If there is no such CRM.
    """
    match crm:
        case "salesforce":
            draft = salesforce.files(table, accounts, team, org, where)
        case "hubspot":
            draft = hubspot.files(table, accounts, team, org)
        case _:
            raise ExportError(f"There are no files for {crm}; choose {', '.join(CRMS)}.")
    return draft.made(crm, org, on=on, fictional=fictional)
