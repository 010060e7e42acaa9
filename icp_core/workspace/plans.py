"""Plans of territories with immutable, numbered versions, and when which of them was adopted."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl
from sqlalchemy import Row, Select, func, insert, select, update

from icp_core.errors import WorkspaceError
from icp_core.territories.saved import KeptPlan, packed, unpacked
from icp_core.workspace import schema
from icp_core.workspace.database import (
    MAX_NAME,
    MAX_REASON,
    Database,
    bounded,
    inserting,
    named,
    now,
)
from icp_core.workspace.decisions import given, taken_back
from icp_core.workspace.profiles import slug_of


@dataclass(frozen=True)
class SavedPlan:
    """One version of a plan, as it was saved; its accounts are asked for apart.

    Attributes
    ----------
    id
        Key of the version.
    slug
        Key of the plan; it stays when the plan's name changes.
    number
        1, 2, 3 …
    name
        That the plan had in this version.
    author, saved_at, why
        Who saved it, when (UTC), and the note.
    based_on
        Number of the version it was made from; None for the first.
    checksum, accounts_checksum
        SHA-256 of `content`, and of the accounts.
    content
        The plan as JSON, character for character.
    archived
        Whether the plan is put away.
    """

    id: int
    slug: str
    number: int
    name: str
    author: str
    saved_at: datetime
    why: str
    based_on: int | None
    checksum: str
    accounts_checksum: str
    content: str = field(repr=False)
    archived: bool = False

    @cached_property
    def kept(self) -> KeptPlan:
        """What was saved.

        Raises
        ------
        WorkspaceError
            If the stored text is no longer what was saved.
        PlanError
            If a newer program saved it.
        """
        if _digest(self.content.encode()) != self.checksum:
            raise _damaged(self)
        return KeptPlan.from_json(self.content)


@dataclass(frozen=True)
class SavedAdoption:
    """That somebody adopted a saved plan.

    Attributes
    ----------
    version_id
        Which version that was.
    change
        Number of the change, to take it back.
    accounts
        How many got another owner.
    author, adopted_at
        Who did, and when (UTC).
    taken_back_by, taken_back_at
        Who took it back, and when; None while it holds.
    """

    version_id: int
    change: int
    accounts: int
    author: str
    adopted_at: datetime
    taken_back_by: str | None
    taken_back_at: datetime | None


class PlanConflictError(WorkspaceError):
    """A save that somebody else's save overtook; nothing was saved and nothing was lost.

    Attributes
    ----------
    newest
        The version that got there first.
    """

    def __init__(self, message: str, newest: SavedPlan) -> None:
        super().__init__(message)
        self.newest = newest


class TerritoryPlans(Database):
    """The plans of a workspace. Versions are added, never changed or removed."""

    def plans(self, *, archived: bool = False) -> list[SavedPlan]:
        """Every version of every plan: the plan that was saved last first, its newest version first.

        Parameters
        ----------
        archived
            Whether those put away are listed too.
        """
        query = _versions()
        if not archived:
            query = query.where(schema.plans.c.archived_at.is_(None))
        with self._reading() as connection:
            found = [_saved(row) for row in connection.execute(query)]
        newest: dict[str, int] = {}
        for one in found:
            newest[one.slug] = max(one.id, newest.get(one.slug, 0))
        return sorted(found, key=lambda one: (-newest[one.slug], -one.number))

    def plan(self, slug: str, number: int | None = None) -> SavedPlan:
        """One version of a plan; the newest if no number is given.

        Raises
        ------
        WorkspaceError
            If there is no such plan or version.
        """
        query = _versions(slug)
        if number is not None:
            query = query.where(schema.plan_versions.c.number == number)
        with self._reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            which = "plan" if number is None else f"version {number} of a plan"
            raise WorkspaceError(
                f"There is no {which} {slug} in {self.place}; choose one from the list."
            )
        return _saved(row)

    def planned_accounts(self, saved: SavedPlan) -> pl.DataFrame:
        """The accounts of a saved plan, as `saved.ACCOUNTS`.

        Raises
        ------
        WorkspaceError
            If they are no longer what was saved.
        """
        query = select(schema.plan_versions.c.accounts).where(schema.plan_versions.c.id == saved.id)
        with self._reading() as connection:
            content = connection.execute(query).scalar_one_or_none()
        if not isinstance(content, bytes) or _digest(content) != saved.accounts_checksum:
            raise _damaged(saved)
        return unpacked(content)

    def save_plan(
        self,
        kept: KeptPlan,
        accounts: pl.DataFrame,
        *,
        name: str,
        author: str,
        based_on: int | None,
        why: str = "",
        slug: str | None = None,
    ) -> SavedPlan:
        """Save the next version of a plan. What is returned is on the disk.

        A version of an archived plan takes it out of the archive. A new name under the old slug renames
        the plan.

        Parameters
        ----------
        kept, accounts
            What to save, and its accounts as `saved.ACCOUNTS`.
        name
            Of the plan.
        author, why
            Who saves it, and a note (may be empty).
        based_on
            Number of the version that it was made from; 0 for a plan that is new; None to save as the
            next version, whatever was saved meanwhile.
        slug
            Key of the plan; None for one made from its name.

        Raises
        ------
        PlanConflictError
            If somebody saved a version after `based_on`; it carries that version.
        WorkspaceError
            If name or author is blank, or the database refuses.
        """
        author = named(author)
        if not name.strip():
            raise WorkspaceError("A plan needs a name; write one, then save again.")
        name = bounded(name.strip(), MAX_NAME, what="name")
        why = bounded(why.strip(), MAX_REASON, what="note")
        slug = slug or slug_of(name)
        content, rows = kept.to_json(), packed(accounts)
        with self._writing() as connection:
            # Whoever comes second waits here until the first is done, then sees what was saved.
            connection.execute(
                inserting(connection, schema.plans)
                .values(slug=slug)
                .on_conflict_do_nothing(index_elements=["slug"])
            )
            plan_id = connection.execute(
                select(schema.plans.c.id).where(schema.plans.c.slug == slug).with_for_update()
            ).scalar_one()
            row = connection.execute(_versions(slug)).first()
            newest = _saved(row) if row is not None else None
            number = newest.number if newest else 0
            if newest is not None and based_on not in (None, number):
                raise PlanConflictError(
                    f"{newest.author} saved version {number} of {newest.name} meanwhile; nothing was "
                    f"saved. Save yours as version {number + 1}, or under another name.",
                    newest,
                )
            if newest is None and based_on:
                raise WorkspaceError(
                    f"Version {based_on} of {slug} is not in {self.place}; save it as a new plan."
                )
            values: dict[str, Any] = {
                "number": number + 1,
                "based_on": (number if based_on is None else based_on) or None,
                "name": name,
                "author": author,
                "saved_at": now(),
                "why": why,
                "checksum": _digest(content.encode()),
                "content": content,
                "accounts_checksum": _digest(rows),
            }
            key = connection.execute(
                insert(schema.plan_versions)
                .values(plan_id=plan_id, accounts=rows, **values)
                .returning(schema.plan_versions.c.id)
            ).scalar_one()
            connection.execute(
                update(schema.plans).where(schema.plans.c.id == plan_id).values(archived_at=None)
            )
        return SavedPlan(id=key, slug=slug, **values)

    def archive_plan(self, slug: str, *, archived: bool = True) -> None:
        """Put a plan away, or take it back; its versions stay.

        Raises
        ------
        WorkspaceError
            If there is no such plan.
        """
        with self._writing() as connection:
            changed = connection.execute(
                update(schema.plans)
                .where(schema.plans.c.slug == slug)
                .values(archived_at=now() if archived else None)
            )
            if not changed.rowcount:
                raise WorkspaceError(f"There is no plan {slug} in {self.place}.")

    def adopt_plan(self, saved: SavedPlan, owners: Mapping[str, str], *, author: str) -> int:
        """Give accounts to the reps of a saved plan, and put on record that it was adopted.

        Parameters
        ----------
        saved
            Which plan.
        owners
            By account_id, as `Adoption.owners` has them.
        author
            Who adopts it.

        Returns
        -------
        int
            Number of the change, for `take_plan_back`; 0 where there was nothing to do.

        Raises
        ------
        WorkspaceError
            If the author is blank, or the database refuses.
        """
        author = named(author)
        with self._writing() as connection:
            change = given(connection, owners, author=author)
            if change:
                connection.execute(
                    insert(schema.adoptions).values(
                        version_id=saved.id,
                        change_id=change,
                        accounts=len(owners),
                        author=author,
                        adopted_at=now(),
                    )
                )
        return change

    def take_plan_back(self, change: int, *, author: str) -> int:
        """Have accounts stand as before a plan was adopted; those decided on since stay as they are.

        Returns
        -------
        int
            Accounts that stand as before.

        Raises
        ------
        WorkspaceError
            If no plan was adopted by that change, it was taken back before, or the database refuses.
        """
        author, table = named(author), schema.adoptions
        with self._writing() as connection:
            marked = connection.execute(
                update(table)
                .where(table.c.change_id == change, table.c.taken_back_at.is_(None))
                .values(taken_back_by=author, taken_back_at=now())
            )
            if not marked.rowcount:
                raise WorkspaceError("The plan was taken back before; look at the list again.")
            return taken_back(connection, change, author=author)

    def adoptions(self) -> list[SavedAdoption]:
        """All adoptions, newest first."""
        table = schema.adoptions
        with self._reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.id.desc())).all()
        return [
            SavedAdoption(
                row.version_id,
                row.change_id,
                row.accounts,
                row.author,
                row.adopted_at,
                row.taken_back_by,
                row.taken_back_at,
            )
            for row in rows
        ]

    def plans_revision(self) -> str:
        """A short text that changes whenever a plan is saved, put away, adopted or taken back."""
        plans, versions, adopted = schema.plans.c, schema.plan_versions.c, schema.adoptions.c
        query = select(
            select(func.count(versions.id)).scalar_subquery(),
            select(func.count(plans.archived_at)).scalar_subquery(),
            select(func.max(plans.archived_at)).scalar_subquery(),
            select(func.count(adopted.id)).scalar_subquery(),
            select(func.count(adopted.taken_back_at)).scalar_subquery(),
        )
        with self._reading() as connection:
            return "-".join(str(part or 0) for part in connection.execute(query).one())


def _versions(slug: str | None = None) -> Select[Any]:
    """Versions with their plan, newest first, without their accounts."""
    columns = [column for column in schema.plan_versions.columns if column.name != "accounts"]
    query = select(schema.plans.c.slug, schema.plans.c.archived_at, *columns).join_from(
        schema.plan_versions, schema.plans
    )
    if slug is not None:
        query = query.where(schema.plans.c.slug == slug)
    return query.order_by(schema.plan_versions.c.number.desc())


def _saved(row: Row[Any]) -> SavedPlan:
    return SavedPlan(
        id=row.id,
        slug=row.slug,
        number=row.number,
        name=row.name,
        author=row.author,
        saved_at=row.saved_at,
        why=row.why,
        based_on=row.based_on,
        checksum=row.checksum,
        accounts_checksum=row.accounts_checksum,
        # Bytes are nothing that was saved, as the checksum tells.
        content=row.content if isinstance(row.content, str) else repr(row.content),
        archived=row.archived_at is not None,
    )


def _damaged(saved: SavedPlan) -> WorkspaceError:
    return WorkspaceError(
        f"Version {saved.number} of {saved.name} is not what was saved; somebody changed the database. "
        "Choose another version, or restore a backup."
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
