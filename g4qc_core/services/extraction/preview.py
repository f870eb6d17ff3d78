"""The preview of an extraction: its plan and duration, without a request for bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.services.chains import contracts_of_interest, readable_chain
from g4qc_core.services.extraction.answers import as_if_reopened
from g4qc_core.services.extraction.heads import heads_to_ask
from g4qc_core.services.extraction.plan import ExtractionPlan, PlanRules, plan_extraction
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True)
class ExtractionPreview:
    """The plan of an extraction that is not made.

    Attributes:
        now: time by the gateway's clock, UTC.
        plan: the plan without new requests for starts of bars.
        duration: estimate for all requests.
        heads: contracts whose start of bars the extraction would request first.
    """

    instrument: Instrument
    now: datetime
    plan: ExtractionPlan
    duration: timedelta
    heads: Sequence[Contract]


def preview_extraction(
    instrument: Instrument,
    first: date,
    last: date,
    source: BarSource,
    stores: Stores,
    contracts: Sequence[str],
    rules: PlanRules,
    overrides: Sequence[RollOverride],
    again: bool,
) -> ExtractionPreview:
    """Return what an extraction of the trade dates from `first` to `last` would request. Nothing is stored.

    Args:
        instrument: the instrument to extract.
        first: trade date.
        last: trade date, included.
        source: gives the time, and the chain if none is stored.
        stores: read for what is known.
        contracts: contract months; empty: those that the roll rule calls for.
        rules: of planning.
        overrides: rolls that the user set, of any instrument.
        again: request the sessions even if the ledger covers them.

    Raises:
        ContractNotFound, UsageError: see `contracts_of_interest`.
        GatewayError: the source does not answer.
    """
    now = source.server_time()
    chain = stores.contracts.chain(instrument.symbol) or readable_chain(instrument, source)[0]
    wanted = contracts_of_interest(instrument, chain, first, last, contracts, overrides)
    newest = stores.ledger.last()
    reopened = as_if_reopened(wanted, newest.id or 0) if again and newest is not None else []
    plan = plan_extraction(instrument, wanted, stores, now, rules, reopened=reopened)
    heads, asked_at = stores.contracts.heads(instrument.symbol), stores.contracts.heads_asked(instrument.symbol)
    unsure = heads_to_ask(wanted, plan, heads, asked_at, now)
    return ExtractionPreview(instrument, now, plan, source.time_left(plan.requests), unsure)
