"""Plans of territories, saved as versions, and when each was adopted."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "icp_territory_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_territory_plans")),
        sa.UniqueConstraint("slug", name=op.f("uq_icp_territory_plans_slug")),
    )
    op.create_table(
        "icp_territory_plan_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("accounts_checksum", sa.String(length=64), nullable=False),
        sa.Column("accounts", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_icp_territory_plan_versions_number")),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["icp_territory_plans.id"],
            name=op.f("fk_icp_territory_plan_versions_plan_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_territory_plan_versions")),
        sa.UniqueConstraint(
            "plan_id", "number", name=op.f("uq_icp_territory_plan_versions_plan_id")
        ),
    )
    op.create_table(
        "icp_territory_adoptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["icp_decision_changes.id"],
            name=op.f("fk_icp_territory_adoptions_change_id"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["icp_territory_plan_versions.id"],
            name=op.f("fk_icp_territory_adoptions_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_territory_adoptions")),
    )
    op.create_index(
        op.f("ix_icp_territory_adoptions_version_id"),
        "icp_territory_adoptions",
        ["version_id"],
        unique=False,
    )


def downgrade() -> None:
    """Drop the tables, with the plans in them."""
    op.drop_index(
        op.f("ix_icp_territory_adoptions_version_id"), table_name="icp_territory_adoptions"
    )
    op.drop_table("icp_territory_adoptions")
    op.drop_table("icp_territory_plan_versions")
    op.drop_table("icp_territory_plans")
