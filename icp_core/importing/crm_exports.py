"""What an org exported of itself, to match with: its users, territories, what they hold, its accounts.

Ids exist only there, so that files to be loaded need them. Each export is told by its headings: those of
Data Loader (`TERRITORY2ID`), of a report (`Territory ID`), of HubSpot's list of users.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final

import polars as pl

from icp_core.accounts.identity import registrable_domains
from icp_core.importing import sandbox
from icp_core.importing.sandbox import Source
from icp_core.importing.tables import refuse
from icp_core.reference.crm_keys import ACCOUNT, USER, salesforce_ids
from icp_core.reference.numbers import number
from icp_core.reference.text import fold

MOST_ROWS: Final = 1_000_000

_TEXT: Final = pl.String()

USERS: Final = pl.Schema({"id": _TEXT, "name": _TEXT, "email": _TEXT, "active": pl.Boolean()})
TERRITORIES: Final = pl.Schema(
    {
        "id": _TEXT,
        "name": _TEXT,
        "developer_name": _TEXT,
        "model": _TEXT,
        "type": _TEXT,
        "parent": _TEXT,
    }
)
OBJECTS: Final = pl.Schema({"id": _TEXT, "account": _TEXT, "territory": _TEXT, "cause": _TEXT})
MEMBERS: Final = pl.Schema({"id": _TEXT, "user": _TEXT, "territory": _TEXT})
ACCOUNTS: Final = pl.Schema({"id": _TEXT, "name": _TEXT, "domain": _TEXT, "owner": _TEXT})
"""Of what each export has."""

# Headings by what they mean, in lower case without blanks and signs.
_WORDS: Final[Mapping[str, str]] = {
    "id": "id,recordid",
    "user": "userid",
    "account": "accountid,objectid,kontoid,account18digitid,18digitaccountid,accountid18",
    "territory": "territory2id,territoryid",
    "association": "objectterritoryassociationid,objectterritory2associationid",
    "model": "territory2modelid,territorymodelid",
    "type": "territory2typeid,territorytypeid",
    "parent": "parentterritory2id,parentterritoryid",
    "developer": "developername,territoryname",
    "cause": "associationcause,method",
    "name": "name,fullname,accountname,companyname,territorylabel,label,company",
    "first": "firstname,fornamn,fornavn,etunimi",
    "last": "lastname,surname,efternamn,etternavn,efternavn,sukunimi",
    "email": "email,emailaddress,useremail,epost,epostadress,epostadresse,emailadresse,sahkoposti",
    "login": "username",
    "active": "isactive,active,aktiv,status,userstatus",
    "gone": "deactivated,isdeactivated",
    "owner": "ownerid,accountownerid",
    "website": "website,websiteurl,companydomainname,domain,accountwebsite",
}
_MEANING: Final = {word: meaning for meaning, words in _WORDS.items() for word in words.split(",")}
_INACTIVE: Final = frozenset(
    {"false", "0", "no", "inactive", "deactivated", "nej", "nei", "ei", "frozen"}
)
_GONE: Final = frozenset({"true", "1", "yes", "deactivated"})


def _empty(schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True, eq=False)
class Org:
    """What an org has, as far as its exports tell; ids of 18 characters.

    Attributes
    ----------
    users, territories, objects, members, accounts
        As `USERS`, `TERRITORIES`, `OBJECTS` (accounts in territories), `MEMBERS` (users in territories)
        and `ACCOUNTS`.
    read
        What was read, a sentence a file.
    """

    users: pl.DataFrame = field(default_factory=lambda: _empty(USERS))
    territories: pl.DataFrame = field(default_factory=lambda: _empty(TERRITORIES))
    objects: pl.DataFrame = field(default_factory=lambda: _empty(OBJECTS))
    members: pl.DataFrame = field(default_factory=lambda: _empty(MEMBERS))
    accounts: pl.DataFrame = field(default_factory=lambda: _empty(ACCOUNTS))
    read: tuple[str, ...] = ()


def read_org(files: Iterable[tuple[Source, str]]) -> Org:
    """An org out of its exports, each opened in the child process.

    Parameters
    ----------
    files
        Each with what the user calls it. Of two of one kind the rows of both count.

    Raises
    ------
    ImportRefused
        If one cannot be read, or is none of these exports.
    """
    org = Org()
    for source, name in files:
        prepared, cells = sandbox.read_cells(source, name=name, most_rows=MOST_ROWS)
        meant = _meanings(prepared.headings)
        kind = _kind(set(meant))
        if kind is None:
            refuse(
                prepared.name,
                "it is not understood as an export of users, territories, their accounts or users, or "
                "accounts. Export those with Data Loader, all fields, and give the files as they are.",
            )
        rows = cells.select(**{meaning: pl.col(heading) for meaning, heading in meant.items()})
        found = _READ[kind](rows)
        labels = {
            "users": "users",
            "territories": "territories",
            "objects": "accounts in territories",
            "members": "users in territories",
            "accounts": "accounts",
        }
        together = pl.concat([getattr(org, kind), found]).unique(maintain_order=True)
        org = replace(
            org,
            **{kind: together},
            read=(*org.read, f"{prepared.name}: {number(found.height)} {labels[kind]}"),
        )
    return org


def _meanings(headings: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for heading in headings:
        word = re.sub(r"[\W_]+", "", fold(heading))
        if meaning := _MEANING.get(word):
            found.setdefault(meaning, heading)
    return found


def _kind(meant: set[str]) -> str | None:
    """Which export has columns of these meanings."""
    if "territory" in meant and "user" in meant and "account" not in meant:
        return "members"
    if "territory" in meant and "account" in meant:
        return "objects"
    if {"model", "type", "parent"} & meant or (
        {"developer", "id"} <= meant and "email" not in meant
    ):
        return "territories"
    if {"email", "login"} & meant:
        return "users"
    if {"id", "account"} & meant and {"name", "owner", "website"} & meant:
        return "accounts"
    return None


def _text(rows: pl.DataFrame, *names: str) -> pl.Series:
    """The first of these columns that the rows have, trimmed; blanks are unknown."""
    for name in names:
        if name in rows.columns:
            return rows[name].str.strip_chars().replace("", None)
    return pl.Series([None] * rows.height, dtype=pl.String)


def _says(rows: pl.DataFrame, column: str, words: frozenset[str]) -> pl.Series:
    """Whether a column says one of some words."""
    return _text(rows, column).str.to_lowercase().is_in(list(words)).fill_null(value=False)


def _made(schema: pl.Schema, **columns: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(columns).select(schema.names()).cast(schema)


def _users(rows: pl.DataFrame) -> pl.DataFrame:
    name = _text(rows, "name")
    if {"first", "last"} & set(rows.columns):
        whole = rows.select(
            pl.concat_str(
                *(pl.col(one) for one in ("first", "last") if one in rows.columns),
                separator=" ",
                ignore_nulls=True,
            ).str.strip_chars()
        ).to_series()
        name = name.zip_with(name.is_not_null(), whole.replace("", None))
    is_off = _says(rows, "active", _INACTIVE) | _says(rows, "gone", _GONE)
    keys = _text(rows, "user", "id")
    ids = salesforce_ids(keys, USER)
    email = _text(rows, "email", "login")
    found = _made(
        USERS,
        id=ids.zip_with(ids.is_not_null(), keys.set(keys.str.contains(r"^\d+$").not_(), None)),
        name=name,
        email=email.set(email.str.contains("@").not_(), None),
        active=~is_off,
    )
    return found.filter(pl.any_horizontal(pl.col("id", "name", "email").is_not_null()))


def _territories(rows: pl.DataFrame) -> pl.DataFrame:
    return _made(
        TERRITORIES,
        id=salesforce_ids(_text(rows, "id", "territory")),
        name=_text(rows, "name", "developer"),
        developer_name=_text(rows, "developer"),
        model=salesforce_ids(_text(rows, "model")),
        type=salesforce_ids(_text(rows, "type")),
        parent=salesforce_ids(_text(rows, "parent")),
    ).filter(pl.col("id").is_not_null() & pl.col("name").is_not_null())


def _objects(rows: pl.DataFrame) -> pl.DataFrame:
    return _made(
        OBJECTS,
        id=salesforce_ids(_text(rows, "association", "id")),
        account=salesforce_ids(_text(rows, "account"), ACCOUNT),
        territory=salesforce_ids(_text(rows, "territory")),
        cause=_text(rows, "cause"),
    ).filter(pl.col("account").is_not_null() & pl.col("territory").is_not_null())


def _members(rows: pl.DataFrame) -> pl.DataFrame:
    return _made(
        MEMBERS,
        id=salesforce_ids(_text(rows, "id")),
        user=salesforce_ids(_text(rows, "user"), USER),
        territory=salesforce_ids(_text(rows, "territory")),
    ).filter(pl.col("user").is_not_null() & pl.col("territory").is_not_null())


def _accounts(rows: pl.DataFrame) -> pl.DataFrame:
    keys = _text(rows, "account", "id")
    ids = salesforce_ids(keys, ACCOUNT)
    website = _text(rows, "website")
    return _made(
        ACCOUNTS,
        id=ids.zip_with(ids.is_not_null(), keys.set(keys.str.contains(r"^\d+$").not_(), None)),
        name=_text(rows, "name"),
        domain=registrable_domains(website),
        owner=salesforce_ids(_text(rows, "owner"), USER),
    ).filter(pl.col("id").is_not_null())


_READ: Final = {
    "users": _users,
    "territories": _territories,
    "objects": _objects,
    "members": _members,
    "accounts": _accounts,
}
assert set(_READ) <= {one.name for one in fields(Org)}  # noqa: S101 - a kind is a field
