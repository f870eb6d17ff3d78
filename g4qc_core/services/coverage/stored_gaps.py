"""The position of each gap in the stored bars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pandas as pd

from g4qc_core.bars.columns import GAP_COLUMNS, OPEN
from g4qc_core.bars.minute_classes import gaps
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.services.coverage.source_answers import known_windows, sources_of_files
from g4qc_core.services.extraction.answers import reopened_sessions
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE


def stored_gaps(instrument: Instrument, first: date, last: date, stores: Stores) -> pd.DataFrame:
    """Return the gaps in the sessions from `first` to `last` that are incomplete by their quality rows.

    Answers since the last validation count, so there may be fewer gaps than the quality rows report.

    Returns:
        `GAP_COLUMNS` by contract and start.
    """
    quality = stores.bars.quality(instrument.symbol, first, last)
    incomplete = quality[quality[list(OPEN)].sum(axis=1) > 0]
    hours = {s.trade_date: s for s in calendar(instrument.calendar).sessions(first, last)}
    found = [pd.DataFrame(columns=list(GAP_COLUMNS))]
    for contract in stores.contracts.chain(instrument.symbol):
        rows = incomplete[incomplete["contract"] == contract.month]
        expected = {
            hours[day.date()]: minutes for day, minutes in zip(rows["trade_date"], rows["expected"], strict=True)
        }
        if expected:
            # Of a session that was validated before its close, only the minutes until then are looked at.
            until = max(_end_of(session, int(minutes)) for session, minutes in expected.items())
            found.append(_gaps(instrument, contract, list(expected), until, stores))
    return pd.concat(found[1:] or found, ignore_index=True)


def _end_of(session: Session, minutes: int) -> datetime:
    """Return the end of the session's first `minutes` minutes, UTC."""
    every = session.all_minutes()
    last = every[min(minutes, len(every)) - 1].item()
    return last.replace(tzinfo=session.open.tzinfo) + timedelta(minutes=1)


def _gaps(
    instrument: Instrument, contract: Contract, sessions: Sequence[Session], until: datetime, stores: Stores
) -> pd.DataFrame:
    window = (sessions[0].open, sessions[-1].close)
    entries = stores.ledger.entries(instrument.symbol, contract.month, ONE_MINUTE.name, *window, source=None)
    reopened = reopened_sessions(instrument, *window, stores)
    good = stores.bars.bars(instrument.symbol, ONE_MINUTE.name, *window, contract.month)
    quarantined = stores.bars.quarantined(instrument.symbol, *window)
    own = quarantined.loc[quarantined["contract"] == contract.month, "timestamp"]
    head = stores.contracts.heads(instrument.symbol).get(contract.month)
    files = sources_of_files(instrument.symbol, contract.month, sessions, stores)
    known = known_windows(entries, sessions, files, reopened, head)
    return gaps(contract, sessions, good["timestamp"], own, known.answered, known.failed, until)
