"""Dagster's storage with three changes.

A planned evaluation of a check replaces no state: Dagster stores one when a run is launched, and a run that fails
before its checks would leave each of them without a state, although the last finding still holds. And a connection
that died while the database was away is noticed before it is used. And a run that ends, by whatever process, loses its
right to write before it is shown as ended.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Any, Self

import dagster as dg
from dagster import EventLogEntry

from g4qc_core.storage.server.database import Database, parse_url
from g4qc_core.storage.server.write_rights import WriteRights
from g4qc_pipelines.dagster_private.core import ConfigurableClassData
from g4qc_pipelines.dagster_private.postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
    pg_url_from_config,
)
from g4qc_pipelines.running.one_run import keeps_connections

_RUN_STATEMENT_MS = 60_000

_ENDS = (dg.DagsterEventType.RUN_SUCCESS, dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED)


class _Pinged:
    """Test kept connections before they are used again."""

    _engine: Any

    def optimize_for_webserver(self, *given: Any, **named: Any) -> None:
        """See Dagster's storages: from now on connections are kept."""
        super().optimize_for_webserver(*given, **named)  # type: ignore[misc]
        self._engine.pool._pre_ping = True


class Runs(_Pinged, PostgresRunStorage):
    """Runs, and the keys of dynamic partitions.

    Args:
        bars_url: address of the database with the rights of runs.
        given: arguments of Dagster's own storage.
    """

    def __init__(self, bars_url: str, *given: Any) -> None:
        super().__init__(*given)
        self._bars_url = bars_url

    def handle_run_event(self, run_id: str, event: dg.DagsterEvent, update_timestamp: datetime | None = None) -> None:
        """Store what an event says about a run; end its right to write before it counts as ended."""
        if event.event_type in _ENDS:
            self._end_right(run_id)
        super().handle_run_event(run_id, event, update_timestamp)

    def delete_run(self, run_id: str) -> None:
        """Delete a run, which may write no more."""
        self._end_right(run_id)
        super().delete_run(run_id)

    def bars(self) -> Database:
        """Return the database of the bars, with the rights and the leases of runs; the caller closes it."""
        return Database(parse_url(self._bars_url, "G4QC_DATABASE_URL"))

    def _end_right(self, run_id: str) -> None:
        with closing(self.bars()) as database:
            WriteRights(database).end(run_id)


class Schedules(_Pinged, PostgresScheduleStorage):
    """States and ticks of schedules and sensors."""


class EventLog(_Pinged, PostgresEventLogStorage):
    """An event log in which a check keeps its last evaluation until there is a new one."""

    def _store_asset_check_evaluation_planned(self, event: EventLogEntry, event_id: int | None) -> None:
        """Store nothing: the evaluation itself creates the missing row."""


class Storage(DagsterPostgresStorage):
    """The storage that dagster.yaml names."""

    def __init__(
        self,
        postgres_url: str,
        bars_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        should_autocreate_tables = should_autocreate_tables and not keeps_connections()
        super().__init__(postgres_url, should_autocreate_tables, inst_data)
        self._run_storage = Runs(bars_url, postgres_url, should_autocreate_tables)
        self._event_log_storage = EventLog(postgres_url, should_autocreate_tables)
        self._schedule_storage = Schedules(postgres_url, should_autocreate_tables)
        if keeps_connections():
            # Dagster otherwise opens a connection for each event, and lists the tables of each storage.
            for storage in (self._run_storage, self._event_log_storage):
                storage.optimize_for_webserver(_RUN_STATEMENT_MS, pool_recycle=3600, max_overflow=20)

    @classmethod
    def config_type(cls) -> Any:
        """Return the schema of the configuration in dagster.yaml."""
        others: Any = super().config_type()
        return {**others, "bars_url": dg.StringSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        """See Dagster's ConfigurableClass."""
        own = config_value["bars_url"], config_value.get("should_autocreate_tables", True)
        return cls(pg_url_from_config(config_value), *own, inst_data)
