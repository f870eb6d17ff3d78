"""Dagster's storage with two changes.

A planned evaluation of a check replaces no state: Dagster stores one when a run is launched, and a run that fails
before its checks would leave each of them without a state, although the last finding still holds. And a connection
that died while the database was away is noticed before it is used.
"""

from __future__ import annotations

from typing import Any, Self

from dagster import EventLogEntry

from g4qc_pipelines.dagster_private.core import ConfigurableClassData
from g4qc_pipelines.dagster_private.postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
    pg_url_from_config,
)
from g4qc_pipelines.running.one_run import serves_one_run

_RUN_STATEMENT_MS = 60_000


class _Pinged:
    """Test kept connections before they are used again."""

    _engine: Any

    def optimize_for_webserver(self, *given: Any, **named: Any) -> None:
        """See Dagster's storages: from now on connections are kept."""
        super().optimize_for_webserver(*given, **named)  # type: ignore[misc]
        self._engine.pool._pre_ping = True


class Runs(_Pinged, PostgresRunStorage):
    """Runs, and the keys of dynamic partitions."""


class Schedules(_Pinged, PostgresScheduleStorage):
    """States and ticks of schedules and sensors."""


class EventLog(_Pinged, PostgresEventLogStorage):
    """An event log in which a check keeps its last evaluation until there is a new one."""

    def _store_asset_check_evaluation_planned(self, event: EventLogEntry, event_id: int | None) -> None:
        """Store nothing: the evaluation itself creates the missing row."""


class Storage(DagsterPostgresStorage):
    """The storage that dagster.yaml names."""

    def __init__(
        self, postgres_url: str, should_autocreate_tables: bool = True, inst_data: ConfigurableClassData | None = None
    ) -> None:
        should_autocreate_tables = should_autocreate_tables and not serves_one_run()
        super().__init__(postgres_url, should_autocreate_tables, inst_data)
        self._run_storage = Runs(postgres_url, should_autocreate_tables)
        self._event_log_storage = EventLog(postgres_url, should_autocreate_tables)
        self._schedule_storage = Schedules(postgres_url, should_autocreate_tables)
        if serves_one_run():
            # Dagster otherwise opens a connection for each event, and lists the tables of each storage.
            for storage in (self._run_storage, self._event_log_storage):
                storage.optimize_for_webserver(_RUN_STATEMENT_MS, pool_recycle=3600, max_overflow=20)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        """See Dagster's ConfigurableClass."""
        return cls(pg_url_from_config(config_value), config_value.get("should_autocreate_tables", True), inst_data)
