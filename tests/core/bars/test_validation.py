from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import BAR_COLUMNS, GOOD_COLUMNS, QUARANTINE_COLUMNS, RAW_BAR_COLUMNS
from g4qc_core.bars.quarantine.reasons import Reason
from g4qc_core.bars.schema import check_schema
from g4qc_core.bars.validation.validate import validate
from g4qc_core.calendars.session_calendar import calendar
from tests.core.bars.builders import EC, EQUITY, ES, es_contract, raw_bars
from tests.market_data import needs_market_data, replay_bars, replay_contracts

SESSIONS = EQUITY.sessions(date(2025, 12, 17), date(2025, 12, 19))
CONTRACTS = {month: es_contract(month) for month in ("202512", "202603")}
FIRST = pd.Timestamp("2025-12-16 23:00Z")


@pytest.fixture
def raw() -> pd.DataFrame:
    return raw_bars("202603", SESSIONS)


def test_good_bars_pass_with_their_trade_date_and_session(raw: pd.DataFrame) -> None:
    outcome = validate(raw, ES, CONTRACTS, EQUITY)
    assert outcome.quarantined.empty
    assert tuple(outcome.good.columns) == GOOD_COLUMNS
    check_schema(outcome.good.loc[:, list(BAR_COLUMNS)])
    assert list(outcome.good["trade_date"].dt.date.unique()) == [s.trade_date for s in SESSIONS]
    assert [t.to_pydatetime() for t in outcome.good["session_open"].unique()] == [s.open for s in SESSIONS]
    pd.testing.assert_frame_equal(outcome.good[["open", "close"]], raw[["open", "close"]])


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ({"close": np.nan}, Reason.SCHEMA, "close is nan"),
        ({"high": np.inf}, Reason.SCHEMA, "high is inf"),
        ({"count": -2}, Reason.SCHEMA, "count is -2"),
        ({"timestamp": pd.Timestamp("2025-12-17 10:00:30Z")}, Reason.SCHEMA, "10:00:30"),
        ({"contract": "209912"}, Reason.UNKNOWN_CONTRACT, "209912"),
        ({"volume": -1}, Reason.NEGATIVE_VOLUME, "volume is -1"),
        ({"high": 1.0}, Reason.OHLC_ORDER, "high 1.0"),
        ({"low": 9000.0}, Reason.OHLC_ORDER, "low 9000.0"),
        (
            {"open": 6000.3, "high": 6001.0, "low": 6000.0, "close": 6000.0},
            Reason.OFF_TICK,
            "open 6000.3 is not",
        ),
        ({"timestamp": pd.Timestamp("2025-12-17 22:30Z")}, Reason.OUTSIDE_SESSION, "closed or halted"),
        ({"timestamp": pd.Timestamp("2025-12-20 12:00Z")}, Reason.OUTSIDE_SESSION, "closed or halted"),
        (
            {"contract": "202512", "timestamp": pd.Timestamp("2025-12-19 14:30Z")},
            Reason.AFTER_EXPIRY,
            "14:30 UTC",
        ),
        ({"timestamp": FIRST}, Reason.DUPLICATE, "another bar"),
    ],
)
def test_a_bad_bar_is_quarantined_with_its_reason(
    raw: pd.DataFrame, change: dict[str, object], reason: Reason, detail: str
) -> None:
    for column, value in change.items():
        raw.loc[7, column] = value
    outcome = validate(raw, ES, CONTRACTS, EQUITY)
    assert len(outcome.good) == len(raw) - 1
    [bad] = outcome.quarantined.to_dict("records")
    assert bad["reason"] == reason
    assert detail in bad["detail"]
    pd.testing.assert_frame_equal(
        outcome.quarantined.loc[:, list(RAW_BAR_COLUMNS)], raw.loc[[7]].reset_index(drop=True)
    )


def test_the_last_minute_before_expiry_is_good(raw: pd.DataFrame) -> None:
    raw.loc[7, "contract"] = "202512"
    raw.loc[7, "timestamp"] = pd.Timestamp("2025-12-19 14:29Z")
    assert validate(raw, ES, CONTRACTS, EQUITY).quarantined.empty


def test_a_bar_in_a_halt_is_outside_the_session() -> None:
    raw = raw_bars("201312", EQUITY.sessions(date(2013, 10, 8), date(2013, 10, 8)))
    raw.loc[7, "timestamp"] = pd.Timestamp("2013-10-08 20:20Z")
    contracts = {"201312": es_contract("201312", date(2013, 12, 20))}
    [reason] = validate(raw, ES, contracts, EQUITY).quarantined["reason"]
    assert reason == Reason.OUTSIDE_SESSION


def test_a_flat_bar_without_volume_is_good(raw: pd.DataFrame) -> None:
    raw.loc[7, ["open", "high", "low", "close"]] = 6000.25
    raw.loc[7, ["volume", "count"]] = 0
    assert validate(raw, ES, CONTRACTS, EQUITY).quarantined.empty


