"""The origin of a database's bars: it keeps synthetic, replayed and real bars in separate databases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import G4qcError, OriginMismatch
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.server.database import Database

_WORDS = {
    Origin.ACCOUNT: "bars of a real account",
    Origin.SIMULATED: "synthetic bars of the simulated gateway",
    Origin.REPLAY: "bars that the simulated gateway replays from files",
}


def claim_origin(database: Database, origin: Origin, now: datetime) -> None:
    """Record the origin of the database's bars at the first extraction; later extractions must have the same origin.

    Args:
        database: the database.
        origin: of the bars that the gateway serves.
        now: by the gateway's clock, UTC.

    Raises:
        OriginMismatch: the database has bars of another origin.
    """
    row = {"id": 1, "origin": str(origin), "claimed_at": now}
    with database.transaction() as connection:
        connection.execute(insert(tables.origin).values(row).on_conflict_do_nothing())
    held = stored_origin(database)
    if held is not None and held is not origin:
        raise OriginMismatch(
            f"The database {database.place} holds {_WORDS[held]}, and this gateway serves {_WORDS[origin]}: "
            "give these a database of their own with G4QC_HOME or G4QC_DATABASE_URL."
        )


def expected_origin(settings: Settings, database: Database | None) -> Origin | None:
    """Return the origin to expect of the settings' gateway before it answers; None if it is unknown.

    Args:
        settings: name the gateway.
        database: its bars have the origin of the gateway used so far; None: the database does not answer.
    """
    if settings.simulated or settings.ib_simulated:
        return Origin.SIMULATED
    try:
        return None if database is None else stored_origin(database)
    except G4qcError:
        return None


def stored_origin(database: Database) -> Origin | None:
    """Return the origin of the database's bars; None before the first extraction."""
    with database.transaction() as connection:
        found = connection.scalar(select(tables.origin.c.origin))
    return None if found is None else Origin(found)
