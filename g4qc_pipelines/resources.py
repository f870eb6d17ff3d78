"""The resources of the graph: the stores of one database, the gateway, the settings and the registry.

Each asset receives the core's own object; it is opened here, and closed when the run ends. Tests pass other objects to
`build_definitions`. The web UI shows the database and the gateway of a run, without a password. The config of a run
cannot change them: the settings decide.

Postponed annotations do not work here: Dagster looks for `ResourceDependency` when a class is made.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Self

import dagster as dg
from pydantic import Field

from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry, load_registry
from g4qc_core.services.gateway_connection import Gateway
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import parse_url
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.failures import dagster_failures
from g4qc_pipelines.given_step import given_step

_SIMULATED = "simulated, in the run's own process"
_SETTINGS = "The settings of this installation: the environment variables that begin with G4QC_, read at its start."
_REGISTRY = "Every instrument that G4QC knows, with its exchange, tick, calendar and roll rule."


class StoresResource(dg.ConfigurableResource[Stores]):
    """The database with bars, rolls, requests and results. A run opens it once and closes it at its end."""

    database: str = Field(description="Server and name of the database, without the password (G4QC_DATABASE_URL).")
    home: str = Field(description="Folder of the embedded database, of reports and of keys (G4QC_HOME).")

    settings: dg.ResourceDependency[Settings]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the resource for the database of the settings."""
        return cls(settings=settings, **_shown_stores(settings))

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Stores]:
        """Open the stores for one run, which may write until it has ended."""
        with dagster_failures():
            _check_unchanged("stores", context.resource_config, _shown_stores(self.settings))
            with open_stores(self.settings) as opened, _right(opened, context):
                yield opened


def lent_stores(stores: Stores) -> dg.ResourceDefinition:
    """Return the resource for stores that a command has opened: its runs write under their own rights."""

    @dg.resource(description="The stores of the command that runs this.")
    def lent(context: dg.InitResourceContext) -> Iterator[Stores]:
        with dagster_failures(), _right(stores, context):
            yield stores

    return lent


def gateway_resource(settings: Settings, registry: Registry) -> dg.ResourceDefinition:
    """Return the resource for the gateway of the settings.

    It is no `ConfigurableResource`: one that needs `stores` opens a second pair of stores for itself.

    Args:
        settings: name the gateway.
        registry: instruments that a simulated gateway serves.
    """
    own = _shown_gateway(settings)

    @dg.resource(
        required_resource_keys={"stores"},
        description="The TWS or IB Gateway that bars come from. A run connects at its first request and disconnects at "
        "its end.",
        config_schema={
            "address": dg.Field(
                str,
                default_value=own["address"],
                description="Host and port of TWS or IB Gateway (G4QC_IB_HOST, G4QC_IB_PORT).",
            ),
            "client_id": dg.Field(
                int,
                default_value=own["client_id"],
                description="Client id of extraction; one process at a time uses it (G4QC_IB_CLIENT_ID).",
            ),
        },
    )
    def gateway(context: dg.InitResourceContext) -> Iterator[Gateway]:
        with dagster_failures():
            _check_unchanged("gateway", context.resource_config, own)
        run_id = context.run.run_id if context.run else None
        # Dagster's own logger, so that the log of the step shows the waits of the gateway.
        tell = dg.get_dagster_logger(__name__).info
        opened = Gateway(settings, registry, context.resources.stores, run_id=run_id, tell=tell)
        try:
            yield opened
        finally:
            opened.close()

    return gateway


def build_resources(settings: Settings, swapped: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return the resources by the names that assets use.

    Args:
        settings: name the database and the gateway.
        swapped: objects or definitions to use instead, by name.
    """
    registry = load_registry(settings.own_instruments)
    return {
        "stores": StoresResource.of(settings),
        "gateway": gateway_resource(settings, registry),
        "settings": dg.ResourceDefinition.hardcoded_resource(settings, _SETTINGS),
        "registry": dg.ResourceDefinition.hardcoded_resource(registry, _REGISTRY),
        **(swapped or {}),
    }


def _right(stores: Stores, context: dg.InitResourceContext) -> AbstractContextManager[None]:
    if context.run is None:
        return nullcontext()
    run, step = context.run.run_id, given_step(context.run.run_id)
    return stores.rights.held(run) if step is None else stores.rights.held_for_step(run, step)


def _shown_stores(settings: Settings) -> dict[str, Any]:
    return {"database": _database(settings), "home": str(settings.home)}


def _database(settings: Settings) -> str:
    """Return where the database is, without user and password."""
    if settings.database_url is None:
        return "embedded server of the home"
    url = parse_url(settings.database_url.get_secret_value(), "G4QC_DATABASE_URL")
    where = url.host or url.query.get("host") or "localhost"
    return f"{url.database} at {where}" + (f":{url.port}" if url.port else "")


def _shown_gateway(settings: Settings) -> dict[str, Any]:
    address = _SIMULATED if settings.ib_host is None else f"{settings.ib_host}:{settings.ib_port}"
    return {"address": address, "client_id": settings.ib_client_id}


def _check_unchanged(name: str, config: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Raise UsageError if the config of a run names another database or gateway than the settings."""
    for field, value in own.items():
        if config.get(field, value) != value:
            raise UsageError(
                f"The config of the resource {name} sets {field}, which only the settings can: leave it out."
            )
