"""The contract of every engine of the registry: the promises of `Engine`, on random bars and strategies."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.account.account import check_against, settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import PricedBars, price_bars
from g4qc_core.backtest.engines.engine import Engine, EngineRun, EngineTask
from g4qc_core.backtest.engines.engine_registry import COMPILED, ENGINES, REFERENCE, default_engine, engine
from g4qc_core.backtest.prepared_strategy import PreparedStrategy, TargetStrategy
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.errors import BacktestRefused, UsageError
from tests.core.backtest.series import ES, exits_of, series

every_engine = pytest.mark.parametrize("name", ENGINES)

COSTS = CostModel.of(ES, Decimal(1))
CASH = Decimal(10**8)


class Listed(Strategy):
    """Wants the listed positions."""

    name: ClassVar[str] = "listed"
    wanted: tuple[int, ...]

    @property
    def bars_needed(self) -> int:
        return 1

    def targets(self, bars: pd.DataFrame) -> np.ndarray:
        return np.array(self.wanted[: len(bars)], np.int64)


@st.composite
def markets(draw: st.DrawFn) -> tuple[PricedBars, list[int]]:
    """Bars of two or three contracts, and target positions."""
    n = draw(st.integers(4, 40))
    moves = st.lists(st.integers(-20, 20), min_size=n, max_size=n)
    closes = 4000 + np.cumsum(draw(moves))
    opens = closes + np.array(draw(moves))
    contract = np.minimum(np.arange(n) // 15, 2)
    gaps = draw(st.lists(st.integers(-60, 60), min_size=3, max_size=3))
    months = [f"2026{3 * (one + 1):02d}" for one in contract]
    bars = series(opens.tolist(), closes.tolist(), contracts=months, adjustments=[gaps[one] for one in contract])
    return price_bars(bars, ES, exits_of(bars)), draw(st.lists(st.integers(-3, 3), min_size=n, max_size=n))


def task(bars: PricedBars, targets: list[int], **fields: object) -> EngineTask:
    strategy = TargetStrategy("listed", {}, "1", Listed(wanted=tuple(targets)))
    return replace(EngineTask(bars, strategy, COSTS, CASH, Decimal("0.1")), **fields)  # type: ignore[arg-type]


def cut(bars: PricedBars, n: int) -> PricedBars:
    """The first n bars, with the prices that they have in all of them."""
    columns = ("contracts", "open", "high", "low", "close", "link")
    shorter = {name: getattr(bars, name)[:n] for name in columns}
    rolls, stale = bars.rolls[bars.rolls < n], bars.stale[bars.stale < n]
    return replace(bars, frame=bars.frame.head(n), rolls=rolls, stale=stale, **shorter)


def fills(run: EngineRun) -> list[tuple[int, int, int, int, int]]:
    return sorted((one.entry_bar, one.exit_bar, one.size, one.entry, one.exit) for one in run.fills)


def test_the_default_engine_is_that_of_the_strategys_kind_and_another_name_is_refused() -> None:
    assert all(isinstance(engine(name), Engine) for name in ENGINES)
    assert default_engine(PreparedStrategy("other", {}, "1")) == REFERENCE
    assert default_engine(TargetStrategy("listed", {}, "1", Listed(wanted=(1,)))) == COMPILED
    with pytest.raises(UsageError, match="Unknown engine 'backtestin': did you mean 'backtesting'"):
        engine("backtestin")


@every_engine
def test_an_engine_says_its_name_and_version(name: str) -> None:
    words = engine(name).version.split(" ")
    assert len(words) == 2
    assert words[0] == name
    assert words[1][0].isdigit()


@every_engine
@settings(max_examples=25)
@given(drawn=markets(), on_roll=st.sampled_from(["roll", "close"]))
def test_fills_are_whole_contracts_on_the_tick_within_their_bar(name: str, drawn, on_roll: str) -> None:
    bars, targets = drawn
    run = engine(name).run(task(bars, targets, on_roll=on_roll))
    for fill in run.fills:
        values = (fill.size, fill.entry_bar, fill.exit_bar, fill.entry, fill.exit)
        assert all(type(value) is int for value in values)
        assert fill.size != 0
        assert 0 < fill.entry_bar <= fill.exit_bar <= len(run.bars)
        last = min(fill.exit_bar, len(run.bars) - 1)
        assert run.bars.low[fill.entry_bar] <= fill.entry <= run.bars.high[fill.entry_bar]
        assert run.bars.low[last] <= fill.exit <= run.bars.high[last]
        assert fill.exit_bar < len(run.bars) or fill.exit == run.bars.close[-1]
    assert set(run.closed_at) <= set(bars.rolls.tolist())


@every_engine
@settings(max_examples=25)
@given(drawn=markets())
def test_the_account_of_the_fills_has_the_equity_of_the_engine_and_the_wanted_positions(name: str, drawn) -> None:
    bars, targets = drawn
    run = engine(name).run(task(bars, targets))
    account = settle(run.bars, run.fills, COSTS, CASH, run.closed_at)
    check_against(account, run.equity)
    assert account.equity["position"].tolist() == [0, *targets[:-1]]
    assert account.currency == "USD"


@every_engine
@settings(max_examples=25)
@given(drawn=markets(), at=st.integers(2, 40), on_roll=st.sampled_from(["roll", "close"]))
def test_no_fill_depends_on_a_later_bar(name: str, drawn, at: int, on_roll: str) -> None:
    bars, targets = drawn
    n = min(at, len(bars))
    whole = engine(name).run(task(bars, targets, on_roll=on_roll))
    part = engine(name).run(task(cut(bars, n), targets, on_roll=on_roll))
    entered = {(bar, price) for bar, _, _, price, _ in fills(whole) if bar < n}
    assert {(bar, price) for bar, _, _, price, _ in fills(part)} == entered
    left = [one for one in fills(part) if one[1] < n]
    assert left == [one for one in fills(whole) if one[1] < n]


@every_engine
@settings(max_examples=10)
@given(drawn=markets())
def test_the_same_task_gives_the_same_run(name: str, drawn) -> None:
    bars, targets = drawn
    first, second = (engine(name).run(task(bars, targets)) for _ in range(2))
    assert (fills(first), first.equity, first.notes, first.figures) == (
        *(fills(second), second.equity, second.notes),
        second.figures,
    )


@every_engine
def test_ruin_and_a_strategy_of_another_kind_are_errors(name: str) -> None:
    bars = price_bars(series([4000] * 6, [4000, 4000, 3000, 2000, 1000, 500]), ES)
    with pytest.raises(BacktestRefused, match="was ruined"):
        engine(name).run(task(bars, [3] * 6, cash=Decimal(20_000)))
    with pytest.raises(UsageError, match="cannot run the strategy other"):
        engine(name).run(replace(task(bars, [1] * 6), strategy=PreparedStrategy("other", {}, "1")))
