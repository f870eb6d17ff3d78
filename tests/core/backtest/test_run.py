from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.code_versions import VERSIONS
from g4qc_core.errors import BacktestRefused, UsageError
from tests.core.backtest.series import ES, exits_of, instrument, series, spec, walk

ROOT = Path(__file__).resolve().parents[3]
CLASSES = "tests.core.backtest.classes"


def run(of: BacktestSpec, bars: pd.DataFrame, **kwargs) -> BacktestResult:
    exits = exits_of(bars) if "adjustment" in bars else None
    given = {"instrument": ES, "data_version": "v1", "roll_rule": "8 days", "exits": exits} | kwargs
    return run_backtest(of, bars, **given)


def rolled(n: int = 400, at: int = 230, gap: int = 40) -> pd.DataFrame:
    contracts = ["202603"] * at + ["202606"] * (n - at)
    return walk(n, contracts=contracts, adjustments=[gap] * at + [0] * (n - at))


def hold(**fields: object) -> BacktestSpec:
    return spec(strategy="buy_and_hold", parameters={}, **fields)


# Rolls


def test_a_position_over_a_roll_is_two_trades_that_pay_four_sides() -> None:
    bars = rolled()
    trades = run(hold(), bars).trades
    assert trades["contract"].tolist() == ["202603", "202606"]
    assert trades["exit_reason"].tolist() == ["roll", "end"]
    assert trades["fees"].tolist() == [4.5, 4.5]
    assert trades["slippage"].tolist() == [25.0, 25.0]
    first, second = trades.iloc[0], trades.iloc[1]
    assert first["exit_time"] == second["entry_time"] == bars["timestamp"].iloc[230]
    assert first["exit_price"] == second["entry_price"] == bars["open"].iloc[230]


def test_the_price_gap_of_a_roll_is_neither_won_nor_lost() -> None:
    bars = rolled()
    flat = bars.assign(contract="202606", adjustment=0.0)
    with_roll, without = run(hold(), bars), run(hold(), flat)
    assert with_roll.metrics["gross_profit"] == without.metrics["gross_profit"]
    assert with_roll.metrics["net_profit"] == pytest.approx(without.metrics["net_profit"] - 29.5)
    exit_own, entry_own = with_roll.trades["exit_price_own"].iloc[0], with_roll.trades["entry_price_own"].iloc[1]
    assert entry_own - exit_own == 40 * 0.25


def test_a_signal_on_the_eve_of_a_roll_is_no_roll() -> None:
    bars = series([100] * 6, [100] * 6, contracts=["202603"] * 3 + ["202606"] * 3)
    bars["close"] = bars["high"] = np.array([100, 101, 99, 99, 99, 99]) / 4 + 25
    bars["open"] = bars["low"] = 25.0
    crossing = spec(parameters={"fast": 1, "slow": 2, "long_only": True})
    trades = run(crossing, bars).trades
    assert trades["exit_reason"].tolist() == ["signal"]


def test_without_adjustment_signals_see_the_gap_and_profits_do_not() -> None:
    bars = rolled()
    own = bars.assign(adjustment=0.0)
    for name in ("open", "high", "low", "close"):
        own[name] = bars[name] - bars["adjustment"]
    plain = run(hold(adjustment="none"), own, exits=exits_of(bars))
    assert plain.metrics["net_profit"] == run(hold(), bars).metrics["net_profit"]
    assert any("the strategy saw the gap" in note for note in plain.notes)


# Refusals


def test_no_bars_is_a_refusal() -> None:
    with pytest.raises(BacktestRefused, match="no bars of ES in the window"):
        run(spec(), walk(40).head(0))
    with pytest.raises(BacktestRefused, match="no bars of ES in the window"):
        run(spec(**{"from": "2030-01-01"}), walk(40))


def test_fewer_bars_than_the_strategy_needs_is_a_refusal_that_says_how_many() -> None:
    with pytest.raises(BacktestRefused, match="has 8 bars and its strategy needs 9"):
        run(spec(), walk(8))
    assert run(spec(), walk(9)).metrics["bars"] == 9


