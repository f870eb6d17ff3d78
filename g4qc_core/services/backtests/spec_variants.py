"""Roll sensitivity: one spec run on every series that its contracts can be joined to, by rule and adjustment.

The runs are kept nowhere: they are no trials of a strategy but one trial, looked at from several sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import pandas as pd

from g4qc_core.backtest.own_strategies import is_library_class
from g4qc_core.backtest.roll_sensitivity import FIGURES, VARIANT_COLUMNS, Spread, spread_of
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import BacktestRefused, BarsIncomplete
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.instruments.registry import Registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True)
class Sensitivity:
    """The variants of a spec.

    Attributes:
        variants: frame of `VARIANT_COLUMNS`.
        spread: how far their profits lie apart.
        notes: notes of the results by variant, `rule, adjustment`.
    """

    variants: pd.DataFrame
    spread: Spread
    notes: dict[str, list[str]]

    @property
    def all_notes(self) -> list[str]:
        """Return the notes of all variants, each once."""
        return list(dict.fromkeys(chain.from_iterable(self.notes.values())))


def roll_sensitivity(
    spec: BacktestSpec,
    registry: Registry,
    stores: Stores,
    rules: Sequence[str] = (),
    adjustments: Sequence[Adjustment] = (),
) -> Sensitivity:
    """Runs the spec by each rule and adjustment; by default every rule that has a roll calendar, and all adjustments.

    A class of backtesting.py trades the prices that it sees, and can have additive ones only. A variant that is refused
    is listed with its reason.

    Raises:
        UsageError: there is no calendar by one of `rules`.
        BacktestRefused: every variant was refused.
    """
    instrument = registry[spec.instrument]
    own = rule_name(instrument) if spec.roll is None else str(parse_rule(spec.roll))
    names = [str(parse_rule(rule)) for rule in rules] or [own, *stores.rolls.rules(instrument.symbol)]
    kinds = list(adjustments) or ([Adjustment.ADDITIVE] if is_library_class(spec.strategy) else list(Adjustment))
    rows = []
    notes: dict[str, list[str]] = {}
    for rule in dict.fromkeys(names):
        for kind in kinds:
            key = {"rule": rule, "adjustment": str(kind), "own": (rule, kind) == (own, spec.adjustment)}
            variant = spec.model_copy(update={"roll": rule, "adjustment": kind})
            figures, texts = _run(variant, registry, stores)
            rows.append(key | figures)
            if not figures["refused"]:
                notes[f"{rule}, {kind}"] = texts
    variants = pd.DataFrame(rows, columns=list(VARIANT_COLUMNS))
    if variants["net_profit"].isna().all():
        raise BacktestRefused(f"No variant of {spec.name} could be run. The first: {variants['refused'].iloc[0]}")
    return Sensitivity(variants, spread_of(variants, float(spec.cash)), notes)


def _run(spec: BacktestSpec, registry: Registry, stores: Stores) -> tuple[dict[str, Any], list[str]]:
    """Return figures and notes of one variant; a refused one has its reason in place of figures."""
    from g4qc_core.backtest.run import run_backtest

    try:
        read = read_bars(spec, registry, stores, datetime.now(UTC))
        given: dict[str, Any] = {"data_version": read.version, "roll_rule": read.rule, "exits": read.exits}
        given["behind"] = read.behind
        result = run_backtest(spec, read.series, registry[spec.instrument], **given)
    except (BacktestRefused, BarsIncomplete) as refused:
        return dict.fromkeys(FIGURES) | {"refused": str(refused)}, []
    missing = [read.known.words()] if read.known.missing else []
    return {name: result.metrics[name] for name in FIGURES} | {"refused": ""}, [*result.notes, *missing]
