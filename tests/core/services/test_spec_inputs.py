"""Further inputs of a spec, read from the database: the right series, their versions, and refusals with the command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.aligned_inputs import AlignedInput
from g4qc_core.backtest.strategies import Strategy, higher, instrument
from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.backtests.preflight import check_runnable
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import data_version, run_on
from g4qc_core.services.series.continuous_series import continuous_bars
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe
from tests.core.backtest.series import spec
from tests.core.services.test_series import EARLY, ES, keep, stores

__all__ = ["stores"]

REGISTRY = load_registry()
NAME = "tests.core.services.test_spec_inputs"
WINDOW = {"from": "2025-09-02", "to": "2025-09-19"}


class Daily(Strategy):
    """Long while the close is above the last completed session's."""

    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"daily": higher("1d")}

    @property
    def bars_needed(self) -> int:
        return 2

    def signals(self, bars: pd.DataFrame, daily: AlignedInput) -> np.ndarray:
        return (bars["close"] > daily["close"]).to_numpy(float)


class Other(Daily):
    """Reads another instrument, of which nothing is stored."""

    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"daily": instrument("NQ")}


class Nowhere(Daily):
    """Reads an instrument that does not exist."""

    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"daily": instrument("NOPE")}


def wanted(name: str = "Daily", **fields: object) -> object:
    strategy = name if name.islower() else f"{NAME}:{name}"
    given = {"strategy": strategy, "parameters": {}, "roll": str(EARLY), "cash": 10_000_000} | WINDOW | fields
    return spec(**given)


@pytest.mark.parametrize("adjustment", ["additive", "ratio"])
def test_the_higher_timeframe_is_the_same_series(stores: Stores, adjustment: str) -> None:
    keep(stores, EARLY)
    one = wanted(adjustment=adjustment)
    read = read_bars(one, REGISTRY, stores)
    days = date.fromisoformat(WINDOW["from"]), date.fromisoformat(WINDOW["to"])
    series = continuous_bars(stores, ES, timeframe("1d"), Adjustment(adjustment), *days, rule=str(EARLY), whole=True)
    pd.testing.assert_frame_equal(read.input_bars["daily"].frame, series)
    assert series["contract"].nunique() == 2
    result = run_on(one, read, ES)
    assert result.inputs["further_inputs"]["daily"]["bars"] == len(series)
    assert len(result.trades) > 3
    # Read at own prices and adjusted later, as the roll sensitivity does, it is the same.
    own = read_bars(wanted(adjustment="none"), REGISTRY, stores).adjusted_by(Adjustment(adjustment))
    pd.testing.assert_frame_equal(own.input_bars["daily"].frame, series)


def test_a_change_of_an_input_is_another_version_of_the_data(stores: Stores) -> None:
    keep(stores, EARLY)
    one = wanted()
    before, plain = data_version(one, REGISTRY, stores), data_version(wanted("sma_cross"), REGISTRY, stores)
    day = stores.bars.bars("ES", "1d", *_session(date(2025, 9, 4)))
    stores.bars.replace_bars("ES", "1d", *_session(date(2025, 9, 4)), day.assign(close=day["close"] + 0.25))
    assert data_version(one, REGISTRY, stores) != before
    assert data_version(wanted("sma_cross"), REGISTRY, stores) == plain


def test_carry_reads_the_contract_after_the_front_one_by_the_specs_rule(stores: Stores) -> None:
    keep(stores, EARLY)
    fields = {"parameters": {"length": 5}, "from": "2025-06-02", "to": "2025-08-29"}
    read = read_bars(wanted("carry", **fields), REGISTRY, stores)
    following = read.input_bars["following"].frame
    assert read.series["contract"].unique().tolist() == ["202506", "202509"]
    assert following["contract"].unique().tolist() == ["202509", "202512"]
    assert (following["factor"] == 1).all()
    result = run_on(wanted("carry", **fields), read, ES)
    # Each later contract is a hundred points above the one before it.
    assert set(result.trades["size"]) == {-1}


def test_a_next_contract_that_was_not_extracted_is_named_with_the_command(stores: Stores, settings: Settings) -> None:
    keep(stores, EARLY)
    words = (
        r"reads 1h bars of the contract after the front one of ES \(its input following\), and lacks 11 sessions that "
        r"were never extracted, the first one 2025-09-05 of 202603: run `g4qc extract ES --contract 202603 --from "
        r"2025-09-05 --to 2025-09-19`, or move the window"
    )
    with pytest.raises(BacktestRefused, match=words):
        check_runnable(wanted("carry"), settings, REGISTRY, stores)


def test_what_is_not_stored_is_refused_before_the_run(stores: Stores, settings: Settings) -> None:
    keep(stores, EARLY)
    check_runnable(wanted(), settings, REGISTRY, stores)
    with pytest.raises(UsageError, match="Unknown instrument 'NOPE'"):
        check_runnable(wanted("Nowhere"), settings, REGISTRY, stores)
    with pytest.raises(BacktestRefused, match=r"Other reads 1h bars of NQ \(its input daily\), and none are stored"):
        check_runnable(wanted("Other"), settings, REGISTRY, stores)
    with pytest.raises(UsageError, match="Daily reads 1d bars as a higher timeframe, and its own bars are 1d"):
        check_runnable(wanted(timeframe="1d"), settings, REGISTRY, stores)


def _session(day: date) -> tuple[datetime, datetime]:
    from tests.core.bars.builders import EQUITY

    session = EQUITY.session(day)
    assert session is not None
    return session.open, session.close
