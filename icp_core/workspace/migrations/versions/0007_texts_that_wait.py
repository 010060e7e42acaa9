"""Texts that wait to be shortened or used are kept with the draft that they were typed beside."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("icp_drafts", sa.Column("waiting", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column, with the texts in it."""
    op.drop_column("icp_drafts", "waiting")
