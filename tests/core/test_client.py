"""The Python client against the real server."""

from __future__ import annotations

import socket
from datetime import date

import numpy as np
import pandas as pd
import pytest

from g4qc_core.api.keys import Scope
from g4qc_core.client import G4QC
from g4qc_core.errors import AccessDenied, G4qcError, NotFound, ServerUnavailable, UsageError
from g4qc_core.storage.series import continuous_bars
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


def test_a_job_is_waited_for(api: Api) -> None:
    with G4QC(api.url) as g4qc:
        assert g4qc.wait(g4qc.extract("ES", "2026-10-05"))["state"] == "succeeded"
        stopped = g4qc.extract("ES", "2026-10-05")
        g4qc.cancel(stopped)
        with pytest.raises(G4qcError, match="stopped"):
            g4qc.wait(stopped)


@pytest.fixture
def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
