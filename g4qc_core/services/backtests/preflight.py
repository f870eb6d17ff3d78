"""Checks before a run: whether a backtest can run on the stored data, so that the caller gets the error at once.

Only as many bars as the strategy needs are read.
"""

from __future__ import annotations

from collections.abc import Sequence

from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import refuse_broken, refuse_unpriced
from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.spec_bars import rule_of
from g4qc_core.services.backtests.spec_inputs import read_inputs
from g4qc_core.services.coverage.completeness import completeness
from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
from g4qc_core.services.series.continuous_series import not_made, stored_sessions
from g4qc_core.services.series.series_segments import readable, segments_of
from g4qc_core.services.window_ends import window_of
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.bar_reader import BarQuery
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe


def check_runnable(spec: BacktestSpec, settings: Settings, registry: Registry, stores: Stores) -> None:
    """Raise the error with which a run of the spec would fail for lack of a strategy, a roll calendar or bars.

    Raises:
        UsageError: no such instrument, strategy, parameter or roll calendar; or a roll calendar older than the bars.
        BacktestRefused: fewer bars than the strategy needs, or a roll that cannot be adjusted across.
        BarsIncomplete: the timeframe was not derived from all stored minutes of the window.
    """
    needed = check_names(spec, registry, stores)
    instrument = registry[spec.instrument]
    rule = rule_of(spec, instrument)
    refuse_other_overrides(instrument, stores, settings)
    found = _count(spec, instrument, rule, needed, stores)
    if found < needed:
        raise BacktestRefused(
            f"The backtest {spec.name} has {counted(found, 'bar')} and its strategy needs {needed}: fetch more with "
            f"`g4qc extract {spec.instrument} --from ... --to ...`, widen the window, or choose shorter parameters."
        )
    _check_prices(spec, instrument, rule, stores)
    read_inputs(spec, registry, stores)


def check_names(spec: BacktestSpec, registry: Registry, stores: Stores) -> int:
    """Check the names in the spec, and return the number of bars that its strategy needs.

    Raises:
        UsageError: no such instrument, strategy or parameter, or no roll calendar by the spec's own rule.
    """
    instrument = registry[spec.instrument]
    rule = rule_of(spec, instrument)
    if rule != rule_name(instrument) and rule not in stores.rolls.rules(instrument.symbol):
        raise not_made(stores, instrument, rule)
    return prepare(spec).bars_needed


def check_variants(
    spec: BacktestSpec, rules: Sequence[str], adjustments: Sequence[str], registry: Registry, stores: Stores
) -> tuple[list[str], list[Adjustment]]:
    """Check and return the roll rules and adjustments by which a spec is compared; an empty list stands for all.

    Raises:
        UsageError: an unknown adjustment or rule, a name given twice, no roll calendar by a rule, or an adjustment that
            the spec's class cannot have.
    """
    named = [str(parse_rule(rule)) for rule in rules]
    for given, kind in ((named, "roll rule"), (list(adjustments), "adjustment")):
        if len(set(given)) < len(given):
            raise UsageError(f"Name each {kind} once.")
    instrument = registry[spec.instrument]
    for rule in named:
        segments_of(stores, instrument, rule=rule)
    variants = [BacktestSpec.asked(spec.to_dict() | {"adjustment": name}) for name in adjustments]
    for variant in variants:
        prepare(variant)
    return named, [variant.adjustment for variant in variants]


def _count(spec: BacktestSpec, instrument: Instrument, rule: str, most: int, stores: Stores) -> int:
    """Count the bars of the window, up to `most`."""
    start, end = window_of(instrument, spec.first, spec.last)
    own = rule == rule_name(instrument)
    segments = segments_of(stores, instrument, rule=None if own else rule)
    parts = readable(stores, instrument, spec.timeframe, segments, start, end)
    completeness(stores, instrument, spec.timeframe, segments, (start, end)).check()
    query = BarQuery(instrument.symbol, spec.timeframe, parts, limit=most)
    return sum(len(batch) for batch in stores.bar_batches.batches(query))


def _check_prices(spec: BacktestSpec, instrument: Instrument, rule: str, stores: Stores) -> None:
    """Raise an error if prices cannot be adjusted across a roll in the window."""
    made = stores.rolls.load(instrument.symbol, rule)
    sessions = stored_sessions(stores, instrument, timeframe(spec.timeframe), spec.first, spec.last)
    if made is None or not sessions:
        return
    refuse_broken(made.rolls)
    days = made.rolls["date"].dt.date
    crossed = made.rolls[(days > sessions[0].trade_date) & (days <= sessions[-1].trade_date)]
    if spec.adjustment is not Adjustment.NONE:
        refuse_unpriced(crossed, spec.adjustment)
