"""From the stores to a plan: what is known of the wanted contracts, in as many queries for one as for fifty.

The plan itself is a pure function of the core; here stands what it is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.services.chains import Wanted
from g4qc_core.services.extraction.answered import answers, reopened_sessions
from g4qc_core.services.extraction.needs import Bars
from g4qc_core.services.extraction.plan import USUAL, ExtractionPlan, FetchOrder, Known, PlanRules, plan
from g4qc_core.settings import Settings
from g4qc_core.storage.reopened_window_store import ReopenedWindow
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE


def rules_of(settings: Settings, order: FetchOrder = FetchOrder.NEWEST) -> PlanRules:
    """The rules of planning that the settings give."""
    return PlanRules(timedelta(hours=settings.settled_after), settings.sessions_per_request, order)


def plan_extraction(
    instrument: Instrument,
    wanted: Wanted,
    stores: Stores,
    now: datetime,
    rules: PlanRules = USUAL,
    heads: Mapping[str, datetime] | None = None,
    wishes: Sequence[ReopenedWindow] = (),
) -> ExtractionPlan:
    """What to ask for, so that every wanted session is known.

    Args:
        now: the gateway's clock, UTC.
        heads: start of the first bar by contract month; None: as far as they are stored.
        wishes: what shall count as reopened, beside what is.
    """
    if heads is None:
        heads = stores.contracts.heads(instrument.symbol)
    held = [sessions for sessions in wanted.values() if sessions]
    if not held:
        return ExtractionPlan()
    window = min(s[0].open for s in held), max(s[-1].close for s in held)
    entries: dict[str, list[LedgerEntry]] = {}
    for entry in stores.ledger.entries(instrument.symbol, None, ONE_MINUTE.name, *window):
        entries.setdefault(entry.contract, []).append(entry)
    reopened = [*reopened_sessions(instrument, *window, stores), *wishes]
    planned = plan(_known(wanted, stores, heads, entries, reopened), calendar(instrument.calendar), now, rules)
    return replace(planned, requests=failed_last(planned.requests, entries))


def failed_last(requests: Sequence[BarRequest], entries: Mapping[str, Sequence[LedgerEntry]]) -> tuple[BarRequest, ...]:
    """Return the requests in their order, with those whose windows failed in the last try at the end.

    A permanent failure must not keep other requests from being made, however few one extraction can make.

    Args:
        entries: ledger entries by contract month, in the order in which they were written.
    """

    def failed(request: BarRequest) -> bool:
        own = entries.get(request.contract.month, ())
        last = next((e for e in reversed(own) if e.window_start < request.end and e.window_end > request.start), None)
        return last is not None and last.outcome not in ANSWERED

    return tuple(sorted(requests, key=failed))


def _known(
    wanted: Wanted,
    stores: Stores,
    heads: Mapping[str, datetime],
    entries: Mapping[str, Sequence[LedgerEntry]],
    reopened: Sequence[ReopenedWindow],
) -> list[Known]:
    return [
        Known(
            contract,
            sessions,
            answers(entries.get(contract.month, ()), reopened),
            _reader(contract, stores),
            heads.get(contract.month),
        )
        for contract, sessions in wanted.items()
    ]


def _reader(contract: Contract, stores: Stores) -> Bars:
    def read(start: datetime, end: datetime) -> pd.Series:
        return stores.raw.bars(contract.symbol, start, end, contract.month)["timestamp"]

    return read
