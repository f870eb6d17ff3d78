"""The known backtest specs: entries of the backtests file, and specs that were asked for by hand.

A spec that is asked for is kept before it runs, because Dagster needs a partition for it, and forgotten when its first
run fails for good.
"""

from __future__ import annotations

from datetime import UTC, datetime

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec, load_specs
from g4qc_core.errors import SettingsError, UsageError, unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import BacktestStore, StoredSpec


def known_names(settings: Settings, registry: Registry, store: BacktestStore) -> list[str]:
    """Names of all specs, of which those of the database are not read: one that no longer can be stops nothing else.

    Raises:
        SettingsError: the file is malformed.
    """
    return list(dict.fromkeys([*(spec.name for spec in store.specs()), *load_specs(settings.backtests, registry)]))


def find_spec(name: str, settings: Settings, registry: Registry, store: BacktestStore) -> BacktestSpec:
    """The spec of that name; one of the file wins over one of the database.

    Raises:
        UsageError: there is none.
        SettingsError: the file is malformed.
    """
    of_file = load_specs(settings.backtests, registry)
    if name in of_file:
        return of_file[name]
    made = {stored.name: stored.spec for stored in store.specs()}
    if name not in made:
        raise unknown("backtest", name, made | of_file)
    return BacktestSpec.from_dict(made[name])


def own_name(spec: BacktestSpec, settings: Settings, registry: Registry, store: BacktestStore) -> BacktestSpec:
    """Return the spec under the name by which it is known.

    That is its own name, unless it belongs to another experiment; where the spec is named by its content, the name of
    an entry of the file that says the same.
    """
    content, made = spec.content(), spec.named_by_content()
    if spec.name == made.name:
        entries = load_specs(settings.backtests, registry).values()
        return next((entry for entry in entries if entry.content() == content), spec)
    try:
        taken = find_spec(spec.name, settings, registry, store)
    except (UsageError, SettingsError):
        return spec
    return spec if taken.content() == content else made


def keep_spec(spec: BacktestSpec, surface: str, settings: Settings, registry: Registry, store: BacktestStore) -> None:
    """Store the spec, unless it is an entry of the backtests file.

    Args:
        spec: the spec.
        surface: the surface that asked for it, like `API`.
        settings: the settings.
        registry: the known instruments.
        store: the store of specs.
    """
    if not is_of_file(spec.name, settings, registry):
        store.save_spec(StoredSpec(spec.name, spec.to_dict(), surface, datetime.now(UTC)))


def is_of_file(name: str, settings: Settings, registry: Registry) -> bool:
    """True for an entry of the backtests file, which is known without being kept."""
    return name in load_specs(settings.backtests, registry)
