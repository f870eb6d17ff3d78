"""Our calendar and our larger bars, compared with the gateway's, over the real wire and through the graph."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.simulated_market import Listing, MarketBars, ceiling
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import load_registry
from g4qc_pipelines.named_jobs import BAR_ASSETS, CHAIN_ASSETS, RECONCILIATION_ASSETS
from g4qc_pipelines.runner import RunFailed
from tests.fixtures.gateway import NOW
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

ES = load_registry()["ES"]
THANKSGIVING = date(2026, 11, 26)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def check(result: dg.ExecuteInProcessResult, name: str) -> dg.AssetCheckEvaluation:
    return next(e for e in result.get_asset_check_evaluations() if e.check_name == name)


def gateway_of(make_gateway: Callable[..., SimulatedGateway], home: Home, market: SyntheticMarket) -> Home:
    gateway = make_gateway(market=market, clock=GatewayClock(NOW + timedelta(days=3), frozen=True))
    return home.with_(ib_host="127.0.0.1", ib_port=gateway.port)


def test_a_calendar_that_agrees_with_the_gateways_is_green_and_kept(
    home: Home, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    with gateway_of(make_gateway, home, SyntheticMarket({"ES": ES})).bench() as bench:
        assert check(bench.runner.run(CHAIN_ASSETS, "ES"), "calendar_agrees").passed
        kept = bench.stores.comparisons.days("ES", date(2026, 11, 1), date(2026, 12, 31))
    assert set(kept["finding"]) == {"agrees"}
    assert THANKSGIVING in set(kept["trade_date"].dt.date)


def test_a_gateway_of_another_calendar_fails_the_check_with_both_sides_of_each_day(
    home: Home, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    other = SyntheticMarket({"ES": ES.model_copy(update={"calendar": "fx"})})
    with gateway_of(make_gateway, home, other).bench() as bench:
        found = check(bench.runner.run(CHAIN_ASSETS, "ES"), "calendar_agrees")
        kept = bench.stores.comparisons.days("ES", THANKSGIVING, THANKSGIVING)
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.WARN
    [row] = found.metadata["disagreements"].records  # type: ignore[union-attr]
    assert row.data == {
        "instrument": "ES",
        "calendar": "equity_index",
        "trade date": "2026-11-26",
        "ours": "11-25 17:00 to 11-26 12:00 America/Chicago",
        "gateway's": "11-25 17:00 to 11-26 16:00 America/Chicago",
        "finding": "other_times",
    }
    assert kept["finding"].tolist() == ["other_times"]


class RestatedMarket:
    """The synthetic market, except for one minute with another high and volume, as from another feed."""

    account = SyntheticMarket.account

    def __init__(self, market: SyntheticMarket, minute: datetime) -> None:
        self._market = market
        self._minute = ceiling(minute)

    def listings(self, now: datetime) -> list[Listing]:
        return self._market.listings(now)

    def head(self, listing: Listing) -> datetime | None:
        return self._market.head(listing)

    def minutes(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        bars = self._market.minutes(listing, start, end)
        changed = bars.start == self._minute
        highest = bars.high.max(initial=0.0) + 100
        return replace(
            bars,
            high=np.where(changed, highest, bars.high),
            volume=np.where(changed, bars.volume * 1000, bars.volume),
        )


def reconciled(result: dg.ExecuteInProcessResult) -> tuple[bool, list[dict[str, object]]]:
    found = check(result, "agrees_with_gateway")
    return found.passed, [row.data for row in found.metadata["differing"].records]  # type: ignore[union-attr]


def test_our_hours_and_sessions_are_the_gateways_and_a_wrong_one_is_found(
    home: Home, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    market, key = SyntheticMarket({"ES": ES}), "ES|2026-11-01"
    wrong = datetime(2026, 11, 18, 15, 20, tzinfo=UTC)
    with home.with_(ib_host="127.0.0.1", ib_port=make_gateway(market=market).port).bench() as bench:
        bench.runner.run(CHAIN_ASSETS, "ES")
        bench.runner.run(BAR_ASSETS, key)
        minutes = len(bench.stores.ledger.entries("ES", None, "1min", *NOVEMBER))
        assert reconciled(bench.runner.run(RECONCILIATION_ASSETS, key)) == (True, [])
        compared = bench.stores.comparisons.bars("ES", date(2026, 11, 1), date(2026, 11, 30))
        # Friday's session closed half an hour ago: its daily bar is not there yet.
        assert set(compared["trade_date"].dt.date) == set(pd.bdate_range("2026-11-02", "2026-11-19").date)
        assert len(compared) == 14 * 24
        assert set(compared["finding"]) == {"agrees"}
        # One request a timeframe, each in the ledger; none of them counts as an answer about minutes.
        assert [len(bench.stores.ledger.entries("ES", None, tf, *NOVEMBER)) for tf in ("1h", "1d")] == [1, 1]
        assert len(bench.stores.ledger.entries("ES", None, "1min", *NOVEMBER)) == minutes
        bench.runner.run(RECONCILIATION_ASSETS, key)
        assert len(bench.stores.ledger.entries("ES", None, "1h", *NOVEMBER)) == 1
        with bench.stores.database.transaction() as connection:
            connection.execute(text("DELETE FROM reconciliations"))

    other = make_gateway(market=RestatedMarket(market, wrong))
    with home.with_(ib_host="127.0.0.1", ib_port=other.port).bench() as bench:
        passed, rows = reconciled(bench.runner.run(RECONCILIATION_ASSETS, key))
    assert not passed
    assert [(row["timeframe"], row["trade_date"], row["finding"]) for row in rows] == [
        ("1h", "2026-11-18 00:00:00", "price"),
        ("1d", "2026-11-18 00:00:00", "price"),
    ]
    assert rows[0]["timestamp"] == "2026-11-18 15:00:00+00:00"
    assert str(rows[0]["detail"]).startswith("high +")

    # A request that fails leaves the other months and requests of a run.
    with home.with_(ib_host="127.0.0.1", ib_port=other.port).bench() as bench:
        before = bench.stores.comparisons.bars("ES", date(2026, 11, 1), date(2026, 11, 30))
    script = '[[fault]]\ndo = "error"\nnth = 1\ncode = 321\ntext = "Error validating request"\n'
    refusing = make_gateway(market=market, script=FaultScript.parse(script))
    with home.with_(ib_host="127.0.0.1", ib_port=refusing.port).bench() as bench:
        made = bench.runner.materialized("reconciliation")
        asked = len(bench.stores.ledger.entries("ES", None, "1d", *NOVEMBER))
        with pytest.raises(RunFailed, match=r"Not every request was answered: ES 202612, .*321"):
            bench.runner.run(RECONCILIATION_ASSETS, "ES|2026-10-01", key)
        assert bench.runner.materialized("reconciliation") == made | {"ES|2026-10-01"}
        assert len(bench.stores.ledger.entries("ES", None, "1d", *NOVEMBER)) == asked + 1
        after = bench.stores.comparisons.bars("ES", date(2026, 11, 1), date(2026, 11, 30))
        pd.testing.assert_frame_equal(after.drop(columns="compared_at"), before.drop(columns="compared_at"))
        assert reconciled(bench.runner.run(RECONCILIATION_ASSETS, key)) == (True, [])


def test_a_gateway_with_another_calendars_file_fails_the_check_too(home: Home) -> None:
    theirs = home.folder / "theirs.toml"
    theirs.write_text(
        '[[equity_index.erratum]]\ndates = [2026-11-25]\nclosed = true\nsource = "a rumour"\n', encoding="utf-8"
    )
    arguments = ("--port", "0", "--now", "2026-11-23T22:30:00Z", "--json")
    with home.with_(calendars=theirs).started("gateway", *arguments) as gateway:
        assert gateway.stdout is not None
        address = json.loads(gateway.stdout.readline())
        with home.with_(ib_host=address["host"], ib_port=address["port"]).bench() as bench:
            found = check(bench.runner.run(CHAIN_ASSETS, "ES"), "calendar_agrees")
    [row] = found.metadata["disagreements"].records  # type: ignore[union-attr]
    assert (row.data["trade date"], row.data["gateway's"], row.data["finding"]) == ("2026-11-25", "none", "only_ours")
