"""The stored bars of the further inputs that a spec's strategy declares.

A higher timeframe and the next contract follow the spec's roll rule. Another instrument has its own rule. All have the
spec's window, and its adjustment unless they are of single contracts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from g4qc_core.backtest.aligned_inputs import InputBars, check_declared
from g4qc_core.backtest.prepared_strategy import TargetStrategy, prepare
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput, NextContract, OtherInstrument
from g4qc_core.bars.missing_sessions import Completeness, Lack
from g4qc_core.errors import BacktestRefused
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import adjusted
from g4qc_core.futures.rolls.roll_calendar import roll_frame, rule_name
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.sentences import counted
from g4qc_core.services.series.asked_series import AskedSeries
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe


@dataclass(frozen=True)
class ReadInput:
    """One further input as it was read.

    Attributes:
        bars: as the strategy gets them.
        rolls: rolls of their series, for another adjustment; None for bars of single contracts.
        known: requested sessions that are missing.
    """

    bars: InputBars
    rolls: pd.DataFrame | None
    known: Completeness

    def adjusted_by(self, adjustment: Adjustment) -> ReadInput:
        """Return the same bars with other adjusted prices; bars of single contracts stay as they are.

        The prices must be the contracts' own (`Adjustment.NONE`).

        Raises:
            BacktestRefused: prices have to be adjusted across a roll whose prices are unknown.
        """
        if self.rolls is None:
            return self
        return replace(self, bars=replace(self.bars, frame=adjusted(self.bars.frame, self.rolls, adjustment)))


def read_inputs(
    spec: BacktestSpec, registry: Registry, stores: Stores, now: datetime | None = None
) -> dict[str, ReadInput]:
    """Read the further inputs of the spec's strategy, by name; none for most strategies.

    Args:
        spec: the backtest.
        registry: the instruments.
        stores: of the bars.
        now: sessions that ended by then are expected, UTC; None: by the time of the last request.

    Raises:
        UsageError: no such strategy, instrument or timeframe, or a roll calendar is missing or older than the bars.
        BacktestRefused: bars of an input are not stored; the text names the command that fetches them.
        BarsIncomplete: a timeframe was not derived from all stored minutes.
    """
    strategy = prepare(spec)
    if not isinstance(strategy, TargetStrategy) or not strategy.rule.inputs:
        return {}
    declared = strategy.rule.inputs
    check_declared(spec.strategy, declared, spec.timeframe)
    return {name: _read(name, kind, spec, registry, stores, now) for name, kind in declared.items()}


def asked_input(kind: DeclaredInput, spec: BacktestSpec, registry: Registry) -> AskedSeries:
    """Return the series that is a further input of a spec.

    Raises:
        UsageError: no such instrument or timeframe.
    """
    other, single = isinstance(kind, OtherInstrument), isinstance(kind, NextContract)
    instrument = registry[kind.symbol if isinstance(kind, OtherInstrument) else spec.instrument]
    rule = rule_name(instrument) if spec.roll is None or other else str(parse_rule(spec.roll))
    length = timeframe(spec.timeframe if isinstance(kind, NextContract) else kind.timeframe or spec.timeframe)
    adjustment = Adjustment.NONE if single else spec.adjustment
    return AskedSeries(instrument, length, adjustment, rule, (spec.first, spec.last), int(single))


def versions_of(inputs: Mapping[str, ReadInput]) -> list[str]:
    """Return the fingerprints of the inputs, by name."""
    return [f"{name} {one.bars.version}" for name, one in sorted(inputs.items())]


def _read(
    name: str, kind: DeclaredInput, spec: BacktestSpec, registry: Registry, stores: Stores, now: datetime | None
) -> ReadInput:
    asked = asked_input(kind, spec, registry)
    instrument, single = asked.instrument, bool(asked.position)
    read = asked.read(stores, now)
    what = kind.words(spec.instrument, spec.timeframe)
    if read.bars.empty:
        raise BacktestRefused(
            f"The strategy {spec.strategy} reads {what} (its input {name}), and none are stored in the window: run "
            f"`{_command(instrument, read.known)}`."
        )
    if single and (lacking := [one for one in read.known.missing if one.lack is Lack.NEVER_ASKED]):
        raise BacktestRefused(
            f"The strategy {spec.strategy} reads {what} (its input {name}), and lacks "
            f"{counted(len(lacking), 'session')} that were never extracted, the first one {lacking[0].trade_date} of "
            f"{lacking[0].contract}: run `{_command(instrument, replace(read.known, missing=tuple(lacking)))}`, or "
            "move the window."
        )
    made = None if single else stores.rolls.load(instrument.symbol, asked.rule)
    rolls = None if single else roll_frame([]) if made is None else made.rolls
    return ReadInput(InputBars(read.bars, asked.length.name, instrument.calendar), rolls, read.known)


def _command(instrument: Instrument, known: Completeness) -> str:
    """Return the command that fetches the missing sessions of the first contract that lacks some."""
    command = f"g4qc extract {instrument.symbol}"
    if not known.missing:
        return f"{command} --from ... --to ..."
    contract = known.missing[0].contract
    days = [one.trade_date for one in known.missing if one.contract == contract]
    named = f" --contract {contract}" if contract else ""
    return f"{command}{named} --from {min(days)} --to {max(days)}"
