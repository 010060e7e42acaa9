"""Territories, their users and accounts, and owners, for Data Loader.

Fields and calls are those of the Object Reference: `ObjectTerritory2Association` can be created and
deleted but not updated, so that a move is a delete and an insert; `DeveloperName` has letters, digits
and single underscores and begins with a letter; names have 80 characters.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from icp_core.analysis.team import Rep, Team, key_of
from icp_core.errors import ExportError
from icp_core.exporting.crm.people import User, users
from icp_core.exporting.crm.planned import planned
from icp_core.exporting.crm.report import Draft
from icp_core.importing.crm_exports import Org
from icp_core.reference.crm_keys import salesforce_id
from icp_core.reference.numbers import number

_MOST: Final = 80
_ROLE: Final = "Owner"
"""Of a rep in a territory: the first of the values that the picklist has at first."""

_MANUAL: Final = "Territory2Manual"
_RULE: Final = "Territory2AssignmentRule"
_NO_ID: Final = (
    "Accounts without a Salesforce id: import a list with Account ID, or give an export of accounts"
)

STEPS: Final = (
    "In Data Loader, Show all Salesforce objects, load the files by their numbers: the name says the "
    "object and the operation.",
    "After 1, export Territory2 and make these files again with it: the ids of new territories exist "
    "from then on, and files 2 to 4 need them.",
    "Load 3 before 4: a move is a delete and an insert, as an association cannot be updated.",
    "Territories are filled while the model is in planning; activate it when all is in.",
)
LEFT_BEHIND: Final = (
    "Data Loader changes the owner of the account alone: contacts, open opportunities and open "
    "activities stay with the owner before. Move those too, or use Mass Transfer.",
    "Shares that somebody gave by hand on an account end when its owner changes.",
    "Account teams, opportunity teams and forecast managers of territories are not changed.",
    "Accounts stay in territories that are none of these reps'.",
)


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where new territories belong; ids of the org.

    Attributes
    ----------
    model, type, parent
        Of the territory model, the territory type, and the territory above; None for what the export of
        territories tells, if it tells one.
    """

    model: str | None = None
    type: str | None = None
    parent: str | None = None

    def __post_init__(self) -> None:
        for name in ("model", "type", "parent"):
            value = getattr(self, name)
            if value and salesforce_id(value) is None:
                raise ExportError(
                    f"The territory {name} {value} is no Salesforce id: it has 15 or 18 letters and "
                    "digits and begins with 0."
                )


def files(table: pl.DataFrame, accounts: pl.DataFrame, team: Team, org: Org, where: Where) -> Draft:
    """The files for Salesforce, and what the report tells."""
    draft = Draft(planned(table, accounts, crm="salesforce", org=org))
    rows = draft.rows.filter(pl.col("after").is_not_null())
    people = users(team, org, by_id=True)
    used = set(rows["after"].unique())
    reps = [one for one in team.reps if one.name in used]
    draft.lack_reps(reps, people)
    theirs = _territories(team, org, where, people, draft)
    ids = {name: key for name, key in theirs.items() if name in used}
    _new_territories(draft, [one.name for one in reps], ids, org, where)
    rows = draft.keyed(rows, _NO_ID)
    rows = rows.with_columns(
        territory=pl.col("after").replace_strict(ids, default=None, return_dtype=pl.String),
        user=pl.col("after").replace_strict(
            {name: one.id for name, one in people.items() if one.id and not one.lacking},
            default=None,
            return_dtype=pl.String,
        ),
    )
    _members(draft, reps, people, ids, org)
    _objects(draft, rows, set(ids.values()), org)
    _owners(draft, rows, org)
    draft.steps, draft.left_behind = STEPS, LEFT_BEHIND
    return draft


