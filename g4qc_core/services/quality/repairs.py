"""Backfills that repair an instrument: gaps of closed sessions, and contracts that Interactive Brokers drops soon.

The functions read the stores and take the time as an argument; sensors launch the backfills.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from g4qc_core.bars.minute_classes import missing
from g4qc_core.calendars.session_calendar import ALL_DATES, LONGEST_CLOSURE, calendar, month_window
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.ib.retention import drops_soon
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.services.chains import ruled_contracts
from g4qc_core.services.coverage.completeness import not_made_of
from g4qc_core.services.coverage.missing_minutes import silent_minutes
from g4qc_core.services.extraction.plan import PlanRules, plan_extraction
from g4qc_core.services.quality.backfills import Backfill, SessionGap, smallest_backfills
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.version_store import never_made, outdated
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import DERIVED, ONE_MINUTE

GRACE = timedelta(hours=2)
"""Time after its close during which a session is left to the schedule."""


def gaps_of(instrument: Instrument, stores: Stores, now: datetime) -> list[SessionGap]:
    """Return the gaps from an instrument's first validated session to its last closed one, ascending.

    An instrument without a validated session has no gaps: its extraction has not begun.
    """
    recent = calendar(instrument.calendar).sessions_between(now - LONGEST_CLOSURE, now)
    over = [session for session in recent if session.close + GRACE <= now]
    quality = stores.bars.quality(instrument.symbol, ALL_DATES[0], now.date())
    if quality.empty or not over:
        return []
    first, last = quality["trade_date"].min().date(), over[-1].trade_date
    quality = quality[quality["trade_date"] <= pd.Timestamp(last)]
    incomplete = quality.assign(minutes=missing(quality)).query("minutes > 0")
    gaps = [
        SessionGap(row["trade_date"].date(), row["contract"], row["minutes"]) for row in incomplete.to_dict("records")
    ]
    silent = silent_minutes(instrument, quality, first, last, over[-1].close)
    return sorted([*gaps, *(SessionGap(day, "", minutes) for day, minutes in silent.items())])


def repairs_of(instrument: Instrument, stores: Stores, now: datetime, settings: Settings) -> list[Backfill]:
    """Return the smallest backfills that close an instrument's gaps or derive missing timeframes, newest first.

    Gaps before the settings' first month are left out.
    """
    gaps = [gap for gap in gaps_of(instrument, stores, now) if f"{gap.trade_date:%Y-%m}" >= settings.first_month]
    found: list[Backfill] = []
    if gaps:
        chain = stores.contracts.chain(instrument.symbol)
        window = (gaps[0].trade_date, gaps[-1].trade_date)
        wanted = ruled_contracts(instrument, chain, *window, load_overrides(settings.rolls))
        ruled = {contract.month: {s.trade_date for s in sessions} for contract, sessions in wanted.items()}
        found = smallest_backfills(instrument.symbol, gaps, ruled)
    closed = {backfill.partition for backfill in found}
    return found + [one for one in _derivations(instrument, stores, now, settings) if one.partition not in closed]


def _derivations(instrument: Instrument, stores: Stores, now: datetime, settings: Settings) -> list[Backfill]:
    """Return a run for each month with a missing or outdated timeframe; it requests no bars that are known."""
    versions = stores.versions.versions(instrument.symbol)
    months = {
        month
        for timeframe in DERIVED
        for judged in (outdated, never_made)
        for _, month in judged(versions, timeframe.name, ONE_MINUTE.name)
        if month <= now.date() and f"{month:%Y-%m}" >= settings.first_month
    }
    # Only these months are read bar by bar: reading all months of many instruments would exceed a sensor's tick.
    lacking = [not_made_of(stores, instrument, *month_window(month)) for month in sorted(months)]
    days = {session.trade_date for one in lacking for sessions in one.values() for session in sessions}
    return smallest_backfills(instrument.symbol, [SessionGap(day, "", 0) for day in days], {})


def vanishing(instrument: Instrument, stores: Stores, now: datetime) -> list[Contract]:
    """Return the contracts that Interactive Brokers drops within `retention.WARNING`, the next one first."""
    return [one for one in stores.contracts.chain(instrument.symbol) if one.expires and drops_soon(one, now)]


def rescues_of(instrument: Instrument, stores: Stores, now: datetime, settings: Settings) -> list[Backfill]:
    """Return backfills of the sessions of vanishing contracts that the roll rule selects and the ledger does not cover.

    The contract that vanishes first comes first. Months before the settings' first month are left out.
    """
    chain, overrides = stores.contracts.chain(instrument.symbol), load_overrides(settings.rolls)
    found = []
    for contract in vanishing(instrument, stores, now):
        begin = contract.last_trade_date - timedelta(days=365)
        wanted = ruled_contracts(instrument, chain, begin, contract.last_trade_date, overrides)
        plan = plan_extraction(instrument, {contract: wanted.get(contract, [])}, stores, now, PlanRules.of(settings))
        asked = plan.asked.get(contract, ())
        gaps = [SessionGap(session.trade_date, contract.month, session.length) for session in asked]
        gaps = [gap for gap in gaps if f"{gap.trade_date:%Y-%m}" >= settings.first_month]
        found += smallest_backfills(instrument.symbol, gaps, {})
    return found
