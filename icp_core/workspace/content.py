"""The content plan of a profile: every change is added, and the newest of each piece holds."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from icp_core.analysis.content_plan import (
    MAX_TEXT,
    MAX_TITLE,
    Piece,
    Progress,
    Source,
    Stage,
)
from icp_core.errors import WorkspaceError
from icp_core.workspace import schema
from icp_core.workspace.database import Database, bounded, named, now


class ContentPlan(Database):
    """Pieces of content, by profile."""

    def keep_piece(self, slug: str, piece: Piece, *, author: str, removed: bool = False) -> None:
        """Keep a piece as it now is, or that it is taken off the plan.

        Raises
        ------
        WorkspaceError
            If a text is too long, there is no such profile, or the database refuses.
        """
        bounded(piece.title, MAX_TITLE, what="title")
        for text in (piece.answers, piece.form, piece.channel, piece.owner):
            bounded(text, MAX_TEXT, what="text")
        content = json.dumps(asdict(piece), default=str, ensure_ascii=False)
        with self._writing() as connection:
            profile = connection.execute(
                select(schema.profiles.c.id).where(schema.profiles.c.slug == slug)
            ).scalar_one_or_none()
            if profile is None:
                raise WorkspaceError(
                    f"There is no profile {slug} in {self.place}; save the profile first."
                )
            connection.execute(
                insert(schema.content).values(
                    profile_id=profile,
                    key=piece.key,
                    content=content,
                    removed=removed,
                    author=named(author),
                    saved_at=now(),
                )
            )

    def pieces(self, slug: str) -> list[Piece]:
        """The plan of a profile as it now is, in the order the pieces were added."""
        table = schema.content
        query = (
            select(table.c.key, table.c.content, table.c.removed)
            .join_from(table, schema.profiles)
            .where(schema.profiles.c.slug == slug)
            .order_by(table.c.id)
        )
        newest: dict[str, tuple[str, bool]] = {}
        with self._reading() as connection:
            for key, content, removed in connection.execute(query):
                newest[key] = (content, removed)
        return [_piece(json.loads(content)) for content, removed in newest.values() if not removed]


def _piece(values: dict[str, Any]) -> Piece:
    due = values["due"]
    return Piece(
        **(
            values
            | {
                "stage": Stage(values["stage"]),
                "source": Source(values["source"]),
                "progress": Progress(values["progress"]),
                "due": date.fromisoformat(due) if due else None,
            }
        )
    )
