"""The routes about trading: what the stores hold, the kill switch, and wishes that only a running trader takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from g4qc_core.api.api_keys import Scope
from g4qc_core.services.trading.orders.kill_switch import HALT_FILE
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.safety_store import Reconciliation
from g4qc_core.trading.reconciliation import BrokerDifference
from tests.core.services.trading.traded import ACCOUNT, SPEC, record, trade
from tests.fixtures.api import NOW, Api

pytestmark = pytest.mark.integration

LISTS = {"positions": "positions", "orders": "orders", "fills": "fills", "decisions": "decisions", "locks": "locks",
         "reconciliations": "reconciliations", "log": "lines", "drifts": "drifts"}  # fmt: skip


@pytest.fixture
def stores(embedded_database: Database) -> Stores:
    """Stores of an empty database."""
    return Stores(embedded_database)


@pytest.fixture
def traded_api(make_api: Callable[..., Api], embedded_database: Database, tmp_path: Path) -> Api:
    """A server with keys over that database."""
    url = embedded_database.url.render_as_string(hide_password=False)
    settings = Settings(_env_file=None, home=tmp_path, database_url=SecretStr(url))  # type: ignore[call-arg]
    return make_api(settings, with_keys=True)


def test_every_list_is_read_with_the_scope_read(stores: Stores, traded_api: Api) -> None:
    with traded_api.client(Scope.READ) as client:
        assert client.get("/trading").json()["accounts"] == []
        assert {client.get(f"/trading/{name}").status_code for name in LISTS} == {404}
        trade(stores, NOW)
        (account,) = client.get("/trading").json()["accounts"]
        assert account["trader"]["up"] is True
        assert account["orders"] == {"working": 1}
        for path, name in LISTS.items():
            found = client.get(f"/trading/{path}", params={"account": ACCOUNT}).json()
            assert found["account"] == ACCOUNT
            assert found[name]
            assert client.get(f"/trading/{path}", params={"account": "DU0"}).status_code == 422
            assert client.get(f"/trading/{path}", params={"acount": ACCOUNT}).status_code == 422


def test_pages_say_if_more_follow(stores: Stores, traded_api: Api) -> None:
    trade(stores, NOW)
    with traded_api.client(Scope.READ) as client:
        first = client.get("/trading/orders", params={"limit": 1}).json()
        second = client.get("/trading/orders", params={"limit": 1, "before": first["next_cursor"]}).json()
        assert (first["next_cursor"], second["next_cursor"]) == (first["orders"][0]["ref"], None)
        assert [one["open"] for one in first["orders"] + second["orders"]] == [True, False]
        order = client.get(f"/trading/orders/{second['orders'][0]['ref']}").json()
        assert [event["state"] for event in order["events"]] == ["sent", "working", "filled"]
        assert client.get("/trading/orders/g4-none").status_code == 404
        assert client.get("/trading/decisions", params={"spec": SPEC, "limit": 2}).json()["next_cursor"]
        for path, name in {"orders": "orders", "fills": "fills", "decisions": "decisions", "log": "lines"}.items():
            every, pages, cursor = client.get(f"/trading/{path}").json()[name], [], None
            while not pages or cursor is not None:
                page = client.get(f"/trading/{path}", params={"limit": 1, **({"before": cursor} if cursor else {})})
                pages += page.json()[name]
                cursor = page.json()["next_cursor"]
            assert len(every) > 1
            assert pages == every
        for cursor in ("x", "1.bar", "1.none.s", f"{10**30}.bar.s"):
            assert client.get("/trading/decisions", params={"before": cursor}).status_code == 422
        assert client.get("/trading/fills", params={"before": "none"}).json()["fills"] == []
        assert client.get("/trading/decisions", params={"spec": "none"}).json()["decisions"] == []


def test_both_sides_of_a_difference_are_told_in_the_asked_language(stores: Stores, traded_api: Api) -> None:
    trade(stores, NOW)
    words = ["g4-1-b1 is filled: 2 of 2.", "BUY 2 ES 202612 MKT was sent.", "Trading a, b. The next bar closes at "
             "2026-10-06 16:00 UTC."]  # fmt: skip
    stores.traders.say(ACCOUNT, [("info", "", one, NOW) for one in words])
    found = BrokerDifference("ES", "execution", "no such execution", "2 contracts at 5000.25 (0000e0d5.01.01)")
    stores.safety.lock(ACCOUNT, found, NOW)
    stores.safety.note(Reconciliation(ACCOUNT, NOW, "doubt", False, {}, [str(found)]))
    with traded_api.client(Scope.READ) as client:
        client.headers["Accept-Language"] = "es"
        assert client.get("/trading/reconciliations").json()["reconciliations"][0]["differences"] == [
            "ES: la ejecución: nosotros tenemos ninguna ejecución así, el bróker tiene 2 contratos a 5000,25 "
            "(0000e0d5.01.01)"
        ]
        locks = {one["symbol"]: (one["ours"], one["theirs"]) for one in client.get("/trading/locks").json()["locks"]}
        assert locks == {
            "ES": ("ninguna ejecución así", "2 contratos a 5000,25 (0000e0d5.01.01)"),
            "NQ": ("0 de 202612", "1"),
        }
        assert [one["words"] for one in client.get("/trading/log", params={"limit": 3}).json()["lines"]] == [
            "Operando a, b. La próxima barra cierra a las 2026-10-06 16:00 UTC.",
            "BUY 2 ES 202612 MKT se envió.",
            "g4-1-b1 está ejecutada: 2 de 2.",
        ]


def test_the_kill_switch_needs_a_scope_of_its_own(stores: Stores, traded_api: Api, tmp_path: Path) -> None:
    for scope in (Scope.READ, Scope.RUN, Scope.ADMIN):
        with traded_api.client(scope) as client:
            assert client.post("/trading/halt", json={"why": "too fast"}).status_code == 403
    with traded_api.client(Scope.TRADE) as client:
        halt = client.post("/trading/halt", json={"why": "too fast"}).json()
        assert (halt["account"], halt["by"], halt["why"]) == ("*", "trade", "too fast")
        assert (tmp_path / HALT_FILE).exists()
        assert client.get("/trading").json()["halts"] == [halt]
        assert client.post("/trading/release", json={"account": "DU1"}).json()["released"] == []
        assert client.post("/trading/release", json={}).json() == {"released": [halt], "halts": []}
        assert client.post("/trading/halt", json={"why": "x", "account": "two words"}).status_code == 422


def test_wishes_reach_a_running_trader_only(stores: Stores, traded_api: Api) -> None:
    with traded_api.client(Scope.TRADE) as client:
        assert client.post("/trading/flatten", json={}).status_code == 404
        stores.traders.keep(record(NOW - timedelta(hours=1)))
        refused = client.post("/trading/flatten", json={}, headers={"Accept-Language": "es"})
        assert refused.status_code == 409
        assert "ningún operador" in refused.json()["detail"]
        stores.traders.keep(record(NOW))
        asked = client.post("/trading/resolve", json={"symbol": "ES", "note": "bought by hand"})
        assert asked.status_code == 202
        assert client.post("/trading/flatten", json={"symbol": "ESX"}).status_code == 422
        (waiting,) = stores.traders.waiting(ACCOUNT)
        assert (waiting.command, waiting.by) == ("resolve", "trade")
        assert waiting.arguments == {"symbol": "ES", "adopt": False, "note": "bought by hand"}
        place = asked.headers["Location"].removeprefix("/api/v1")
        assert client.get(place).json()["answer"] is None
        stores.traders.done(waiting.id, "ES is unlocked.", NOW)
        assert client.get(place).json()["answer"] == "ES is unlocked."
        assert client.get("/trading/commands/999999").status_code == 404


def test_metrics_tell_of_the_trader(stores: Stores, traded_api: Api) -> None:
    with traded_api.client(Scope.READ) as client:
        assert "g4qc_trader_up{" not in client.get("/metrics").text
        trade(stores, NOW)
        text = client.get("/metrics").text
        for line in (
            f'g4qc_trader_up{{account="{ACCOUNT}"}} 1.0',
            f'g4qc_trading_position_contracts{{account="{ACCOUNT}",contract="202612",symbol="ES"}} 2.0',
            f'g4qc_trading_open_orders{{account="{ACCOUNT}",state="working"}} 1.0',
            f'g4qc_trading_locks{{account="{ACCOUNT}"}} 1.0',
            f'g4qc_trading_halted{{account="{ACCOUNT}"}} 0.0',
            f'g4qc_trading_reconciliation_agrees{{account="{ACCOUNT}"}} 0.0',
            f'g4qc_trading_limit_used{{account="{ACCOUNT}",limit="loss_per_day"}} 125.0',
            f'g4qc_trading_drift_slippage_ticks{{account="{ACCOUNT}",spec="{SPEC}"}} 1.5',
        ):
            assert line in text


def test_a_change_is_told_and_a_sign_of_life_is_none(stores: Stores) -> None:
    trade(stores, NOW)
    last = stores.changes.versions()["trading"]
    stores.traders.keep(replace(record(NOW), heartbeat_at=NOW + timedelta(seconds=30)))
    assert stores.changes.versions()["trading"] == last
    for change in (
        lambda: stores.traders.say(ACCOUNT, [("info", "", "Connected.", NOW)]),
        lambda: stores.safety.halt("*", "ana", "so", NOW),
        lambda: stores.safety.release("*"),
        lambda: stores.traders.ask(ACCOUNT, "stop", {}, "ana", NOW),
        lambda: stores.traders.keep(record(NOW, state="waiting")),
    ):
        change()
        before, last = last, stores.changes.versions()["trading"]
        assert last != before
