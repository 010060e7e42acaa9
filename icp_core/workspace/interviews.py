"""Interviews, what was answered in them, and quotes that speak for or against a claim: added to only."""

from datetime import date
from typing import Any

from sqlalchemy import func, insert, select

from icp_core.analysis.interviews import (
    MAX_ANSWER,
    MAX_QUOTE,
    Evidence,
    Interview,
    InterviewKind,
)
from icp_core.errors import WorkspaceError
from icp_core.workspace import schema
from icp_core.workspace.database import MAX_NAME, Database, bounded, named, now


class Interviews(Database):
    """Talks with customers. What was answered stays; of one question the newest answer holds."""

    def begin_interview(
        self,
        slug: str,
        *,
        kind: InterviewKind,
        on_day: date,
        author: str,
        company: str = "",
        account_id: str | None = None,
        persona: str | None = None,
        job_title: str = "",
        language: str = "en",
        consent: bool = False,
    ) -> Interview:
        """Keep that there was a talk.

        Raises
        ------
        WorkspaceError
            If there is no such profile, a text is too long, or the database refuses.
        """
        values: dict[str, Any] = {
            "account_id": account_id,
            "company": bounded(company.strip(), MAX_NAME, what="company"),
            "persona": persona,
            "job_title": bounded(job_title.strip(), MAX_NAME, what="job title"),
            "kind": str(InterviewKind(kind)),
            "on_day": on_day,
            "language": language,
            "consent": consent,
            "author": named(author),
            "created_at": now(),
        }
        with self._writing() as connection:
            profile = connection.execute(
                select(schema.profiles.c.id).where(schema.profiles.c.slug == slug)
            ).scalar_one_or_none()
            if profile is None:
                raise WorkspaceError(
                    f"There is no profile {slug} in {self.place}; save the profile first."
                )
            key = connection.execute(
                insert(schema.interviews)
                .values(profile_id=profile, **values)
                .returning(schema.interviews.c.id)
            ).scalar_one()
        return Interview(**(values | {"id": key, "slug": slug, "kind": InterviewKind(kind)}))

    def interviews(self, slug: str) -> list[Interview]:
        """The talks about a profile, newest first."""
        table = schema.interviews
        query = (
            select(table, schema.profiles.c.slug)
            .join_from(table, schema.profiles)
            .where(schema.profiles.c.slug == slug)
            .order_by(table.c.on_day.desc(), table.c.id.desc())
        )
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        found = [{name: row[name] for name in Interview.__dataclass_fields__} for row in rows]
        return [Interview(**(one | {"kind": InterviewKind(one["kind"])})) for one in found]

    def keep_reply(self, interview_id: int, question: str, text: str, *, author: str) -> None:
        """Keep what was answered to a question; the newest holds, the ones before stay.

        Raises
        ------
        WorkspaceError
            If there is no such interview, the text is too long, or the database refuses.
        """
        values = {
            "interview_id": interview_id,
            "question": bounded(question.strip(), MAX_QUOTE, what="question"),
            "reply": bounded(text, MAX_ANSWER, what="answer"),
            "author": named(author),
            "said_at": now(),
        }
        with self._writing() as connection:
            connection.execute(insert(schema.replies).values(values))

    def replies(self, interview_id: int) -> dict[str, str]:
        """What was answered last to each question, in the order they were first asked."""
        table = schema.replies
        query = (
            select(table.c.question, table.c.reply)
            .where(table.c.interview_id == interview_id)
            # Of two that are kept at once, the one that was said first may be written last.
            .order_by(table.c.said_at, table.c.id)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return {row.question: row.reply for row in rows}

    def was_said(self, interview_id: int, question: str, text: str) -> bool:
        """Whether a question was once answered so, now or before a newer answer."""
        table = schema.replies
        query = select(func.count(table.c.id)).where(
            table.c.interview_id == interview_id,
            table.c.question == question.strip(),
            table.c.reply == text,
        )
        with self._reading() as connection:
            return bool(connection.execute(query).scalar_one())

    def add_evidence(
        self, interview_id: int, quote: str, *, about: str, supports: bool, author: str
    ) -> None:
        """Keep a quote as speaking for or against a claim.

        Raises
        ------
        WorkspaceError
            If it is blank or too long, there is no such interview, or the database refuses.
        """
        if not quote.strip():
            raise WorkspaceError("A quote needs its words; copy them from the answer.")
        values = {
            "interview_id": interview_id,
            "quote": bounded(quote.strip(), MAX_QUOTE, what="quote"),
            "about": about,
            "supports": supports,
            "author": named(author),
            "said_at": now(),
        }
        with self._writing() as connection:
            connection.execute(insert(schema.evidence).values(values))

    def take_back_evidence(self, evidence_id: int, *, author: str) -> None:
        """Let a quote count no more; it stays in the database.

        Raises
        ------
        WorkspaceError
            If the database refuses.
        """
        table = schema.evidence
        with self._writing() as connection:
            connection.execute(
                table.update()
                .where(table.c.id == evidence_id)
                .values(removed_by=named(author), removed_at=now())
            )

    def evidence(self, slug: str) -> list[Evidence]:
        """The quotes that count for a profile, in the order they were marked."""
        table = schema.evidence
        query = (
            select(table)
            .join_from(table, schema.interviews)
            .join(schema.profiles, schema.profiles.c.id == schema.interviews.c.profile_id)
            .where(schema.profiles.c.slug == slug, table.c.removed_at.is_(None))
            .order_by(table.c.id)
        )
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            Evidence(**{name: row[name] for name in Evidence.__dataclass_fields__}) for row in rows
        ]

    def interviews_held(self, slug: str) -> int:
        """How many talks there were about a profile."""
        query = (
            select(func.count(schema.interviews.c.id))
            .join_from(schema.interviews, schema.profiles)
            .where(schema.profiles.c.slug == slug)
        )
        with self._reading() as connection:
            return int(connection.execute(query).scalar_one())
