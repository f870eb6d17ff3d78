"""Everything that a command needs: settings, stores, the Dagster instance and the graph.

Opened once by a command, closed with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date

import click
import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Registry, load_registry
from g4qc_core.services.backtests.known_specs import known_names
from g4qc_core.services.gateway_connection import Gateway
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.instance.dagster_instance import add_partitions, dagster_instance
from g4qc_pipelines.partitions.graph_months import begin_with, first_month
from g4qc_pipelines.resources import lent_stores
from g4qc_pipelines.runner import Runner

_RELOAD_SECONDS = 10.0


@dataclass(frozen=True)
class Workbench:
    """The open parts that a command works with."""

    settings: Settings
    registry: Registry
    stores: Stores
    gateway: Gateway
    runner: Runner


@contextmanager
def workbench(
    settings: Settings,
    gateway: tuple[str, int] | None = None,
    symbols: Sequence[str] = (),
    since: date | None = None,
) -> Iterator[Workbench]:
    """Yield database, schema, instance and partitions, ready for use.

    Runs share the stores and one connection to the gateway, which opens on first use.

    Args:
        settings: the settings.
        gateway: its address; None: the one in the settings, or else a simulated one in this process.
        symbols: instruments to add to those that the graph has.
        since: a day in the first month of the graph, if the graph begins later so far.

    Raises:
        SettingsError: a file of the user is malformed, or the home cannot be written.
        DatabaseUnavailable, DatabaseRefused: the database of the settings cannot be used.
    """
    registry = load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        specs = known_names(settings, registry, stores.backtests)
        # The run's own log: its waits are shown with its progress.
        tell = dg.get_dagster_logger(__name__).info
        source = Gateway(settings, registry, stores, gateway, tell=tell)
        with dagster_instance(settings) as instance, closing(source):
            add_partitions(instance, [*chosen_instruments(settings), *symbols], specs)
            begin = _first_month(settings, instance, since)
            definitions = build_definitions(settings, {"stores": lent_stores(stores), "gateway": source}, begin)
            yield Workbench(settings, registry, stores, source, Runner(definitions, instance, _command()))


def _first_month(settings: Settings, instance: dg.DagsterInstance, since: date | None) -> date:
    """Return the graph's first month, with `since` in it; a running web server loads a graph that grew once more."""
    before = first_month(settings, instance)
    if since is None:
        return before
    begin_with(since, instance)
    begin = first_month(settings, instance)
    if begin < before:
        from g4qc_pipelines.launching.graphql import Graph
        from g4qc_pipelines.launching.web_key import web_key

        address = f"http://{settings.dagster_host}:{settings.dagster_port}"
        # Without a web server no graph has to be reloaded; this command does not need one.
        with (
            suppress(G4qcError),
            closing(Graph(address, settings.dagster_link, _RELOAD_SECONDS, web_key(settings))) as graph,
        ):
            graph.reload()
    return begin


def _command() -> str | None:
    """Name of the command that runs in this process, like `quarantine accept`; None outside of one."""
    context = click.get_current_context(silent=True)
    return None if context is None else " ".join(context.command_path.split()[1:]) or None
