"""Profiles with immutable, numbered versions."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, select, update

from icp_core.errors import ProfileError, WorkspaceError
from icp_core.profiles.brief import NO_BRIEF, Brief
from icp_core.profiles.files import Agreed, brief_of, brief_text
from icp_core.profiles.model import Profile
from icp_core.workspace import schema
from icp_core.workspace.database import MAX_REASON, Database, bounded, inserting, named, now

_LETTERS: Final = str.maketrans({"ø": "o", "æ": "ae", "þ": "th", "ð": "d", "ß": "ss"})


@dataclass(frozen=True)
class SavedVersion:
    """One version of a profile, as it was saved.

    Attributes
    ----------
    slug
        Key of the profile; it stays when the profile's name changes.
    number
        1, 2, 3 …
    author, saved_at, why
        Who saved it, when (UTC), and the reason given.
    based_on
        Number of the version it was made from; None for the first.
    checksum
        SHA-256 of `content`.
    content
        The profile as JSON, character for character.
    brief_content, brief_checksum
        The brief as JSON, and its SHA-256; None for a version without one.
    """

    slug: str
    number: int
    author: str
    saved_at: datetime
    why: str
    based_on: int | None
    checksum: str
    content: str = field(repr=False)
    brief_content: str | None = field(default=None, repr=False)
    brief_checksum: str | None = None

    @property
    def profile(self) -> Profile:
        """The profile itself.

        Raises
        ------
        WorkspaceError
            If the stored text is no longer what was saved.
        ProfileError
            If it is of a schema version that this program does not read.
        """
        if _digest(self.content) != self.checksum:
            raise self._damaged()
        return Profile.from_json(self.content, saved=True)

    @property
    def brief(self) -> Brief:
        """What was said beside the profile; empty where nothing was.

        Raises
        ------
        WorkspaceError, ProfileError
            As `profile`.
        """
        if self.brief_content is None:
            return NO_BRIEF
        if _digest(self.brief_content) != self.brief_checksum:
            raise self._damaged()
        return brief_of(self.brief_content)

    @property
    def agreed(self) -> Agreed:
        """Profile and brief together.

        Raises
        ------
        WorkspaceError, ProfileError
            As `profile`.
        """
        return Agreed(self.profile, self.brief)

    def _damaged(self) -> WorkspaceError:
        return WorkspaceError(
            f"Version {self.number} of {self.slug} is not what was saved; somebody changed the "
            "database. Restore an earlier version or a backup."
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences on what is read otherwise than it was saved, as `Profile.from_json` gives them."""
        found: list[str] = []
        Profile.from_json(self.content, saved=True, remarks=found)
        return tuple(found)

    @cached_property
    def name(self) -> str:
        """Name of the profile in this version; its slug where the content cannot be read."""
        try:
            return self.profile.name
        except (WorkspaceError, ProfileError):
            return self.slug


class ConflictError(WorkspaceError):
    """A save that somebody else's save overtook; nothing was saved and nothing was lost.

    Attributes
    ----------
    newest
        The version that got there first.
    """

    def __init__(self, message: str, newest: SavedVersion) -> None:
        super().__init__(message)
        self.newest = newest


@dataclass(frozen=True)
class SavedProfile:
    """A profile in the list: its newest version, and whether it is put away."""

    newest: SavedVersion
    archived: bool

    @property
    def slug(self) -> str:
        """Key of the profile."""
        return self.newest.slug


def checksum(profile: Profile) -> str:
    """SHA-256 of the profile's JSON: two profiles with the same one are the same."""
    return _digest(profile.to_json())


def slug_of(name: str) -> str:
    """A key from a profile's name: lower case, a to z, digits and hyphens.

    A name without any such letter gets a key from its checksum.

    Examples
    --------
    >>> slug_of("Regnskapsbyrå, Østlandet 2026")
    'regnskapsbyra-ostlandet-2026'
    """
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")
    return slug[:80].strip("-") or f"profile-{_digest(name)[:8]}"


def version_id(connection: Connection, slug: str | None, number: int | None) -> int | None:
    """Key of a version, for the records that refer to it; None where neither is given.

    Raises
    ------
    WorkspaceError
        If there is no such version.
    """
    if slug is None and number is None:
        return None
    found = connection.execute(
        _versions(slug or "").where(schema.versions.c.number == number)
    ).first()
    if found is None:
        raise WorkspaceError(f"The profile {slug} has no version {number}; save the profile first.")
    return int(found.id)


