"""Contracts, rolls, backtests, specs and the origin are read back as they were stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import ContractChanged, OriginMismatch, UsageError
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, roll_frame
from g4qc_core.result_columns import EQUITY_COLUMNS, TRADE_COLUMNS
from g4qc_core.storage.contract_store import ContractStore
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord, BacktestStore, StoredSpec, Trial
from g4qc_core.storage.roll_store import RollStore
from g4qc_core.storage.server.bar_origin import claim_origin, stored_origin
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import backtest_equity, backtest_trades
from tests.core.storage.frames import contract

NOW = datetime(2024, 2, 1, 12, tzinfo=UTC)
LATER = datetime(2024, 3, 1, 12, tzinfo=UTC)


RULE = "days_before_expiry(8)"


def _calendar(n: int = 2) -> RollCalendar:
    key = {"symbol": "ES", "rule": RULE, "position": 0}
    known = {"from_price": 4800.0, "to_price": 4855.25, "gap": 55.25, "source": "override", "note": "by hand"}
    blind = {"from_price": np.nan, "to_price": np.nan, "gap": np.nan, "source": "rule", "note": "no prices of both"}
    months = ["202403", "202406", "202409"]
    rows = [
        key | known | {"date": pd.Timestamp("2024-03-07"), "priced_at": pd.Timestamp("2024-03-06 21:59", tz="UTC")},
        key | blind | {"date": pd.Timestamp("2024-06-13"), "priced_at": pd.NaT},
    ]
    ends = pairwise(months)
    rolls = [row | {"from_contract": old, "to_contract": new} for row, (old, new) in zip(rows, ends, strict=True)]
    return RollCalendar("ES", RULE, 0, roll_frame(rolls[:n]), months[n], date(2024, 1, 2), date(2024, 6, 20))


def _trades() -> pd.DataFrame:
    times = pd.DatetimeIndex(["2024-01-02 15:00", "2024-01-03 15:00"], tz="UTC").as_unit("us")
    days = np.array(["2024-01-02", "2024-01-03"], "datetime64[s]")
    rows = {
        "entry_time": times,
        "exit_time": times + pd.Timedelta(hours=1),
        "entry_trade_date": days,
        "exit_trade_date": days,
        "contract": ["202403", "202403"],
        "size": [1, -2],
        "entry_price": [4800.0, 4810.25],
        "exit_price": [4801.25, 4810.0],
        "entry_price_own": [4790.0, 4800.25],
        "exit_price_own": [4791.25, 4800.0],
        "ticks": [5, 1],
        "gross": [62.5, 15.625],
        "fees": [4.1, 8.2],
        "slippage": [0.0, 0.1],
        "profit": [58.4, 7.325],
        "bars": [60, 60],
        "exit_reason": ["signal", "end"],
    }
    frame = pd.DataFrame(rows)[list(TRADE_COLUMNS)]
    return frame.astype({"contract": "str", "exit_reason": "str"})


def _equity(n: int = 3) -> pd.DataFrame:
    times = pd.date_range("2024-01-02 15:00", periods=n, freq="min", tz="UTC").as_unit("us")
    rows = {
        "timestamp": times,
        "trade_date": times.tz_localize(None).normalize().as_unit("s"),
        "position": np.arange(n) - 1,
        "equity": 100_000 + np.arange(n) / 3,
        "drawdown": -np.arange(n) / 7,
    }
    return pd.DataFrame(rows)[list(EQUITY_COLUMNS)]


def _record(id_: str = "a1", metrics: dict | None = None) -> BacktestRecord:
    return BacktestRecord(
        id=id_,
        spec_name="sma_cross_es",
        spec={"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "parameters": {"fast": 10, "slow": 30}},
        inputs={"data": "5f2c", "roll_rule": "days_before_expiry(8)"},
        metrics={"sharpe": 0.7, "trades": 2} if metrics is None else metrics,
        created_at=NOW,
        library={"Return [%]": 0.065},
        notes=["Fills at the next open."],
        run_id="run-1",
    )


def _trial(fingerprint: str = "f1") -> Trial:
    return Trial("sma_cross", fingerprint, "ES", "1h", {"fast": 10}, {"sharpe": 0.7}, NOW)


def test_contracts_come_back_as_they_were_described(database: Database) -> None:
    store = ContractStore(database)
    chain = [
        contract("202406"),
        replace(contract("202403"), multiplier=Decimal("125000"), min_tick=Decimal("0.00005")),
    ]
    assert store.chain("ES") == []
    assert store.merge(chain, NOW) == 2
    assert sorted(store.chain("ES"), key=str) == sorted(chain, key=str)


def test_a_contract_seen_again_is_corrected_and_keeps_the_day_it_was_first_seen(database: Database) -> None:
    store = ContractStore(database)
    store.merge([contract("202403")], NOW)
    corrected = replace(contract("202403"), con_id=7)
    assert store.merge([corrected, contract("202406")], LATER) == 1
    assert [c.con_id for c in store.chain("ES")] == [7, 495512563]
    assert store.first_seen("ES") == {"202403": NOW, "202406": LATER}
    assert store.ids("ES") == {"202403": [495512563, 7], "202406": [495512563]}


def test_an_exchange_that_is_renamed_changes_the_contract_and_not_its_id(database: Database) -> None:
    store = ContractStore(database)
    store.merge([replace(contract("202403"), exchange="GLOBEX")], NOW)
    assert store.merge([contract("202403")], LATER) == 0
    assert [(c.exchange, c.con_id) for c in store.chain("ES")] == [("CME", 495512563)]
    assert store.ids("ES") == {"202403": [495512563]}


@pytest.mark.parametrize(
    "other", [{"multiplier": Decimal(5)}, {"last_trade_date": date(2034, 3, 17)}, {"currency": "EUR"}, {"kind": "STK"}]
)
def test_another_product_under_a_stored_month_is_refused_and_nothing_is_written(
    database: Database, other: dict[str, Any]
) -> None:
    store = ContractStore(database)
    store.merge([contract("202403")], NOW)
    with pytest.raises(ContractChanged, match=r"ES 202403 as conId 7 .* are of conId 495512563 .* another symbol"):
        store.merge([contract("202406"), replace(contract("202403"), con_id=7, **other)], LATER)
    assert store.chain("ES") == [contract("202403")]


def test_a_contract_that_the_gateway_forgets_stays(database: Database) -> None:
    store = ContractStore(database)
    store.merge([contract("202403")], NOW)
    store.merge([contract("202406")], LATER)
    store.merge([], LATER)
    assert [c.month for c in store.chain("ES")] == ["202403", "202406"]


def _same(one: RollCalendar | None, other: RollCalendar) -> None:
    assert one is not None
    assert_frame_equal(one.rolls, other.rolls)
    assert replace(one, rolls=other.rolls) == other


def test_a_roll_calendar_is_replaced_whole(database: Database) -> None:
    store = RollStore(database)
    assert store.load("ES", RULE) is None
    versions = [store.replace(_calendar(n)) for n in (2, 1, 0)]
    assert len(set(versions)) == 3
    _same(store.load("ES", RULE), _calendar(0))
    assert store.replace(_calendar()) == versions[0]
    _same(store.load("ES", RULE), _calendar())


def test_calendars_of_other_rules_and_positions_stand_side_by_side(database: Database) -> None:
    store = RollStore(database)
    others = [replace(_calendar(), rule="volume"), replace(_calendar(1), position=1)]
    for calendar in (_calendar(), *others):
        rolls = calendar.rolls.assign(rule=calendar.rule, position=calendar.position)
        store.replace(replace(calendar, rolls=rolls.astype(calendar.rolls.dtypes)))
    assert store.rules("ES") == [RULE, "volume"]
    assert store.rules("NQ") == []
    listed = store.calendars("ES")
    assert list(zip(listed["rule"], listed["position"], strict=True)) == [(RULE, 0), ("volume", 0), (RULE, 1)]
    found = store.load("ES", RULE, 1)
    assert found is not None
    assert (found.contracts(), found.front) == (["202403", "202406"], "202406")


def test_a_calendar_made_of_no_bars_is_kept_too(database: Database) -> None:
    empty = replace(_calendar(0), front="", bars_from=None, bars_to=None)
    RollStore(database).replace(empty)
    _same(RollStore(database).load("ES", RULE), empty)


def test_a_result_comes_back_as_it_was_saved(database: Database) -> None:
    assert [c.name for c in backtest_trades.c if c.name not in ("backtest_id", "number")] == list(TRADE_COLUMNS)
    assert [c.name for c in backtest_equity.c if c.name != "backtest_id"] == list(EQUITY_COLUMNS)
    store = BacktestStore(database)
    store.save(_record(), _trades(), _equity())
    record, trades, equity = store.load("a1")
    assert record == _record()
    assert_frame_equal(trades, _trades())
    assert_frame_equal(equity, _equity())


def test_a_result_without_trades_is_a_result(database: Database) -> None:
    store = BacktestStore(database)
    store.save(_record(), _trades()[:0], _equity())
    assert_frame_equal(store.load("a1")[1], _trades()[:0])


def test_a_later_result_of_the_same_inputs_replaces_the_earlier_one(database: Database) -> None:
    store = BacktestStore(database)
    store.save(_record(), _trades(), _equity(50))
    store.save(_record(metrics={"sharpe": 0.8}), _trades()[:1], _equity(2))
    store.save(_record("b2"), _trades(), _equity())
    record, trades, equity = store.load("a1")
    assert (record.metrics, len(trades), len(equity)) == ({"sharpe": 0.8}, 1, 2)
    assert {r.id for r in store.results("sma_cross_es")} == {"a1", "b2"}
    assert store.results("other") == []


def test_specs_that_say_the_same_have_one_result_that_both_find(database: Database) -> None:
    store = BacktestStore(database)
    store.save(_record(), _trades(), _equity())
    other = replace(_record(), spec_name="other", spec={"name": "other"}, created_at=LATER, run_id="r2")
    store.save(other, _trades(), _equity())
    assert [r.spec_name for r in store.results()] == ["other"]
    assert store.results("sma_cross_es") == [_record()]
    assert store.results("other") == [other]
    assert [(r.spec_name, r.id) for r in store.newest()] == [("other", "a1"), ("sma_cross_es", "a1")]
    assert store.counts() == {"sma_cross_es": 1, "other": 1}


def test_a_spec_is_forgotten_unless_it_has_a_result(database: Database) -> None:
    store = BacktestStore(database)
    for name in ("sma_cross_es", "failed"):
        store.save_spec(StoredSpec(name, {}, "API", NOW))
    store.save(_record(), _trades(), _equity())
    assert store.forget_spec("failed")
    assert not store.forget_spec("sma_cross_es")
    assert store.forget_spec("never known")
    store.save(replace(_record("b2"), spec_name="of a file"), _trades(), _equity())
    assert not store.forget_spec("of a file")
    assert [spec.name for spec in store.specs()] == ["sma_cross_es"]


def test_a_result_that_breaks_in_the_middle_leaves_the_earlier_one(database: Database) -> None:
    store = BacktestStore(database)
    store.save(_record(), _trades(), _equity(4))
    with pytest.raises(Exception, match="duplicate key"):
        store.save(_record(), _trades(), pd.concat([_equity(), _equity()]))
    assert_frame_equal(store.load("a1")[2], _equity(4))


def test_figures_that_are_not_numbers_are_null(database: Database) -> None:
    store = BacktestStore(database)
    figures = {"sharpe": float("nan"), "profit_factor": np.float64("inf"), "trades": np.int64(0)}
    store.save(_record(metrics=figures), _trades()[:0], _equity())
    assert store.load("a1")[0].metrics == {"sharpe": None, "profit_factor": None, "trades": 0}


def test_a_result_that_is_not_there_is_named(database: Database) -> None:
    store = BacktestStore(database)
    store.save(_record("a1b2c3"), _trades(), _equity())
    with pytest.raises(UsageError, match="did you mean 'a1b2c3'"):
        store.load("a1b2c4")


def test_the_same_trial_counts_once(database: Database) -> None:
    store = BacktestStore(database)
    store.save(_record(), _trades(), _equity(), _trial())
    store.save(_record(), _trades(), _equity(), _trial())
    store.record_trial(_trial("f2"))
    assert [trial.fingerprint for trial in store.trials("sma_cross")] == ["f1", "f2"]
    assert store.trials("sma_cross")[0] == _trial()


def test_a_spec_is_replaced_by_a_later_one_of_its_name(database: Database) -> None:
    store = BacktestStore(database)
    first = StoredSpec("es", {"strategy": "sma_cross"}, "backtests.toml", NOW)
    store.save_spec(first)
    store.save_spec(replace(first, spec={"strategy": "other"}, created_at=LATER))
    assert store.specs() == [replace(first, spec={"strategy": "other"}, created_at=LATER)]


def test_a_database_holds_bars_of_one_origin_only(database: Database) -> None:
    assert stored_origin(database) is None
    claim_origin(database, Origin.SIMULATED, NOW)
    claim_origin(database, Origin.SIMULATED, LATER)
    with pytest.raises(OriginMismatch, match=r"synthetic bars .* real account: .*G4QC_HOME"):
        claim_origin(database, Origin.ACCOUNT, LATER)
    assert stored_origin(database) is Origin.SIMULATED
