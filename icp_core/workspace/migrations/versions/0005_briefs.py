"""What is said beside a profile, with every version of it; interviews, and the content plan."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_VERSIONS = "icp_profile_versions"


def upgrade() -> None:
    """Add the columns and create the tables."""
    op.add_column(_VERSIONS, sa.Column("brief", sa.Text(), nullable=True))
    op.add_column(_VERSIONS, sa.Column("brief_checksum", sa.String(length=64), nullable=True))
    op.create_table(
        "icp_interviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), server_default="", nullable=False),
        sa.Column("persona", sa.String(length=80), nullable=True),
        sa.Column("job_title", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["icp_profiles.id"], name=op.f("fk_icp_interviews_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_interviews")),
    )
    op.create_index(
        op.f("ix_icp_interviews_profile_id"), "icp_interviews", ["profile_id"], unique=False
    )
    op.create_table(
        "icp_interview_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["icp_interviews.id"],
            name=op.f("fk_icp_interview_replies_interview_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_interview_replies")),
    )
    op.create_index(
        op.f("ix_icp_interview_replies_interview_id"),
        "icp_interview_replies",
        ["interview_id"],
        unique=False,
    )
    op.create_table(
        "icp_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("supports", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["icp_interviews.id"], name=op.f("fk_icp_evidence_interview_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_evidence")),
    )
    op.create_index(
        op.f("ix_icp_evidence_interview_id"), "icp_evidence", ["interview_id"], unique=False
    )
    op.create_table(
        "icp_content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["icp_profiles.id"], name=op.f("fk_icp_content_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_content")),
    )
    op.create_index(op.f("ix_icp_content_profile_id"), "icp_content", ["profile_id"], unique=False)


def downgrade() -> None:
    """Drop the tables and columns, with everything in them."""
    op.drop_index(op.f("ix_icp_content_profile_id"), table_name="icp_content")
    op.drop_table("icp_content")
    op.drop_index(op.f("ix_icp_evidence_interview_id"), table_name="icp_evidence")
    op.drop_table("icp_evidence")
    op.drop_index(op.f("ix_icp_interview_replies_interview_id"), table_name="icp_interview_replies")
    op.drop_table("icp_interview_replies")
    op.drop_index(op.f("ix_icp_interviews_profile_id"), table_name="icp_interviews")
    op.drop_table("icp_interviews")
    op.drop_column(_VERSIONS, "brief_checksum")
    op.drop_column(_VERSIONS, "brief")
