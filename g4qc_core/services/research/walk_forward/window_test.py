"""The test of one window: its choice run on the sessions after the training, and stored as an ordinary backtest."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pandas as pd

from g4qc_core.backtest.engines.engine_registry import COMPILED, default_engine
from g4qc_core.backtest.look_back import look_back_bars, sessions_of_sizing
from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import BacktestRefused
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.walk_forward.stitched_parts import ReturnFigures
from g4qc_core.research.walk_forward.window_plan import PlannedWindow
from g4qc_core.research.walk_forward.window_search import WindowChoice, plain_choice
from g4qc_core.services.backtests.spec_run import run_spec
from g4qc_core.services.research.walk_forward.walk_forward_plan import WalkForwardPlan
from g4qc_core.services.research.walk_forward.window_record import WindowRecord
from g4qc_core.storage.result_stores.backtest_store import plain_json
from g4qc_core.storage.stores import Stores

_LONGEST_NAME = 90


class WindowTest:
    """The test of one window."""

    def __init__(
        self, plan: WalkForwardPlan, window: PlannedWindow, registry: Registry, stores: Stores, run_id: str | None
    ) -> None:
        self._plan, self._window, self._registry, self._stores = plan, window, registry, stores
        self._run_id = run_id

    def record(self, choice: WindowChoice, cash: float) -> WindowRecord:
        """Run the choice with this cash, and return what the window found.

        Raises:
            EnginesDisagree: the reference engine gives another result.
        """
        fields = WindowRecord.of_plan(self._window) | {
            "counts": plain_choice(choice),
            "sharpes": asdict(choice.sharpes),
            "overfitting": choice.overfitting,
            "cash": cash,
        }
        best = choice.best
        if best is None or best.returns is None:
            words = f"Window {self._window.number} stays flat. {choice.words}"
            return self._flat(fields, words)
        fields |= {
            "parameters": plain_json(best.parameters),
            "objective": best.objective,
            "inside": asdict(ReturnFigures.of(best.returns)),
            "fingerprint": best.fingerprint,
        }
        spec = self.spec(dict(best.parameters), cash)
        fields |= {"warm_from": str(spec.first), "part": spec.name}
        confirm = self._plan.spec.confirm and default_engine(prepare(spec)) == COMPILED
        try:
            result = run_spec(spec, self._registry, self._stores, self._run_id, confirm=confirm)
        except BacktestRefused as refused:
            words = f"Window {self._window.number} cannot be traded, and the chain ends with it: {refused}"
            return WindowRecord(**fields, state="refused", words=words)
        daily = result.daily_equity
        trades = len(result.trades)
        words = "" if trades else f"Window {self._window.number} stays flat: its choice did not trade."
        return WindowRecord(
            **fields,
            state="traded" if trades else "flat",
            words=words,
            result=result.id,
            trades=trades,
            largest=int(result.equity["position"].abs().max()),
            days=[f"{pd.Timestamp(day):%Y-%m-%d}" for day in daily.index],
            equity=[float(value) for value in daily],
        )

    def spec(self, parameters: dict[str, Any], cash: float) -> BacktestSpec:
        """Return the backtest of the test with these parameters."""
        plan, (first, last) = self._plan, self._window.test_days
        chosen = plan.backtest.model_copy(update={"parameters": {**plan.backtest.parameters, **parameters}})
        seen = look_back_bars(chosen, {}, plan.bars.series, plan.bars.instrument)
        needed = max(seen, prepare(chosen).bars_needed)
        warm = plan.bars.warm_up(self._window.test[0], needed, sessions_of_sizing(chosen.sizing))
        values = chosen.to_dict() | {
            "name": f"{plan.spec.name[:_LONGEST_NAME]}-w{self._window.number:02d}",
            "from": warm.isoformat(),
            "to": last.isoformat(),
            "trade_from": first.isoformat(),
            "cash": str(Decimal(str(cash))),
        }
        return BacktestSpec.asked(values)

    def _flat(self, fields: dict[str, Any], words: str) -> WindowRecord:
        first, last = self._window.test
        days = [day.isoformat() for day in self._plan.bars.days[first : last + 1]]
        return WindowRecord(**fields, state="flat", words=words, days=days, equity=[fields["cash"]] * len(days))
