"""What is said beside a profile, with every version of it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"

_TABLE = "icp_profile_versions"


def upgrade() -> None:
    """Add the columns."""
    op.add_column(_TABLE, sa.Column("brief", sa.Text(), nullable=True))
    op.add_column(_TABLE, sa.Column("brief_checksum", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Drop the columns, with the briefs in them."""
    op.drop_column(_TABLE, "brief_checksum")
    op.drop_column(_TABLE, "brief")
