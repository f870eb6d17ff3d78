"""Checks of strategies: cheats of every classic kind are caught, honest strategies pass, and the sentences say why."""

from __future__ import annotations

import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.strategies import STRATEGIES, Strategy
from g4qc_core.backtest.strategy_checks.check_bars import check_bars
from g4qc_core.backtest.strategy_checks.check_inputs import check_inputs
from g4qc_core.backtest.strategy_checks.determinism import check_determinism
from g4qc_core.backtest.strategy_checks.findings import CHECKS, RuleFinding
from g4qc_core.backtest.strategy_checks.look_ahead import check_look_ahead
from g4qc_core.backtest.strategy_checks.run_checks import QUICK, THOROUGH, check_strategy
from g4qc_core.backtest.strategy_checks.sensitivity import check_costs, check_delay
from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject, decide, mirrored, part
from g4qc_core.backtest.strategy_checks.warm_up import check_warm_up
from g4qc_core.timeframes import TIMEFRAMES, timeframe
from tests.core.backtest import cheats
from tests.core.backtest.series import ES, REGISTRY, exits_of, spec, walk

pytestmark = pytest.mark.slow

BARS = check_bars(ES, timeframe("1h"), 1_200)
LONG = 30.0


def subject(of: type | str, bars: pd.DataFrame = BARS, **fields: object) -> CheckSubject:
    name = of if isinstance(of, str) else f"{of.__module__}:{of.__name__}"
    given = {"strategy": name, "parameters": {}, "cash": 10_000_000} | fields
    kind = STRATEGIES.get(name, of)
    own = isinstance(kind, type) and issubclass(kind, Strategy)
    inputs = check_inputs(kind.inputs, bars, ES, "1h") if own else None  # type: ignore[union-attr]
    return CheckSubject(spec(**given), bars, ES, inputs=inputs)


