"""Run by Alembic: migrates over the connection, and within the transaction, that it is handed."""

from alembic import context

from icp_core.workspace.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
