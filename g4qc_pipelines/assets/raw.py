"""The assets of the group `extraction`: the chain of each instrument, and its raw bars as received."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import Field

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.errors import GatewayError, InvalidBars, TransientError
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.instruments.products import plain
from g4qc_core.instruments.registry import Contract, Instrument, Registry
from g4qc_core.sentences import counted, listing
from g4qc_core.services.chains import refreshed_chain
from g4qc_core.services.extraction.months import (
    Days,
    ExtractedMonth,
    ExtractedMonths,
    ExtractionScope,
    extract_months,
)
from g4qc_core.services.extraction.pacing_status import pacing_metadata
from g4qc_core.services.extraction.plan import FetchOrder, PlanRules
from g4qc_core.services.extraction.unanswered import sentences
from g4qc_core.services.gateway_connection import Gateway, checked_source
from g4qc_core.services.month_keys import parse_key
from g4qc_core.services.quality.calendar_check import compare_calendar
from g4qc_core.services.quality.feed import feeds
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.bar_checks import CONTRACT_CHECKS, ContractChecks
from g4qc_pipelines.checks.details_readable import UNREAD
from g4qc_pipelines.checks.feed_alive import FEED_ALIVE, feed_result, watched
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.requests_answered import MISSED
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failed_partitions import FailedPartitions
from g4qc_pipelines.failures import MAX_RETRIES, dagster_failures, retries
from g4qc_pipelines.metadata import OWNERS, stored_in, table_of
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS

GROUP = "extraction"

# The gateway accepts one connection with our client id, so Dagster runs one step of this pool at a time.
POOL = "ib"

_Events = Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]


class RawBarsConfig(dg.Config):
    """The part of the months to extract, and the order of requests.

    Attributes:
        contracts: contract months, like 201403, to extract instead of those that the roll rule calls for.
        first: trade date, like 2026-10-01; with `last`, only the sessions between them are requested.
        last: trade date, included.
        order: `newest` or `oldest` bars first.
    """

    contracts: list[str] = Field(default_factory=list)
    first: str = ""
    last: str = ""
    order: str = "newest"


def build_extraction(settings: Settings, months: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Return the assets `contracts` and `raw_bars`."""
    contracts = build_contracts(settings)
    return [contracts, build_raw_bars(settings, months, contracts)]


