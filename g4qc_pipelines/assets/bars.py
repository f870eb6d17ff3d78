"""The group `bars`: validated one-minute bars, and every timeframe derived from them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.backtest.tear_sheet.pictures import candles_png
from g4qc_core.errors import InvalidBars
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.month_keys import parse_key
from g4qc_core.services.quality.month_derivation import DerivedMonth, derive_month
from g4qc_core.services.quality.month_validation import ValidatedMonth, validate_month
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import DERIVED, ONE_MINUTE, Timeframe
from g4qc_pipelines.checks.bar_checks import DERIVED_CHECKS, MINUTE_CHECKS, DerivedChecks, MinuteChecks
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import month_picture, picture, stored_in, table_of

GROUP = "bars"

# A picture takes as long as resampling, so only one timeframe has it: the one whose month fits into a picture.
_PICTURED = "1h"

_SCHEMA = stored_in(tables.market_data)


def build_bars(settings: Settings, months: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Return the assets `bars_1min` and `bars_5min` to `bars_1d`."""
    return [_minutes(settings, months), *(_derived(timeframe, settings, months) for timeframe in DERIVED)]


def asset_name(timeframe: Timeframe) -> str:
    """Return the name of the asset that holds a timeframe."""
    return f"bars_{timeframe}"


def _minutes(settings: Settings, months: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name=asset_name(ONE_MINUTE),
        partitions_def=months,
        deps=["raw_bars", "imported_bars"],
        group_name=GROUP,
        kinds={"pandas", "pandera", "postgres"},
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
        """One-minute bars that passed validation.

        Bars that failed it are in the table `quarantined_bars` with the reason; the table `session_quality` counts the
        minutes of each session by class.
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
                shown[key] = _shown_minutes(month)
            results = checked.results(last_findings_of(context, stores))
        with dagster_failures():
            yield from materialized(context, versions, shown, results)

    return minutes


def _shown_minutes(month: ValidatedMonth) -> dict[str, Any]:
    drawn = {} if month.quality.empty else {"sessions known": month_picture(month.key, month.quality)}
    return {
        "dagster/row_count": month.bars,
        "sessions": month.sessions,
        "minutes missing": month.gaps,
        "quarantined": len(month.quarantined),
        "quality": table_of(month.quality),
        **drawn,
    }


def _derived(timeframe: Timeframe, settings: Settings, months: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name=asset_name(timeframe),
        partitions_def=months,
        deps=[asset_name(ONE_MINUTE)],
        group_name=GROUP,
        kinds={"pandas", "postgres"},
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
            made = _DerivedMonths(timeframe, stores)
            for key in sorted(context.partition_keys):
                made.add(key, *parse_key(key, registry))
            results = made.checks.results(last_findings_of(context, stores))
            if not any(one["dagster/row_count"] for one in made.shown.values()):
                made.fail_if_refused()
        with dagster_failures():
            yield from materialized(context, made.versions, made.shown, results)
            made.fail_if_refused()

    return derived


class _DerivedMonths:
    """The months of one step of a derived timeframe.

    Attributes:
        checks: evaluations of the asset's checks.
        versions: data version of each month.
        shown: metadata of each month.
    """

    def __init__(self, timeframe: Timeframe, stores: Stores) -> None:
        self._timeframe = timeframe
        self._stores = stores
        self._refusals: list[str] = []
        self.checks = DerivedChecks()
        self.versions: dict[str, str] = {}
        self.shown: dict[str, dict[str, Any]] = {}

    def add(self, key: str, instrument: Instrument, first: date, last: date) -> None:
        """Derive a month; one whose minutes are not sound is left out, or only its unsound contracts are."""
        try:
            with self._stores.locks.hold(key):
                month = derive_month(instrument, first, last, self._timeframe, self._stores)
        except InvalidBars as error:
            self._refusals.append(f"{key}: {error}")
            return
        self._refusals += [month.refusal] if month.refusal else []
        self.checks.add(month)
        self.versions[key] = month.version
        self.shown[key] = _shown_bars(key, instrument, month, self._timeframe)

    def fail_if_refused(self) -> None:
        """Raise InvalidBars if a month or some of its contracts were left out."""
        if self._refusals:
            raise InvalidBars(" ".join(self._refusals))


def _shown_bars(key: str, instrument: Instrument, month: DerivedMonth, timeframe: Timeframe) -> dict[str, Any]:
    drawn = timeframe.name == _PICTURED and not month.bars.empty
    return {
        "dagster/row_count": len(month.bars),
        "contracts": month.bars["contract"].nunique(),
        **({"candles": _candles(key, instrument, month.bars)} if drawn else {}),
    }


def _candles(key: str, instrument: Instrument, bars: pd.DataFrame) -> dg.MarkdownMetadataValue:
    """Return a picture of the contract with the highest volume."""
    month = str(bars.groupby("contract")["volume"].sum().idxmax())
    drawn = candles_png(bars[bars["contract"] == month], f"{key}, contract {month}", instrument)
    return picture(drawn, f"Candles of {key}")
