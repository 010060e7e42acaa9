"""Accounts of a plan with what a CRM knows them by."""

import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from icp_core.accounts.columns import BY_NAME
from icp_core.accounts.company_names import normalised
from icp_core.exporting.layouts import completed, own_domain
from icp_core.importing.crm_exports import Org
from icp_core.reference.crm_keys import ACCOUNT, hubspot_ids, salesforce_ids
from icp_core.reference.text import fold

_LEAST: Final = 0.9
"""Share of a column's cells that must be ids of accounts, for it to be taken for theirs."""

_LOOKED_AT: Final = 2_000
_RECORD: Final = frozenset(
    {
        "recordid", "recordidcompany", "companyrecordid", "companyid", "hsobjectid", "hubspotid",
        "hubspotcompanyid", "hubspotrecordid", "associatedcompanyid",
    }
)  # fmt: skip


def planned(table: pl.DataFrame, accounts: pl.DataFrame, *, crm: str, org: Org) -> pl.DataFrame:
    """The accounts of a plan as its files need them.

    Parameters
    ----------
    table
        account_id, name, before and after, as `TerritoryPlan.table`.
    accounts
        The list, with all of its columns: ids of the CRM are looked for in those that it brought.
    crm
        One of `CRMS`.
    org
        What the CRM exported of itself; accounts without an id are matched with its own by web domain,
        then by name, where there is only one such account on either side.

    Returns
    -------
    polars.DataFrame
        account_id, name, before, after, domain, id (in the CRM, null where unknown).
    """
    column = id_column(accounts, crm)
    known = pl.lit(None, dtype=pl.String) if column is None else pl.col(column)
    wanted = accounts.select(
        "account_id",
        *(name for name in ("domain", "name", "website") if name in accounts.columns),
        known.alias("#id"),
    )
    whole = completed(wanted).select("account_id", "#id", domain=own_domain())
    ids = whole["#id"]
    read = salesforce_ids(ids, ACCOUNT) if crm == "salesforce" else hubspot_ids(ids)
    rows = table.select("account_id", "name", "before", "after").join(
        whole.select("account_id", "domain", id=read),
        on="account_id",
        how="left",
        maintain_order="left",
    )
    theirs = org.accounts
    if crm == "hubspot":
        theirs = theirs.with_columns(id=hubspot_ids(theirs["id"]))
    else:
        theirs = theirs.with_columns(id=salesforce_ids(theirs["id"], ACCOUNT))
    theirs = theirs.filter(pl.col("id").is_not_null())
    for key in (pl.col("domain"), normalised("name")):
        rows = _matched(rows, theirs, key)
    return rows


def _matched(rows: pl.DataFrame, theirs: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    """Rows with the ids of accounts that are the only ones of a key here and there."""
    if theirs.is_empty() or not rows["id"].null_count():
        return rows
    there = (
        theirs.select(key.alias("#key"), theirs_id="id")
        .drop_nulls()
        .unique()
        .filter(pl.col("#key").is_unique())
        .filter(~pl.col("theirs_id").is_in(rows["id"].drop_nulls().implode()))
    )
    ours = rows.with_columns(key.alias("#key"))
    only = pl.col("#key").is_unique() & pl.col("#key").is_not_null() & pl.col("id").is_null()
    ours = ours.with_columns(pl.when(only).then("#key").alias("#key"))
    found = ours.join(there, on="#key", how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("id", "theirs_id").alias("id")).drop("#key", "theirs_id")


def id_column(accounts: pl.DataFrame, crm: str) -> str | None:
    """The column of a list that holds the CRM's ids of its accounts; None where none does."""
    own = [name for name in accounts.columns if name not in BY_NAME and not name.startswith("#")]
    if crm == "salesforce":
        return _of_salesforce(accounts, own)
    for name in own:
        if re.sub(r"[\W_]+", "", fold(name)) in _RECORD:
            sample = accounts[name].drop_nulls().head(_LOOKED_AT)
            if len(sample) and hubspot_ids(sample).null_count() <= (1 - _LEAST) * len(sample):
                return name
    return None


def _of_salesforce(accounts: pl.DataFrame, own: Sequence[str]) -> str | None:
    found: dict[str, int] = {}
    for name in own:
        if accounts.schema[name] != pl.String:
            continue
        sample = accounts[name].drop_nulls().head(_LOOKED_AT)
        if len(sample) and salesforce_ids(sample, ACCOUNT).count() >= _LEAST * len(sample):
            # Beside a parent's id, which few have and several share, the account's own is another's.
            found[name] = sample.n_unique()
    return max(found, key=found.__getitem__) if found else None
