"""The territory that somebody gave an account."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = ("icp_decisions", "icp_decision_history")


def upgrade() -> None:
    """Add the columns."""
    for table in _TABLES:
        # Not as a batch, which would copy the whole table: both databases add a column in place.
        op.add_column(table, sa.Column("territory", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Drop the columns, with the territories in them."""
    for table in _TABLES:
        op.drop_column(table, "territory")
