"""The stored bars that a backtest spec reads: its series, and bars of the old contracts after their rolls."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.old_contracts import OldContracts
from g4qc_core.backtest.aligned_inputs import InputBars
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.bars.missing_sessions import Completeness
from g4qc_core.bars.schema import empty_frame
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.chain import ROLL_SESSIONS
from g4qc_core.futures.continuous import adjusted
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, roll_frame, rule_name
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.backtests.spec_inputs import ReadInput, read_inputs, versions_of
from g4qc_core.services.coverage.completeness import check_sessions
from g4qc_core.services.series.asked_series import AskedSeries
from g4qc_core.services.series.continuous_series import roll_exits
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import Timeframe, timeframe

# Ten sessions, with the longest run of holidays between them.
_KEPT = timedelta(days=32)


@dataclass(frozen=True)
class SpecBars:
    """All stored data that decides a result.

    Attributes:
        series: frame of `CONTINUOUS_COLUMNS`.
        exits: own price of the contract that the series leaves, by the timestamp of the first bar of the next one.
        rule: text of the roll rule that joined the contracts.
        rolls: roll calendar by that rule; None if there is none, because one contract has been in front so far.
        known: requested sessions that are missing in the series.
        old_contracts: bars of the old contracts after their rolls, for a spec that holds them.
        inputs: further inputs that the strategy declares, by name.
    """

    series: pd.DataFrame
    exits: pd.Series
    rule: str
    rolls: RollCalendar | None
    known: Completeness
    old_contracts: OldContracts | None = None
    inputs: Mapping[str, ReadInput] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Fingerprint of the series, the exit prices, the old contracts and the further inputs."""
        read = self.series.assign(exit=self.exits.reindex(self.series["timestamp"]).to_numpy())
        if self.old_contracts is not None:
            until = self.old_contracts.until.reindex(self.series["timestamp"]).to_numpy()
            read = pd.concat([read.assign(until=until), self.old_contracts.bars], ignore_index=True)
        own = fingerprint(read)
        if not self.inputs:
            return own
        return hashlib.sha256("\n".join([own, *versions_of(self.inputs)]).encode()).hexdigest()

    @property
    def input_bars(self) -> dict[str, InputBars]:
        """The bars of the further inputs, by name."""
        return {name: one.bars for name, one in self.inputs.items()}

    def adjusted_by(self, adjustment: Adjustment) -> SpecBars:
        """Return the same bars with other adjusted prices.

        The series must be that of the contracts' own prices (`Adjustment.NONE`).

        Raises:
            BacktestRefused: prices have to be adjusted across a roll whose prices are unknown.
        """
        rolls = roll_frame([]) if self.rolls is None else self.rolls.rolls
        inputs = {name: one.adjusted_by(adjustment) for name, one in self.inputs.items()}
        return replace(self, series=adjusted(self.series, rolls, adjustment), inputs=inputs)


def read_bars(spec: BacktestSpec, registry: Registry, stores: Stores, now: datetime | None = None) -> SpecBars:
    """Read the bars of the spec's window, as they are stored now.

    Args:
        spec: the backtest.
        registry: the instruments.
        stores: of the bars.
        now: sessions that ended by then are expected, UTC; None: by the time of the last request.

    Raises:
        UsageError: there is no roll calendar by the spec's rule, or it is older than the bars.
        BacktestRefused: prices have to be adjusted across a roll whose prices are unknown.
        BarsIncomplete: the timeframe was not derived from all stored minutes.
    """
    asked = asked_series(spec, registry)
    instrument, length, rule = asked.instrument, asked.length, asked.rule
    # A roll after the window must neither change the prices of its bars nor make a result stale.
    read = asked.read(stores, now)
    return SpecBars(
        series=read.bars,
        exits=roll_exits(stores, instrument, length, read.bars),
        rule=rule,
        rolls=stores.rolls.load(instrument.symbol, rule),
        known=read.known,
        old_contracts=_old_contracts(instrument, length, read.bars, stores) if spec.on_roll == "hold" else None,
        inputs=read_inputs(spec, registry, stores, now),
    )


def asked_series(spec: BacktestSpec, registry: Registry) -> AskedSeries:
    """Return the series that a spec trades."""
    instrument = registry[spec.instrument]
    window, rule = (spec.first, spec.last), rule_of(spec, instrument)
    return AskedSeries(instrument, timeframe(spec.timeframe), spec.adjustment, rule, window)


def rule_of(spec: BacktestSpec, instrument: Instrument) -> str:
    """Return the roll rule of the spec, or that of the instrument."""
    return rule_name(instrument) if spec.roll is None else str(parse_rule(spec.roll))


def _old_contracts(instrument: Instrument, length: Timeframe, series: pd.DataFrame, stores: Stores) -> OldContracts:
    """Read the bars of each contract that the series leaves, in the sessions for which they are kept."""
    last_dates = {contract.month: contract.last_trade_date for contract in stores.contracts.chain(instrument.symbol)}
    months, parts, until = series["contract"].to_numpy(object), [], {}
    for at in np.flatnonzero(months[1:] != months[:-1]) + 1:
        start, month = series["timestamp"].iloc[at], str(months[at - 1])
        last = _last_session(instrument, series["trade_date"].iloc[at].date(), last_dates.get(month, date.max))
        until[start] = series["trade_date"].iloc[at] if last is None else pd.Timestamp(last.trade_date)
        if last is not None:
            end = min(pd.Timestamp(last.close), series["timestamp"].iloc[-1] + pd.Timedelta(1, "us"))
            kept = calendar(instrument.calendar).sessions_between(start, end)
            check_sessions(stores, instrument, length.name, [(month, session) for session in kept])
            parts.append(stores.bars.bars(instrument.symbol, length.name, start, end, month))
    bars = pd.concat(parts, ignore_index=True) if parts else empty_frame(BAR_COLUMNS)
    index = pd.DatetimeIndex(until, tz="UTC").as_unit("us")
    return OldContracts(bars, pd.Series(until, index=index, dtype=series["trade_date"].dtype))


def _last_session(instrument: Instrument, first: date, last_trade_date: date) -> Session | None:
    """Return the last session in which the old contract trades, of those for which its bars are kept after the roll."""
    kept = calendar(instrument.calendar).sessions(first, first + _KEPT)[:ROLL_SESSIONS]
    return next((session for session in reversed(kept) if session.trade_date <= last_trade_date), None)
