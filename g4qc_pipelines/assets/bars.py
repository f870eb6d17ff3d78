"""The group `bars`: validated one-minute bars, and every timeframe derived from them by one factory."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.backtest.tear_sheet.pictures import candles_png
from g4qc_core.errors import InvalidBars
from g4qc_core.futures.rolls.roll_overrides import load_overrides
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.month_keys import parse_key
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import DERIVED, ONE_MINUTE, Timeframe
from g4qc_pipelines.checks.bar_checks import DERIVED_CHECKS, MINUTE_CHECKS, DerivedChecks, MinuteChecks
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import OWNERS, month_picture, picture, stored_in, table_of

GROUP = "bars"

# A picture costs as much as resampling does: one timeframe has it, the one whose month fits into it.
_PICTURED = "1h"

_SCHEMA = stored_in(tables.market_data)


def build_bars(settings: Settings, months: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The assets `bars_1min` and `bars_5min` to `bars_1d`."""
    return [_minutes(settings, months), *(_derived(timeframe, settings, months) for timeframe in DERIVED)]


def asset_name(timeframe: Timeframe) -> str:
    """Name of the asset that holds a timeframe."""
    return f"bars_{timeframe}"


def _minutes(settings: Settings, months: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name=asset_name(ONE_MINUTE),
        partitions_def=months,
        deps=["raw_bars"],
        group_name=GROUP,
        kinds={"pandas", "pandera", "postgres"},
        owners=OWNERS,
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=_SCHEMA,
        check_specs=[spec(asset_name(ONE_MINUTE)) for spec in MINUTE_CHECKS],
    )
    def minutes(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
        """One-minute bars that passed validation. What did not is in `quarantined_bars` with its reason, and what is
        known of every minute of every session is in `session_quality`.
        """
        with dagster_failures():
            checked, overrides = MinuteChecks(), load_overrides(settings.rolls)
            versions: dict[str, str] = {}
            shown: dict[str, dict[str, Any]] = {}
            for key in sorted(context.partition_keys):
                with stores.locks.hold(key):
                    month = validate_month(*parse_key(key, registry), stores, overrides)
                checked.add(month)
                context.log.info(f"{key}: {month}")
                versions[key] = month.version
                shown[key] = {
                    "dagster/row_count": month.bars,
                    "sessions": month.sessions,
                    "minutes missing": month.gaps,
                    "quarantined": len(month.quarantined),
                    "quality": table_of(month.quality),
                }
                if not month.quality.empty:
                    shown[key]["sessions known"] = month_picture(key, month.quality)
            results = checked.results(last_findings_of(context, stores))
        with dagster_failures():
            yield from materialized(context, versions, shown, results)

    return minutes


def _derived(timeframe: Timeframe, settings: Settings, months: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name=asset_name(timeframe),
        partitions_def=months,
        deps=[asset_name(ONE_MINUTE)],
        group_name=GROUP,
        kinds={"pandas", "postgres"},
        owners=OWNERS,
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=_SCHEMA,
        description=f"{timeframe} bars, derived from the validated minutes; buckets begin at each session's open.",
        check_specs=[spec(asset_name(timeframe)) for spec in DERIVED_CHECKS],
    )
    def derived(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
        with dagster_failures():
            checked, refusals = DerivedChecks(), []
            versions: dict[str, str] = {}
            shown: dict[str, dict[str, Any]] = {}
            for key in sorted(context.partition_keys):
                try:
                    with stores.locks.hold(key):
                        month = derive_month(*parse_key(key, registry), timeframe, stores)
                except InvalidBars as error:
                    refusals.append(f"{key}: {error}")
                    continue
                checked.add(month)
                refusals += [month.refusal] if month.refusal else []
                versions[key] = month.version
                shown[key] = {
                    "dagster/row_count": len(month.bars),
                    "contracts": month.bars["contract"].nunique(),
                }
                if timeframe.name == _PICTURED and not month.bars.empty:
                    shown[key]["candles"] = _candles(key, parse_key(key, registry)[0], month.bars)
            results = checked.results(last_findings_of(context, stores))
            if refusals and not any(one["dagster/row_count"] for one in shown.values()):
                raise InvalidBars(" ".join(refusals))
        with dagster_failures():
            yield from materialized(context, versions, shown, results)
            if refusals:
                raise InvalidBars(" ".join(refusals))

    return derived


def _candles(key: str, instrument: Instrument, bars: pd.DataFrame) -> dg.MarkdownMetadataValue:
    """A picture of the month's most traded contract."""
    month = str(bars.groupby("contract")["volume"].sum().idxmax())
    drawn = candles_png(bars[bars["contract"] == month], f"{key}, contract {month}", instrument)
    return picture(drawn, f"Candles of {key}")