def developer_name(name: str, taken: set[str]) -> str:
    """A name that the API takes: unique, letters, digits and single underscores.

    Examples
    --------
    >>> developer_name("Åsa Öberg", set()), developer_name("1st – West", {"t_1st_west"})
    ('Asa_Oberg', 'T_1st_West_2')
    """
    letters = dict(zip("øØæÆðÐþÞß", "oOaAdDtTs", strict=True))
    plain = "".join(letters.get(one, one) for one in name)
    # Case is kept: folding is for what does not fit into ASCII.
    plain = re.sub(r"[^A-Za-z0-9]+", "_", _ascii(plain)).strip("_")
    if not plain or not plain[0].isalpha():
        plain = f"T_{plain}".strip("_")
    stem, count = plain[:_MOST].rstrip("_"), 1
    found = stem
    while found.lower() in taken:
        count += 1
        tail = f"_{count}"
        found = stem[: _MOST - len(tail)].rstrip("_") + tail
    taken.add(found.lower())
    return found


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _territories(
    team: Team, org: Org, where: Where, people: Mapping[str, User], draft: Draft
) -> dict[str, str]:
    """The territory of each rep by the rep's name: of that name, else the only one of the rep's user."""
    known = org.territories
    model = salesforce_id(where.model)
    if model is not None and not known.is_empty():
        known = known.filter(pl.col("model").is_null() | (pl.col("model") == model))
    elif known["model"].n_unique() > 1:
        draft.warn(
            f"The export of territories has {known['model'].n_unique()} territory models: say which "
            "one, or give those of one model; none of them is matched."
        )
        known = known.clear()
    by_name: dict[str, list[str]] = {}
    for key, name, developer in known.select("id", "name", "developer_name").iter_rows():
        for one in {key_of(name), key_of((developer or name).replace("_", " "))}:
            by_name.setdefault(one, []).append(key)
    there = set(known["id"])
    by_user: dict[str, list[str]] = {}
    for user, territory in org.members.select("user", "territory").iter_rows():
        if territory in there:
            by_user.setdefault(user, []).append(territory)
    found: dict[str, str] = {}
    for rep in team.reps:
        plain = key_of(developer_name(rep.name, set()).replace("_", " "))
        mine = by_name.get(key_of(rep.name)) or by_name.get(plain) or []
        user = people[rep.name].id
        mine = mine or by_user.get(user or "", [])
        if len(set(mine)) == 1 and mine[0] not in found.values():
            found[rep.name] = mine[0]
        elif len(set(mine)) > 1:
            draft.lack("Reps with several territories: name one of them as the rep", rep.name)
    return found


def _new_territories(
    draft: Draft, names: list[str], ids: Mapping[str, str], org: Org, where: Where
) -> None:
    said = {
        "model": salesforce_id(where.model) or _only(org.territories["model"]),
        "type": salesforce_id(where.type) or _only(org.territories["type"]),
        "parent": salesforce_id(where.parent),
    }
    taken = {name.lower() for name in org.territories["developer_name"].drop_nulls()}
    fresh = [name for name in names if name not in ids]
    frame = pl.DataFrame(
        {
            "Name": [name[:_MOST] for name in fresh],
            "DeveloperName": [developer_name(name, taken) for name in fresh],
            "Territory2TypeId": [said["type"]] * len(fresh),
            "Territory2ModelId": [said["model"]] * len(fresh),
            "ParentTerritory2Id": [said["parent"]] * len(fresh),
        },
        schema=dict.fromkeys(
            (
                "Name",
                "DeveloperName",
                "Territory2TypeId",
                "Territory2ModelId",
                "ParentTerritory2Id",
            ),
            pl.String,
        ),
    )
    draft.shortened += sum(len(name) > _MOST for name in fresh)
    draft.add(
        "1-Territory2-insert.csv",
        "New territories, one a rep.",
        frame if said["parent"] else frame.drop("ParentTerritory2Id"),
    )
    if fresh:
        blank = [one for one in ("type", "model") if said[one] is None]
        if blank:
            draft.warn(
                f"Which territory {' and '.join(blank)} new territories belong to is not known, and the "
                "column is blank: give an export of Territory2, or the id."
            )
        for name in fresh:
            draft.lack(
                "Reps whose territory is new: load file 1, then make these files again with an export "
                "of Territory2",
                name,
            )


