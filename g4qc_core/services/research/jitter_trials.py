"""Parameter sets that a simulation tried, as trials of their strategy: whatever was tried counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from g4qc_core.backtest.metrics import session_returns
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.research.monte_carlo.engine_scenarios import Scenario
from g4qc_core.research.search.session_shape import SessionShape
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord, Trial
from g4qc_core.storage.stores import Stores


def record_jitter_trials(
    scenarios: Sequence[Scenario], spec: BacktestSpec, record: BacktestRecord, stores: Stores
) -> int:
    """Count the sets of parameters of scenarios as trials, and return how many different ones there are.

    Args:
        scenarios: runs with other parameters.
        spec: the backtest.
        record: its result.
        stores: of trials.
    """
    made: dict[str, Trial] = {}
    for one in scenarios:
        found = one.found
        fingerprint = found.fingerprint or _refused(spec, record, found.parameters)
        shape: dict[str, Any] = {}
        if not found.refused:
            shape = asdict(SessionShape.of(session_returns(found.equity, float(spec.cash))))
        made[fingerprint] = Trial(
            family=spec.strategy,
            fingerprint=fingerprint,
            symbol=spec.instrument,
            timeframe=spec.timeframe,
            parameters=dict(found.parameters),
            metrics=dict(found.metrics),
            created_at=datetime.now(UTC),
            source="monte_carlo",
            refused=found.refused or None,
            **shape,
        )
    stores.backtests.record_trials(list(made.values()))
    return len(made)


def _refused(spec: BacktestSpec, record: BacktestRecord, parameters: Any) -> str:
    """Return a name of a set without a result, which the same set on the same bars has again."""
    content = [spec.content() | {"parameters": dict(parameters)}, record.inputs["data_version"]]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:32]
