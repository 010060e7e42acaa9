"""The first tables: profiles and versions, decisions, verification, settings, exports."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "icp_added_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "length(account_id) BETWEEN 1 AND 200", name=op.f("ck_icp_added_accounts_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_added_accounts")),
    )
    op.create_index(
        "uq_icp_added_accounts_account_id",
        "icp_added_accounts",
        ["account_id", "dataset"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "icp_decision_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_decision_changes")),
    )
    op.create_table(
        "icp_profiles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_profiles")),
        sa.UniqueConstraint("slug", name=op.f("uq_icp_profiles_slug")),
    )
    op.create_table(
        "icp_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_settings")),
    )
    op.create_index(op.f("ix_icp_settings_key"), "icp_settings", ["key"], unique=False)
    op.create_table(
        "icp_decision_history",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["icp_decision_changes.id"],
            name=op.f("fk_icp_decision_history_change_id"),
        ),
        sa.PrimaryKeyConstraint("change_id", "account_id", name=op.f("pk_icp_decision_history")),
    )
    op.create_index(
        op.f("ix_icp_decision_history_account_id"),
        "icp_decision_history",
        ["account_id"],
        unique=False,
    )
    op.create_table(
        "icp_decisions",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="open", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(account_id) BETWEEN 1 AND 200", name=op.f("ck_icp_decisions_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["icp_decision_changes.id"], name=op.f("fk_icp_decisions_change_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_icp_decisions")),
    )
    op.create_index(
        op.f("ix_icp_decisions_change_id"), "icp_decisions", ["change_id"], unique=False
    )
    op.create_table(
        "icp_profile_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["icp_profiles.id"], name=op.f("fk_icp_profile_versions_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_profile_versions")),
        sa.UniqueConstraint(
            "profile_id", "number", name=op.f("uq_icp_profile_versions_profile_id")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_icp_profile_versions_number")),
    )
    op.create_table(
        "icp_exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["icp_profile_versions.id"], name=op.f("fk_icp_exports_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_exports")),
    )
    op.create_table(
        "icp_verification_draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("match_size", sa.Integer(), nullable=False),
        sa.Column("possible_size", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["icp_profile_versions.id"],
            name=op.f("fk_icp_verification_draws_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_icp_verification_draws")),
    )
    op.create_table(
        "icp_verification_answers",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "length(account_id) BETWEEN 1 AND 200",
            name=op.f("ck_icp_verification_answers_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["draw_id"],
            ["icp_verification_draws.id"],
            name=op.f("fk_icp_verification_answers_draw_id"),
        ),
        sa.PrimaryKeyConstraint("draw_id", "account_id", name=op.f("pk_icp_verification_answers")),
    )


def downgrade() -> None:
    """Drop the tables, with everything in them."""
    op.drop_table("icp_verification_answers")
    op.drop_table("icp_verification_draws")
    op.drop_table("icp_exports")
    op.drop_table("icp_profile_versions")
    op.drop_index(op.f("ix_icp_decisions_change_id"), table_name="icp_decisions")
    op.drop_table("icp_decisions")
    op.drop_index(op.f("ix_icp_decision_history_account_id"), table_name="icp_decision_history")
    op.drop_table("icp_decision_history")
    op.drop_index(op.f("ix_icp_settings_key"), table_name="icp_settings")
    op.drop_table("icp_settings")
    op.drop_table("icp_profiles")
    op.drop_table("icp_decision_changes")
    op.drop_index(
        "uq_icp_added_accounts_account_id",
        table_name="icp_added_accounts",
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_table("icp_added_accounts")
