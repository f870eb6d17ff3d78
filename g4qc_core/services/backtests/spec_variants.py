"""Roll sensitivity: one spec on every series that its contracts can be joined to, by rule and adjustment.

The runs are not stored: together they are one trial, seen from several sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import pandas as pd

from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.backtest.roll_sensitivity import FIGURES, VARIANT_COLUMNS, Spread, spread_of
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import BacktestRefused, BarsIncomplete
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.backtests.spec_bars import SpecBars, read_bars, rule_of
from g4qc_core.services.backtests.spec_run import run_on
from g4qc_core.storage.stores import Stores

_REFUSALS = (BacktestRefused, BarsIncomplete)


@dataclass(frozen=True)
class Sensitivity:
    """The variants of a spec.

    Attributes:
        variants: frame of `VARIANT_COLUMNS`.
        spread: of their profits.
        notes: notes of the results by variant, `rule, adjustment`.
    """

    variants: pd.DataFrame
    spread: Spread
    notes: dict[str, list[str]]

    @property
    def all_notes(self) -> list[str]:
        """The notes of all variants, each once."""
        return list(dict.fromkeys(chain.from_iterable(self.notes.values())))


@dataclass(frozen=True)
class _Variant:
    """One run: figures and notes, or the reason of its refusal."""

    figures: dict[str, Any]
    notes: list[str]
    refused: str = ""


def roll_sensitivity(
    spec: BacktestSpec,
    registry: Registry,
    stores: Stores,
    rules: Sequence[str] = (),
    adjustments: Sequence[Adjustment] = (),
) -> Sensitivity:
    """Run the spec by each rule and adjustment.

    The bars of a rule are read once, for all adjustments. A variant that is refused is listed with its reason.

    Args:
        spec: the backtest.
        registry: the instruments.
        stores: of the bars.
        rules: roll rules; none: all that have a roll calendar, the spec's own first.
        adjustments: none: all; for a class of backtesting.py, which trades the prices that it sees, only the additive
            one.

    Raises:
        UsageError: there is no calendar by one of `rules`.
        BacktestRefused: every variant was refused.
    """
    instrument = registry[spec.instrument]
    own = rule_of(spec, instrument)
    names = [str(parse_rule(rule)) for rule in rules] or [own, *stores.rolls.rules(instrument.symbol)]
    kinds = list(adjustments) or (
        [Adjustment.ADDITIVE] if find_strategy(spec.strategy).of_library else list(Adjustment)
    )
    now = datetime.now(UTC)
    rows = []
    notes: dict[str, list[str]] = {}
    for rule in dict.fromkeys(names):
        found = _by_adjustment(spec.model_copy(update={"roll": rule}), kinds, registry, stores, now)
        for kind, variant in found.items():
            key = {"rule": rule, "adjustment": str(kind), "own": (rule, kind) == (own, spec.adjustment)}
            rows.append(key | variant.figures | {"refused": variant.refused})
            if not variant.refused:
                notes[f"{rule}, {kind}"] = variant.notes
    variants = pd.DataFrame(rows, columns=list(VARIANT_COLUMNS))
    if variants["net_profit"].isna().all():
        raise BacktestRefused(f"No variant of {spec.name} could be run. The first: {variants['refused'].iloc[0]}")
    return Sensitivity(variants, spread_of(variants, float(spec.cash)), notes)


def _by_adjustment(
    spec: BacktestSpec, kinds: Sequence[Adjustment], registry: Registry, stores: Stores, now: datetime
) -> dict[Adjustment, _Variant]:
    """Run the spec with each adjustment, on bars that are read once."""
    try:
        own_prices = read_bars(spec.model_copy(update={"adjustment": Adjustment.NONE}), registry, stores, now)
    except _REFUSALS as refused:
        return dict.fromkeys(kinds, _refused(refused))
    instrument = registry[spec.instrument]
    return {kind: _run(spec.model_copy(update={"adjustment": kind}), own_prices, instrument) for kind in kinds}


def _run(spec: BacktestSpec, own_prices: SpecBars, instrument: Instrument) -> _Variant:
    try:
        result = run_on(spec, own_prices.adjusted_by(spec.adjustment), instrument)
    except _REFUSALS as refused:
        return _refused(refused)
    missing = [own_prices.known.words()] if own_prices.known.missing else []
    return _Variant({name: result.metrics[name] for name in FIGURES}, [*result.notes, *missing])


def _refused(reason: Exception) -> _Variant:
    return _Variant(dict.fromkeys(FIGURES), [], str(reason))