def build_contracts(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset `contracts`, partitioned by instrument."""

    @dg.asset(
        partitions_def=INSTRUMENTS,
        metadata=stored_in(tables.contracts),
        check_specs=[spec("contracts") for spec in CONTRACT_CHECKS],
        **_common(settings),
    )
    def contracts(
        context: dg.AssetExecutionContext,
        gateway: dg.ResourceParam[Gateway],
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> _Events:
        """Fetch the chain of an instrument: conId, month, last trade date, multiplier and tick of every contract.

        Expired contracts that still have data are included. A contract that was seen once is kept, because its conId is
        its key. The gateway's trading hours are compared with our calendar.
        """
        checked, failed = ContractChecks(), FailedPartitions()
        with dagster_failures():
            source = checked_source(gateway, stores, _utc_now)

            def refresh(symbol: str) -> tuple[str, dict[str, Any]]:
                chain, unread = refreshed_chain(registry[symbol], source, stores)
                _log_chain(context, symbol, chain, unread)
                _compare(registry[symbol], chain, source, stores, checked)
                table = _chain_table(chain)
                return fingerprint(table), _chain_metadata(table, unread)

            chains = failed.collect(context.partition_keys, refresh)
            results = checked.results(last_findings_of(context, stores))
        with dagster_failures():
            yield from _materialized(context, chains, results)
            failed.check()

    return contracts


def build_raw_bars(
    settings: Settings, months: dg.PartitionsDefinition, contracts: dg.AssetsDefinition
) -> dg.AssetsDefinition:
    """Return the asset `raw_bars`, partitioned by instrument and month."""

    @dg.asset(
        partitions_def=months,
        deps=[_by_instrument(contracts)],
        metadata=stored_in(tables.raw_bars),
        check_specs=[FEED_ALIVE],
        **_common(settings),
    )
    def raw_bars(
        context: dg.AssetExecutionContext,
        config: RawBarsConfig,
        gateway: dg.ResourceParam[Gateway],
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> _Events:
        """Fetch one-minute bars as received: those of the front contract, and of both contracts around a roll.

        Sessions that the request ledger covers are not requested again once their bars have settled. A bar that the
        gateway restates replaces the old one, which is kept as a revision. A failed request leaves the others: the bars
        that arrived are kept, and `requests_answered` names what is missing.
        """
        with dagster_failures():
            source = checked_source(gateway, stores, _utc_now)
            months = _months_by_instrument(context.partition_keys, registry)
            done = _extract(context, settings, config, months, source, stores)
            _check_missed(done, context.retry_number)
            pacing = pacing_metadata(stores)
            found = {one.key: (one.version, _month_metadata(one, pacing)) for part in done for one in part.months}
            alive = feed_result(feeds(watched(settings, context.instance, registry), stores), stores)
        with dagster_failures():
            yield from _materialized(context, found, [alive])

    return raw_bars


def _common(settings: Settings) -> dict[str, Any]:
    """Return the arguments that both assets share."""
    return {
        "group_name": GROUP,
        "kinds": {"ibkr", "postgres"},
        "owners": OWNERS,
        "pool": POOL,
        "retry_policy": retries(settings),
        "backfill_policy": dg.BackfillPolicy.single_run(),
    }


def _extract(
    context: dg.AssetExecutionContext,
    settings: Settings,
    config: RawBarsConfig,
    months: Mapping[Instrument, Mapping[str, Days]],
    source: BarSource,
    stores: Stores,
) -> list[ExtractedMonths]:
    """Extract the months of each instrument, and log the outcome."""
    scope = ExtractionScope.parse(config.contracts, config.first, config.last)
    rules = PlanRules.of(settings, FetchOrder.named(config.order))
    overrides = load_overrides(settings.rolls)
    done = []
    for instrument, own in months.items():
        extracted = extract_months(
            instrument, own, source, stores, context.log.debug, scope, rules, overrides, context.run.run_id
        )
        _log_extraction(context, instrument, extracted)
        done.append(extracted)
    return done


def _log_extraction(context: dg.AssetExecutionContext, instrument: Instrument, done: ExtractedMonths) -> None:
    context.log.info(f"{instrument.symbol}: {done.extraction}")
    for sentence in sentences(done.extraction.missed):
        context.log.warning(sentence)
    for month in done.months:
        if month.without_contract:
            context.log.warning(f"{month.key}: no known contract trades on {_days(month.without_contract)}")


def _check_missed(done: Sequence[ExtractedMonths], tried: int) -> None:
    """Retry the step if missing bars may arrive soon, and fail it if there are no bars at all.

    Otherwise the bars that arrived go on to the timeframes, and the check `requests_answered` fails the run.

    Args:
        done: the extractions of the step.
        tried: number of retries of the step in this run.
    """
    missed = [one for part in done for one in part.extraction.missed]
    may_pass = [one for one in missed if one.passes]
    again = bool(may_pass) and tried < MAX_RETRIES
    if again or (missed and not any(month.bars for part in done for month in part.months)):
        raise dg.Failure(
            "; ".join(sentences(may_pass if again else missed)) + ".",
            metadata={"error": type((may_pass or missed)[0].error).__name__},
            allow_retries=again,
        )


def _month_metadata(month: ExtractedMonth, pacing: Mapping[str, str]) -> dict[str, Any]:
    done = month.extraction
    return {
        "dagster/row_count": month.bars,
        "bars new": done.inserted,
        "contracts": ", ".join(month.contracts),
        "requests": done.requests,
        "sessions asked": done.sessions,
        "bars revised": done.revised,
        "bars withdrawn": done.withdrawn,
        "what changed": table_of(month.changes),
        "empty answers": done.empty,
        "requests missed": len(done.missed),
        **({MISSED: dg.MetadataValue.json(sentences(done.missed))} if done.missed else {}),
        "sessions without a contract": _days(month.without_contract) or "none",
        **pacing,
    }


def _days(days: Iterable[date]) -> str:
    return listing([str(day) for day in days])


def _log_chain(
    context: dg.AssetExecutionContext, symbol: str, chain: Sequence[Contract], unread: Sequence[str]
) -> None:
    context.log.info(f"{symbol}: {counted(len(chain), 'contract')}, {chain[0].month} to {chain[-1].month}")
    for sentence in unread:
        context.log.warning(sentence)


def _chain_metadata(table: pd.DataFrame, unread: Sequence[str]) -> dict[str, Any]:
    return {
        "dagster/row_count": len(table),
        "chain": table_of(table),
        **({UNREAD: dg.MetadataValue.json(list(unread))} if unread else {}),
    }


def _compare(
    instrument: Instrument, chain: Sequence[Contract], source: BarSource, stores: Stores, checked: ContractChecks
) -> None:
    """Compare the calendar with the gateway's sessions; a missing or unreadable answer is only counted.

    Raises:
        TransientError: the gateway may answer a little later.
    """
    try:
        checked.add(instrument, compare_calendar(instrument, chain, source, stores))
    except (InvalidBars, GatewayError) as error:
        if isinstance(error, TransientError):
            raise
        checked.unread(instrument, error)


def _materialized(
    context: dg.AssetExecutionContext,
    found: Mapping[str, tuple[str, dict[str, Any]]],
    checks: Sequence[dg.AssetCheckResult],
) -> _Events:
    """Yield the events of the step from the data version and metadata of each partition."""
    versions = {key: version for key, (version, _) in found.items()}
    return materialized(context, versions, {key: shown for key, (_, shown) in found.items()}, checks)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _by_instrument(asset: dg.AssetsDefinition) -> dg.AssetDep:
    return dg.AssetDep(asset, partition_mapping=dg.MultiToSingleDimensionPartitionMapping("instrument"))


def _months_by_instrument(keys: Sequence[str], registry: Registry) -> dict[Instrument, dict[str, Days]]:
    """Return the first and last day of each partition, by instrument and key."""
    found: dict[str, dict[str, Days]] = {}
    for key in sorted(keys):
        instrument, first, last = parse_key(key, registry)
        found.setdefault(instrument.symbol, {})[key] = (first, last)
    return {registry[symbol]: months for symbol, months in found.items()}


def _chain_table(chain: Sequence[Contract]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "contract": contract.month,
                "local symbol": contract.local_symbol,
                "conId": contract.con_id,
                "last trade date": str(contract.last_trade_date),
                "multiplier": str(contract.multiplier),
                "price magnifier": contract.price_magnifier,
                "tick": plain(contract.tick),
            }
            for contract in chain
        ]
    )
