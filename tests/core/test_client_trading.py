"""The client's methods about trading, against the real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from pydantic import SecretStr

from g4qc_core.api.api_keys import Scope
from g4qc_core.client import G4QC
from g4qc_core.client_trading import TradingClient
from g4qc_core.errors import AccessDenied, NotFound, TradingRefused, TransientError, UsageError
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.services.trading.traded import ACCOUNT, SPEC, record, trade
from tests.fixtures.api import NOW, Api

pytestmark = pytest.mark.integration


@pytest.fixture
def stores(embedded_database: Database) -> Stores:
    """Stores of an account that is traded."""
    made = Stores(embedded_database)
    trade(made, NOW)
    return made


@pytest.fixture
def api(make_api: Callable[..., Api], stores: Stores, embedded_database: Database, tmp_path: Path) -> Api:
    """A server with keys over that database."""
    url = embedded_database.url.render_as_string(hide_password=False)
    settings = Settings(_env_file=None, home=tmp_path, database_url=SecretStr(url))  # type: ignore[call-arg]
    return make_api(settings, with_keys=True)


@pytest.fixture
def trader(api: Api) -> Iterator[TradingClient]:
    """A client that may act."""
    with G4QC(api.url, api.secrets[Scope.TRADE]) as client:
        yield client.trading


def test_lists_are_frames_with_instants(trader: TradingClient) -> None:
    orders = trader.orders()
    assert list(orders["state"]) == ["working", "filled"]
    assert orders["planned_at"].dtype == pd.DatetimeTZDtype("us", "UTC")
    assert list(trader.orders(open_only=True)["state"]) == ["working"]
    assert list(trader.fills(limit=1)["quantity"]) == [1]
    assert len(trader.fills(limit=None)) == len(trader.fills()) == 2
    assert set(trader.decisions(spec=SPEC, limit=None)["state"]) == {"ordered", "skipped"}
    assert trader.decisions(spec="none").empty
    assert list(trader.log(limit=1)["words"]) == ["NQ is locked."]
    assert list(trader.positions(ACCOUNT)["quantity"]) == [2]
    assert list(trader.locks()["symbol"]) == ["NQ"]
    assert list(trader.reconciliations()["agrees"]) == [False, True]
    drifts = trader.drifts()
    assert (drifts["fills"][0], drifts["trade_date"].dtype) == (2, "datetime64[s]")
    order = trader.order(orders["ref"][1])
    assert [event["state"] for event in order["events"]] == ["sent", "working", "filled"]
    with pytest.raises(NotFound):
        trader.order("g4-none")
    with pytest.raises(UsageError, match="DU0"):
        trader.positions("DU0")


def test_a_list_of_many_pages_is_read_to_its_end(
    trader: TradingClient, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("g4qc_core.client_trading._PAGE", 2)
    stores.traders.say(ACCOUNT, [("info", "", f"Line {number}.", NOW) for number in range(5)])
    every = trader.log(limit=None)
    assert list(every["words"][:5]) == [f"Line {number}." for number in reversed(range(5))]
    assert (len(every), len(trader.log(limit=3))) == (7, 3)
    assert len(trader.log(limit=None, after=int(every["id"][2]))) == 2


def test_the_kill_switch_goes_on_and_off(trader: TradingClient, api: Api) -> None:
    first = trader.halt("too fast")
    assert (first["why"], trader.halt("again")) == ("too fast", first)
    assert [halt["why"] for halt in trader.status()["halts"]] == ["too fast"]
    assert trader.release() == {"released": [first], "halts": []}
    with G4QC(api.url, api.secrets[Scope.READ]) as reader, pytest.raises(AccessDenied):
        reader.trading.halt("no")


def test_a_wish_waits_for_its_answer(trader: TradingClient, stores: Stores) -> None:
    with pytest.raises(TransientError, match="has not answered"):
        trader.flatten("ES", seconds=0.01)
    wish = trader.resolve("NQ", adopt=True, note="bought by hand", seconds=0)
    assert (wish["answer"], wish["arguments"]["adopt"]) == (None, True)
    stores.traders.done(wish["id"], "NQ is unlocked", datetime.now(UTC))
    assert trader.command(wish["id"])["answer"] == "NQ is unlocked"
    stores.traders.keep(record(NOW - timedelta(hours=1)))
    with pytest.raises(TradingRefused, match="start it with"):
        trader.flatten()