def test_an_order_without_margin_is_refused_with_date_need_and_available() -> None:
    with pytest.raises(BacktestRefused, match=r"margin of 1 contract on 2026-01-05 14:00.*needed 24,998\.75 USD"):
        run(hold(cash=20_000), walk(40))
    assert run(hold(cash=20_000, margin=15_000), walk(40)).metrics["trades"] == 1
    with pytest.raises(BacktestRefused, match=r"needed 20,001\.00 USD, available 20,000\.00"):
        run(hold(cash=20_000, margin=20_001), walk(40))


def test_margin_is_of_the_contracts_own_price_and_not_of_the_adjusted_one() -> None:
    bars = series([100] * 4, [100] * 4, adjustments=[-19_900] * 4)  # trades at 20,000 ticks: 250,000 of money
    with pytest.raises(BacktestRefused, match=r"needed 25,000\.00"):
        run(hold(cash=24_999), bars)
    assert run(hold(cash=25_000), bars).metrics["trades"] == 1


def test_a_roll_needs_its_margin_too() -> None:
    falling = list(range(2000, 1980, -1))
    bars = series(falling, falling, contracts=["202603"] * 12 + ["202606"] * 8)
    with pytest.raises(BacktestRefused, match=r"margin of 1 contract on 2026-01-07 17:00.*needed 5,000\.00"):
        run(hold(cash=5_050, margin=5_000), bars)


def test_ruin_is_refused_with_the_date() -> None:
    crash = series([4000] * 5, [4000, 4000, 4000, 3000, 3000])
    with pytest.raises(BacktestRefused, match=r"ruined: on 2026-01-05 17:00"):
        run(hold(cash=10_000, margin=100), crash)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"close": 5000.1}, "close of the ES bar at .* no multiple of the tick 0.25"),
        ({"open": float("nan")}, "open of the ES bar at .* is nan"),
    ],
)
def test_a_price_off_the_tick_grid_is_refused_with_its_bar(change: dict, words: str) -> None:
    bars = walk(40)
    bars.loc[7, list(change)] = list(change.values())
    with pytest.raises(BacktestRefused, match=words):
        run(spec(), bars)


def test_bars_out_of_order_or_without_a_column_are_refused() -> None:
    with pytest.raises(BacktestRefused, match="not in ascending order"):
        run(spec(), walk(40).iloc[::-1])
    with pytest.raises(BacktestRefused, match="lack the column adjustment"):
        run(spec(), walk(40).drop(columns="adjustment"))


def test_bars_of_another_instrument_are_refused() -> None:
    with pytest.raises(UsageError, match="is for NQ, not for ES"):
        run(spec(instrument="NQ"), walk(40))


# Adjusted prices at and below zero


def test_prices_below_zero_change_nothing_but_the_notes() -> None:
    high, low = walk(200, start=20_000), walk(200, start=-50)
    adjusted = low.assign(adjustment=-20_050 * 0.25)  # the contract itself trades where `high` does
    above, seen, traded = run(spec(), high), run(spec(), adjusted), run(spec(), low)
    for below in (seen, traded):
        assert below.trades["profit"].tolist() == above.trades["profit"].tolist()
        assert below.equity["equity"].tolist() == above.equity["equity"].tolist()
    assert any("zero or below" in note for note in traded.notes)
    assert not any("zero or below" in note for note in [*above.notes, *seen.notes])


# Inputs, identity, determinism


def test_the_window_of_the_spec_is_the_window_of_the_result() -> None:
    bars = walk(200)
    result = run(spec(**{"from": "2026-01-12", "to": "2026-01-30"}), bars)
    days = bars["trade_date"]
    inside = bars[(days >= "2026-01-12") & (days <= "2026-01-30")]
    assert result.equity["timestamp"].tolist() == inside["timestamp"].tolist()
    window = result.inputs["window"]
    assert (window["first_trade_date"], window["last_trade_date"]) == ("2026-01-12", "2026-01-30")


def test_the_same_inputs_give_the_same_id_and_numbers() -> None:
    first, second = run(spec(), rolled()), run(spec(), rolled())
    assert first.to_dict(frames=True) == second.to_dict(frames=True)
    assert len(first.id) == 32


@pytest.mark.parametrize(
    "change",
    [{"cash": 999_999}, {"slippage_ticks": 2}, {"fee": "1.1"}, {"parameters": {"fast": 3, "slow": 9}}, {"seed": 1},
     {"margin": 1000}, {"to": "2026-02-20"}],
    ids=str,
)  # fmt: skip
def test_every_input_is_part_of_the_id(change: dict) -> None:
    assert run(spec(**change), walk(300)).id != run(spec(), walk(300)).id