class Profiles(Database):
    """The profiles of a workspace. Versions are added, never changed or removed."""

    def profiles(self, *, archived: bool = False) -> list[SavedProfile]:
        """All profiles with their newest version, by name.

        Parameters
        ----------
        archived
            Whether those put away are listed too.
        """
        newest = (
            select(schema.versions.c.profile_id, func.max(schema.versions.c.number).label("number"))
            .group_by(schema.versions.c.profile_id)
            .subquery()
        )
        query = _versions().join(
            newest,
            (newest.c.profile_id == schema.versions.c.profile_id)
            & (newest.c.number == schema.versions.c.number),
        )
        if not archived:
            query = query.where(schema.profiles.c.archived_at.is_(None))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(schema.profiles.c.slug)).all()
        return [SavedProfile(_saved(row), row.archived_at is not None) for row in rows]

    def history(self, slug: str) -> list[SavedVersion]:
        """All versions of a profile, newest first; empty if there is no such profile."""
        with self._reading() as connection:
            rows = connection.execute(_versions(slug)).all()
        return [_saved(row) for row in rows]

    def version(self, slug: str, number: int | None = None) -> SavedVersion:
        """One version of a profile; the newest if no number is given.

        Raises
        ------
        WorkspaceError
            If there is no such profile or version.
        """
        query = _versions(slug)
        if number is not None:
            query = query.where(schema.versions.c.number == number)
        with self._reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            which = "profile" if number is None else f"version {number} of a profile"
            raise WorkspaceError(
                f"There is no {which} {slug} in {self.place}; choose one from the list."
            )
        return _saved(row)

    def identify(self, agreed: Agreed) -> SavedVersion | None:
        """The newest version that holds a profile and what is said beside it, word for word.

        Where none does, the newest of the one saved profile of that name; None where there is none,
        or more than one.
        """
        brief = None if agreed.brief.is_empty else brief_text(agreed.brief)
        query = (
            _versions()
            .where(schema.versions.c.checksum == checksum(agreed.profile))
            .order_by(schema.versions.c.id.desc())
        )
        with self._reading() as connection:
            same = [_saved(row) for row in connection.execute(query)]
        for one in same:
            if one.brief_content == brief:
                return one
        named_so = [
            one.newest
            for one in self.profiles(archived=True)
            if one.newest.name == agreed.profile.name
        ]
        return named_so[0] if len(named_so) == 1 else None

    def save_profile(
        self,
        profile: Profile,
        *,
        author: str,
        why: str,
        based_on: int | None,
        slug: str | None = None,
        brief: Brief = NO_BRIEF,
    ) -> SavedVersion:
        """Save the next version of a profile and its brief. What is returned is on the disk.

        A version of an archived profile takes it out of the archive. A new name under the old slug
        renames the profile.

        Parameters
        ----------
        profile
            What to save.
        author, why
            Who saves it, and the reason (may be empty).
        based_on
            Number of the version that was edited; 0 for a profile that is new; None to save as the
            next version, whatever was saved meanwhile.
        slug
            Key of the profile; None for one made from its name.
        brief
            What is said beside it.

        Raises
        ------
        ConflictError
            If somebody saved a version after `based_on`; it carries that version.
        WorkspaceError
            If the author is blank, or the database refuses.
        """
        return self._save(
            slug or slug_of(profile.name),
            Agreed(profile, brief),
            author=author,
            why=why,
            based_on=based_on,
        )

    def restore(self, slug: str, number: int, *, author: str, why: str = "") -> SavedVersion:
        """Save an old version again as the newest.

        Raises
        ------
        WorkspaceError
            If there is no such version, or it is damaged.
        """
        old = self.version(slug, number)
        return self._save(
            slug, old.agreed, author=author, why=why or f"Restored version {number}", based_on=None
        )

    def archive_profile(self, slug: str, *, archived: bool = True) -> None:
        """Put a profile away, or take it back; its versions stay.

        Raises
        ------
        WorkspaceError
            If there is no such profile.
        """
        with self._writing() as connection:
            changed = connection.execute(
                update(schema.profiles)
                .where(schema.profiles.c.slug == slug)
                .values(archived_at=now() if archived else None)
            )
            if not changed.rowcount:
                raise WorkspaceError(f"There is no profile {slug} in {self.place}.")

    def _save(
        self, slug: str, agreed: Agreed, *, author: str, why: str, based_on: int | None
    ) -> SavedVersion:
        author, content = named(author), agreed.profile.to_json()
        brief = None if agreed.brief.is_empty else brief_text(agreed.brief)
        with self._writing() as connection:
            # Whoever comes second waits here until the first is done, then sees what was saved.
            connection.execute(
                inserting(connection, schema.profiles)
                .values(slug=slug)
                .on_conflict_do_nothing(index_elements=["slug"])
            )
            profile_id = connection.execute(
                select(schema.profiles.c.id).where(schema.profiles.c.slug == slug).with_for_update()
            ).scalar_one()
            row = connection.execute(_versions(slug)).first()
            newest = _saved(row) if row is not None else None
            number = newest.number if newest else 0
            if newest is not None and based_on not in (None, number):
                raise ConflictError(
                    f"{newest.author} saved version {number} of {slug} meanwhile; nothing was saved. "
                    f"Look at version {number}, then save yours as version {number + 1} "
                    "or under another name.",
                    newest,
                )
            if newest is None and based_on:
                raise WorkspaceError(
                    f"Version {based_on} of {slug} is not in {self.place}; save it as a new profile."
                )
            values: dict[str, Any] = {
                "number": number + 1,
                "based_on": (number if based_on is None else based_on) or None,
                "author": author,
                "saved_at": now(),
                "why": bounded(why.strip(), MAX_REASON, what="reason"),
                "checksum": _digest(content),
                "content": content,
            }
            said = {"brief": brief, "brief_checksum": brief and _digest(brief)}
            connection.execute(
                schema.versions.insert().values(profile_id=profile_id, **values, **said)
            )
            connection.execute(
                update(schema.profiles)
                .where(schema.profiles.c.id == profile_id)
                .values(archived_at=None)
            )
        return SavedVersion(
            slug=slug, **values, brief_content=brief, brief_checksum=said["brief_checksum"]
        )


def _versions(slug: str | None = None) -> Select[Any]:
    """Versions with their profile, newest first."""
    query = select(
        schema.profiles.c.slug, schema.profiles.c.archived_at, *schema.versions.columns
    ).join_from(schema.versions, schema.profiles)
    if slug is not None:
        query = query.where(schema.profiles.c.slug == slug)
        query = query.order_by(schema.versions.c.number.desc())
    return query


def _saved(row: Row[Any]) -> SavedVersion:
    return SavedVersion(
        row.slug,
        row.number,
        row.author,
        row.saved_at,
        row.why,
        row.based_on,
        row.checksum,
        # Bytes are nothing that was saved, as the checksum tells.
        row.content if isinstance(row.content, str) else repr(row.content),
        row.brief if isinstance(row.brief, str | None) else repr(row.brief),
        row.brief_checksum,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