def test_of_repeated_bars_the_first_sound_one_is_good(raw: pd.DataFrame) -> None:
    broken, other = raw.loc[[7]].assign(high=1.0), raw.loc[[7]].assign(volume=77)
    outcome = validate(pd.concat([broken, raw, other]), ES, CONTRACTS, EQUITY)
    assert sorted(outcome.quarantined["reason"]) == [Reason.DUPLICATE, Reason.OHLC_ORDER]
    assert outcome.quarantined["volume"].iloc[-1] == 77
    assert len(outcome.good) == len(raw)


def test_no_bars_come_out_of_no_bars_with_the_same_types(raw: pd.DataFrame) -> None:
    none, some = validate(raw.iloc[:0], ES, CONTRACTS, EQUITY), validate(raw, ES, CONTRACTS, EQUITY)
    assert none.good.empty
    assert none.quarantined.empty
    assert none.good.dtypes.equals(some.good.dtypes)
    assert none.quarantined.dtypes.equals(some.quarantined.dtypes)


def _garbage(draw_seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(draw_seed)
    frame = raw_bars("202603", SESSIONS[:1], draw_seed, share=0.03)
    n = len(frame)
    for column, values in {
        "high": [np.nan, np.inf, 1.0, 6000.3],
        "volume": [-1, 0],
        "count": [-1, -5],
        "contract": ["202512", "209912"],
    }.items():
        rows = rng.random(n) < 0.2
        frame.loc[rows, column] = rng.choice(values, rows.sum())
    moved = rng.random(n) < 0.3
    shifts = pd.to_timedelta(rng.integers(-3000, 3000, moved.sum()), unit="min")
    frame.loc[moved, "timestamp"] = (frame.loc[moved, "timestamp"] + shifts).dt.as_unit("us")
    frame = pd.concat([frame, frame.sample(frac=0.2, random_state=draw_seed)])
    return frame.sample(frac=1, random_state=draw_seed)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
@pytest.mark.slow
def test_every_row_comes_out_exactly_once(seed: int) -> None:
    raw = _garbage(seed)
    outcome = validate(raw, ES, CONTRACTS, EQUITY)
    key = ["contract", "timestamp", "volume", "count"]
    came_out = pd.concat([outcome.good[key], outcome.quarantined[key]])
    pd.testing.assert_frame_equal(
        came_out.sort_values(key, ignore_index=True), raw[key].sort_values(key, ignore_index=True)
    )
    check_schema(outcome.good.loc[:, list(BAR_COLUMNS)])
    assert tuple(outcome.quarantined.columns) == QUARANTINE_COLUMNS
    assert outcome.quarantined["detail"].str.len().gt(0).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
@pytest.mark.slow
def test_the_order_of_rows_does_not_matter_for_good_bars_without_repeats(seed: int) -> None:
    raw = _garbage(seed).drop_duplicates(["contract", "timestamp"])
    shuffled = raw.sample(frac=1, random_state=1)
    a, b = (validate(frame, ES, CONTRACTS, EQUITY).good for frame in (raw, shuffled))
    pd.testing.assert_frame_equal(a, b)


@given(st.integers(1, 80_000), st.sampled_from([1, -1]), st.sampled_from(["noise", "float32"]))
def test_noise_of_the_wire_cannot_matter(ticks: int, sign: int, kind: str) -> None:
    exact = float(EC.min_tick * Decimal(ticks * sign))
    noisy = float(np.float32(exact)) if kind == "float32" else exact * (1 + 3e-16)
    bar = {"open": noisy, "high": noisy, "low": noisy, "close": noisy, "volume": 1, "wap": np.nan, "count": 1}
    stamp = pd.DatetimeIndex(["2024-01-03 12:00Z"]).as_unit("us")
    raw = pd.DataFrame({"contract": ["202403"], "timestamp": stamp, **{k: [v] for k, v in bar.items()}})
    contract = es_contract("202403", date(2024, 3, 18))
    outcome = validate(raw, EC, {"202403": contract}, calendar("fx"))
    assert list(outcome.good["close"]) == [exact]


@given(st.integers(1, 400_000), st.floats(0.02, 0.98))
def test_a_price_between_ticks_is_never_snapped(ticks: int, fraction: float) -> None:
    price = (ticks + fraction) * 0.25
    raw = raw_bars("202603", SESSIONS[:1]).iloc[:1].assign(open=price, high=price, low=price, close=price)
    [reason] = validate(raw, ES, CONTRACTS, EQUITY).quarantined["reason"]
    assert reason == Reason.OFF_TICK


@needs_market_data
@pytest.mark.parametrize("instrument", [ES, EC], ids=str)
def test_every_replayed_bar_is_good_and_unchanged(instrument) -> None:
    contracts = replay_contracts(instrument.symbol)
    raw = pd.concat([replay_bars(c.local_symbol).assign(contract=c.month) for c in contracts])
    outcome = validate(raw, instrument, {c.month: c for c in contracts}, calendar(instrument.calendar))
    assert outcome.quarantined.empty
    raw = raw.sort_values(["contract", "timestamp"], ignore_index=True)
    for column in ("timestamp", "open", "high", "low", "close", "volume"):
        assert (outcome.good[column] == raw[column]).all(), column
