"""The asset `coverage`: the state of every session of an instrument, on one page."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.bars.columns import CLASSES
from g4qc_core.bars.day_map import DayState, gaps
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.instruments.registry import Registry
from g4qc_core.sentences import counted
from g4qc_core.services.coverage.day_maps import instrument_map
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import instrument_picture, stored_in, table_of
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS

GROUP = "bars"

_ROWS = 100


def build_coverage(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset `coverage`."""
    minutes = dg.AssetDep(
        f"bars_{ONE_MINUTE}", partition_mapping=dg.MultiToSingleDimensionPartitionMapping("instrument")
    )

    @dg.asset(
        partitions_def=INSTRUMENTS,
        deps=[minutes],
        group_name=GROUP,
        kinds={"pandas", "postgres"},
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=stored_in(tables.session_quality),
    )
    def coverage(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
        """Map every session of an instrument, one row per month, and count the minutes of all sessions by class.

        The colour of a session is that of its worst class of minutes.
        """
        versions, shown = {}, {}
        with dagster_failures():
            for symbol in context.partition_keys:
                days, unasked = instrument_map(registry[symbol], stores, datetime.now(UTC))
                more = f"; {unasked.words()}" if unasked is not None else ""
                context.log.info(f"{symbol}: {counted(len(days), 'session')}, {len(gaps(days))} with gaps{more}")
                versions[symbol] = fingerprint(days.drop(columns="state"))
                shown[symbol] = _shown(symbol, days) | {
                    "sessions not asked": unasked.sessions if unasked is not None else 0,
                    "not asked": unasked.sentence() if unasked is not None else "nothing up to now",
                }
        with dagster_failures():
            yield from materialized(context, versions, shown)

    return coverage


def _shown(symbol: str, days: pd.DataFrame) -> dict[str, Any]:
    """Return the metadata of an instrument's map; `days` has one row per session."""
    drawn = {} if days.empty else {"sessions": instrument_picture(symbol, days)}
    return {
        "dagster/row_count": len(days),
        "sessions with gaps": len(gaps(days)),
        "sessions with timeframes to derive": int((days["state"] == DayState.NOT_DERIVED).sum()),
        "gaps": table_of(gaps(days).drop(columns="state").tail(_ROWS)),
        **{f"minutes {name.replace('_', ' ')}": int(days[name].sum()) for name in CLASSES},
        **drawn,
    }
