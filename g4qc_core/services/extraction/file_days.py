"""The days that files cover so that the gateway need not be asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.calendars.session_calendar import Session
from g4qc_core.ib.retention import is_dropped
from g4qc_core.instruments.registry import Contract
from g4qc_core.services.session_sources import session_sources
from g4qc_core.storage.stores import Stores


def days_by_file(contract: Contract, sessions: Sequence[Session], now: datetime, stores: Stores) -> set[date]:
    """Return the trade dates with bars of a file that count before the gateway's, or that the gateway cannot serve.

    Args:
        contract: the contract.
        sessions: of it, those in question.
        now: time by the gateway's clock, UTC.
        stores: read for the presence of bars and the order of sources.
    """
    cannot = contract.estimated or is_dropped(contract, now)
    return {
        one.trade_date
        for one in session_sources(contract.symbol, contract.month, sessions, stores)
        if one.found - {GATEWAY} and (cannot or one.first_of(one.found | {GATEWAY}) != GATEWAY)
    }
