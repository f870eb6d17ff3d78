"""`g4qc db`: the schema of the database."""

from __future__ import annotations

import click

from g4qc_core.settings import Settings


def upgrade_database(settings: Settings) -> None:
    """Bring the schema up to date, and print where."""
    from g4qc_core.storage.migrations import upgrade
    from g4qc_core.storage.server.database import open_database
    from g4qc_core.storage.stores import carry_trade_dates

    database = open_database(settings)
    try:
        revision = upgrade(database, settings.lock_patience)
        carried = carry_trade_dates(database, settings)
        kind = "TimescaleDB" if database.has_timescale else "PostgreSQL"
        click.echo(f"The database {database.place} ({kind}) has the schema '{revision}'.")
        if carried:
            click.echo(
                f"Stored bars of {', '.join(carried)} have the exchange's trade dates now: what trades on a holiday "
                "counts to the next business day. `g4qc rolls SYMBOL` makes their roll calendars again."
            )
    finally:
        database.close()
