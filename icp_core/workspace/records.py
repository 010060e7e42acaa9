"""What else a workspace remembers: proofs, verification answers, the team's plan, the export log."""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl
from sqlalchemy import Select, Table, bindparam, insert, select, update

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.proven import Proven
from icp_core.analysis.verification import Answer, Sample, Stratum, Tally, verify
from icp_core.errors import LearningError, PlanError, WorkspaceError
from icp_core.profiles.model import Profile
from icp_core.workspace import schema
from icp_core.workspace.database import Database, frame_of, named, now
from icp_core.workspace.profiles import checksum, version_id

_TEXT: Final = pl.String()
_MOMENT: Final = pl.Datetime("us", "UTC")
_EVERY_PROFILE: Final = "team"


@dataclass(frozen=True)
class SavedDraw:
    """A random draw of accounts to be verified by hand.

    Attributes
    ----------
    id
        Number of the draw.
    list_name, slug, number
        What it was drawn from; slug and number are None for a profile that was not saved.
    checksum
        Of the profile, as `workspace.checksum` computes it.
    seed
        That the same accounts can be drawn with again.
    match_size, possible_size
        How many accounts matched, and how many were possible, at the time.
    author, drawn_at
        Who drew, and when (UTC).
    """

    id: int
    list_name: str
    slug: str | None
    number: int | None
    checksum: str
    seed: int
    match_size: int
    possible_size: int
    author: str
    drawn_at: datetime


@dataclass(frozen=True)
class SavedTeam:
    """The team's plan as somebody saved it.

    Attributes
    ----------
    plan
        With its reps.
    author, saved_at
        Who saved it, and when (UTC).
    """

    plan: TeamPlan
    author: str
    saved_at: datetime


