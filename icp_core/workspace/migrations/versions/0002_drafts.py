"""Where each person left off, and the name each gave."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "icp_people",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_icp_people")),
    )
    op.create_table(
        "icp_drafts",
        sa.Column("seat", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starter", sa.String(length=80), nullable=True),
        sa.Column("slug", sa.String(length=80), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("base", sa.Text(), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seat", "key", name=op.f("pk_icp_drafts")),
    )
    op.create_index(op.f("ix_icp_drafts_person"), "icp_drafts", ["person"], unique=False)


def downgrade() -> None:
    """Drop the tables, with everything in them."""
    op.drop_index(op.f("ix_icp_drafts_person"), table_name="icp_drafts")
    op.drop_table("icp_drafts")
    op.drop_table("icp_people")
