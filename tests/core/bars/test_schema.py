from __future__ import annotations

import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest

from g4qc_core.bars.columns import BAR_COLUMNS, RAW_BAR_COLUMNS
from g4qc_core.bars.schema import Schema, check_schema, empty_frame, schema_failures
from g4qc_core.errors import InvalidBars
from tests.core.bars.builders import EQUITY, good_bars, raw_bars

SESSIONS = EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 7))


@pytest.fixture
def market() -> pd.DataFrame:
    return good_bars(["202512", "202603"], SESSIONS).loc[:, list(BAR_COLUMNS)]


@pytest.fixture
def raw() -> pd.DataFrame:
    return raw_bars("202512", SESSIONS)


def test_good_bars_keep_the_schema(market: pd.DataFrame, raw: pd.DataFrame) -> None:
    assert schema_failures(market) == []
    assert schema_failures(raw, Schema.RAW) == []


@pytest.mark.parametrize(("schema", "columns"), [(Schema.RAW, RAW_BAR_COLUMNS), (Schema.MARKET, BAR_COLUMNS)])
def test_an_empty_frame_keeps_the_schema(schema: Schema, columns: tuple[str, ...]) -> None:
    assert schema_failures(empty_frame(columns), schema) == []


def test_a_negative_price_is_legal_because_energy_has_traded_below_zero(market: pd.DataFrame) -> None:
    for name in ("open", "high", "low", "close"):
        market[name] -= 10_000.0
    check_schema(market)


def test_nonsense_is_legal_in_raw_bars_because_raw_is_kept_as_received(raw: pd.DataFrame) -> None:
    raw.loc[3, "high"] = np.nan
    raw.loc[4, "close"] = np.inf
    raw.loc[5, "volume"] = -1
    check_schema(raw, Schema.RAW)


def _set(column: str, value: object):
    def broken(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[5, column] = value
        return frame

    return broken


@pytest.mark.parametrize(
    ("breaks", "column", "says"),
    [
        (_set("close", np.nan), "close", "no value"),
        (_set("close", np.inf), "close", "finite"),
        (_set("volume", -2), "volume", "-1 (unknown) or more"),
        (_set("count", -2), "count", "-1 (unknown) or more"),
        (_set("trade_date", pd.NaT), "trade_date", "no value"),
        (_set("contract", "ESZ5"), "contract", "contract month"),
        (_set("high", 0.0), "bars", "between low and high"),
        (_set("timestamp", pd.Timestamp("2025-10-05 22:05:30Z")), "timestamp", "whole minute"),
        (_set("timestamp", pd.Timestamp("2025-10-05 22:04Z")), "bars", "one bar per contract"),
        (lambda f: f.iloc[::-1], "bars", "ascending"),
        (lambda f: f.iloc[[0, 2, 1]], "bars", "ascending"),
        (lambda f: f.drop(columns="count"), "count", "missing"),
        (lambda f: f.assign(wap=1.0), "wap", "no column of these bars"),
        (lambda f: f.astype({"volume": "float64"}), "volume", "has type float64, not int64"),
        (lambda f: f.assign(timestamp=f["timestamp"].dt.tz_localize(None)), "timestamp", "has type"),
        (
            lambda f: f.assign(timestamp=f["timestamp"].dt.tz_convert("America/Chicago")),
            "timestamp",
            "has type",
        ),
        (lambda f: f.assign(timestamp=f["timestamp"].dt.as_unit("ns")), "timestamp", "has type"),
        (lambda f: f[["timestamp", *[c for c in BAR_COLUMNS if c != "timestamp"]]], "timestamp", "place"),
    ],
)
def test_every_broken_rule_is_found_and_named(market: pd.DataFrame, breaks, column: str, says: str) -> None:
    found = schema_failures(breaks(market))
    assert any(f.column == column and says in str(f) for f in found), found


def test_the_error_is_one_sentence_with_the_first_fault_and_the_number_of_others(
    market: pd.DataFrame,
) -> None:
    market.loc[5, "volume"] = -1
    market.loc[7, "close"] = np.nan
    with pytest.raises(InvalidBars) as error:
        check_schema(market)
    text = str(error.value)
    assert text.startswith("These are no market bars: ")
    assert text.endswith("more broken rule).")
    assert "\n" not in text


def test_a_failure_counts_the_rows_and_shows_the_first(market: pd.DataFrame) -> None:
    market.loc[[5, 9], "volume"] = -2
    [failure] = schema_failures(market)
    assert (failure.column, failure.rows) == ("volume", 2)
    assert "202512" in failure.example
    assert str(market.loc[5, "timestamp"]) in failure.example


@pytest.mark.slow
def test_pandera_is_not_imported_before_it_is_needed() -> None:
    program = "import sys, g4qc_core.bars.schema; print('pandera' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
