"""What a backtest spec reads of the stores: its series, and what is kept of the contracts that the series leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.holding import Behind
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.bars.missing_sessions import Completeness
from g4qc_core.bars.schema import empty_frame
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.futures.chain import ROLL_SESSIONS
from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.coverage.completeness import check_sessions
from g4qc_core.services.series.continuous_series import read_series, roll_exits
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import Timeframe, timeframe

# Ten sessions, with the longest run of holidays between them.
_KEPT = timedelta(days=32)


@dataclass(frozen=True)
class SpecBars:
    """Everything stored that decides a result.

    Attributes:
        series: frame of `CONTINUOUS_COLUMNS`.
        exits: own price of the contract that is left, by the timestamp of the first bar of the next one.
        rule: text of the roll rule that joined them.
        known: which of the asked sessions are missing in the series.
        behind: what is kept of the contracts that are left, for a spec that holds them.
    """

    series: pd.DataFrame
    exits: pd.Series
    rule: str
    known: Completeness
    behind: Behind | None = None

    @property
    def version(self) -> str:
        """Fingerprint of the series and the prices."""
        read = self.series.assign(exit=self.exits.reindex(self.series["timestamp"]).to_numpy())
        if self.behind is not None:
            until = self.behind.until.reindex(self.series["timestamp"]).to_numpy()
            read = pd.concat([read.assign(until=until), self.behind.bars], ignore_index=True)
        return fingerprint(read)


def read_bars(spec: BacktestSpec, registry: Registry, stores: Stores, now: datetime | None = None) -> SpecBars:
    """The bars of the spec's window, as they are stored now.

    Args:
        now: sessions of the window that were over then are asked for, UTC; None: when the source was last asked.

    Raises:
        UsageError: there is no roll calendar by the spec's rule, or one that was made before the bars.
        BacktestRefused: prices have to be adjusted across a roll whose prices are unknown.
        BarsIncomplete: the timeframe was not derived from all stored minutes.
    """
    instrument, kind = registry[spec.instrument], timeframe(spec.timeframe)
    rule = rule_name(instrument) if spec.roll is None else str(parse_rule(spec.roll))
    # The window is all that its strategy may know: a roll after it must not change what it saw, nor make it outdated.
    window = spec.first, spec.last
    read = read_series(stores, instrument, kind, spec.adjustment, window, rule, whole=True, now=now)
    behind = _behind(instrument, kind, read.bars, stores) if spec.on_roll == "hold" else None
    return SpecBars(read.bars, roll_exits(stores, instrument, kind, read.bars), rule, read.known, behind)


def _behind(instrument: Instrument, kind: Timeframe, series: pd.DataFrame, stores: Stores) -> Behind:
    """Bars of each contract that the series leaves, in the sessions that are kept of it and not after the series."""
    ends = {contract.month: contract.last_trade_date for contract in stores.contracts.chain(instrument.symbol)}
    months, parts, until = series["contract"].to_numpy(object), [], {}
    for at in np.flatnonzero(months[1:] != months[:-1]) + 1:
        start, month = series["timestamp"].iloc[at], str(months[at - 1])
        last = _last_session(instrument, series["trade_date"].iloc[at].date(), ends.get(month, date.max))
        until[start] = series["trade_date"].iloc[at] if last is None else pd.Timestamp(last.trade_date)
        if last is not None:
            end = min(pd.Timestamp(last.close), series["timestamp"].iloc[-1] + pd.Timedelta(1, "us"))
            kept = calendar(instrument.calendar).sessions_between(start, end)
            check_sessions(stores, instrument, kind.name, [(month, session) for session in kept])
            parts.append(stores.bars.bars(instrument.symbol, kind.name, start, end, month))
    bars = pd.concat(parts, ignore_index=True) if parts else empty_frame(BAR_COLUMNS)
    index = pd.DatetimeIndex(until, tz="UTC").as_unit("us")
    return Behind(bars, pd.Series(until, index=index, dtype=series["trade_date"].dtype))


def _last_session(instrument: Instrument, day: date, end: date) -> Session | None:
    """The last session, of those that are kept behind a roll, in which the contract trades."""
    kept = calendar(instrument.calendar).sessions(day, day + _KEPT)[:ROLL_SESSIONS]
    return next((session for session in reversed(kept) if session.trade_date <= end), None)
