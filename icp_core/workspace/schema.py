"""The tables of the workspace.

Names carry a prefix, so that a PostgreSQL database can be shared with other programs. What has been
written stays: versions, settings, decisions and exports are added to, never changed; only
`icp_decisions` (where each account stands now), the answers of a draw, and where each person left off
(`icp_drafts`, `icp_people`) are brought up to date.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

VERSION_TABLE: Final = "icp_schema_version"
MAX_ID: Final = 200


class Moment(TypeDecorator[datetime]):
    """A point in time: aware and in UTC on every database (SQLite keeps no time zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        del dialect
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _account_id(*, primary_key: bool = True, index: bool = False) -> Column[str]:
    return Column("account_id", Text, primary_key=primary_key, index=index, nullable=False)


def _sound_id() -> CheckConstraint:
    return CheckConstraint(f"length(account_id) BETWEEN 1 AND {MAX_ID}", name="account_id")


profiles = Table(
    "icp_profiles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("archived_at", Moment),
)

versions = Table(
    "icp_profile_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile_id", ForeignKey(profiles.c.id), nullable=False),
    Column("number", Integer, nullable=False),
    Column("based_on", Integer),
    Column("author", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    _text("why"),
    Column("checksum", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("brief", Text),
    Column("brief_checksum", String(64)),
    UniqueConstraint("profile_id", "number"),
    CheckConstraint("number >= 1", name="number"),
)

changes = Table(
    "icp_decision_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("author", Text, nullable=False),
    Column("decided_at", Moment, nullable=False),
)

decisions = Table(
    "icp_decisions",
    metadata,
    _account_id(),
    Column("status", String(20), nullable=False, server_default="open"),
    _text("detail"),
    _text("note"),
    _text("owner"),
    Column("change_id", ForeignKey(changes.c.id), nullable=False, index=True),
    _text("customer"),
    _text("territory"),
    _sound_id(),
)

decision_history = Table(
    "icp_decision_history",
    metadata,
    Column("change_id", ForeignKey(changes.c.id), primary_key=True),
    _account_id(index=True),
    Column("status", String(20), nullable=False),
    _text("detail"),
    _text("note"),
    _text("owner"),
    _text("customer"),
    _text("territory"),
)

added_accounts = Table(
    "icp_added_accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    _account_id(primary_key=False),
    Column("dataset", Text, key="list_name", nullable=False),
    Column("content", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("removed_by", Text),
    Column("removed_at", Moment),
    _sound_id(),
)

_standing: Final = added_accounts.c.removed_at.is_(None)
Index(
    "uq_icp_added_accounts_account_id",
    added_accounts.c.account_id,
    added_accounts.c.list_name,
    unique=True,
    sqlite_where=_standing,
    postgresql_where=_standing,
)

draws = Table(
    "icp_verification_draws",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", Text, key="list_name", nullable=False),
    Column("version_id", ForeignKey(versions.c.id)),
    Column("checksum", String(64), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("match_size", Integer, nullable=False),
    Column("possible_size", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("drawn_at", Moment, nullable=False),
)

answers = Table(
    "icp_verification_answers",
    metadata,
    Column("draw_id", ForeignKey(draws.c.id), primary_key=True),
    _account_id(),
    Column("place", Integer, nullable=False),
    Column("stratum", String(10), nullable=False),
    Column("answer", String(10)),
    Column("author", Text),
    Column("answered_at", Moment),
    _sound_id(),
)

settings = Table(
    "icp_settings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(120), nullable=False, index=True),
    Column("content", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
)

exports = Table(
    "icp_exports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exported_at", Moment, nullable=False),
    Column("author", Text, nullable=False),
    Column("dataset", Text, key="list_name", nullable=False),
    Column("version_id", ForeignKey(versions.c.id)),
    Column("checksum", String(64), nullable=False),
    Column("format", String(40), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
)

interviews = Table(
    "icp_interviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile_id", ForeignKey(profiles.c.id), nullable=False, index=True),
    Column("account_id", Text),
    _text("company"),
    Column("persona", String(80)),
    _text("job_title"),
    Column("kind", String(20), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("language", String(10), nullable=False),
    Column("consent", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

replies = Table(
    "icp_interview_replies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("interview_id", ForeignKey(interviews.c.id), nullable=False, index=True),
    Column("question", Text, nullable=False),
    _text("reply"),
    Column("author", Text, nullable=False),
    Column("said_at", Moment, nullable=False),
)

evidence = Table(
    "icp_evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("interview_id", ForeignKey(interviews.c.id), nullable=False, index=True),
    Column("quote", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("supports", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("said_at", Moment, nullable=False),
    Column("removed_by", Text),
    Column("removed_at", Moment),
)

content = Table(
    "icp_content",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile_id", ForeignKey(profiles.c.id), nullable=False, index=True),
    Column("key", String(32), nullable=False),
    Column("content", Text, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
)

plans = Table(
    "icp_territory_plans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("archived_at", Moment),
)

plan_versions = Table(
    "icp_territory_plan_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan_id", ForeignKey(plans.c.id), nullable=False),
    Column("number", Integer, nullable=False),
    Column("based_on", Integer),
    Column("name", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    _text("why"),
    Column("checksum", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("accounts_checksum", String(64), nullable=False),
    Column("accounts", LargeBinary, nullable=False),
    UniqueConstraint("plan_id", "number"),
    CheckConstraint("number >= 1", name="number"),
)

adoptions = Table(
    "icp_territory_adoptions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version_id", ForeignKey(plan_versions.c.id), nullable=False, index=True),
    Column("change_id", ForeignKey(changes.c.id), nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("adopted_at", Moment, nullable=False),
    Column("taken_back_by", Text),
    Column("taken_back_at", Moment),
)

people = Table(
    "icp_people",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("name", Text, nullable=False),
)

drafts = Table(
    "icp_drafts",
    metadata,
    Column("seat", String(32), primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("dataset", Text, key="list_name", nullable=False),
    Column("name", Text, nullable=False),
    Column("starter", String(80)),
    Column("slug", String(80)),
    Column("number", Integer),
    Column("content", Text),
    Column("base", Text),
    Column("touched_at", Moment, nullable=False),
    Column("waiting", Text),
)