class Records(Database):
    """Proofs, verification draws and answers, the team's plan, and the export log."""

    def save_draw(
        self,
        sample: Sample,
        *,
        list_name: str,
        profile: Profile,
        author: str,
        slug: str | None = None,
        number: int | None = None,
    ) -> SavedDraw:
        """Keep a draw, its answers still open.

        Parameters
        ----------
        sample
            What was drawn.
        list_name, profile
            What it was drawn from.
        author
            Who drew.
        slug, number
            The saved version that `profile` is; None if it was not saved.

        Raises
        ------
        WorkspaceError
            If there is no such version, or the database refuses.
        """
        values: dict[str, Any] = {
            "list_name": list_name,
            "checksum": checksum(profile),
            "seed": sample.seed,
            "match_size": sample.match_size,
            "possible_size": sample.possible_size,
            "author": named(author),
            "drawn_at": now(),
        }
        members = [
            {"place": place, "stratum": str(stratum), "account_id": key}
            for stratum, ids in ((Stratum.MATCH, sample.match), (Stratum.POSSIBLE, sample.possible))
            for place, key in enumerate(ids)
        ]
        with self._writing() as connection:
            version = version_id(connection, slug, number)
            key = connection.execute(
                insert(schema.draws)
                .values(version_id=version, **values)
                .returning(schema.draws.c.id)
            ).scalar_one()
            if members:
                connection.execute(
                    insert(schema.answers), [{"draw_id": key, **member} for member in members]
                )
        return SavedDraw(id=key, slug=slug, number=number, **values)

    def draws(self, *, list_name: str | None = None, slug: str | None = None) -> list[SavedDraw]:
        """Draws, newest first.

        Parameters
        ----------
        list_name, slug
            Only those from this list, or this saved profile.
        """
        query = _with_version(schema.draws, SavedDraw.__dataclass_fields__)
        if list_name is not None:
            query = query.where(schema.draws.c.list_name == list_name)
        if slug is not None:
            query = query.where(schema.profiles.c.slug == slug)
        with self._reading() as connection:
            return [SavedDraw(*row) for row in connection.execute(query)]

    def looked_up(self, *, list_name: str, profile: Profile) -> Tally | None:
        """What was answered on the matches of the newest draw of a profile, as it stands, from a list.

        None where there is no such draw, or nobody has answered.
        """
        told = checksum(profile)
        draw = next((one for one in self.draws(list_name=list_name) if one.checksum == told), None)
        if draw is None:
            return None
        found = verify(
            self.answers(draw.id), match_size=draw.match_size, possible_size=draw.possible_size
        )
        return found.match if found.match.answered else None

    def keep_proof(self, found: Proven, *, list_name: str, profile: Profile, author: str) -> None:
        """Keep what a test of a profile, as it stands, found on a list; the same is kept once.

        Raises
        ------
        WorkspaceError
            If the database refuses.
        """
        if self.proof(list_name=list_name, profile=profile) == found:
            return
        with self._writing() as connection:
            connection.execute(
                insert(schema.settings).values(
                    key=_proof_key(list_name, profile),
                    content=found.to_json(),
                    author=named(author),
                    saved_at=now(),
                )
            )

    def proof(self, *, list_name: str, profile: Profile) -> Proven | None:
        """What the newest test of a profile, as it stands, found on a list; None where there is none."""
        table = schema.settings
        query = (
            select(table.c.content)
            .where(table.c.key == _proof_key(list_name, profile))
            .order_by(table.c.id.desc())
        )
        with self._reading() as connection:
            content = connection.execute(query).scalar()
        with suppress(LearningError):
            return None if content is None else Proven.from_json(content)
        return None

    def answer(self, draw_id: int, answers: Mapping[str, Answer | None], *, author: str) -> None:
        """Keep answers on drawn accounts; a new answer takes the place of the old one.

        Parameters
        ----------
        draw_id
            Number of the draw.
        answers
            Answer by account_id; None takes an answer back. All are kept, or none.
        author
            Who answered.

        Raises
        ------
        WorkspaceError
            If an account is not in that draw, or the database refuses.
        """
        author, table = named(author), schema.answers
        statement = (
            update(table)
            .where(table.c.draw_id == draw_id, table.c.account_id == bindparam("key"))
            .values(answer=bindparam("given"), author=author, answered_at=now())
        )
        with self._writing() as connection:
            for key, given in sorted(answers.items()):
                parameters = {"key": key, "given": None if given is None else str(Answer(given))}
                if not connection.execute(statement, parameters).rowcount:
                    raise WorkspaceError(
                        f"The account {key} is not in draw {draw_id}; nothing was saved. "
                        "Answer only for the accounts that were drawn."
                    )

    def answers(self, draw_id: int) -> pl.DataFrame:
        """The drawn accounts in the order drawn, matches first, with their answers.

        Returns
        -------
        polars.DataFrame
            account_id, stratum, answer (null while open), author, answered_at (UTC).
        """
        table = schema.answers
        query = (
            select(
                table.c.account_id,
                table.c.stratum,
                table.c.answer,
                table.c.author,
                table.c.answered_at,
            )
            .where(table.c.draw_id == draw_id)
            .order_by(table.c.stratum, table.c.place)
        )
        texts: dict[str, pl.DataType] = dict.fromkeys(
            ("account_id", "stratum", "answer", "author"), _TEXT
        )
        with self._reading() as connection:
            return frame_of(connection, query, texts | {"answered_at": _MOMENT})

    def team(self, slug: str | None = None) -> TeamPlan:
        """The team's plan: the profile's own, else the one for every profile, else the default.

        Raises
        ------
        WorkspaceError
            If the stored plan cannot be read.
        """
        table = schema.settings
        keys = [_EVERY_PROFILE] if slug is None else [_team_key(slug), _EVERY_PROFILE]
        with self._reading() as connection:
            for key in keys:
                content = connection.execute(
                    select(table.c.content).where(table.c.key == key).order_by(table.c.id.desc())
                ).scalar()
                if content is not None:
                    try:
                        return TeamPlan.from_json(content)
                    except PlanError as error:
                        raise WorkspaceError(f"The stored plan cannot be read. {error}") from error
        return TeamPlan()

    def team_versions(self, slug: str | None = None, *, limit: int = 50) -> list[SavedTeam]:
        """The plans that were saved for one profile, or for every profile, newest first.

        Those that cannot be read any more are left out.
        """
        table = schema.settings
        key = _EVERY_PROFILE if slug is None else _team_key(slug)
        query = (
            select(table.c.content, table.c.author, table.c.saved_at)
            .where(table.c.key == key)
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        found = []
        with self._reading() as connection:
            for content, author, saved_at in connection.execute(query):
                with suppress(PlanError):
                    found.append(SavedTeam(TeamPlan.from_json(content), author, saved_at))
        return found

    def save_team(self, team: TeamPlan, *, author: str, slug: str | None = None) -> None:
        """Save the plan for one profile, or for every profile that has none of its own."""
        with self._writing() as connection:
            connection.execute(
                insert(schema.settings).values(
                    key=_EVERY_PROFILE if slug is None else _team_key(slug),
                    content=team.model_dump_json(),
                    author=named(author),
                    saved_at=now(),
                )
            )

    def log_export(
        self,
        *,
        author: str,
        list_name: str,
        profile: Profile,
        format: str,
        file_name: str,
        accounts: int,
        sha256: str,
        slug: str | None = None,
        number: int | None = None,
    ) -> None:
        """Put an export on record.

        Parameters
        ----------
        author
            Who exported.
        list_name, profile
            What was exported from.
        format
            Such as `linkedin`.
        file_name, accounts, sha256
            The file: its name, how many accounts it holds, and its hash in hexadecimal.
        slug, number
            The saved version that `profile` is; None if it was not saved.

        Raises
        ------
        WorkspaceError
            If there is no such version, or the database refuses.
        """
        with self._writing() as connection:
            connection.execute(
                insert(schema.exports).values(
                    exported_at=now(),
                    author=named(author),
                    list_name=list_name,
                    version_id=version_id(connection, slug, number),
                    checksum=checksum(profile),
                    format=format,
                    file_name=file_name,
                    accounts=accounts,
                    sha256=sha256,
                )
            )

    def exports(self, *, limit: int = 1_000) -> pl.DataFrame:
        """The export log, newest first.

        Returns
        -------
        polars.DataFrame
            exported_at (UTC), author, list_name, slug, number, checksum, format, file_name, accounts,
            sha256.
        """
        types: dict[str, pl.DataType] = {
            "exported_at": _MOMENT,
            "author": _TEXT,
            "list_name": _TEXT,
            "slug": _TEXT,
            "number": pl.Int64(),
            "checksum": _TEXT,
            "format": _TEXT,
            "file_name": _TEXT,
            "accounts": pl.Int64(),
            "sha256": _TEXT,
        }
        with self._reading() as connection:
            return frame_of(connection, _with_version(schema.exports, types).limit(limit), types)


def _proof_key(list_name: str, profile: Profile) -> str:
    # A list's name may be longer than a key.
    where = hashlib.sha256(list_name.encode()).hexdigest()[:16]
    return f"proof:{checksum(profile)}:{where}"


def _team_key(slug: str) -> str:
    return f"{_EVERY_PROFILE}:{slug}"


def _with_version(table: Table, names: Iterable[str]) -> Select[Any]:
    """Columns of a table that refers to a version, with that version's slug and number, newest first."""
    columns = {
        **dict(table.columns.items()),
        "slug": schema.profiles.c.slug,
        "number": schema.versions.c.number,
    }
    return (
        select(*(columns[name] for name in names))
        .select_from(table.outerjoin(schema.versions).outerjoin(schema.profiles))
        .order_by(table.c.id.desc())
    )
