"""The known backtest specs: entries of the backtests file, and specs stored in the database.

A requested spec is stored before it runs, because Dagster needs a partition for it, and removed if its first run fails
permanently.
"""

from __future__ import annotations

from datetime import UTC, datetime

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec, load_specs
from g4qc_core.errors import SettingsError, UsageError, unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import BacktestStore, StoredSpec


def known_names(settings: Settings, registry: Registry, store: BacktestStore) -> list[str]:
    """Return the names of all specs; a stored spec that can no longer be read is listed too.

    Raises:
        SettingsError: the file is malformed.
    """
    return list(dict.fromkeys([*(spec.name for spec in store.specs()), *load_specs(settings.backtests, registry)]))


def find_spec(name: str, settings: Settings, registry: Registry, store: BacktestStore) -> BacktestSpec:
    """Return the spec of this name; an entry of the file takes precedence over a stored spec.

    Raises:
        UsageError: no such spec.
        SettingsError: the file is malformed.
    """
    entries = load_specs(settings.backtests, registry)
    if name in entries:
        return entries[name]
    stored = {one.name: one.spec for one in store.specs()}
    if name not in stored:
        raise unknown("backtest", name, stored | entries)
    return BacktestSpec.from_dict(stored[name])


def own_name(spec: BacktestSpec, settings: Settings, registry: Registry, store: BacktestStore) -> BacktestSpec:
    """Return the spec under the name by which it is known.

    That is its own name, unless another experiment has this name. A spec named by its content takes the name of an
    entry of the file with the same content.
    """
    content, by_content = spec.content(), spec.named_by_content()
    if spec.name == by_content.name:
        entries = load_specs(settings.backtests, registry).values()
        return next((entry for entry in entries if entry.content() == content), spec)
    try:
        taken = find_spec(spec.name, settings, registry, store)
    except (UsageError, SettingsError):
        return spec
    return spec if taken.content() == content else by_content


def keep_spec(spec: BacktestSpec, surface: str, settings: Settings, registry: Registry, store: BacktestStore) -> None:
    """Store the spec, unless it is an entry of the backtests file.

    Args:
        spec: the spec.
        surface: the surface that requested it, like `API`.
        settings: the settings.
        registry: the known instruments.
        store: the store of specs.
    """
    if not is_of_file(spec.name, settings, registry):
        store.save_spec(StoredSpec(spec.name, spec.to_dict(), surface, datetime.now(UTC)))


def is_of_file(name: str, settings: Settings, registry: Registry) -> bool:
    """Return whether the name is that of an entry of the backtests file, which is known without being stored."""
    return name in load_specs(settings.backtests, registry)
