"""The compiled engine: runs strategies of targets and signals, thousands of times faster than the reference.

It gives the same lots as the reference, bar for bar: `tests/core/backtest/test_engines.py` compares both on random
bars, strategies, sizings, costs and rolls. The module is imported late, because it imports numba.
"""

from __future__ import annotations

from g4qc_core.backtest.account.account import Trade
from g4qc_core.backtest.account.margin import margin_units
from g4qc_core.backtest.engines.compiled_run import MarketArrays, WorkSpace, run_compiled
from g4qc_core.backtest.engines.engine import Engine, EngineRun, EngineTask
from g4qc_core.backtest.engines.target_positions import plan_of
from g4qc_core.backtest.prepared_strategy import TargetStrategy
from g4qc_core.backtest.sizing.sizing_plan import capped_notes
from g4qc_core.code_versions import VERSIONS
from g4qc_core.errors import UsageError


class Compiled(Engine):
    """The engine of compiled kernels."""

    @property
    def version(self) -> str:
        """Name, and the version of the code of engines."""
        return f"compiled {VERSIONS['engines'].number}"

    def run(self, task: EngineTask) -> EngineRun:
        """Run a strategy of targets or signals.

        Raises:
            UsageError: a strategy of another kind, or the user's code failed.
            BacktestRefused: an order without margin, or a ruined account.
        """
        if not isinstance(task.strategy, TargetStrategy):
            raise UsageError(
                f"The compiled engine cannot run the strategy {task.strategy.name}: only strategies of targets and "
                "signals."
            )
        plan = plan_of(task, task.strategy)
        margin = margin_units(plan.bars, plan.units, task.margin, task.margin_rate)
        run = run_compiled(plan, MarketArrays.of(plan.bars), margin, WorkSpace())
        lots = run.lots
        rows = zip(*(column.tolist() for column in (lots.size, lots.entry_bar, lots.exit_bar, lots.entry, lots.exit)),
                   strict=True)  # fmt: skip
        return EngineRun(
            plan.bars,
            [Trade(*row) for row in rows],
            float(plan.units.money(run.sessions[-1])),
            closed_at=plan.wishes.closed_at,
            margin_checked=True,
            notes=capped_notes(run.capped),
        )
