"""Alembic's entry point: runs the revisions in the connection that `migrations.upgrade` opened."""

from alembic import context

from g4qc_core.storage.migrations import VERSION_TABLE
from g4qc_core.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
