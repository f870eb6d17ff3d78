"""What the assets are handed: the stores of one database, the gateway, the settings and the registry.

Each is the core's own object, opened here and closed when the run ends. Tests pass others by `build_definitions`.
"""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.gateway_connection import Gateway
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.failures import told_to_dagster


def build_resources(settings: Settings) -> dict[str, object]:
    """The resources by the names under which assets ask for them."""
    registry = load_registry(settings.own_instruments)

    @dg.resource
    def stores(_: dg.InitResourceContext) -> Iterator[Stores]:
        with told_to_dagster(), open_stores(settings) as opened:
            yield opened

    @dg.resource(required_resource_keys={"stores"})
    def gateway(context: dg.InitResourceContext) -> Iterator[Gateway]:
        # Dagster's own logger, so that a person who looks at the step sees what it waits for.
        tell = dg.get_dagster_logger(__name__).info
        opened = Gateway(settings, registry, context.resources.stores, run_id=context.run_id, tell=tell)
        try:
            yield opened
        finally:
            opened.close()

    return {
        "stores": stores,
        "gateway": gateway,
        "settings": settings,
        "registry": registry,
    }
