"""The check `feed_alive` of `raw_bars`: made by each run, and by the sensor when a feed stops or goes on."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.services.quality.feed import STALE, Feed, no_feed
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS

_ASSET = "raw_bars"

FEED_ALIVE = dg.AssetCheckSpec(
    "feed_alive",
    asset=_ASSET,
    description=f"No answer about a front contract ends with {STALE} open minutes or more without a bar.",
)


def watched(settings: Settings, instance: dg.DagsterInstance, registry: Registry) -> list[Instrument]:
    """Return the instruments that the check covers in any evaluation: those with a partition."""
    known = {*instance.get_dynamic_partitions(str(INSTRUMENTS.name)), *chosen_instruments(settings)}
    return [registry[symbol] for symbol in sorted(known) if symbol in registry]


def feed_result(found: Sequence[Feed], stores: Stores) -> dg.AssetCheckResult:
    """Return the evaluation of a run."""
    return dg.AssetCheckResult(
        check_name=FEED_ALIVE.name,
        passed=not _stale(found),
        severity=dg.AssetCheckSeverity.WARN,
        description=_words(found, stores),
    )


def feed_evaluation(found: Sequence[Feed], stores: Stores) -> dg.AssetCheckEvaluation:
    """Return the evaluation of the sensor, which belongs to no run."""
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(_ASSET),
        check_name=FEED_ALIVE.name,
        passed=not _stale(found),
        severity=dg.AssetCheckSeverity.WARN,
        description=_words(found, stores),
        metadata={},
    )


def _stale(found: Sequence[Feed]) -> list[Feed]:
    return [feed for feed in found if feed.stale]


def _words(found: Sequence[Feed], stores: Stores) -> str:
    return "; ".join(map(str, _stale(found) or found)) or no_feed(stores)
