"""Law 13: two engines, one truth. Every trade and the equity of every session are the same to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.account.account import check_against, check_margin, settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.margin import margin_units, parse_margin
from g4qc_core.backtest.account.old_contracts import OldContracts
from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.engine_comparison import confirm, difference
from g4qc_core.backtest.engines.compiled_run import MarketArrays, WorkSpace, run_compiled
from g4qc_core.backtest.engines.engine import EngineTask
from g4qc_core.backtest.engines.engine_registry import COMPILED, REFERENCE, engine
from g4qc_core.backtest.engines.target_positions import plan_of
from g4qc_core.backtest.metrics import bar_figures, session_equity
from g4qc_core.backtest.prepared_strategy import TargetStrategy
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.instruments.registry import Instrument
from tests.core.backtest.series import ES, exits_of, instrument, series, spec, walk

pytestmark = pytest.mark.slow

INSTRUMENTS = [
    ES,
    instrument("1", "0.01", "0"),
    instrument("1000", "0.015625", "0.85"),
    instrument("5", "0.01", "0.333"),
]


class Wishing(Strategy):
    """Gives the listed signals, in hundredths, or targets."""

    name: ClassVar[str] = "wishing"
    wanted: tuple[int, ...]

    @property
    def bars_needed(self) -> int:
        return 1

    def signals(self, bars: pd.DataFrame, *args: Any, **inputs: Any) -> np.ndarray:
        return np.array(self.wanted[: len(bars)]) / 100


@st.composite
def sizings(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["contracts", "contracts(3)", "notional", "equity", "volatility"]))
    if "(" in kind or kind == "contracts":
        return kind
    options = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "cap": st.integers(1, 6),
                "buffer": st.integers(0, 60),
                "rebalance": st.sampled_from(["signal", "session", "bar"]),
                "at": st.sampled_from(["close", "open"]),
            },
        )
    )
    if kind != "notional":
        options |= draw(st.fixed_dictionaries({}, optional={"capital": st.sampled_from(["fixed", "compounding"])}))
    if kind == "volatility":
        options["window"] = draw(st.integers(2, 4))
    amount = draw(st.integers(1000, 2_000_000) if kind == "notional" else st.integers(1, 400))
    return f"{kind}({', '.join([str(amount), *(f'{name}={value}' for name, value in options.items())])})"


@st.composite
def tasks(draw: st.DrawFn) -> EngineTask:
    """Any task that both engines can run."""
    of: Instrument = draw(st.sampled_from(INSTRUMENTS))
    n = draw(st.integers(2, 60))
    moves = st.lists(st.integers(-30, 30), min_size=n, max_size=n)
    start = draw(st.sampled_from([-40, 60, 4000, 12_000]))
    closes = start + np.cumsum(draw(moves))
    opens = closes + np.array(draw(moves))
    contract = np.cumsum(draw(st.lists(st.sampled_from([0] * 9 + [1]), min_size=n, max_size=n))) % 9
    months = [f"2026{one + 1:02d}" for one in contract]
    gaps = draw(st.lists(st.integers(-60, 60), min_size=9, max_size=9))
    bars = series(opens.tolist(), closes.tolist(), of, months, [gaps[one] for one in contract],
                  per_session=draw(st.integers(1, 6)))  # fmt: skip
    wanted = draw(st.lists(st.sampled_from([-100, -50, -33, 0, 0, 25, 100, 100]), min_size=n, max_size=n))
    if draw(st.booleans()):
        wanted = np.repeat(wanted, 4)[:n].tolist()
    strategy = TargetStrategy("wishing", {}, "1", Wishing(wanted=tuple(wanted), contracts=draw(st.integers(1, 4))))
    rate = st.integers(0, 40).map(lambda value: Decimal(value) / 10_000)
    costs = CostModel.of(of, draw(st.sampled_from([Decimal(0), Decimal(1), Decimal("0.5")])),
                         fee_rate=draw(rate), slippage_rate=draw(rate),
                         min_fee=Decimal(draw(st.integers(0, 9))))  # fmt: skip
    on_roll = draw(st.sampled_from(["roll", "close", "hold"]))
    margin = draw(st.sampled_from([None, "100", "20000", "2026-01-05: 100, 2026-01-08: 9000.5"]))
    return EngineTask(
        price_bars(bars, of, exits_of(bars)),
        strategy,
        costs,
        Decimal(draw(st.sampled_from([3000, 40_000, 1_000_000, 10**9]))),
        Decimal(draw(st.sampled_from(["0.1", "0.333", "1"]))),
        on_roll,
        old_contracts(bars) if on_roll == "hold" else None,
        sizing=parse_sizing(draw(sizings())),
        margin=None if margin is None else parse_margin(margin),
    )


def old_contracts(bars: pd.DataFrame) -> OldContracts:
    """Bars of each contract that the series leaves, seven ticks lower, for up to twelve bars after its roll."""
    months = bars["contract"].to_numpy()
    starts = np.flatnonzero(months[1:] != months[:-1]) + 1
    shifted = {name: bars[name] - bars["adjustment"] for name in ("open", "high", "low", "close")}
    own = bars.assign(**shifted)
    parts = [own.iloc[at : at + 12].assign(contract=months[at - 1]) for at in starts]
    last = [min(at + 9, len(bars) - 1) for at in starts]
    until = pd.Series(bars["trade_date"].to_numpy()[last], index=pd.DatetimeIndex(bars["timestamp"].iloc[starts]))
    return OldContracts(pd.concat([own.head(0), *parts]), until)


def outcome(name: str, task: EngineTask) -> dict[str, Any]:
    """Return trades, equity and notes, or the sentence of a refusal."""
    try:
        run = engine(name).run(task)
        account = settle(run.bars, run.fills, task.costs, task.cash, run.closed_at)
        if not run.margin_checked:
            margin = margin_units(run.bars, task.units, task.margin, task.margin_rate)
            check_margin(run.bars, account, margin, task.units)
    except BacktestRefused as refused:
        return {"refused": str(refused)}
    check_against(account, run.equity)
    return {
        "trades": account.trades.to_dict("records"),
        "equity": account.equity.to_dict("records"),
        "capped": [note for note in run.notes if "margin allowed" in note],
        "account": account,
    }


@settings(max_examples=150, deadline=None)
@given(task=tasks())
def test_both_engines_give_the_same_trades_equity_and_refusals(task: EngineTask) -> None:
    compiled, reference = outcome(COMPILED, task), outcome(REFERENCE, task)
    assert {**compiled, "account": None} == {**reference, "account": None}
    if "refused" in reference:
        return
    plan = plan_of(task, task.strategy)  # type: ignore[arg-type]
    margin = margin_units(plan.bars, plan.units, task.margin, task.margin_rate)
    run = run_compiled(plan, MarketArrays.of(plan.bars), margin, WorkSpace())
    account = reference["account"]
    assert (run.sessions / plan.units.scale).tolist() == session_equity(account.equity).tolist()
    figures = bar_figures(account.equity["equity"].to_numpy(), account.equity["position"].to_numpy(), float(task.cash))
    assert run.largest_fall == figures["intraday_drawdown"]
    assert run.largest_fall_money == figures["intraday_drawdown_money"]
    assert run.exposed == round(figures["exposure"] * figures["bars"])
    keys = list(zip(run.lots.entry_bar.tolist(), run.lots.exit_bar.tolist(), strict=True))
    assert keys == sorted(keys)


@settings(max_examples=25, deadline=None)
@given(task=tasks(), at=st.integers(2, 60))
def test_no_size_depends_on_a_later_bar(task: EngineTask, at: int) -> None:
    n = min(at, len(task.bars))
    columns = ("contracts", "open", "high", "low", "close", "link")
    shorter = {name: getattr(task.bars, name)[:n] for name in columns}
    rolls, stale = task.bars.rolls[task.bars.rolls < n], task.bars.stale[task.bars.stale < n]
    cut = replace(task.bars, frame=task.bars.frame.head(n), rolls=rolls, stale=stale, **shorter)
    whole, part = outcome(COMPILED, task), outcome(COMPILED, replace(task, bars=cut))
    if "refused" in whole or "refused" in part or task.on_roll == "hold":
        return
    positions = [row["position"] for row in whole["equity"]][:n]
    assert [row["position"] for row in part["equity"]] == positions


@pytest.mark.parametrize("sizing", ["contracts", "equity(40, at=open, buffer=10)", "volatility(15, window=3)"])
def test_a_result_is_confirmed_by_the_other_engine(sizing: str) -> None:
    bars = walk(300, contracts=["202603"] * 170 + ["202606"] * 130, adjustments=[40] * 170 + [0] * 130)
    given = {"data_version": "v", "roll_rule": "r", "exits": exits_of(bars)}
    asked = spec(sizing=sizing, fee_rate="0.0001", min_fee=2)
    compiled = run_backtest(asked, bars, ES, **given)
    reference = run_backtest(asked, bars, ES, engine_name=REFERENCE, **given)
    assert len(compiled.trades) > 5
    assert confirm(compiled, bars, ES, **given) == confirm(reference, bars, ES, **given) == ""
    assert compiled.metrics == reference.metrics
    assert compiled.inputs["engine"] != reference.inputs["engine"]


def test_a_difference_is_named_with_its_trade_or_session() -> None:
    bars = walk(300)
    one, other = (run_backtest(spec(parameters={"fast": 3, "slow": slow}), bars, ES, data_version="v", roll_rule="r")
                  for slow in (8, 9))  # fmt: skip
    assert difference(one, one) == ""
    assert difference(one, other).startswith("Trade 1 of 2026-01-")
    cent = one.equity.assign(equity=one.equity["equity"] + 0.01 * (np.arange(len(bars)) == 7))
    assert "The equity of 2026-01-06 is" in difference(one, replace(one, equity=cent))
    fewer = replace(one, trades=one.trades.iloc[:-1])
    assert difference(one, fewer).startswith(f"compiled made {len(one.trades)} trades, ")


def test_a_class_of_the_library_has_no_other_engine() -> None:
    bars = walk(60)
    given = {"data_version": "v", "roll_rule": "r"}
    asked = spec(strategy="tests.core.backtest.classes:GoogCross", parameters={}, cash=10**8)
    with pytest.raises(UsageError, match="nothing to confirm"):
        confirm(run_backtest(asked, bars, ES, **given), bars, ES, **given)


def test_an_account_that_is_ruined_on_the_first_bar_it_trades_is_told_so_by_both() -> None:
    bars = series([24_000, 24_000, 100], [24_000, 200, 100], per_session=1)
    strategy = TargetStrategy("wishing", {}, "1", Wishing(wanted=(100, 100, 100), contracts=4))
    task = EngineTask(price_bars(bars, ES), strategy, CostModel.of(ES, Decimal(1)), Decimal(130_000), Decimal("0.1"))
    refused = {name: outcome(name, task)["refused"] for name in (COMPILED, REFERENCE)}
    assert len(set(refused.values())) == 1
    assert "on 2026-01-06 14:00" in refused[COMPILED]
