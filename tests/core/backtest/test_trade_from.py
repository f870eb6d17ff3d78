"""`trade_from`: bars before it warm up and nothing else, in both engines, in sets of a search and in figures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest import metrics
from g4qc_core.backtest.benchmark_of_result import benchmark_of
from g4qc_core.backtest.engine_comparison import confirm
from g4qc_core.backtest.engines.engine_registry import COMPILED, REFERENCE
from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.prepared_strategy import TargetStrategy
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.result_card import card_of
from g4qc_core.backtest.run import run_backtest, run_prepared
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.tear_sheet.report import render_report
from g4qc_core.errors import BacktestRefused, UsageError
from tests.core.backtest.series import ES, exits_of, spec, walk
from tests.core.backtest.test_evaluation import Above, Slope
from tests.core.backtest.test_two_engines import Wishing, old_contracts, sizings

pytestmark = pytest.mark.slow

N, PER_SESSION = 96, 4
MONTHS = np.repeat(["202601", "202602", "202603", "202604"], [20, 25, 23, 28])
BARS = walk(N, contracts=MONTHS.tolist(), adjustments=np.repeat([40, -12, 9, 0], [20, 25, 23, 28]).tolist())
DAYS = [pd.Timestamp(day).date() for day in BARS["trade_date"].unique()]
GIVEN: dict[str, Any] = {"data_version": "v", "roll_rule": "r", "exits": exits_of(BARS)}

wishes = st.lists(st.sampled_from([-100, -50, 0, 0, 25, 100]), min_size=N // 3, max_size=N // 3).map(
    lambda values: np.repeat(values, 3).tolist()
)
starts = st.integers(0, len(DAYS) - 1)


def wishing(wanted: list[int]) -> TargetStrategy:
    return TargetStrategy("wishing", {}, "1", Wishing(wanted=tuple(wanted), contracts=2))


def ran(asked: BacktestSpec, wanted: list[int], engine: str = COMPILED) -> BacktestResult | str:
    """The result, or the sentence of a refusal."""
    old = old_contracts(BARS) if asked.on_roll == "hold" else None
    try:
        return run_prepared(asked, wishing(wanted), BARS, ES, **GIVEN, old_contracts=old, engine_name=engine)
    except BacktestRefused as refused:
        return str(refused)


def numbers(result: BacktestResult) -> bytes:
    """All numbers of a result that no name and no engine is part of, as bytes."""
    frames = [frame.to_dict("records") for frame in (result.trades, result.equity)]
    return repr([frames, result.metrics]).encode()


@settings(max_examples=40, deadline=None)
@given(
    wanted=wishes,
    at=starts,
    sizing=sizings(),
    on_roll=st.sampled_from(["roll", "close", "hold"]),
    margin=st.sampled_from([None, "200", "2026-01-14: 200, 2026-01-20: 90000"]),
)
def test_warm_up_is_a_wish_of_zero_and_the_result_begins_after_it(
    wanted: list[int], at: int, sizing: str, on_roll: str, margin: str | None
) -> None:
    more = {} if margin is None or (at < 8 and ":" in margin) else {"margin": margin}
    asked = spec(sizing=sizing, on_roll=on_roll, trade_from=DAYS[at].isoformat(), min_fee=3, fee_rate="0.0001", **more)
    first = at * PER_SESSION
    compiled, reference = (ran(asked, wanted, name) for name in (COMPILED, REFERENCE))
    silent = [0] * max(first - 1, 0) + wanted[max(first - 1, 0) :]
    whole = ran(asked.model_copy(update={"trade_from": None}), silent) if ":" not in str(more) else compiled
    if isinstance(compiled, str) or isinstance(whole, str):
        assert compiled == reference == whole
        return
    assert isinstance(reference, BacktestResult)
    assert numbers(compiled) == numbers(reference)
    equity = compiled.equity
    assert len(equity) == N - first == compiled.metrics["bars"]
    assert equity["trade_date"].iloc[0].date() == DAYS[at]
    assert (compiled.trades["entry_trade_date"].dt.date >= DAYS[at]).all()
    # The same orders without a warm-up, cut by hand.
    pd.testing.assert_frame_equal(whole.trades, compiled.trades)
    pd.testing.assert_frame_equal(whole.equity.iloc[len(whole.equity) - len(equity) :].reset_index(drop=True), equity)
    assert compiled.metrics["exposure"] == pytest.approx((equity["position"] != 0).mean(), abs=1e-9)
    assert compiled.metrics["sessions"] == len(DAYS) - at
    sessions = metrics.session_equity(equity).to_numpy()
    assert compiled.metrics["worst_session"] == pytest.approx(
        metrics.session_returns(sessions, float(asked.cash)).min(), abs=1e-9
    )


@settings(max_examples=25, deadline=None)
@given(
    at=starts,
    sizing=sizings(),
    on_roll=st.sampled_from(["roll", "close"]),
    strategy=st.sampled_from(["sma_cross", *(f"{kind.__module__}:{kind.__name__}" for kind in (Slope, Above))]),
    cash=st.sampled_from([60_000, 10**6]),
)  # fmt: skip
def test_a_set_of_a_search_is_its_backtest(at: int, sizing: str, on_roll: str, strategy: str, cash: int) -> None:
    given_spec = spec(strategy=strategy, parameters={}, sizing=sizing, on_roll=on_roll, cash=cash,
                      trade_from=DAYS[at].isoformat())  # fmt: skip
    evaluator = Evaluator(given_spec, BARS, ES, **GIVEN)
    for length in (2, 5):
        one = {"fast": length, "slow": 11} if strategy == "sma_cross" else {"length": length}
        found = evaluator.evaluate(one)
        if found.refused:
            with pytest.raises(BacktestRefused) as refused:
                evaluator.result(one)
            assert found.refused == str(refused.value)
            continue
        result = evaluator.result(one)
        assert (found.fingerprint, found.metrics) == (result.id, result.metrics)
        assert found.equity.tolist() == result.daily_equity.tolist()
        pd.testing.assert_frame_equal(evaluator.trades(one, 1000)[0], result.trades)
        assert confirm(result, BARS, ES, **GIVEN) == ""


@pytest.mark.parametrize("strategy", ["sma_cross", "tests.core.backtest.point_classes:Bracketed"])
def test_trading_from_the_first_session_on_changes_nothing(strategy: str) -> None:
    for given_from in ({}, {"from": DAYS[3].isoformat()}):
        first = DAYS[3 if given_from else 0]
        plain = run_backtest(spec(strategy=strategy, parameters={}, **given_from), BARS, ES, **GIVEN)
        same = run_backtest(
            spec(strategy=strategy, parameters={}, trade_from=first.isoformat(), **given_from), BARS, ES, **GIVEN
        )
        assert numbers(plain) == numbers(same)
        assert (plain.notes, plain.library) == (same.notes, same.library)


@settings(max_examples=20, deadline=None)
@given(
    at=st.integers(8, len(DAYS) - 2),
    strategy=st.sampled_from(["sma_cross", "time_series_momentum"]),
    sizing=st.sampled_from(["contracts", "contracts(3)", "notional(2000000)", "volatility(30, window=4)"]),
)
def test_with_its_look_back_as_warm_up_a_strategy_trades_as_with_all_of_history(
    at: int, strategy: str, sizing: str
) -> None:
    parameters = {"fast": 3, "slow": 8} if strategy == "sma_cross" else {"length": 7}
    asked = spec(strategy=strategy, parameters=parameters, sizing=sizing, trade_from=DAYS[at].isoformat())
    # Two sessions hold the look-back of eight bars; the volatility needs four changes of sessions that have ended.
    back = DAYS[at - (6 if "volatility" in sizing else 2)].isoformat()
    long = run_backtest(asked, BARS, ES, **GIVEN)
    short = run_backtest(BacktestSpec.asked(asked.to_dict() | {"from": back}), BARS, ES, **GIVEN)
    assert numbers(short) == numbers(long)
    assert len(long.trades)
    wanted = long.equity["position"].iloc[0] != 0
    assert wanted == (long.trades["entry_time"].iloc[0] == long.equity["timestamp"].iloc[0])


@settings(max_examples=20, deadline=None)
@given(
    first=st.integers(0, 5), at=st.integers(6, 14), last=st.integers(15, len(DAYS) - 2), sizing=sizings(),
    poison=st.sampled_from([np.nan, np.inf, -1e300, 1e12, 0.0]),
    strategy=st.sampled_from(["sma_cross", "ema_cross", "donchian", "tests.core.backtest.point_classes:Bracketed"]),
)  # fmt: skip
def test_bars_after_the_window_change_no_byte_of_a_result(
    first: int, at: int, last: int, sizing: str, poison: float, strategy: str
) -> None:
    days = {"from": DAYS[first], "trade_from": DAYS[at], "to": DAYS[last]}
    own = {} if "Bracketed" in strategy else {"sizing": sizing}
    asked = spec(strategy=strategy, parameters={}, **own, **{name: day.isoformat() for name, day in days.items()})
    after = (BARS["trade_date"] > pd.Timestamp(DAYS[last])).to_numpy()
    poisoned = BARS.copy()
    poisoned.loc[after, ["open", "high", "low", "close", "factor", "adjustment"]] = poison
    poisoned.loc[after, "volume"] = -1
    exits = GIVEN["exits"].copy()
    exits[exits.index > BARS["timestamp"][~after].iloc[-1]] = poison
    outcomes, evaluations = [], []
    for bars, left in ((BARS, GIVEN["exits"]), (poisoned, exits), (BARS[~after], GIVEN["exits"])):
        arguments = GIVEN | {"exits": left}
        try:
            result = run_backtest(asked, bars, ES, **arguments)
            told = [result.id, repr(result.library), result.notes, repr(card_of(result)), numbers(result)]
        except BacktestRefused as refused:
            told = [str(refused)]
        outcomes.append(repr(told))
        found = Evaluator(asked, bars, ES, **arguments).evaluate({})
        evaluations.append(repr([found.fingerprint, found.equity.tolist(), dict(found.metrics), found.refused]))
    assert len(set(outcomes)) == len(set(evaluations)) == 1


@pytest.mark.parametrize("kind", ["Bracketed", "Managed"])
def test_a_class_does_not_trade_before_and_its_figures_are_of_the_rest(kind: str) -> None:
    at = 9
    asked = spec(strategy=f"tests.core.backtest.point_classes:{kind}", parameters={}, trade_from=DAYS[at].isoformat(),
                 cash=10**7)  # fmt: skip
    result = run_backtest(asked, BARS, ES, **GIVEN)
    assert len(result.trades)
    assert (result.trades["entry_trade_date"].dt.date >= DAYS[at]).all()
    assert len(result.equity) == N - at * PER_SESSION
    assert result.library["Start"] == result.equity["timestamp"].iloc[0].isoformat()
    assert result.library["Equity Final [$]"] == pytest.approx(result.metrics["final_equity"])
    # The library counts the bar of the exit as well, and splits no trade at a roll.
    exposed = 100 * float((result.equity["position"] != 0).mean())
    assert exposed <= result.library["Exposure Time [%]"] <= 100
    assert confirm_fails(result)


def confirm_fails(result: BacktestResult) -> bool:
    with pytest.raises(UsageError, match="no other engine"):
        confirm(result, BARS, ES, **GIVEN)
    return True


def test_the_benchmark_is_bought_at_the_first_open_of_the_window() -> None:
    at = 7
    asked = spec(strategy="buy_and_hold", parameters={}, trade_from=DAYS[at].isoformat())
    result = run_backtest(asked, BARS, ES, **GIVEN)
    assert result.trades["entry_time"].iloc[0] == BARS["timestamp"].iloc[at * PER_SESSION]
    assert result.metrics["excess_return"] == 0
    held = benchmark_of(result, BARS, ES, GIVEN["exits"])
    assert held is not None
    pd.testing.assert_series_equal(held, result.daily_equity)
    assert result.inputs["window"]["first_trade_date"] == DAYS[0].isoformat()
    assert any("28 bars before 2026-01-14 only warmed" in note for note in result.notes)
    assert ("asked.trade_from", "2026-01-14") in {(row.key, row.value) for row in card_of(result)}
    page = render_report(result, BARS, instrument=ES, exits=GIVEN["exits"])
    assert "warmed" in page


def test_a_spec_without_it_has_the_content_name_and_id_of_versions_that_did_not_know_it() -> None:
    plain = spec()
    assert "trade_from" not in plain.content()
    assert BacktestSpec.from_dict({k: v for k, v in plain.to_dict().items() if k != "trade_from"}) == plain
    dated = spec(trade_from="2026-01-14")
    assert dated.content() == plain.content() | {"trade_from": "2026-01-14"}
    assert dated.named_by_content().name != plain.named_by_content().name
    ids = {run_backtest(one, BARS, ES, **GIVEN).id for one in (plain, dated, spec(trade_from="2026-01-15"))}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"from": "2026-02-01", "trade_from": "2026-01-31"}, "outside the window from 2026-02-01 to the last bar"),
        ({"to": "2026-02-01", "trade_from": "2026-02-02"}, "outside the window from the first bar to 2026-02-01"),
    ],
)
def test_a_day_outside_the_window_is_refused_in_one_sentence(days: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        BacktestSpec.asked(spec().to_dict() | days)
    assert words in str(refused.value)
    assert str(refused.value).count(".") == 1


def test_a_window_without_bars_to_trade_is_refused_in_one_sentence() -> None:
    asked = spec(trade_from="2027-01-04")
    with pytest.raises(BacktestRefused, match="no bars of ES from trade_from 2027-01-04 on"):
        run_backtest(asked, BARS, ES, **GIVEN)
    assert "2027-01-04" in Evaluator(asked, BARS, ES, **GIVEN).evaluate({}).refused


def test_a_part_goes_on_with_the_money_of_the_part_before() -> None:
    middle = DAYS[12]
    whole = spec(strategy="buy_and_hold", parameters={}, slippage_ticks=0, fee=0)
    first = run_backtest(whole.model_copy(update={"last": DAYS[11]}), BARS, ES, **GIVEN)
    cash = Decimal(str(first.metrics["final_equity"]))
    second = run_backtest(replace_days(whole, middle, cash), BARS, ES, **GIVEN)
    # Without costs, what a part loses to the whole is the move from the last close to the next open.
    at = 12 * PER_SESSION
    gap = float(BARS["open"].iloc[at] - BARS["close"].iloc[at - 1]) * 50
    all_of_it = run_backtest(whole, BARS, ES, **GIVEN)
    assert second.metrics["starting_cash"] == float(cash)
    assert second.metrics["final_equity"] + gap == pytest.approx(all_of_it.metrics["final_equity"])


def replace_days(asked: BacktestSpec, day: object, cash: Decimal) -> BacktestSpec:
    return asked.model_copy(update={"trade_from": day, "cash": cash})


def test_the_notes_count_the_rolls_of_the_window_only() -> None:
    late = run_backtest(spec(trade_from=DAYS[18].isoformat()), BARS, ES, **GIVEN)
    assert not [note for note in late.notes if "contract changes" in note]
    assert late.trades["contract"].eq("202604").all()
    assert replace(late).adjusted
