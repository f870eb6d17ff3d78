"""The backtest specs that there are: those of the file that people edit, and those that a command made."""

from __future__ import annotations

from g4qc_core.backtest.specs import BacktestSpec, load_specs
from g4qc_core.errors import unknown
from g4qc_core.instruments import Registry
from g4qc_core.settings import Settings
from g4qc_core.storage.backtest_store import BacktestStore


def known_specs(settings: Settings, registry: Registry, store: BacktestStore) -> dict[str, BacktestSpec]:
    """All specs by name; one of the file wins over one of the database.

    Raises:
        SettingsError: the file is malformed.
    """
    made = {stored.name: BacktestSpec.from_dict(stored.spec) for stored in store.specs()}
    return made | load_specs(settings.backtests, registry)


def find_spec(name: str, settings: Settings, registry: Registry, store: BacktestStore) -> BacktestSpec:
    """The spec of that name.

    Raises:
        UsageError: there is none.
    """
    specs = known_specs(settings, registry, store)
    if name not in specs:
        raise unknown("backtest", name, specs)
    return specs[name]