def named(kinds: tuple[type, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.__name__)


def ahead(of: CheckSubject, cuts: int = 40) -> RuleFinding:
    return check_look_ahead(of, cuts, 1_200, LONG)


@named(cheats.LOOK_AHEAD)
def test_a_strategy_that_looks_ahead_is_caught(kind: type) -> None:
    found = ahead(subject(kind))
    assert found.state == "failed", found.text
    assert "was computed from later bars" in found.text
    assert "UTC changes from" in found.text


@named(cheats.LOOK_AHEAD)
def test_a_few_cuts_of_every_run_catch_it_too(kind: type) -> None:
    found = check_look_ahead(subject(kind), QUICK.cuts, QUICK.most_bars, LONG)
    assert found.state == "failed", found.text


@named(cheats.LIBRARY_CHEATS)
def test_a_class_of_the_library_that_looks_ahead_is_caught(kind: type) -> None:
    found = check_look_ahead(subject(kind), 12, 500, LONG)
    assert found.state == "failed", found.text


@named(cheats.WARM_UP)
def test_a_wrong_number_of_bars_needed_is_caught(kind: type) -> None:
    found = check_warm_up(subject(kind), 24, 1_200, LONG)
    assert found.state == "failed", found.text
    assert "bars_needed" in found.text


@named(cheats.RANDOM)
def test_a_strategy_that_is_not_the_same_twice_is_caught(kind: type) -> None:
    found = check_determinism(subject(kind), 1_200, second_process=False)
    assert found.state == "failed"
    assert "Two runs on the same bars differ: at 20" in found.text


def test_what_differs_only_between_processes_is_caught() -> None:
    found = check_determinism(subject(cheats.SetOrder), 1_200, second_process=True)
    assert found.state == "failed"
    assert "another process" in found.text


def test_a_class_that_is_not_the_same_twice_is_caught() -> None:
    found = check_determinism(subject(cheats.LibraryDice), 200, second_process=False)
    assert found.state == "failed"


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_shipped_strategy_passes(name: str) -> None:
    found = check_strategy(subject(name, timeframe="1h"), THOROUGH)
    assert [one.check for one in found] == list(CHECKS)
    assert {one.check: one.text for one in found if one.state in ("failed", "not run")} == {}


@named(cheats.HONEST)
def test_an_honest_strategy_passes(kind: type) -> None:
    of = subject(kind)
    assert ahead(of).state == "passed", ahead(of).text
    assert check_warm_up(of, 24, 1_200, LONG).state == "passed", check_warm_up(of, 24, 1_200, LONG).text
    assert check_determinism(of, 1_200, second_process=True).state == "passed"


def test_an_honest_class_of_the_library_passes() -> None:
    found = check_strategy(subject(cheats.LibraryCross), QUICK)
    states = {one.check: one.state for one in found}
    assert (states["look_ahead"], states["determinism"], states["warm_up"]) == ("passed", "passed", "not run")
    assert check_determinism(subject(cheats.LibraryCross), 300, second_process=True).state == "passed"


def test_later_rolls_are_no_look_ahead() -> None:
    """A later roll moves all linked prices before it: the parts of a series stay linked as the whole is."""
    n = 300
    bars = walk(n, contracts=["202603"] * 200 + ["202606"] * 100, adjustments=[40] * 200 + [0] * 100)
    name = f"{cheats.__name__}:LibraryCross"
    of = CheckSubject(spec(strategy=name, parameters={}, cash=10_000_000), bars, ES, exits_of(bars))
    assert check_look_ahead(of, 12, n, LONG).state == "passed"
    whole = decide(of, of.priced)
    assert whole.first_difference(decide(of, part(of.priced, 0, 150)), 150) is None


def test_mirrored_bars_are_bars() -> None:
    market = subject(cheats.Cross).priced
    turned = mirrored(market, 600)
    assert turned is not None
    assert (turned.high >= np.maximum(turned.open, turned.close)).all()
    assert (turned.low <= np.minimum(turned.open, turned.close)).all()
    assert turned.close[:600].tolist() == market.close[:600].tolist()
    assert (np.diff(turned.close[599:]) == -np.diff(market.close[599:])).all()
    assert turned.frame["close"].tolist() == turned.points(turned.close).tolist()


def test_a_strategy_that_fails_fails_the_checks_with_its_sentence() -> None:
    found = check_strategy(subject("tests.core.backtest.classes:Halting"), QUICK)
    assert found[0].state == "failed"
    assert "Halting failed: KeyError: 'no_column' (" in found[0].text
    assert "classes.py, line" in found[0].text
    assert {one.state for one in found[1:]} == {"not run"}


def test_too_few_bars_are_said() -> None:
    found = check_strategy(subject("sma_cross", BARS.head(30)), QUICK)
    assert {one.state for one in found} <= {"not run", "passed"}
    assert "too few to cut" in found[0].text


# Sensitivity


def test_a_delay_turns_the_profit_of_one_who_knows_the_next_close_into_nothing() -> None:
    found = check_delay(subject(cheats.NegativeShift, slippage_ticks=0, fee=0))
    assert found.figures["net_profit before"] > found.figures["net_profit after"]
    assert found.state == "doubtful"
    assert "With a delay of one bar the net profit goes from" in found.text


def test_a_delayed_target_is_held_a_bar_later() -> None:
    """Held from bar 31 on instead of 30: the same trades as those of a rule that decides a bar later."""
    found = check_delay(subject("buy_and_hold", slippage_ticks=0, fee=0))
    opens, last = BARS["open"], BARS["close"].iloc[-1]
    assert found.figures["net_profit before"] == pytest.approx((last - opens.iloc[1]) * 50)
    assert found.figures["net_profit after"] == pytest.approx((last - opens.iloc[2]) * 50)


def test_orders_of_a_delayed_class_are_filled_a_bar_later() -> None:
    """It sees no position after its first bar, and buys again: both orders come a bar late."""
    found = check_delay(subject("tests.core.backtest.classes:BuyOnce", slippage_ticks=0, fee=0))
    opens, last = BARS["open"], BARS["close"].iloc[-1]
    assert found.figures["net_profit before"] == pytest.approx((last - opens.iloc[2]) * 50)
    assert found.figures["net_profit after"] == pytest.approx((2 * last - opens.iloc[3] - opens.iloc[4]) * 50)


def test_twice_the_costs_are_twice_the_costs() -> None:
    found = check_costs(subject("sma_cross", fee=Decimal("3.5"), slippage_ticks=2))
    free = check_costs(subject("sma_cross", fee=Decimal("0"), slippage_ticks=0))
    assert free.state == "not run"
    trades = found.figures["trades before"]
    before, after = found.figures["net_profit before"], found.figures["net_profit after"]
    assert before - after == pytest.approx(trades * 2 * (3.5 + 2 * 12.5))


def test_synthetic_bars_say_that_they_are_no_market() -> None:
    of = subject("sma_cross")
    synthetic = CheckSubject(of.spec, of.bars, of.instrument, of_market=False)
    assert "which say nothing about a market" in check_costs(synthetic).text


def test_many_bars_are_too_many_for_the_sensitivity_of_every_run() -> None:
    few = QUICK.__class__(cuts=2, stretches=2, most_bars=500, most_run=1_000, seconds=LONG, second_process=False)
    found = {one.check: one for one in check_strategy(subject("sma_cross"), few)}
    assert found["delay"].state == found["costs"].state == "not run"
    assert "takes too long here" in found["costs"].text


# Bars of the checks


@pytest.mark.parametrize("length", TIMEFRAMES, ids=str)
@pytest.mark.parametrize("symbol", ["ES", "ZN", "CL", "6E" if "6E" in REGISTRY else "EC"])
def test_bars_of_the_checks_are_bars_of_the_instrument(symbol: str, length) -> None:  # type: ignore[no-untyped-def]
    of = REGISTRY[symbol]
    bars = check_bars(of, length, 700)
    assert len(bars) == 700
    assert bars["timestamp"].is_monotonic_increasing
    assert bars["timestamp"].is_unique
    assert (bars["high"] >= bars[["open", "close", "low"]].max(axis=1)).all()
    made = CheckSubject(spec(instrument=symbol), bars, of)
    assert made.priced.lift == 0
    assert check_bars(of, length, 700).equals(bars)


def test_a_subject_travels_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(subject("sma_cross")))
    assert decide(again, again.priced).fingerprint() == decide(subject("sma_cross"), again.priced).fingerprint()
