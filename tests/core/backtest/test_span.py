"""Figures per year: computed from elapsed time, and not for spans that are too short."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.metrics import ANNUAL, OF_RETURNS, annual_return, distorted
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.span import LEAST_DAYS, LEAST_SESSIONS, Span, span_of
from g4qc_core.backtest.tear_sheet.report import figure, shown
from g4qc_core.calendars.session_calendar import calendar
from tests.core.backtest.series import ES, REGISTRY, series, spec, walk

EQUITY = calendar(ES.calendar)


def sessions(first: date, last: date) -> list[date]:
    return [session.trade_date for session in EQUITY.sessions(first, last)]


def run(of_spec, bars: pd.DataFrame, of=ES, **more: str) -> BacktestResult:
    return run_backtest(of_spec, bars, of, data_version="v", roll_rule="r", **more)


def rising(days: list[date], total: float) -> pd.DataFrame:
    """One bar a session whose contract, held from the second bar on, earns `total` of a million."""
    ticks = round(1e6 * total / 12.5)
    closes = np.full(len(days), 20_000)
    closes[-1] += ticks
    bars = series(closes.tolist(), closes.tolist(), per_session=1)
    stamps = pd.DatetimeIndex(pd.to_datetime(days)).tz_localize("UTC").as_unit("us") + pd.Timedelta(hours=15)
    return bars.assign(timestamp=stamps, trade_date=pd.DatetimeIndex(pd.to_datetime(days)).as_unit("s"))


def test_a_year_has_as_many_sessions_as_the_calendar_says() -> None:
    days = sessions(date(2023, 1, 1), date(2023, 12, 31))
    span = span_of(days, EQUITY)
    assert span.missing == ()
    assert span.sessions_per_year == pytest.approx(len(days), rel=0.01)


def test_a_full_week_is_seven_days() -> None:
    assert span_of(sessions(date(2023, 10, 9), date(2023, 10, 13)), EQUITY).days == 7


def test_thirty_missing_sessions_do_not_shorten_the_year() -> None:
    days = sessions(date(2023, 8, 7), date(2023, 11, 7))[:66]
    holed = [*days[:18], *days[48:]]
    result = run(spec(strategy="buy_and_hold", parameters={}), rising(holed, 0.099))
    whole = run(spec(strategy="buy_and_hold", parameters={}), rising(days, 0.099))
    assert result.metrics["annual_return"] == pytest.approx(whole.metrics["annual_return"])
    assert result.metrics["missing_sessions"] == 30
    note = next(note for note in result.notes if "have no bars" in note)
    assert note.startswith("30 of 66 sessions have no bars: ")
    assert f"{days[18]}" in note
    assert f"{days[47]}" in note
    assert distorted(result.metrics) == OF_RETURNS
    assert not distorted(whole.metrics)


def test_one_session_is_not_scaled_to_a_year() -> None:
    mes = REGISTRY["MES"]
    opens, closes = [16_000, 16_000, 16_000], [16_000, 16_000, 16_004]
    bars = series(opens, closes, of=mes, per_session=4)
    result = run(spec(strategy="buy_and_hold", instrument="MES", cash=1000, margin=50, parameters={"contracts": 20},
                      slippage_ticks=0, fee=0), bars, mes, engine_name="backtesting")  # fmt: skip
    assert result.metrics["total_return"] == pytest.approx(0.1)
    assert {name for name in ANNUAL if result.metrics[name] is not None} == set()
    assert {figure(name, result.metrics) for name in ANNUAL} == {"not meaningful"}
    assert result.library["Sharpe Ratio"] is None
    assert any("Annual figures are not meaningful" in note for note in result.notes)


def test_short_spans_say_what_they_lack() -> None:
    assert not Span(LEAST_DAYS - 1, 100).annualisable
    assert not Span(LEAST_DAYS, LEAST_SESSIONS - 1).annualisable
    assert Span(LEAST_DAYS, LEAST_SESSIONS).annualisable
    assert Span(1, 1).caution() == [
        "Annual figures are not meaningful: 1 day with bars in 1 session; they need at least 56 days and 10 sessions."
    ]


def test_a_return_beyond_any_number_is_none() -> None:
    assert annual_return(np.array([1e10]), 252) is None


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_removing_sessions_changes_no_annual_return(data: st.DataObject) -> None:
    """The annual return depends only on the ends of the span, not on sessions between them."""
    days = sessions(date(2024, 1, 1), date(2024, 6, 30))
    kept = data.draw(st.sets(st.sampled_from(days[1:-1]), min_size=LEAST_SESSIONS))
    span = span_of([days[0], *kept, days[-1]], EQUITY)
    assert span.days == span_of(days, EQUITY).days
    assert set(span.missing) == set(days[1:-1]) - kept
    grown = np.full(span.sessions, 0.0)
    grown[-1] = 0.05
    annual = annual_return(grown, span.sessions_per_year)
    assert annual == pytest.approx(math.pow(1.05, 365.25 / span.days) - 1)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 400), st.integers(0, 3000))
def test_every_result_has_figures_or_words_and_never_an_exception(length: int, start: int) -> None:
    first = date(2015, 1, 5) + timedelta(days=start)
    days = sessions(first, first + timedelta(days=length + 10))[: max(1, length // 2)]
    span = span_of(days, EQUITY)
    assert span.days >= 1
    assert all(sentence.endswith(".") for sentence in span.caution())


def test_figures_that_are_not_defined_read_as_words() -> None:
    assert shown("sharpe", None) == "not meaningful"
    assert shown("profit_factor", None) == "–"


def test_the_marks_of_a_result_without_holes_are_none() -> None:
    result = run(spec(), walk(500))
    assert result.metrics["missing_sessions"] == len(
        set(sessions(date(2026, 1, 5), date(2026, 6, 26))) - set(result.equity["trade_date"].dt.date)
    )
