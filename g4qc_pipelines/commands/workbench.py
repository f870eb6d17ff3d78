"""A command's hold on everything it needs: settings, stores, the Dagster instance and the graph.

Opened once by a command, closed with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import click

from g4qc_core.instruments import Registry, load_registry
from g4qc_core.settings import Settings
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.instance import add_partitions, dagster_instance
from g4qc_pipelines.partitions import chosen_instruments
from g4qc_pipelines.resources import Gateway, Stores, open_stores
from g4qc_pipelines.runs import Runner
from g4qc_pipelines.steps.specs import known_names


@dataclass(frozen=True)
class Workbench:
    """What a command works with."""

    settings: Settings
    registry: Registry
    stores: Stores
    gateway: Gateway
    runner: Runner


@contextmanager
def workbench(
    settings: Settings, gateway: tuple[str, int] | None = None, symbols: Sequence[str] = ()
) -> Iterator[Workbench]:
    """Database, schema, instance and partitions, made ready.

    Runs share the stores and one connection to the gateway, which is opened when an asset first asks for it.

    Args:
        gateway: its address; None: the one of the settings, else a simulated one in this process.
        symbols: instruments that have a partition from now on, beside those that are chosen for the graph.

    Raises:
        SettingsError: a file that a person edits is malformed, or the home cannot be written.
        DatabaseUnavailable, DatabaseRefused: the database of the settings cannot be used.
    """
    registry = load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        specs = known_names(settings, registry, stores.backtests)
        source = Gateway(settings, registry, stores.database, gateway)
        with dagster_instance(settings) as instance, closing(source):
            add_partitions(instance, [*chosen_instruments(settings), *symbols], specs)
            definitions = build_definitions(settings, {"stores": stores, "gateway": source})
            yield Workbench(settings, registry, stores, source, Runner(definitions, instance, _command()))


def _command() -> str | None:
    """Name of the command that runs in this process, like `quarantine accept`; None outside of one."""
    context = click.get_current_context(silent=True)
    return None if context is None else " ".join(context.command_path.split()[1:]) or None
