"""The group `extraction`: the chain of each instrument, and its raw bars, as the gateway gave them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import Field

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.bars.clock_check import check_clocks
from g4qc_core.bars.fingerprint import fingerprint, version_of
from g4qc_core.calendars.session_calendar import calendar, check_window, parse_date
from g4qc_core.errors import GatewayError, InvalidBars, TransientError, UsageError
from g4qc_core.futures.rolls.roll_overrides import load_overrides
from g4qc_core.instruments.products import plain
from g4qc_core.instruments.registry import Contract, Instrument, Registry, contract_month
from g4qc_core.sentences import counted, listing
from g4qc_core.services.chains import (
    contracts_of_interest,
    merged,
    refreshed_chain,
    sessions_without_contract,
    stored_chain,
)
from g4qc_core.services.extraction.extract import extract_what_comes
from g4qc_core.services.extraction.pacing_status import pacing_metadata
from g4qc_core.services.extraction.plan import FetchOrder
from g4qc_core.services.extraction.planner import rules_of
from g4qc_core.services.extraction.unanswered import Missed, sentences
from g4qc_core.services.gateway_connection import Gateway
from g4qc_core.services.month_keys import parse_key
from g4qc_core.services.quality.calendar_check import compare_calendar
from g4qc_core.services.quality.feed import feeds
from g4qc_core.services.quality.month_derivation import month_instants
from g4qc_core.services.restatements import changes_after
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.bar_stores.version_store import RAW
from g4qc_core.storage.server.bar_origin import claim_origin
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.bar_checks import CONTRACT_CHECKS, ContractChecks
from g4qc_pipelines.checks.details_readable import UNREAD
from g4qc_pipelines.checks.feed_alive import FEED_ALIVE, feed_result, watched
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.requests_answered import MISSED
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failed_partitions import Rest
from g4qc_pipelines.failures import MAX_RETRIES, dagster_failures, retries
from g4qc_pipelines.metadata import OWNERS, stored_in, table_of
from g4qc_pipelines.partitions.definitions import INSTRUMENTS

GROUP = "extraction"

# The gateway accepts one connection with our client id: Dagster lets one step of this pool run at a time.
POOL = "ib"


class RawBarsConfig(dg.Config):
    """What to extract beyond what the roll rule calls for.

    Attributes:
        contracts: contract months, like 201403, to extract instead of those that the roll rule calls for.
        first, last: trade dates, like 2026-10-01; with both, only the sessions between them are asked for.
        order: `newest` or `oldest` bars first.
    """

    contracts: list[str] = Field(default_factory=list)
    first: str = ""
    last: str = ""
    order: str = "newest"


def build_extraction(settings: Settings, months: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The assets `contracts` and `raw_bars`."""

    @dg.asset(
        partitions_def=INSTRUMENTS,
        group_name=GROUP,
        kinds={"ibkr", "postgres"},
        owners=OWNERS,
        pool=POOL,
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=stored_in(tables.contracts),
        check_specs=[spec("contracts") for spec in CONTRACT_CHECKS],
    )
    def contracts(
        context: dg.AssetExecutionContext,
        gateway: dg.ResourceParam[Gateway],
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
        """The chain of an instrument: conId, month, last trade date, multiplier and tick of every contract, expired
        ones that still have data included. A contract that was seen once is kept, because its conId is its key. What
        the gateway tells of the sessions is compared with our calendar.
        """
        with dagster_failures():
            source = _claimed(gateway, stores)
            versions: dict[str, str] = {}
            shown: dict[str, dict[str, Any]] = {}
            checked, rest = ContractChecks(), Rest(context.partition_keys)
            for symbol in context.partition_keys:
                with rest.of(symbol) as asked:
                    if not asked:
                        continue
                    chain, unread = refreshed_chain(registry[symbol], source, stores)
                    context.log.info(
                        f"{symbol}: {counted(len(chain), 'contract')}, {chain[0].month} to {chain[-1].month}"
                    )
                    for sentence in unread:
                        context.log.warning(sentence)
                    table = _listing(chain)
                    versions[symbol] = fingerprint(table)
                    shown[symbol] = {
                        "dagster/row_count": len(chain),
                        "chain": table_of(table),
                        **({UNREAD: dg.MetadataValue.json(unread)} if unread else {}),
                    }
                    _compare(registry[symbol], chain, source, stores, checked)
            results = checked.results(last_findings_of(context, stores))
        with dagster_failures():
            yield from materialized(context, versions, shown, results)
            rest.check()

    @dg.asset(
        partitions_def=months,
        deps=[_by_instrument(contracts)],
        group_name=GROUP,
        kinds={"ibkr", "postgres"},
        owners=OWNERS,
        pool=POOL,
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=stored_in(tables.raw_bars),
        check_specs=[FEED_ALIVE],
    )
    def raw_bars(
        context: dg.AssetExecutionContext,
        config: RawBarsConfig,
        gateway: dg.ResourceParam[Gateway],
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
        """One-minute bars as received, contract by contract: the front's, and both around a roll.

        What the request ledger covers is not asked for again, until it has settled. A bar that the gateway restates
        replaces the old one, which is kept as a revision. A request that fails leaves the others: what came is kept,
        and `requests_answered` names what is missing.
        """
        with dagster_failures():
            source, overrides = _claimed(gateway, stores), load_overrides(settings.rolls)
            shown: dict[str, dict[str, Any]] = {}
            versions: dict[str, str] = {}
            missed: list[Missed] = []
            for instrument, months in _by_symbol(context.partition_keys, registry).items():
                chain, newest = stored_chain(instrument, stores), stores.ledger.last()
                only = [contract_month(month) for month in config.contracts]
                asked = {key: _narrowed(config, *window) for key, window in months.items()}
                wanted = {k: contracts_of_interest(instrument, chain, *asked[k], only, overrides) for k in months}
                # One plan for all months: a request may reach from one into the next.
                done = extract_what_comes(
                    instrument,
                    merged(wanted.values()),
                    source,
                    stores,
                    context.run.run_id,
                    context.log.debug,
                    rules_of(settings, FetchOrder.named(config.order)),
                )
                context.log.info(f"{instrument.symbol}: {done}")
                missed += done.missed
                for sentence in sentences(done.missed):
                    context.log.warning(sentence)
                changes, pacing = changes_after(instrument.symbol, newest, stores), pacing_metadata(stores)
                for key, (first, last) in months.items():
                    holes = [str(day) for day in sessions_without_contract(instrument, wanted[key], *asked[key])]
                    if holes:
                        context.log.warning(f"{key}: no known contract trades on {listing(holes)}")
                    window = month_instants(calendar(instrument.calendar), first, last)
                    raw, own = stores.raw.bars(instrument.symbol, *window), done.within(*window)
                    versions[key] = version_of(raw)
                    stores.versions.record(instrument.symbol, RAW, first, versions[key])
                    shown[key] = {
                        "dagster/row_count": len(raw),
                        "bars new": own.inserted,
                        "contracts": ", ".join(contract.month for contract in wanted[key]),
                        "requests": own.requests,
                        "sessions asked": own.sessions,
                        "bars revised": own.revised,
                        "bars withdrawn": own.withdrawn,
                        "what changed": table_of(changes[changes["timestamp"].between(*window, inclusive="left")]),
                        "empty answers": own.empty,
                        "requests missed": len(own.missed),
                        **({MISSED: dg.MetadataValue.json(sentences(own.missed))} if own.missed else {}),
                        "sessions without a contract": listing(holes) or "none",
                        **pacing,
                    }
            _check_missed(missed, context.retry_number, sum(s["dagster/row_count"] for s in shown.values()))
            alive = feed_result(feeds(watched(settings, context.instance, registry), stores), stores)
        with dagster_failures():
            yield from materialized(context, versions, shown, [alive])

    return [contracts, raw_bars]


def _check_missed(missed: Sequence[Missed], tried: int, stored: int) -> None:
    """Retry the step where missing bars may arrive soon, and fail it where there are no bars at all.

    Otherwise the bars that arrived go on to the timeframes, and the check `requests_answered` fails the run.

    Args:
        tried: how often the step was retried in this run.
        stored: number of raw bars of the step's months.
    """
    passes = [one for one in missed if one.passes]
    again = bool(passes) and tried < MAX_RETRIES
    if again or (missed and not stored):
        raise dg.Failure(
            "; ".join(sentences(passes if again else missed)) + ".",
            metadata={"error": type((passes or list(missed))[0].error).__name__},
            allow_retries=again,
        )


def _compare(
    instrument: Instrument, chain: Sequence[Contract], source: BarSource, stores: Stores, checked: ContractChecks
) -> None:
    """Compare the calendar; a missing or unreadable answer of the gateway stops no chain.

    Raises:
        TransientError: the gateway may answer a little later.
    """
    try:
        checked.add(instrument, compare_calendar(instrument, chain, source, stores))
    except (InvalidBars, GatewayError) as error:
        if isinstance(error, TransientError):
            raise
        checked.unread(instrument, error)


def _by_instrument(asset: dg.AssetsDefinition) -> dg.AssetDep:
    return dg.AssetDep(asset, partition_mapping=dg.MultiToSingleDimensionPartitionMapping("instrument"))


def _by_symbol(keys: Sequence[str], registry: Registry) -> dict[Instrument, dict[str, tuple[date, date]]]:
    """First and last day of each partition, by instrument and key."""
    found: dict[str, dict[str, tuple[date, date]]] = {}
    for key in sorted(keys):
        instrument, first, last = parse_key(key, registry)
        found.setdefault(instrument.symbol, {})[key] = (first, last)
    return {registry[symbol]: months for symbol, months in found.items()}


def _listing(chain: Sequence[Contract]) -> pd.DataFrame:
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


def _claimed(gateway: Gateway, stores: Stores) -> BarSource:
    """The connected source, once this database is known to hold bars of its kind."""
    source = gateway.source()
    now = source.server_time()
    check_clocks(source.origin, now, datetime.now(UTC))
    claim_origin(stores.database, source.origin, now)
    return source


def _narrowed(config: RawBarsConfig, first: date, last: date) -> tuple[date, date]:
    """The window of the partition, cut to that of the config."""

    if bool(config.first) != bool(config.last):
        raise UsageError("Give both `first` and `last`, or neither.")
    if not config.first:
        return first, last
    check_window(parse_date(config.first), parse_date(config.last))
    return max(first, parse_date(config.first)), min(last, parse_date(config.last))
