"""Versions of what is stored, by the names under which the API tells that it has changed."""

from __future__ import annotations

from sqlalchemy import text

from g4qc_core.storage.server.database import Database

JOBS, RESULTS, SEARCHES, STUDIES, QUARANTINE = "jobs", "results", "searches", "studies", "quarantine"
TRADING = "trading"
BARS = "bars:"
"""Begins the name of an instrument's bars, rolls and contracts, like `bars:ES`."""

# A row that is written gets a new transaction number, `xmin`, so that count and sum change with every change. Tables
# whose rows are written again without a change are compared by their content.
_WRITTEN = "SELECT concat_ws(' ', count(*), sum(xmin::text::bigint)) FROM"
_SAME = "bit_xor(hashtextextended(concat_ws(' ', {}), 0))"
_MONTHS = _SAME.format("kind, month, version, made_of")
_ROLLS = "concat_ws(' ', '{0}', count(*), bit_xor(hashtextextended({0}::text, 0))) FROM {0} GROUP BY symbol"
_SUSPECTS = _SAME.format("symbol, timestamp, contract, reason, close, volume")
# A sign of life of a trader changes nothing that is shown, so that it is left out.
_TRADERS = _SAME.format("account, state, why, started_at, stopped_at, limits::text")
_TRADED = (
    f"SELECT '{TRADING}', concat_ws('|', (SELECT {_TRADERS} FROM traders), ({_WRITTEN} trade_locks), "
    f"({_WRITTEN} trade_halts), ({_WRITTEN} trade_executions), ({_WRITTEN} trade_drifts), "
    "(SELECT max(id) FROM trade_log), (SELECT max(id) FROM trade_order_events), "
    "(SELECT max(id) FROM trade_reconciliations), "
    "(SELECT concat_ws(' ', count(*), max(changed_at)) FROM trade_decisions), "
    "(SELECT concat_ws(' ', max(id), max(done_at)) FROM trade_commands))"
)
_VERSIONS = text(
    f"SELECT '{JOBS}', ({_WRITTEN} job_ends) "
    f"UNION ALL SELECT '{RESULTS}', concat(({_WRITTEN} backtests), '|', ({_WRITTEN} deleted_backtests)) "
    f"UNION ALL SELECT '{SEARCHES}', ({_WRITTEN} searches) "
    f"UNION ALL SELECT '{STUDIES}', ({_WRITTEN} studies) "
    f"UNION ALL SELECT '{QUARANTINE}', concat_ws(' ', (SELECT max(id) FROM quarantine_decisions), "
    f"(SELECT concat_ws(' ', count(*), {_SUSPECTS}) FROM quarantined_bars)) "
    f"UNION ALL {_TRADED} "
    f"UNION ALL SELECT '{BARS}' || symbol, string_agg(part, '|' ORDER BY part) FROM ("
    f"SELECT symbol, concat_ws(' ', 'months', count(*), {_MONTHS}) AS part FROM data_versions GROUP BY symbol "
    f"UNION ALL SELECT symbol, {_ROLLS.format('rolls')} UNION ALL SELECT symbol, {_ROLLS.format('roll_calendars')} "
    "UNION ALL SELECT symbol, concat_ws(' ', 'contracts', count(*), "
    f"{_SAME.format('contract, last_trade_date')}) FROM contracts GROUP BY symbol) AS parts GROUP BY symbol"
)


class ChangeStore:
    """What has changed in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(self) -> dict[str, str]:
        """Return a text for each name, which changes whenever what it names does; no bar is read."""
        with self._database.transaction() as connection:
            return {row[0]: row[1] for row in connection.execute(_VERSIONS)}
