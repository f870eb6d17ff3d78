"""Whether searches are still made of the bars that are stored."""

from __future__ import annotations

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.backtests.result_inputs import Inputs, pending_bars
from g4qc_core.services.backtests.spec_run import data_version
from g4qc_core.storage.stores import Stores


def inputs_of_searches(stores: Stores, registry: Registry) -> list[Inputs]:
    """Return the inputs of the newest search of each name that is done and whose instrument is known."""
    newest = {one.name: one for one in reversed(stores.searches.all()) if one.state == "done"}
    versions = stores.versions.versions()
    found = []
    for name, record in sorted(newest.items()):
        if record.backtest["instrument"] not in registry:
            continue
        pending: list[str] = []
        try:
            spec = BacktestSpec.from_dict(record.backtest)
            pending = pending_bars(spec, versions)
            now = data_version(spec, registry, stores)
            found.append(Inputs(name, record.data_version, now, pending, asset="search"))
        except G4qcError as error:
            found.append(Inputs(name, record.data_version, None, pending, str(error), "search"))
    return found
