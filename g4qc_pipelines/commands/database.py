"""`g4qc db`: the schema of the database."""

from __future__ import annotations

import click

from g4qc_core.settings import Settings


def upgrade_database(settings: Settings) -> None:
    """Brings the schema up to date and says where."""
    from g4qc_core.storage.database import open_database
    from g4qc_core.storage.migrations import upgrade

    database = open_database(settings)
    try:
        revision = upgrade(database)
        kind = "TimescaleDB" if database.has_timescale else "PostgreSQL"
        click.echo(f"The database {database.place} ({kind}) has the schema '{revision}'.")
    finally:
        database.close()
