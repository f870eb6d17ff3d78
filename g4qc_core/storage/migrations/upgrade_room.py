"""The room that an upgrade needs on the disk, looked at before it begins."""

from __future__ import annotations

import shutil

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from g4qc_core.errors import DatabaseUnavailable
from g4qc_core.storage.server.lock_wait import Tell

_CARRIED = "0023"
_FORMER = ("raw_bars", "raw_bar_revisions", "market_data")
# What the tables of schema 0023 take of the former ones, with a margin; and the server's log of changes.
_SHARE = 0.45
_LOG = 2**30
_SMALL = 100 * 2**20
_SIZES = text(
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8 FROM pg_class c WHERE c.relkind = 'r' AND (c.oid = "
    "ANY(SELECT to_regclass(name) FROM unnest(CAST(:names AS text[])) AS name) OR EXISTS (SELECT FROM pg_inherits i "
    "WHERE i.inhrelid = c.oid AND i.inhparent = ANY(SELECT to_regclass(name) FROM unnest(CAST(:names AS text[])) AS "
    "name)))"
)


def check_room(connection: Connection, place: str, revision: str | None, tell: Tell) -> None:
    """Tell how much of the disk an upgrade of the schema needs meanwhile, if it is much.

    Args:
        connection: in the transaction of the upgrade.
        place: name and address of the database, for messages.
        revision: of its schema; None if it has none.
        tell: receives the sentence.

    Raises:
        DatabaseUnavailable: the server's disk is this machine's and has less room.
    """
    if revision is None or revision >= _CARRIED:
        return
    former = int(connection.scalar(_SIZES, {"names": list(_FORMER)}) or 0)
    needed = int(_SHARE * former) + min(former, _LOG)
    if needed < _SMALL:
        return
    free = _free(connection)
    wanted = f"about {needed / 1e9:.1f} GB of disk until it ends"
    if free is not None and free < needed:
        raise DatabaseUnavailable(
            f"The schema of {place} was not changed: the upgrade needs {wanted}, and {free / 1e9:.1f} GB are free. "
            "Free some space, then try again."
        )
    left = "" if free is None else f"; {free / 1e9:.1f} GB are free"
    tell(
        f"The stored bars of {place} are carried over into new tables, which needs {wanted}{left}. If it is "
        "interrupted, everything is as before."
    )


def _free(connection: Connection) -> int | None:
    """Return the free bytes of the server's disk; None if it is not this machine's, or its folder is not told."""
    url = connection.engine.url
    if not str(url.host or url.query.get("host")).startswith("/"):
        return None
    try:
        with connection.begin_nested():
            folder = connection.scalar(text("SELECT current_setting('data_directory')"))
        return shutil.disk_usage(str(folder)).free
    except (DBAPIError, OSError):
        return None
