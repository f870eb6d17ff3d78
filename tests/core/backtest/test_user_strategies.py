"""The user's own strategies: classes of backtesting.py and of G4QC, and the sentences about one that fails."""

from __future__ import annotations

import sys
import warnings

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from g4qc_core.backtest.engines.order_prices import OrderPrices, on_grid
from g4qc_core.errors import BacktestRefused, UsageError
from tests.core.backtest import classes
from tests.core.backtest.series import spec, walk
from tests.core.backtest.test_run import CLASSES, rolled, run


def test_a_class_of_the_library_runs_and_its_account_is_exact() -> None:
    bars = rolled()
    result = run(spec(strategy=f"{CLASSES}:BuyOnce", parameters={"contracts": 2}), bars)
    trades = result.trades
    assert trades["contract"].tolist() == ["202603", "202606"]
    assert trades["exit_reason"].tolist() == ["roll", "end"]
    points = bars["close"].iloc[-1] - bars["open"].iloc[2]
    assert result.metrics["net_profit"] == pytest.approx(points * 50 * 2 - 8 * 14.75)
    assert result.inputs["parameters"] == {"contracts": 2}


def alone(kind: type, bars: pd.DataFrame) -> pd.DataFrame:
    """Trades of the class in the library alone, one unit of it for a contract."""
    from backtesting import Backtest

    prices = bars.set_index("timestamp")[["open", "high", "low", "close"]].rename(columns=str.capitalize) * 50
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        test = Backtest(prices.assign(Volume=bars["volume"].to_numpy()), kind, cash=5_000_000, margin=0.1)
        test._finalize_trades = True
        return test.run()["_trades"].sort_values(["EntryBar", "ExitBar"])


@pytest.mark.parametrize("name", ["Resampled", "Signals", "GoogCross", "TrailingPercent", "Trailing", "Helped"])
def test_what_the_librarys_helpers_do_is_done_here_as_in_the_library_alone(name: str) -> None:
    bars = walk(400, seed=3)
    theirs = alone(getattr(classes, name), bars)
    given = {"cash": 5_000_000, "slippage_ticks": 0, "fee": 0, "parameters": {}}
    ours = run(spec(strategy=f"{CLASSES}:{name}", **given), bars)
    assert len(theirs) > 10
    if name.startswith("Trailing"):
        # A stop that moved to the nearer tick may be reached where the one between two ticks was not.
        assert any("stop or limit prices between two ticks moved" in note for note in ours.notes)
        assert len(ours.trades) == pytest.approx(len(theirs), rel=0.1)
        return
    starts = bars["timestamp"]
    assert ours.trades["entry_time"].tolist() == starts.iloc[theirs["EntryBar"]].tolist()
    assert ours.trades["exit_time"].tolist() == starts.iloc[theirs["ExitBar"]].tolist()


@pytest.mark.parametrize("side", [1, -1])
def test_a_stop_between_two_ticks_moves_to_the_nearer_one_and_a_note_says_so(side: int) -> None:
    bars = walk(200, seed=3)
    given = {"parameters": {"contracts": side, "share": 1 - side * 0.001, "target": 1 + side * 0.5}}
    result = run(spec(strategy=f"{CLASSES}:PercentStop", **given), bars)
    (trade,) = result.trades.to_dict("records")
    asked = bars["close"].iloc[1] * (1 - side * 0.001)
    assert trade["exit_reason"] == "signal"
    assert 0 < (trade["exit_price"] - asked) * side < 0.25
    assert "between two ticks moved to one of them: protective stops to the tick nearer" in " ".join(result.notes)


def test_a_share_of_a_linked_price_is_noted() -> None:
    result = run(spec(strategy=f"{CLASSES}:PercentStop", parameters={}), rolled())
    assert any("like a stop at 0.98 of the price" in note for note in result.notes)


@pytest.mark.parametrize("name", ["Momentum", "SLOW"])
def test_a_strategy_of_ones_own_of_g4qcs_kind_runs_with_every_field(name: str) -> None:
    given = {"parameters": {"length": 5}, "margin": 1000, "adjustment": "ratio", "cash": 5_000_000}
    result = run(spec(strategy=f"{CLASSES}:{name}", **given), rolled())
    assert result.inputs["parameters"] == {"contracts": 2 if name == "SLOW" else 1, "length": 5, "label": "mine"}
    assert len(result.trades) > 5


def test_an_order_that_the_library_would_drop_is_a_refusal() -> None:
    with pytest.raises(BacktestRefused, match=r"could not pay the margin of an order on 2026-01-05"):
        run(spec(strategy=f"{CLASSES}:BuyOnce", parameters={}, cash=20_000), walk(40))