def _only(values: pl.Series) -> str | None:
    """The value that all agree on."""
    distinct = values.drop_nulls().unique()
    return str(distinct[0]) if len(distinct) == 1 else None


def _members(
    draft: Draft, reps: list[Rep], people: Mapping[str, User], ids: Mapping[str, str], org: Org
) -> None:
    have = set(org.members.select("user", "territory").iter_rows())
    rows = [
        (people[one.name].id, ids[one.name])
        for one in reps
        if one.name in ids and people[one.name].id and not people[one.name].lacking
    ]
    rows = [row for row in rows if row not in have]
    frame = pl.DataFrame(
        {
            "UserId": [user for user, _ in rows],
            "Territory2Id": [territory for _, territory in rows],
            "RoleInTerritory2": [_ROLE] * len(rows),
        },
        schema=dict.fromkeys(("UserId", "Territory2Id", "RoleInTerritory2"), pl.String),
    )
    draft.add("2-UserTerritory2Association-insert.csv", "Reps in their territories.", frame)
    if rows:
        draft.warn(
            f"RoleInTerritory2 is {_ROLE}, one of the roles that Salesforce begins with; change the "
            "column where your org has others."
        )


def _objects(draft: Draft, rows: pl.DataFrame, ours: set[str], org: Org) -> None:
    placed = rows.filter(pl.col("territory").is_not_null()).select("id", "territory")
    have = org.objects.join(
        placed.select(account="id", wanted="territory"),
        on="account",
        how="inner",
        maintain_order="left",
    )
    is_ours = pl.col("territory").is_in(list(ours)) & (pl.col("territory") != pl.col("wanted"))
    by_rule = pl.col("cause").fill_null(_MANUAL) == _RULE
    wrong = have.filter(is_ours)
    ruled = wrong.filter(by_rule)
    wrong = wrong.filter(~by_rule & pl.col("id").is_not_null())
    draft.add(
        "3-ObjectTerritory2Association-delete.csv",
        "Accounts out of the territories they leave.",
        wrong.select(Id="id").unique(maintain_order=True),
    )
    if ruled.height:
        draft.warn(
            f"{number(ruled['account'].n_unique())} accounts are in a territory they leave "
            "by an assignment "
            "rule, which would bring them back: change the rule (the file of areas helps)."
        )
    right = have.filter(pl.col("territory") == pl.col("wanted")).select(id="account").unique()
    draft.add(
        "4-ObjectTerritory2Association-insert.csv",
        "Accounts into their territories.",
        placed.join(right, on="id", how="anti", maintain_order="left").select(
            ObjectId="id", Territory2Id="territory", AssociationCause=pl.lit(_MANUAL)
        ),
    )
    if org.objects.is_empty() and ours and placed.height:
        draft.warn(
            "Which accounts are in which territories today is not known: accounts that move stay in "
            "their old territory too. Give an export of ObjectTerritory2Association."
        )


def _owners(draft: Draft, rows: pl.DataFrame, org: Org) -> None:
    owned = rows.filter(pl.col("user").is_not_null())
    draft.lack(
        "Accounts that are not in file 5, as no user is known of their rep",
        *rows.filter(pl.col("user").is_null())["name"].fill_null("").to_list(),
    )
    same = org.accounts.select("id", pl.col("owner").alias("user")).drop_nulls()
    owned = owned.join(same, on=["id", "user"], how="anti", maintain_order="left")
    draft.add(
        "5-Account-update.csv",
        "Accounts to their owners.",
        owned.select(Id="id", OwnerId="user"),
    )
    if owned.height and same.is_empty():
        draft.warn(
            "Who owns the accounts in Salesforce today is not known, so that all planned accounts are "
            "in file 5, also those that stay. Give an export of Account, Id and OwnerId, to have only "
            "the others."
        )
