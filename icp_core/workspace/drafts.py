"""Where each person left off: profile and list as they stood, saved or not, and the name given last."""

import json
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from sqlalchemy import delete, select

from icp_core.profiles.files import Agreed
from icp_core.profiles.model import Profile
from icp_core.workspace import schema
from icp_core.workspace.database import Database, inserting, named, now

MOST: Final = 20
"""Drafts kept of a person: more than anybody works on side by side; the newest stay."""

KEPT: Final = timedelta(days=180)
"""How long a draft is kept that nobody touched: half a year, the longest time box of the guides."""


@dataclass(frozen=True)
class Draft:
    """Where somebody left off.

    Attributes
    ----------
    seat
        One open window of the app, in letters and digits that nobody can guess: who has them may see
        what was drafted there.
    person
        Whose draft it is.
    list_name
        The list that was looked at.
    name
        Of the profile.
    starter, slug, number
        The starter, or the saved version, that its edits are counted from.
    content
        Profile and brief as a profile file where they were edited, or where nothing else keeps them;
        else None.
    base
        What its edits are counted from, likewise, where that is neither a starter nor saved.
    touched_at
        When it last changed (UTC).
    waiting
        Texts that no field has taken yet, too long say, as JSON; None where there are none.
    """

    seat: str
    person: str
    list_name: str
    name: str
    starter: str | None
    slug: str | None
    number: int | None
    content: str | None
    base: str | None
    touched_at: datetime
    waiting: str | None = None

    @property
    def key(self) -> str:
        """What it is a draft of, within its seat: edits of another profile or list are another draft."""
        told = [self.list_name, self.starter, self.slug, self.number, self.base]
        return blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()

    def agreed(self, *, remarks: list[str] | None = None) -> Agreed | None:
        """Profile and brief as they stood; None where neither was edited.

        Raises
        ------
        ProfileError
            If they are damaged, or of a newer version of the program.
        """
        return None if self.content is None else Agreed.from_json(self.content, remarks=remarks)

    def profile(self) -> Profile | None:
        """The profile of `agreed`."""
        agreed = self.agreed()
        return agreed.profile if agreed else None


_COLUMNS: Final = [schema.drafts.c[one.name] for one in fields(Draft)]


class Drafts(Database):
    """What every person worked on last."""

    def keep_draft(self, draft: Draft) -> None:
        """Keep where somebody left off, in place of what that seat drafted of the same profile and list.

        Older drafts than `KEPT` are dropped, and more than `MOST` of that person's edited ones, or of
        the others: having looked at much never costs work.

        Raises
        ------
        WorkspaceError
            If the database refuses.
        """
        table = schema.drafts
        values = {one.name: getattr(draft, one.name) for one in fields(draft)}
        values |= {"key": draft.key}
        is_edited = table.c.content.is_not(None)
        alike = (table.c.person == draft.person) & (is_edited if draft.content else ~is_edited)
        with self._writing() as connection:
            connection.execute(
                inserting(connection, table)
                .values(values)
                .on_conflict_do_update(
                    index_elements=["seat", "key"],
                    set_=values,
                    # Of two that are kept at once, the older may be written last.
                    where=table.c.touched_at <= draft.touched_at,
                )
            )
            newest = (
                select(table.c.touched_at)
                .where(alike)
                .order_by(table.c.touched_at.desc())
                .offset(MOST)
                .limit(1)
                .scalar_subquery()
            )
            connection.execute(
                delete(table).where(
                    (alike & (table.c.touched_at <= newest)) | (table.c.touched_at < now() - KEPT)
                )
            )

    def drop_draft(self, draft: Draft) -> None:
        """Forget what that seat drafted of that profile and list.

        Raises
        ------
        WorkspaceError
            If the database refuses.
        """
        table = schema.drafts
        with self._writing() as connection:
            connection.execute(
                delete(table).where((table.c.seat == draft.seat) & (table.c.key == draft.key))
            )

    def draft(self, seat: str) -> Draft | None:
        """The newest draft of a seat, whoever sat there; None where there is none any more."""
        table = schema.drafts
        query = select(*_COLUMNS).where(table.c.seat == seat).order_by(table.c.touched_at.desc())
        with self._reading() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else Draft(*row)

    def drafts(self, person: str) -> list[Draft]:
        """What somebody worked on, the newest first."""
        table = schema.drafts
        query = (
            select(*_COLUMNS).where(table.c.person == person).order_by(table.c.touched_at.desc())
        )
        with self._reading() as connection:
            return [Draft(*row) for row in connection.execute(query)]

    def keep_name(self, name: str, *, person: str) -> None:
        """Keep the name that somebody gave.

        Raises
        ------
        WorkspaceError
            If it is blank or too long, or the database refuses.
        """
        values = {"person": person, "name": named(name)}
        with self._writing() as connection:
            connection.execute(
                inserting(connection, schema.people)
                .values(values)
                .on_conflict_do_update(index_elements=["person"], set_=values)
            )

    def name_of(self, person: str) -> str:
        """The name that somebody gave last; blank where none was given."""
        query = select(schema.people.c.name).where(schema.people.c.person == person)
        with self._reading() as connection:
            return connection.execute(query).scalar_one_or_none() or ""
