"""The check `fresh` of the assets that the daily update makes: evaluated by the sensor `freshness`, or run by hand.

It is part of no named job. It covers all chosen instruments, and only while the schedule `after_close` is on, because
without the schedule data need not be fresh.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

import dagster as dg

from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import listing
from g4qc_core.services.coverage.completeness import judged_until
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.services.quality.due_sessions import WATCHED, due_session, late
from g4qc_core.services.quality.known_sessions import newest_known_session
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.dagster_private.instigation import InstigatorStatus, InstigatorType
from g4qc_pipelines.failures import dagster_failures
from g4qc_pipelines.named_jobs import FRESH
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS
from g4qc_pipelines.run_tags import AFTER_CLOSE

_UNWATCHED = f"Not judged: {AFTER_CLOSE} is off."

Late = Mapping[str, Mapping[str, str]]
"""Sentences about late data, by asset and instrument."""


def build_freshness_check(settings: Settings) -> dg.AssetChecksDefinition:
    """Return the check as a step that is run by hand."""

    @dg.multi_asset_check(
        name="freshness",
        specs=[
            dg.AssetCheckSpec(
                FRESH,
                asset=asset,
                description="Each chosen instrument is up to date three hours after the close of its newest session, "
                "by the exchange's calendar and time zone.",
            )
            for asset in WATCHED
        ],
        can_subset=True,
    )
    def freshness(
        context: dg.AssetCheckExecutionContext, stores: dg.ResourceParam[Stores]
    ) -> Iterator[dg.AssetCheckResult]:
        with dagster_failures():
            found = found_late(settings, context.instance, stores, datetime.now(UTC))
        for key in context.selected_asset_check_keys:
            asset = key.asset_key.to_user_string()
            yield dg.AssetCheckResult(
                asset_key=key.asset_key,
                check_name=FRESH,
                passed=not (found or {}).get(asset),
                severity=dg.AssetCheckSeverity.WARN,
                description=_words(found, asset),
            )

    return freshness


def freshness_evaluations(found: Late | None) -> list[dg.AssetCheckEvaluation]:
    """Return the evaluations of the sensor, which belong to no run.

    Args:
        found: as `found_late` returns it.
    """
    return [
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey(asset),
            check_name=FRESH,
            passed=not (found or {}).get(asset),
            severity=dg.AssetCheckSeverity.WARN,
            description=_words(found, asset),
            metadata={},
        )
        for asset in WATCHED
    ]


def found_late(settings: Settings, instance: dg.DagsterInstance, stores: Stores, now: datetime) -> Late | None:
    """Return the late data of each watched asset; None while the daily update is off.

    Args:
        settings: the settings.
        instance: the Dagster instance.
        stores: the stores.
        now: current instant, UTC.
    """
    if not _is_on(instance):
        return None
    registry, now = load_registry(settings.own_instruments), judged_until(stores, now)
    known = set(instance.get_dynamic_partitions(str(INSTRUMENTS.name)))
    made = {asset: _newest(instance, asset) for asset in WATCHED}
    found: dict[str, dict[str, str]] = {asset: {} for asset in WATCHED}
    for symbol in chosen_instruments(settings):
        instrument = registry[symbol]
        session = due_session(instrument, now)
        if symbol not in known or session is None:
            continue
        held = newest_known_session(symbol, session.trade_date, stores)
        own = {asset: instants[symbol] for asset, instants in made.items() if symbol in instants}
        for asset, words in late(instrument, own, held, now).items():
            found[asset][symbol] = words
    return found


def _is_on(instance: dg.DagsterInstance) -> bool:
    states = instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    return any(state.name == AFTER_CLOSE and state.status is InstigatorStatus.RUNNING for state in states)


def _newest(instance: dg.DagsterInstance, asset: str) -> dict[str, datetime]:
    """Return when an instrument's newest partition of the asset was materialized, UTC."""
    key = dg.AssetKey(asset)
    places = instance.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION)
    newest: dict[str, int] = {}
    for partition, place in places.items():
        symbol = partition.partition("|")[0]
        newest[symbol] = max(place, newest.get(symbol, 0))
    return dict(_instants(instance, key, newest))


def _instants(
    instance: dg.DagsterInstance, key: dg.AssetKey, places: Mapping[str, int]
) -> Iterable[tuple[str, datetime]]:
    if not places:
        return
    wanted = dg.AssetRecordsFilter(key, storage_ids=list(places.values()))
    records = instance.fetch_materializations(wanted, limit=len(places)).records
    at = {record.storage_id: record.timestamp for record in records}
    for symbol, place in places.items():
        if place in at:
            yield symbol, datetime.fromtimestamp(at[place], UTC)


def _words(found: Late | None, asset: str) -> str:
    if found is None:
        return _UNWATCHED
    return listing(list(found[asset].values())) or "up to date"
