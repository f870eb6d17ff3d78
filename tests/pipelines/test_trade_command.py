"""`g4qc trade`: each command says in words or JSON what the stores hold, and refuses with one sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from g4qc_core.errors import DatabaseUnavailable, G4qcError, NotFound, TradingRefused, UsageError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.trading.orders.kill_switch import HALT_FILE
from g4qc_core.services.trading.trading_check import check
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.cli.root import cli
from tests.core.services.trading.traded import ACCOUNT, record, trade

pytestmark = pytest.mark.integration


@pytest.fixture
def home(embedded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home over an empty database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("G4QC_HOME", str(tmp_path))
    monkeypatch.setenv("G4QC_DATABASE_URL", embedded_database.url.render_as_string(hide_password=False))
    return tmp_path


@pytest.fixture
def stores(home: Path, embedded_database: Database) -> Stores:
    """Stores of a database in which an account is being traded."""
    made = Stores(embedded_database)
    trade(made, datetime.now(UTC))
    return made


def _run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["trade", *words])


def _json(*words: str) -> Any:
    done = _run(*words, "--json")
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


def _refused(*words: str) -> G4qcError:
    done = _run(*words)
    assert isinstance(done.exception, G4qcError), (done.exception, done.output)
    return done.exception


@pytest.mark.parametrize("name", ["positions", "orders", "fills", "decisions", "log"])
def test_lists_name_the_account_and_have_both_forms(stores: Stores, name: str) -> None:
    document = _json(name)
    assert document["account"] == ACCOUNT
    assert document[name]
    assert len(_json(name, "--limit", "1")[name]) == 1
    said = _run(name)
    assert said.exit_code == 0
    assert "ES" in said.stdout or name == "log"


def test_an_order_is_shown_with_what_was_heard(stores: Stores) -> None:
    (filled,) = (one for one in _json("orders")["orders"] if one["state"] == "filled")
    assert [one["state"] for one in _json("orders", filled["ref"])["events"]] == ["sent", "working", "filled"]
    assert "filled" in _run("orders", filled["ref"]).stdout
    assert [one["open"] for one in _json("orders", "--open")["orders"]] == [True]


def test_status_says_everything_about_an_account(stores: Stores) -> None:
    said = _run("status").stdout
    for words in ("trading, process 4711 on desk", "NQ is locked", "g4qc trade resolve NQ", "1 working", "differs"):
        assert words in said
    assert _run("status", "--up").exit_code == 0
    stores.traders.keep(record(datetime.now(UTC), stopped_at=datetime.now(UTC)))
    assert _run("status", "--up").exit_code == 1
    stores.traders.keep(record(datetime.now(UTC)))
    (account,) = _json("status")["accounts"]
    assert account["trader"]["up"] is True


def test_the_kill_switch_outlives_and_says_who(home: Path, stores: Stores) -> None:
    assert _json("halt", "--why", "too fast", "--by", "ana")["account"] == "*"
    assert (home / HALT_FILE).exists()
    assert "too fast" in _run("status").stdout
    assert "ana: too fast" in _run("release").stdout
    assert _json("release") == {"released": [], "halted": []}
    _json("halt", "--account", ACCOUNT)
    assert _json("release", "--account", ACCOUNT)["released"] == [ACCOUNT]


def test_the_kill_switch_works_without_the_database(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G4QC_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    done = _run("halt")
    assert isinstance(done.exception, DatabaseUnavailable)
    assert (home / HALT_FILE).exists()
    assert "not yet in the database" in done.output


def test_wishes_wait_for_a_running_trader(stores: Stores) -> None:
    asked = _json("flatten", "ES", "--yes", "--wait", "0", "--by", "ana")
    assert (asked["command"], asked["arguments"], asked["by"]) == ("flatten", {"symbol": "ES"}, "ana")
    asked = _json("resolve", "NQ", "--adopt", "--note", "bought by hand", "--wait", "0")
    assert asked["arguments"] == {"symbol": "NQ", "adopt": True, "note": "bought by hand"}
    assert "has not answered" in str(_refused("stop", "--wait", "0.01"))
    stores.traders.keep(record(datetime.now(UTC), stopped_at=datetime.now(UTC)))
    assert isinstance(_refused("stop"), TradingRefused)
    assert len(stores.traders.waiting(ACCOUNT)) == 3


def test_wrong_words_are_one_sentence(home: Path) -> None:
    assert isinstance(_refused("orders"), NotFound)
    assert isinstance(_refused("orders", "g4-none"), NotFound)
    assert "did you mean 'ES'" in str(_refused("flatten", "ESS", "--yes"))
    assert isinstance(_refused("halt", "--account", "two words"), UsageError)
    assert _run("orders", "--limit", "0").exit_code == 2
    assert _run("flatten", "ES").exit_code == 1  # not confirmed


def test_check_names_what_is_missing_and_trades_nothing(home: Path, embedded_database: Database) -> None:
    done = _run("check", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found["ready"] is False
    assert [one["name"] for one in found["specs"]] == ["sma_cross-ES-1h", "sma_cross-NQ-1h", "sma_cross-EC-1h"]
    assert any("No contract of ES is known: run `g4qc extract ES --from " in words for words in found["problems"])
    assert "Not ready" in _run("check").stdout


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('mode = "live"\n[trade.sma_cross-ES-1h]\n', "name the account"),
        ('mode = "live"\naccount = "U1"\n[limits]\norder_size = 1\n[trade.sma_cross-ES-1h]\n', "loss_per_day"),
        ("client_id = 11\n[trade.sma_cross-ES-1h]\n", "client id 11"),
        ("[trade.none]\n", "Unknown backtest 'none'"),
        ("", "trades nothing"),
    ],
)
def test_check_refuses_what_the_trader_would(
    home: Path, embedded_database: Database, tmp_path: Path, text: str, problem: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    settings = Settings(_env_file=None, home=home, trading=file)  # type: ignore[call-arg]
    found = check(settings, load_registry(), Stores(embedded_database), datetime.now(UTC))
    assert any(problem in words for words in found.problems), found.problems
