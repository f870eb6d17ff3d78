"""The Python client against the real server."""

from __future__ import annotations

import socket
import threading
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from g4qc_core.api.api_keys import Scope
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.client import G4QC
from g4qc_core.errors import AccessDenied, G4qcError, NotFound, ServerUnavailable, UsageError
from g4qc_core.services.series.continuous_series import continuous_bars
from g4qc_core.timeframes import timeframe
from tests.fixtures.api import Api

pytestmark = pytest.mark.integration


def test_bars_are_the_frame_that_the_store_has(api: Api) -> None:
    with G4QC(api.url) as g4qc:
        frame = g4qc.bars("ES", "1h")
    wanted = continuous_bars(api.services.stores(), api.services.registry["ES"], timeframe("1h"))
    assert frame["timestamp"].dtype == pd.DatetimeTZDtype("us", "UTC")
    assert frame["trade_date"].dtype == np.dtype("datetime64[s]")
    for column in ("timestamp", "close", "volume", "contract", "trade_date"):
        assert (frame[column] == wanted[column]).all(), column


def test_a_window_may_be_given_as_dates(api: Api) -> None:
    with G4QC(api.url) as g4qc:
        frame = g4qc.bars("ES", "1d", date(2026, 10, 5), date(2026, 10, 9))
        newest = g4qc.bars("ES", "1d", limit=2, newest_first=True)
    assert len(frame) == 5
    assert newest["timestamp"].is_monotonic_decreasing


def test_a_backtest_takes_every_field_and_the_spec_of_a_result_runs_again(api: Api) -> None:
    more = {"first": date(2026, 10, 5), "cash": Decimal("250000.50"), "on_roll": "close", "roll": "volume", "seed": 3}
    with G4QC(api.url) as g4qc:
        g4qc.backtest("sma_cross", "ES", "1h", {"fast": 5}, **more)
        spec = api.launcher.started[-1]
        assert isinstance(spec, BacktestSpec)
        assert (spec.first, spec.cash, spec.on_roll, spec.roll, spec.seed) == tuple(
            more[name] for name in ("first", "cash", "on_roll", "roll", "seed")
        )
        g4qc.backtest(**spec.to_dict())
    assert api.launcher.started[-1] == spec


def test_an_error_has_the_type_that_the_server_named(api: Api, keyed_api: Api) -> None:
    with G4QC(api.url) as g4qc:
        with pytest.raises(NotFound, match="did you mean 'ES'"):
            g4qc.bars("ESS")
        with pytest.raises(UsageError, match="timeframe"):
            g4qc.bars("ES", "5m")
    with G4QC(keyed_api.url) as stranger, pytest.raises(AccessDenied, match="api-key create"):
        stranger.bars("ES")
    with G4QC(keyed_api.url, keyed_api.secrets[Scope.READ]) as reader:
        assert len(reader.bars("ES", limit=3)) == 3
        with pytest.raises(AccessDenied, match="scope 'run'"):
            reader.extract("ES", "2026-10-05")


def test_nobody_at_the_address_is_told(free_address: str) -> None:
    with G4QC(free_address) as g4qc, pytest.raises(ServerUnavailable, match="g4qc up"):
        g4qc.bars("ES")


def test_an_answer_that_breaks_off_is_no_frame_and_no_absence() -> None:
    half = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(half)

        thread = threading.Thread(target=answer)
        thread.start()
        with (
            G4QC(f"http://127.0.0.1:{server.getsockname()[1]}") as g4qc,
            pytest.raises(ServerUnavailable, match="broke"),
        ):
            g4qc.bars("ES")
        thread.join()


@pytest.mark.parametrize("symbol", ["../jobs", "ES?limit=1", "ES/../NQ", "ES#", " "])
def test_a_symbol_is_a_symbol_and_no_address(api: Api, symbol: str) -> None:
    with G4QC(api.url) as g4qc, pytest.raises(UsageError):
        g4qc.bars(symbol)


def test_nothing_is_a_frame_of_the_same_columns(api: Api) -> None:
    with G4QC(api.url) as g4qc:
        nothing, some = g4qc.bars("ES", "1h", end="2020-01-01"), g4qc.bars("ES", "1h", limit=5)
    assert len(nothing) == 0
    pd.testing.assert_series_equal(nothing.dtypes, some.dtypes)


def test_a_job_is_waited_for_while_the_graph_is_away_for_a_moment(api: Api) -> None:
    with G4QC(api.url) as g4qc:
        job = g4qc.extract("ES", "2026-10-05")
        api.launcher.down = True
        back = threading.Timer(1, lambda: setattr(api.launcher, "down", False))
        back.start()
        try:
            assert g4qc.wait(job, 60)["state"] == "succeeded"
            api.launcher.down = True
            with pytest.raises(TimeoutError, match="Dagster does not answer"):
                g4qc.wait(job, 0.1)
        finally:
            back.join()
            api.launcher.down = False


def test_a_job_is_waited_for(api: Api) -> None:
    with G4QC(api.url) as g4qc:
        assert g4qc.wait(g4qc.extract("ES", "2026-10-05"))["state"] == "succeeded"
        stopped = g4qc.extract("ES", "2026-10-05")
        g4qc.cancel(stopped)
        with pytest.raises(G4qcError, match="stopped"):
            g4qc.wait(stopped)
