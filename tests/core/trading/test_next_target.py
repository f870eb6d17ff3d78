"""A live decision is the backtest's: on the same bars and from the same position, the target is the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings

from g4qc_core.backtest.aligned_inputs import InputBars
from g4qc_core.backtest.engines.engine import EngineTask
from g4qc_core.backtest.engines.engine_registry import REFERENCE
from g4qc_core.backtest.prepared_strategy import TargetStrategy
from g4qc_core.backtest.run import run_backtest
from g4qc_core.errors import TradingRefused, UsageError
from g4qc_core.trading.next_target import LiveDecider, Standing, wanted_next
from tests.core.backtest.series import ES, exits_of, instrument, spec, walk
from tests.core.backtest.test_two_engines import outcome, tasks
from tests.core.services.trading.reading import NAME


def until(task: EngineTask, n: int) -> EngineTask:
    """The task as it stands when its bar n - 1 closes."""
    bars = task.bars
    columns = ("contracts", "open", "high", "low", "close", "link")
    cut = {name: getattr(bars, name)[:n] for name in columns}
    rolls, stale = bars.rolls[bars.rolls < n], bars.stale[bars.stale < n]
    return replace(task, bars=replace(bars, frame=bars.frame.head(n), rolls=rolls, stale=stale, **cut))


@settings(max_examples=60, deadline=None)
@given(task=tasks())
def test_every_bar_gives_the_position_of_the_backtest(task: EngineTask) -> None:
    if task.on_roll == "hold" or task.sizing.at == "open":
        return
    run = outcome(REFERENCE, task)
    if "refused" in run:
        return
    positions = [row["position"] for row in run["equity"]]
    equity = [Decimal(str(row["equity"])) for row in run["equity"]]
    rolls = set(task.bars.rolls.tolist())
    strategy = task.strategy
    assert isinstance(strategy, TargetStrategy)
    for bar in range(len(task.bars) - 1):
        standing = Standing(positions[bar], equity[bar], rolls=bar + 1 in rolls)
        assert wanted_next(until(task, bar + 1), strategy, standing)[0] == positions[bar + 1]


@pytest.mark.parametrize("sizing", ["contracts", "equity(60)", "volatility(15, window=3)"])
def test_a_spec_decides_on_its_series_as_its_backtest_did(sizing: str) -> None:
    bars = walk(240, contracts=["202603"] * 140 + ["202606"] * 100, adjustments=[40] * 140 + [0] * 100)
    asked, exits = spec(sizing=sizing, cash=2_000_000), exits_of(bars)
    result = run_backtest(asked, bars, ES, data_version="v", roll_rule="r", exits=exits)
    positions, equity = (result.equity[name].to_numpy() for name in ("position", "equity"))
    decider = LiveDecider(asked, ES)
    for bar in range(20, 239):
        standing = Standing(int(positions[bar]), Decimal(str(equity[bar])), rolls=bar + 1 == 140)
        found = decider.target(bars.head(bar + 1), standing, exits)
        assert found.contracts == positions[bar + 1]
        assert float(found.close) == pytest.approx(bars["close"][bar] - bars["adjustment"][bar])


def test_nothing_is_wanted_before_trading_begins() -> None:
    bars = walk(120)
    decider = LiveDecider(spec(), ES)
    begins = bars["timestamp"][100].to_pydatetime()
    whole = [decider.target(bars.head(n), Standing(0, Decimal(10**6))).contracts for n in range(60, 121)]
    later = [decider.target(bars.head(n), Standing(0, Decimal(10**6), begins=begins)).contracts for n in range(60, 121)]
    assert any(whole[:40])
    assert not np.any(later[:41])
    assert later[41:] == whole[41:]


@pytest.mark.parametrize("sizing", ["equity(60)", "volatility(15, window=3)"])
def test_who_went_astray_is_brought_back_by_the_next_bar(sizing: str) -> None:
    bars, decider = walk(240), LiveDecider(spec(sizing=sizing, cash=2_000_000), ES)
    result = run_backtest(decider.spec, bars, ES, data_version="v", roll_rule="r")
    positions = result.equity["position"].to_numpy()
    # In the middle of a session, after a bar on which nothing changed.
    bar = next(at for at in range(60, 239) if at % 4 == 2 and positions[at] == positions[at + 1] != 0)
    lost = Standing(0, Decimal(2_000_000))
    assert decider.target(bars.head(bar + 1), lost).contracts == 0
    assert decider.target(bars.head(bar + 1), replace(lost, anew=True)).contracts * positions[bar] > 0


def test_the_fingerprint_tells_inputs_apart() -> None:
    bars = walk(80)
    decider = LiveDecider(spec(), ES)
    at = Standing(0, Decimal(10**6))
    same = {decider.target(bars, at).fingerprint for _ in range(2)}
    moved = bars.assign(close=bars["close"] + 0.25, high=bars["high"] + 0.25)
    others = {decider.target(moved, at).fingerprint, decider.target(bars, Standing(1, Decimal(10**6))).fingerprint}
    assert len(same) == 1
    assert len(others - same) == 2


def test_further_inputs_decide_and_are_in_the_fingerprint() -> None:
    bars, asked = walk(36), spec(strategy=f"{NAME}:Pair", parameters={})
    decider, at = LiveDecider(asked, ES), Standing(0, Decimal(10**6))
    rising, falling = (bars.assign(close=bars["close"] * np.linspace(1, last, len(bars))) for last in (4, 0.25))
    found = [
        decider.target(bars, at, inputs={"other": InputBars(one, asked.timeframe, ES.calendar)})
        for one in (rising, falling)
    ]
    assert [one.contracts for one in found] == [-1, 1]
    assert found[0].fingerprint != found[1].fingerprint
    with pytest.raises(UsageError, match="which are not given: other"):
        decider.target(bars, at)


def test_a_higher_timeframe_must_be_longer() -> None:
    with pytest.raises(UsageError, match="reads 1h bars as a higher timeframe"):
        LiveDecider(spec(strategy=f"{NAME}:Ladder", parameters={}, timeframe="1h"), ES)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"on_roll": "hold"}, "on_roll is 'hold'"),
        ({"sizing": "equity(50, at=open)"}, "at=close"),
        ({"to": "2026-03-01"}, "its bars end on 2026-03-01"),
    ],
)
def test_what_cannot_be_known_live_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(TradingRefused, match=words):
        LiveDecider(spec(**fields), ES)


def test_prices_in_cents_are_refused() -> None:
    corn = instrument("50", "0.25", "0").model_copy(update={"price_magnifier": 100})
    with pytest.raises(TradingRefused, match="in cents"):
        LiveDecider(spec(), corn)
