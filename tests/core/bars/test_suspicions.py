"""Suspicions: false bars are caught, volatile ones are not, and the user can overrule."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import PRICES, RAW_BAR_COLUMNS
from g4qc_core.bars.quarantine.reasons import Reason
from g4qc_core.bars.validation.validate import Validated, validate
from tests.core.bars.builders import EQUITY, ES, es_contract, raw_bars

SESSIONS = EQUITY.sessions(date(2025, 12, 17), date(2025, 12, 19))
CONTRACTS = {month: es_contract(month) for month in ("202512", "202603")}
RAW = raw_bars("202603", SESSIONS)
LENGTHS = [session.length for session in SESSIONS]
OPENS = [0, *np.cumsum(LENGTHS)[:-1]]
# More than any bar may stand out in these bars: 20 sigmas of 3 ticks a minute, and two ranges of a dozen ticks.
CLEARLY = 160

_FEW = settings(max_examples=40, deadline=None)


def outcome(raw: pd.DataFrame, accepted: pd.DataFrame | None = None, instrument=ES) -> Validated:
    return validate(raw, instrument, CONTRACTS, EQUITY, accepted)


def quarantined(raw: pd.DataFrame, **more: object) -> dict[pd.Timestamp, str]:
    """Reason by timestamp."""
    bad = outcome(raw, **more).quarantined
    return dict(zip(bad["timestamp"], bad["reason"], strict=True))


def moved(raw: pd.DataFrame, rows: object, ticks: float, columns: tuple[str, ...] = PRICES) -> pd.DataFrame:
    changed = raw.copy()
    changed.loc[rows, list(columns)] += 0.25 * ticks
    return changed


def flat(rows: range, price: float = 6000.0) -> pd.DataFrame:
    changed = RAW.copy()
    changed.loc[list(rows), list(PRICES)] = price
    changed.loc[list(rows), ["volume", "count"]] = 0
    return changed


inside = st.sampled_from([at for at in range(len(RAW)) if not any(at - o in (-1, 0) for o in [*OPENS, len(RAW)])])
far = st.integers(CLEARLY, 1500) | st.integers(-1500, -CLEARLY)


@_FEW
@given(row=inside, ticks=far, wick=st.booleans())
@pytest.mark.slow
def test_a_spike_is_caught_and_its_neighbours_are_not(row: int, ticks: int, wick: bool) -> None:
    columns = PRICES if not wick else ("high",) if ticks > 0 else ("low",)
    assert quarantined(moved(RAW, row, ticks, columns)) == {RAW["timestamp"][row]: Reason.SPIKE}


@_FEW
@given(row=st.integers(3, 1300), ticks=far)
@pytest.mark.slow
def test_two_spikes_do_not_condemn_the_bar_between_them(row: int, ticks: int) -> None:
    raw = moved(RAW, [row, row + 2], ticks)
    assert set(quarantined(raw)) == {RAW["timestamp"][row], RAW["timestamp"][row + 2]}


@_FEW
@given(row=st.integers(1, len(RAW) - 1), ticks=far)
@pytest.mark.slow
def test_a_move_that_stays_is_real(row: int, ticks: int) -> None:
    assert quarantined(moved(RAW, slice(row, None), ticks)) == {}


@pytest.mark.parametrize("row", [*OPENS, *(o - 1 for o in OPENS[1:]), len(RAW) - 1])
def test_the_first_and_the_last_bar_of_a_session_are_not_judged(row: int) -> None:
    assert quarantined(moved(RAW, row, CLEARLY)) == {}


def test_a_contract_without_neighbours_in_time_is_not_judged() -> None:
    sparse = RAW.iloc[::15].reset_index(drop=True)
    assert quarantined(moved(sparse, 20, 10 * CLEARLY)) == {}


def test_contracts_are_judged_apart() -> None:
    near = RAW.assign(contract="202512")[RAW["timestamp"] < pd.Timestamp("2025-12-19 14:00Z")]
    both = pd.concat([near, moved(RAW, slice(None), 400)], ignore_index=True)
    assert quarantined(both.sort_values("timestamp", ignore_index=True)) == {}


@_FEW
@given(row=inside, ticks=far, shift=st.integers(-8_000, 80_000), seed=st.integers(0, 99))
@pytest.mark.slow
def test_shifting_all_prices_or_permuting_the_rows_changes_nothing(row: int, ticks: int, shift: int, seed: int) -> None:
    raw = moved(RAW, row, ticks)
    raw.loc[raw.index[2000:2040], list(PRICES)] = 6000.0
    raw.loc[raw.index[2000:2040], "volume"] = 0
    shifted = moved(raw, slice(None), shift).sample(frac=1, random_state=seed)
    assert quarantined(shifted) == quarantined(raw) != {}


def test_a_price_without_its_point_is_beyond_the_limit() -> None:
    raw = RAW.copy()
    rows = list(range(1400, 1410))
    raw.loc[rows, list(PRICES)] = (raw.loc[rows, list(PRICES)] * 10 / 0.25).round() * 0.25
    assert quarantined(raw) == dict.fromkeys(RAW["timestamp"][rows], Reason.PRICE_LIMIT)


def test_a_false_last_bar_does_not_condemn_the_next_session() -> None:
    raw = moved(RAW, OPENS[1] - 1, 20_000)
    assert quarantined(raw) == {RAW["timestamp"][OPENS[1] - 1]: Reason.PRICE_LIMIT}


def test_the_limit_is_measured_from_the_previous_session_not_from_last_month() -> None:
    early = EQUITY.sessions(date(2025, 11, 3), date(2025, 11, 3))
    raw = pd.concat([raw_bars("202603", early, level=12_000), RAW], ignore_index=True)
    assert quarantined(raw) == {}
    eve = EQUITY.sessions(date(2025, 12, 16), date(2025, 12, 16))
    raw = pd.concat([raw_bars("202603", eve, level=12_000), RAW], ignore_index=True)
    assert set(quarantined(raw).values()) == {Reason.PRICE_LIMIT}


def test_prices_below_zero_have_no_price_limit() -> None:
    assert quarantined(moved(RAW, slice(None), -25_000)) == {}


def test_more_volume_than_the_instrument_can_have_is_caught() -> None:
    raw = RAW.copy()
    raw.loc[7, "volume"] = ES.max_minute_volume + 1
    raw.loc[8, "volume"] = ES.max_minute_volume
    assert quarantined(raw) == {RAW["timestamp"][7]: Reason.VOLUME_LIMIT}


def test_a_long_flat_run_of_the_front_contract_is_caught_whole() -> None:
    rows = range(500, 500 + ES.flat_minutes)
    assert quarantined(flat(rows)) == dict.fromkeys(RAW["timestamp"][rows], Reason.FLAT_RUN)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(flat(range(500, 529)), id="one minute too short"),
        pytest.param(flat(range(500, 550)).drop(index=[525]), id="a minute is absent"),
        pytest.param(flat(range(OPENS[1] - 20, OPENS[1] + 20)), id="across sessions"),
        pytest.param(moved(flat(range(500, 540)), slice(520, None), 1), id="the price changed"),
        pytest.param(flat(range(500, 540)).assign(contract="202606"), id="not the front contract"),
    ],
)
def test_other_quiet_minutes_are_good(raw: pd.DataFrame) -> None:
    contracts = CONTRACTS | {"202606": es_contract("202606", date(2026, 6, 18))}
    assert validate(raw, ES, contracts, EQUITY).quarantined.empty


def test_a_hole_in_the_chain_puts_no_later_contract_in_front() -> None:
    raw = flat(range(500, 540)).assign(contract="202612")
    contracts = {"202612": es_contract("202612", date(2026, 12, 18))}
    assert validate(raw, ES, contracts, EQUITY).quarantined.empty


def test_the_instrument_says_how_long_a_flat_run_is() -> None:
    patient = ES.model_copy(update={"flat_minutes": 60})
    assert quarantined(flat(range(500, 559)), instrument=patient) == {}
    assert len(quarantined(flat(range(500, 560)), instrument=patient)) == 60


def _suspicious() -> pd.DataFrame:
    raw = moved(flat(range(500, 540)), 100, CLEARLY)
    raw.loc[200, "volume"] = 10**7
    return moved(raw, 300, 20_000)


def test_an_accepted_bar_passes_every_suspicion() -> None:
    raw = _suspicious()
    bad = outcome(raw).quarantined
    assert set(bad["reason"]) == {reason for reason in Reason if reason.acceptable}
    after = outcome(raw, bad[list(RAW_BAR_COLUMNS)])
    assert after.quarantined.empty
    assert len(after.good) == len(raw)
    pd.testing.assert_frame_equal(after.good[list(PRICES)], raw[list(PRICES)])


def test_accepting_one_bar_lets_no_other_one_pass() -> None:
    raw = _suspicious()
    bad = outcome(raw).quarantined
    after = outcome(raw, bad.loc[[0], list(RAW_BAR_COLUMNS)])
    pd.testing.assert_frame_equal(after.quarantined, bad.iloc[1:].reset_index(drop=True))


@pytest.mark.parametrize("column", ["contract", "timestamp", *PRICES, "volume", "wap", "count"])
def test_a_bar_with_another_value_than_the_accepted_one_is_not_accepted(column: str) -> None:
    raw = moved(RAW, 100, CLEARLY)
    other = raw.loc[[100]].copy()
    if column == "contract":
        other[column] = "202512"
    elif column == "timestamp":
        other[column] += pd.Timedelta(minutes=1)
    else:
        other[column] = other[column].fillna(6000.0) + 1
    assert quarantined(raw, accepted=other) == {RAW["timestamp"][100]: Reason.SPIKE}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"open": 6000.3, "high": 6001.0, "low": 6000.0, "close": 6000.0}, Reason.OFF_TICK),
        ({"volume": -1}, Reason.NEGATIVE_VOLUME),
        ({"low": 9000.0}, Reason.OHLC_ORDER),
        ({"timestamp": pd.Timestamp("2025-12-20 12:00Z")}, Reason.OUTSIDE_SESSION),
    ],
)
def test_no_acceptance_overrules_a_hard_rule(change: dict[str, object], reason: Reason) -> None:
    raw = RAW.copy()
    for column, value in change.items():
        raw.loc[7, column] = value
    assert set(quarantined(raw, accepted=raw).values()) == {reason}
    assert not reason.acceptable
