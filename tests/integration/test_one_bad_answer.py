"""One lasting bad answer stops no other: what came reaches every timeframe, and the run fails at the end with names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import dagster as dg
import pandas as pd
import pytest

from g4qc_core.bars.bar_source import BarRequest, MemorySource
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import PermissionDenied
from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import load_registry
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.named_jobs import BAR_ASSETS, CHAIN_ASSETS
from g4qc_pipelines.resources import Gateway
from g4qc_pipelines.runner import ANSWERED_STEP, READ_STEP, Incomplete, RunFailed, Runner
from tests.fixtures.gateway import NOW
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

ES = load_registry()["ES"]
SESSIONS = calendar(ES.calendar).sessions(date(2026, 10, 5), date(2026, 10, 16))
WINDOW = ("--from", "2026-10-05", "--to", "2026-10-16")
MONTH = "ES|2026-10-01"

BAD = """
[[fault]]
do = "unreadable_bars"
nth = 1
bars = 1

[[fault]]
do = "head_text"
text = "20240315  22:00:00"

[[fault]]
do = "expiry_zone"
zone = "US/Pacific"
"""


def test_a_bar_of_question_marks_in_the_newest_week_leaves_all_others(
    make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway]
) -> None:
    gateway = make_gateway(script=FaultScript.parse(BAD))
    home = make_home(ib_host="127.0.0.1", ib_port=gateway.port)
    first = home.process("extract", "ES", *WINDOW)
    assert first.returncode == 1, first.stdout
    said = " ".join(first.stderr.split())
    assert f"{ANSWERED_STEP}: Not every request was answered in full." in said
    assert "ES 202612, 2026-10-11 22:00 to 2026-10-16 21:00 UTC" in said
    assert "1 of the gateway's bars cannot be read" in said
    assert "?,?,?,?,-1,-1,-1" in said
    with home.bench() as bench:
        raw = bench.stores.raw.bars("ES", SESSIONS[0].open, SESSIONS[-1].close, "202612")
        (lost,) = bench.stores.ledger.unanswered("1min")
        held = bench.stores.bars.stored().set_index("timeframe")["bars"]
        assert len(raw) == sum(s.length for s in SESSIONS) - 1
        assert held["1min"] == len(raw)
        assert held["1d"] == len(SESSIONS)
        assert set(held.index) == {tf.name for tf in TIMEFRAMES}
        # Only the session of that bar is requested again, not the whole week.
        quality = bench.stores.bars.quality("ES", SESSIONS[0].trade_date, SESSIONS[-1].trade_date)
        assert quality["failed"].sum() == 1
        assert (lost.window_start, lost.window_end) in [(s.open, s.close) for s in SESSIONS[5:]]
    second = home.process("extract", "ES", *WINDOW)
    assert second.returncode == 0, second.stderr
    with home.bench() as bench:
        assert len(bench.stores.raw.bars("ES", SESSIONS[0].open, SESSIONS[-1].close)) == len(raw) + 1
        assert bench.stores.ledger.unanswered("1min") == []


GARBLED = """
[[fault]]
do = "garbled"
on = "contracts"
nth = {nth}
"""


def test_a_contract_that_cannot_be_read_leaves_the_others_to_an_extraction(
    make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway]
) -> None:
    gateway = make_gateway(script=FaultScript.parse(GARBLED.format(nth=1)))
    home = make_home(ib_host="127.0.0.1", ib_port=gateway.port)
    window = ("--from", "2026-10-05", "--to", "2026-10-05")
    first = home.process("extract", "ES", *window)
    assert first.returncode == 1, first.stdout
    said = " ".join(first.stderr.split())
    assert f"{READ_STEP}: Not every contract can be read." in said
    assert "that cannot be read (ValueError: could not convert string to float" in said
    with home.bench() as bench:
        chain = bench.stores.contracts.chain("ES")
        assert len(bench.stores.raw.bars("ES", SESSIONS[0].open, SESSIONS[0].close, "202612")) == SESSIONS[0].length
        assert set(bench.stores.bars.stored()["timeframe"]) == {tf.name for tf in TIMEFRAMES}
        assert details_readable(bench.runner) == "FAILED"
    second = home.process("extract", "ES", *window)
    assert second.returncode == 0, second.stderr
    with home.bench() as bench:
        (late,) = set(bench.stores.contracts.chain("ES")) - set(chain)
        assert f"{late.local_symbol}: The contracts of ES: the gateway sent a message 10" in said
        assert details_readable(bench.runner) == "SUCCEEDED"


def details_readable(runner: Runner) -> str:
    key = dg.AssetCheckKey(dg.AssetKey("contracts"), "details_readable")
    state = runner.instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
    return state[key].status.name


def test_a_stored_contract_that_cannot_be_read_any_more_keeps_its_details(
    make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway]
) -> None:
    # The chain, the hours of one contract, and the chain again.
    gateway = make_gateway(script=FaultScript.parse(GARBLED.format(nth=3)))
    with make_home(ib_host="127.0.0.1", ib_port=gateway.port).bench() as bench:
        bench.runner.run(CHAIN_ASSETS, "ES")
        before, version = bench.stores.contracts.chain("ES"), version_of_chain(bench.runner)
        with pytest.raises(Incomplete, match=f"{READ_STEP}: .*{before[0].local_symbol}: "):
            bench.runner.run(CHAIN_ASSETS, "ES")
        assert bench.stores.contracts.chain("ES") == before
        # Nothing that is built on the chain is out of date.
        assert version_of_chain(bench.runner) == version


def version_of_chain(runner: Runner) -> str | None:
    event = runner.instance.get_latest_materialization_event(dg.AssetKey("contracts"))
    assert event is not None
    assert event.asset_materialization is not None
    return (event.asset_materialization.tags or {}).get("dagster/data_version")


def test_an_instrument_is_checked_and_added_by_the_contracts_that_can_be_read(
    make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway]
) -> None:
    gateway = make_gateway(script=FaultScript.parse(GARBLED.format(nth=1)))
    checked = make_home(ib_host="127.0.0.1", ib_port=gateway.port).run("instruments", "check", "ES", "NQ")
    assert checked.code == 1
    assert "The details of ES" in checked.text
    assert "that cannot be read" in checked.errors
    assert "NQ      agrees with the gateway" in checked.text
    gateway = make_gateway(script=FaultScript.parse(GARBLED.format(nth=1)))
    home = make_home(ib_host="127.0.0.1", ib_port=gateway.port)
    added = home.run("instruments", "add", "ES", "--replace", "--json")
    assert added.code == 0, added.errors
    assert "The details of ES" in added.errors


def test_an_instrument_whose_chain_is_refused_leaves_the_others_of_its_run(
    make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway]
) -> None:
    script = '[[fault]]\ndo = "error"\non = "contracts"\nnth = 1\ncode = 321\ntext = "Error validating request"\n'
    gateway = make_gateway(script=FaultScript.parse(script))
    with make_home(ib_host="127.0.0.1", ib_port=gateway.port).bench() as bench:
        known = list(bench.runner.instance.get_dynamic_partitions("instrument"))
        first, *others = known[: known.index("NQ") + 1]
        assert others
        with pytest.raises(RunFailed, match=f"contracts: {first}: The contracts of {first}: .*321"):
            bench.runner.run(CHAIN_ASSETS, first, others[-1])
        assert bench.runner.materialized("contracts") == set(others)
        assert all(bench.stores.contracts.chain(symbol) for symbol in others)
        assert bench.stores.contracts.chain(first) == []


class Denying(MemorySource):
    """A source that refuses the bars of one contract."""

    denied = "202703"

    def bars(self, request: BarRequest) -> pd.DataFrame:
        if request.contract.month == self.denied:
            raise PermissionDenied("No market data permissions.", 162)
        return super().bars(request)


class Served(Gateway):
    """The gateway of the graph, served by an object of the port."""

    def __init__(self, served: object) -> None:
        self._served = served

    def source(self):  # type: ignore[no-untyped-def]
        return self._served

    def close(self) -> None:
        """Nothing was opened."""


def test_a_contract_that_fails_leaves_the_other_to_every_timeframe(
    make_home: Callable[..., Home], synthetic_market: SyntheticMarket
) -> None:
    days = SESSIONS[:2]
    bars = {
        listing.contract: synthetic_market.minutes(listing, days[0].open, days[-1].close).frame()
        for listing in synthetic_market.listings(NOW)
        if listing.instrument == ES and listing.contract.month in ("202612", "202703")
    }
    config = {
        "raw_bars": {
            "contracts": ["202612", "202703"],
            "first": f"{days[0].trade_date}",
            "last": f"{days[-1].trade_date}",
        }
    }
    with make_home().bench() as bench:
        swapped = {"stores": bench.stores, "gateway": Served(Denying(bars, NOW))}
        runner = Runner(build_definitions(bench.settings, swapped), bench.runner.instance)
        runner.run(CHAIN_ASSETS, "ES")
        with pytest.raises(Incomplete, match="ES 202703, 2026-10-04 22:00 to 2026-10-06 21:00 UTC: No market data"):
            runner.run(BAR_ASSETS, MONTH, None, config)
        run = bench.runner.instance.get_runs(limit=1)[0]
        assert run.status is dg.DagsterRunStatus.FAILURE
        assert all(runner.materialized(asset) == {MONTH} for asset in BAR_ASSETS)
        stored = bench.stores.bars.stored().set_index("timeframe")
        assert set(stored.index) == {tf.name for tf in TIMEFRAMES}
        assert set(stored["contracts"]) == {1}
        state = bench.runner.instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [dg.AssetCheckKey(dg.AssetKey("raw_bars"), "requests_answered")]
        )
        assert [record.status.name for record in state.values()] == ["FAILED"]
