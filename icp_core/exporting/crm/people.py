"""Which user of a CRM each rep is."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from icp_core.analysis.team import Rep, Team, is_address, key_of
from icp_core.importing.crm_exports import Org


@dataclass(frozen=True)
class User:
    """A rep as a CRM knows it.

    Attributes
    ----------
    rep
        Of the team.
    id, email
        Of the user; None where unknown, or where files could not carry the address as it stands.
    lacking
        Why accounts cannot be given to the rep; blank if they can.
    """

    rep: Rep
    id: str | None
    email: str | None
    lacking: str = ""


def users(team: Team, org: Org, *, by_id: bool) -> Mapping[str, User]:
    """The user of each rep by the rep's name: of that e-mail address, else the only one of that name.

    Parameters
    ----------
    team
        The reps.
    org
        With its users, where it exported them.
    by_id
        Whether the CRM gives accounts by the user's id; else by e-mail address.
    """
    return {one.name: _user(one, org, by_id=by_id) for one in team.reps}


def _user(rep: Rep, org: Org, *, by_id: bool) -> User:
    email = rep.email if rep.email and is_address(rep.email) else None
    if org.users.is_empty():
        lacking = ""
        if by_id:
            lacking = "Reps whose user id is unknown: give an export of users"
        elif rep.email is None:
            lacking = "Reps without an e-mail address: write it in the team"
        elif email is None:
            lacking = "Reps whose e-mail address is none: mend it in the team"
        return User(rep, None, email, lacking)
    found = _found(rep, org.users)
    active = found.filter(pl.col("active"))
    column, called = ("id", "id") if by_id else ("email", "e-mail address")
    keys = active[column].drop_nulls().unique()
    if not by_id:
        keys = keys.filter(pl.Series([is_address(key) for key in keys], dtype=pl.Boolean))
    if len(keys) == 1:
        row = active.filter(pl.col(column) == keys[0]).row(0, named=True)
        return User(rep, row["id"], row["email"])
    lacking = "Reps who may be one of several users: write the e-mail address"
    if found.is_empty():
        lacking = "Reps who are no user of that e-mail address or name"
    elif active.is_empty():
        lacking = "Reps whose user is inactive"
    elif keys.is_empty():
        lacking = f"Reps whose user has no {called} in the export"
    return User(rep, None, email, lacking)


def _found(rep: Rep, known: pl.DataFrame) -> pl.DataFrame:
    by = {
        "email": None if rep.email is None else key_of(rep.email),
        "name": key_of(rep.name),
    }
    for column, key in by.items():
        mine = [value is not None and key_of(value) == key for value in known[column]]
        if key is not None and any(mine):
            return known.filter(pl.Series(mine))
    return known.clear()