@pytest.mark.parametrize(
    "same",
    [
        {"name": "other"},
        {"cash": "1000000.00"},
        {"cash": 1e6},
        {"roll": ES.roll},
        {"fee": str(ES.fee)},
        {"fee": f"{ES.fee}0"},
        {"slippage_ticks": "1.0"},
        {"margin_rate": "0.10"},
        {"adjustment": "additive"},
        {"on_roll": "roll"},
        {"parameters": {"fast": 3.0, "slow": 8, "long_only": False, "contracts": 1}},
    ],
    ids=str,
)
def test_a_default_that_is_written_down_and_another_way_to_write_a_value_give_the_same_id(same: dict) -> None:
    assert run(spec(**same), walk(60)).id == run(spec(), walk(60)).id


def test_the_data_the_rule_and_the_instrument_are_part_of_the_id() -> None:
    bars = walk(300)
    other = bars.assign(volume=bars["volume"] + 1)
    ids = {
        run(spec(), bars).id,
        run(spec(), other).id,
        run(spec(), bars, instrument=instrument("51", "0.25", "2.25")).id,
        run_backtest(spec(), bars, ES, data_version="v2", roll_rule="8 days").id,
        run_backtest(spec(), bars, ES, data_version="v1", roll_rule="7 days").id,
    }
    assert len(ids) == 5


def test_the_same_money_written_otherwise_is_the_same_id() -> None:
    assert run(spec(cash="1000000.00"), walk(40)).id == run(spec(cash=1_000_000), walk(40)).id


def test_a_result_names_its_inputs() -> None:
    inputs = run(spec(), rolled()).inputs
    assert inputs["data_version"] == "v1"
    assert inputs["roll_rule"] == "8 days"
    assert inputs["adjustment"] == "additive"
    assert inputs["parameters"] == {"contracts": 1, "fast": 3, "slow": 8, "long_only": False}
    assert inputs["engine"] == f"compiled {VERSIONS['engines'].number}"
    assert inputs["costs"]["fee per contract and side"] == "2.25"
    assert set(inputs["code"]) == {"g4qc", "backtest", "strategy"}
    assert {"seed", "margin", "cash", "window", "bars_fingerprint", "instrument"} <= set(inputs)


def test_a_result_is_plain_json() -> None:
    exported = run(spec(), rolled()).to_dict(frames=True)
    text = json.dumps(exported, allow_nan=False)
    assert json.loads(text) == exported
    assert exported["equity"][0]["timestamp"] == "2026-01-05T14:00:00Z"
    assert exported["equity"][0]["trade_date"] == "2026-01-05"


_ELSEWHERE = """
from tests.core.backtest.test_run import rolled, run, spec
result = run(spec(), rolled())
print(result.id, result.metrics)
"""


@pytest.mark.slow
def test_the_host_time_zone_and_hash_seed_change_nothing() -> None:
    elsewhere = os.environ | {"TZ": "Asia/Kolkata", "PYTHONHASHSEED": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE], cwd=ROOT, env=elsewhere, capture_output=True, text=True, check=True
    )
    here = run(spec(), rolled())
    assert done.stdout == f"{here.id} {here.metrics}\n"


def test_a_run_without_any_trade_has_a_flat_equity_and_no_ratios() -> None:
    result = run(spec(), series([100] * 40, [100] * 40))
    assert result.trades.empty
    assert set(result.equity["equity"]) == {1_000_000.0}
    assert result.metrics["sharpe"] is None
    assert result.metrics["max_drawdown"] == 0
    json.dumps(result.to_dict(frames=True), allow_nan=False)


def test_nothing_is_printed_and_no_warning_escapes(capfd, recwarn) -> None:
    run(spec(), rolled())
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_dates_of_trades_are_trade_dates_and_times_are_utc() -> None:
    trades = run(spec(), rolled()).trades
    assert str(trades["entry_time"].dtype) == str(trades["exit_time"].dtype) == "datetime64[us, UTC]"
    assert str(trades["entry_trade_date"].dtype) == "datetime64[s]"
    assert trades["entry_trade_date"].iloc[0].date() >= date(2026, 1, 5)
