"""What a backtest spec reads of the stores: its series, and the prices at which it leaves one contract for the next."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from g4qc_core.backtest.specs import BacktestSpec
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.futures.rolls import rule_name
from g4qc_core.instruments import Registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.storage.series import continuous_bars, roll_exits
from g4qc_core.timeframes import timeframe
from g4qc_pipelines.resources import Stores


@dataclass(frozen=True)
class SpecBars:
    """Everything stored that decides a result.

    Attributes:
        series: frame of `CONTINUOUS_COLUMNS`.
        exits: own price of the contract that is left, by the timestamp of the first bar of the next one.
        rule: text of the roll rule that joined them.
    """

    series: pd.DataFrame
    exits: pd.Series
    rule: str

    @property
    def version(self) -> str:
        """Fingerprint of the series and the prices."""
        return fingerprint(self.series.assign(exit=self.exits.reindex(self.series["timestamp"]).to_numpy()))


def read_bars(spec: BacktestSpec, registry: Registry, stores: Stores) -> SpecBars:
    """The bars of the spec's window, as they are stored now.

    Raises:
        UsageError: there is no roll calendar by the spec's rule, or one that was made before the bars.
        BacktestRefused: prices have to be adjusted across a roll whose prices are unknown.
    """
    instrument, kind = registry[spec.instrument], timeframe(spec.timeframe)
    rule = rule_name(instrument) if spec.roll is None else str(parse_rule(spec.roll))
    # The window is all that its strategy may know: a roll after it must not change what it saw, nor make it outdated.
    series = continuous_bars(stores, instrument, kind, spec.adjustment, spec.first, spec.last, rule, whole=True)
    return SpecBars(series, roll_exits(stores, instrument, kind, series), rule)