def test_a_class_that_tosses_coins_tosses_the_same_ones_again() -> None:
    def tossed(seed: int) -> list[float]:
        return run(spec(strategy=f"{CLASSES}:Coin", parameters={}, seed=seed), walk(100)).equity["equity"].tolist()

    before = np.random.get_state()[1].tolist()
    assert tossed(1) == tossed(1) != tossed(2)
    assert np.random.get_state()[1].tolist() == before


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        (f"{CLASSES}:Broken", {}, r"Broken failed: KeyError: 'no such thing' \(.*classes.py, line \d+, in next\)"),
        (f"{CLASSES}:BrokenIndicator", {}, r"indicator .*: ValueError: not enough fun \(.*line \d+, in _no_indic"),
        (f"{CLASSES}:Chained", {}, r"the table is incomplete, caused by KeyError: 'missing' \(.*line \d+, in init"),
        (f"{CLASSES}:Leaving", {}, r"Leaving failed: SystemExit: enough \(.*classes.py, line \d+, in init\)"),
        (f"{CLASSES}:Halting", {}, r"Halting failed: KeyError: 'no_column' \(.*line \d+, in targets\)"),
        (f"{CLASSES}:HalfDone", {}, "HalfDone cannot run: it does not define next"),
        (f"{CLASSES}:Unfinished", {}, "Unfinished cannot run: it does not define bars_needed and signals"),
        (f"{CLASSES}:function", {}, "function is a function: name a class"),
        (f"{CLASSES}:Listed", {"lengths": 5}, "the attribute lengths is a tuple in the class"),
        (f"{CLASSES}:Momentum", {"length": 0}, r"Momentum: the parameter length cannot be 0: .* \(Bars; from 1 to 500"),
        (f"{CLASSES}:Momentum", {"lengths": 5}, "Unknown parameter 'lengths': did you mean 'length'"),
        (f"{CLASSES}:NoStrategy", {}, "NoStrategy is no subclass of backtesting.Strategy"),
        (f"{CLASSES}:BuyOnze", {}, "Unknown class 'BuyOnze': did you mean 'BuyOnce'"),
        ("no.such.module:Thing", {}, "cannot be imported: ModuleNotFoundError"),
        ("not a module:Thing", {}, "write it like package.module:Class"),
        (f"{CLASSES}:BuyOnce", {"contract": 2}, "Unknown parameter 'contract': did you mean 'contracts'"),
        (f"{CLASSES}:BuyOnce", {"contracts": "two"}, "contracts cannot be 'two': it must be of type int"),
    ],
)
def test_a_class_that_cannot_run_is_a_usage_error(name: str, parameters: dict, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        run(spec(strategy=name, parameters=parameters), walk(40))
    assert "traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def broken(:\n", r"cannot be imported: SyntaxError: .* \(.*own_one.py, line 1\)"),
        (
            "\nimport no_such_package\n",
            r"No module named 'no_such_package' \(.*own_one.py, line 2",
        ),
        ("x = 1\ny = x / 0\n", r"ZeroDivisionError: division by zero \(.*own_one.py, line 2\)"),
        ("import sys\nsys.exit(3)\n", r"SystemExit: 3 \(.*own_one.py, line 2\)"),
        ("class Other: ...\n", r"Unknown class 'Mine'.*Known: Other. Module: own_one \(.*own_one.py\)"),
    ],
)
def test_a_module_that_cannot_be_imported_names_the_line(tmp_path, monkeypatch, text: str, words: str) -> None:
    (tmp_path / "own_one.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "own_one", raising=False)
    with pytest.raises(UsageError, match=words):
        run(spec(strategy="own_one:Mine", parameters={}), walk(40))
    sys.modules.pop("own_one", None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"margin": 1000}, "takes margin_rate"),
        ({"adjustment": "ratio"}, "must be additive"),
        ({"on_roll": "hold"}, "write 'roll' or 'close'"),
    ],
)
def test_a_field_that_a_class_of_the_library_cannot_have_is_refused(fields: dict, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        run(spec(strategy=f"{CLASSES}:BuyOnce", parameters={}, **fields), rolled())


_PRICE = st.none() | st.floats(10, 1000)


@hypothesis.given(
    prices=st.builds(OrderPrices, _PRICE, _PRICE, _PRICE, _PRICE), buys=st.booleans(), protects=st.booleans()
)
def test_prices_of_orders_move_by_less_than_a_tick_to_the_safe_side(
    prices: OrderPrices, buys: bool, protects: bool
) -> None:
    moved = on_grid(prices, buys=buys, protects=protects, last=100.0, step=0.25)
    towards = 1 if buys else -1
    sides = {"limit": -towards, "stop": -towards if protects else towards, "sl": towards, "tp": towards}
    for name, side in sides.items():
        asked, got = getattr(prices, name), getattr(moved, name)
        if asked is None:
            assert got is None
            continue
        assert abs(got / 0.25 - round(got / 0.25)) < 1e-4
        # A stop or target that would meet the entry is kept a tick apart from it.
        assert -1e-4 <= (got - asked) * side < 0.25 or abs(got - (moved.limit or moved.stop or 100)) <= 0.25 + 1e-4
    again = on_grid(moved, buys=buys, protects=protects, last=100.0, step=0.25)
    assert again == moved
