"""The storages of `dagster_postgres`, which `running.instance_storage` extends.

The classes are public; the function that reads the address from their configuration is not.
"""

from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import pg_url_from_config

__all__ = [
    "DagsterPostgresStorage",
    "PostgresEventLogStorage",
    "PostgresRunStorage",
    "PostgresScheduleStorage",
    "pg_url_from_config",
]
