"""Instruments from the gateway to a backtest: added by a command, checked, extracted, and listed with what is stored.

Products without contract months take the same way as futures: one stock, one currency pair and one index are tested.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import load_registry
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.resources import open_stores
from tests.fixtures.home import Home, home_on

pytestmark = pytest.mark.integration

MONTHLESS = {
    "AAPL": ("--kind", "STK"),
    "EURUSD": ("--kind", "CASH"),
    "SPX": ("--kind", "IND", "--exchange", "CBOE"),
    "VOD": ("--kind", "STK", "--exchange", "LSE"),
}
WINDOW = ("--from", "2026-11-09", "--to", "2026-11-10")


@pytest.fixture(scope="module")
def home(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Home]:
    """A home with its own instruments file, to which every test adds its instruments."""
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port) as made:
        yield made


def added(home: Home, symbol: str, *options: str) -> dict[str, object]:
    answer = home.run("instruments", "add", symbol, *options, "--replace", "--json")
    assert answer.code == 0, answer.errors
    return json.loads(answer.text)


@pytest.mark.parametrize("symbol", MONTHLESS)
def test_what_has_no_months_goes_from_the_gateway_to_a_backtest(home: Home, symbol: str) -> None:
    added(home, symbol, *MONTHLESS[symbol])
    extracted = home.run("extract", symbol, *WINDOW)
    assert extracted.code == 0, extracted.errors
    assert "2 sessions" in extracted.text
    assert "0 minutes missing" in extracted.text
    with open_stores(home.settings) as stores:
        stored = stores.bars.stored().set_index("symbol").loc[symbol]
        asked = stores.ledger.last()
    assert set(stored["timeframe"]) == {timeframe.name for timeframe in TIMEFRAMES}
    assert (stored["contracts"] == 1).all()
    assert asked is not None
    assert (asked.contract, asked.what) == ("spot", "MIDPOINT" if symbol == "EURUSD" else "TRADES")
    result = home.run("backtest", "buy_and_hold", "--instrument", symbol, "--timeframe", "1h", "--json")
    assert result.code == 0, result.errors
    assert json.loads(result.text)["metrics"]["trades"] == 1
    again = home.run("extract", symbol, *WINDOW)
    assert again.code == 0, again.errors


@pytest.mark.parametrize(("symbol", "tick", "point"), [("ZC", 0.25, 50), ("LE", 0.025, 400)])
def test_what_is_quoted_in_cents_goes_from_the_gateway_to_a_backtest_with_its_money(
    home: Home, symbol: str, tick: float, point: float
) -> None:
    extracted = home.run("extract", symbol, *WINDOW)
    assert extracted.code == 0, extracted.errors
    assert "0 minutes missing" in extracted.text
    assert "quarantine" not in extracted.text or " 0 in quarantine" in extracted.text
    command = ("backtest", "buy_and_hold", "--instrument", symbol, "--timeframe", "1h", "--json")
    result = home.run(*command)
    assert result.code == 0, result.errors
    made = json.loads(result.text)
    with open_stores(home.settings) as stores:
        prices = stores.bars.bars(symbol, "1h", *stores.bars.reach(symbol, "1h"))  # type: ignore[misc]
        (contract,) = {c.tick for c in stores.contracts.chain(symbol)}
    assert float(contract) == tick
    steps = prices["close"] / tick
    assert (abs(steps - steps.round()) < 1e-6).all()
    assert made["inputs"]["instrument"]["multiplier"] == str(point)


def test_the_contracts_of_an_instrument_are_listed_with_what_is_stored(full_home: Home) -> None:
    rows = json.loads(full_home.run("instruments", "contracts", "ES", "--json").text)
    with open_stores(full_home.settings) as stores:
        chain, seen = stores.contracts.chain("ES"), stores.contracts.first_seen("ES")
    assert [(row["contract"], row["con_id"]) for row in rows] == [(c.month, c.con_id) for c in chain]
    assert [row["last_trade_date"] for row in rows] == [str(c.last_trade_date) for c in chain]
    assert all(row["first_seen"] == str(seen[row["contract"]]) for row in rows)
    assert sum(row["bars"] for row in rows) > 0
    assert all((row["bars"] > 0) == (row["sessions"] > 0) for row in rows)
    table = full_home.run("instruments", "contracts", "ES").text
    assert "202612" in table
    assert "ESZ6" in table


def test_a_chain_that_is_not_stored_says_what_to_do(home: Home) -> None:
    answer = home.run("instruments", "contracts", "ZN")
    assert (answer.code, answer.errors.count("\n")) == (2, 1)
    assert "materialize the asset `contracts`" in answer.errors
    for arguments in (("rolls", "ZN"), ("rolls", "ZN", "--rule", "volume"), ("bars", "ZN")):
        assert (home.run(*arguments).code, home.run(*arguments).text) == (2, "")


def test_all_instruments_of_the_package_agree_with_the_gateway(home: Home) -> None:
    answer = home.run("instruments", "check", *load_registry(), "--json")
    assert answer.code == 0, answer.errors
    assert all(told["agrees"] for told in json.loads(answer.text))


def test_a_future_is_added_with_what_the_gateway_says_and_guesses_are_marked(home: Home) -> None:
    silver = added(home, "SI", "--exchange", "COMEX", "--fee", "2.47", "--roll", "first_notice(2)")
    assert (silver["multiplier"], silver["min_tick"], silver["currency"]) == ("5000", "0.005", "USD")
    assert (silver["months"], silver["calendar"], silver["roll"]) == ("HKNUZ", "metals", "first_notice(2)")
    guesses = {"months", "roll_days_before_expiry", "calendar", "first_notice"}
    assert set(silver["guesses"]) == guesses  # type: ignore[call-overload]
    assert silver["first_notice"] == "last_business_day_before_month"
    listed = {row["symbol"]: row for row in json.loads(home.run("instruments", "list", "--json").text)}
    assert (listed["SI"]["in_graph"], listed["SI"]["from"]) == (True, "own file")
    assert (listed["CL"]["in_graph"], listed["ES"]["in_graph"], listed["ES"]["from"]) == (False, True, "G4QC")


def test_corn_is_shown_with_the_gateways_numbers_and_what_follows_from_them(home: Home) -> None:
    corn = {row["symbol"]: row for row in json.loads(home.run("instruments", "list", "--json").text)}["ZC"]
    assert (corn["multiplier"], corn["min_tick"], corn["price_magnifier"]) == ("5000", "0.0025", 100)
    assert (corn["tick"], corn["point_value"], corn["tick_value"]) == ("0.25", "50", "12.5")
    assert "5000/100" in home.run("instruments", "list").text


def test_a_share_in_pence_is_added_with_its_magnifier_and_calendar(home: Home) -> None:
    share = added(home, "VOD", "--kind", "STK", "--exchange", "LSE")
    assert (share["currency"], share["price_magnifier"], share["calendar"]) == ("GBP", 100, "uk_equities")
    assert (share["tick"], share["point_value"], share["max_minute_volume"]) == ("0.01", "0.01", 1_000_000_000)


def test_a_limit_is_set_by_an_option(home: Home) -> None:
    options = ("--max-minute-volume", "5000000", "--max-move", "0.3", "--flat-minutes", "90")
    stock = added(home, "AAPL", "--kind", "STK", *options)
    assert (stock["max_minute_volume"], stock["max_move"], stock["flat_minutes"]) == (5_000_000, "0.3", 90)


UNCHECKED = (
    "--name",
    "SPDR S&P 500",
    "--multiplier",
    "1",
    "--tick",
    "0.01",
    "--calendar",
    "us_equities",
    "--fee",
    "0.005",
)


def test_without_asking_the_gateway_the_symbol_is_the_brokers(home: Home) -> None:
    stock = added(home, "SPY", "--unchecked", "--kind", "STK", *UNCHECKED)
    assert (stock["ib_symbol"], stock["exchange"], stock["kind"]) == ("SPY", "SMART", "STK")
    pair = added(home, "USDJPY", "--unchecked", "--kind", "CASH", *UNCHECKED)
    assert (pair["ib_symbol"], pair["currency"], pair["exchange"]) == ("USD", "JPY", "IDEALPRO")
    assert home.run("instruments", "check", "SPY").code == 0


@pytest.mark.parametrize(
    ("kind", "symbol", "told"),
    [
        ("STK", "AAPL", {"name": "AAPL", "currency": "USD", "min_tick": "0.01", "calendar": "us_equities"}),
        ("CASH", "USDJPY", {"ib_symbol": "USD", "currency": "JPY", "min_tick": "0.005", "calendar": "forex_spot"}),
    ],
)
def test_without_asking_the_gateway_the_rest_is_usual_for_the_kind(
    home: Home, kind: str, symbol: str, told: dict[str, str]
) -> None:
    made = added(home, symbol, "--unchecked", "--kind", kind, "--replace")
    assert {name: str(made[name]) for name in told} == told
    assert {"min_tick", "fee", "calendar"} <= set(made["guesses"])


FUTURE = ("--exchange", "COMEX", "--tick", "0.01", "--months", "HKNUZ")

WRONG = {
    "multiplier": (("SI", "--exchange", "COMEX", "--multiplier", "1000"), 1, "multiplier 5000, and you say 1000."),
    "tick": (("SI", "--exchange", "COMEX", "--tick", "0.01"), 1, "min_tick 0.005, and you say 0.01."),
    "symbol": (("NOPE", "--exchange", "CME"), 1, "the simulated gateway has no such contract"),
    "name": (("si", "--exchange", "COMEX"), 2, "'si' is no symbol"),
    "number": (("SI", "--exchange", "COMEX", "--fee", "much"), 2, "--fee: 'much' is no number"),
    "no number": (("HG", "--unchecked", *FUTURE, "--multiplier", ""), 2, "--multiplier: '' is no number"),
    "calendar": (("SI", "--exchange", "COMEX", "--calendar", "metal"), 1, "did you mean 'metals'?"),
    "roll": (("SI", "--exchange", "COMEX", "--roll", "volum"), 2, "did you mean 'volume'?"),
    "exchange": (("SI", "--exchange", "NYMEX"), 2, "The gateway lists FUT SI at COMEX"),
    "unchecked": (("HG", "--unchecked"), 2, "give --exchange, --multiplier, --tick, --months and --calendar. For a"),
    "empty": (
        ("HG", "--unchecked", "--exchange", "COMEX", "--tick", "0.01", "--months", "HKNUZ"),
        2,
        "give --multiplier.",
    ),
    "none": (
        ("HG", "--unchecked", *FUTURE, "--multiplier", "0"),
        1,
        "[HG] --multiplier: Input should be greater than 0",
    ),
    "magnifier": (("VOD", "--kind", "STK", "--exchange", "LSE", "--magnifier", "1"), 1, "price_magnifier 100, and you"),
}


@pytest.mark.parametrize(("arguments", "code", "says"), WRONG.values(), ids=WRONG)
def test_what_contradicts_the_gateway_or_itself_is_one_sentence_and_writes_nothing(
    home: Home, arguments: tuple[str, ...], code: int, says: str
) -> None:
    file = home.settings.instruments_file
    before = file.read_bytes() if file.exists() else None
    answer = home.run("instruments", "add", *arguments, "--replace")
    assert (answer.code, answer.text, answer.errors.count("\n")) == (code, "", 1), answer.errors
    assert says in answer.errors
    assert "line " not in answer.errors
    assert (file.read_bytes() if file.exists() else None) == before


def test_an_instrument_that_is_there_is_replaced_only_when_told(home: Home) -> None:
    answer = home.run("instruments", "add", "ES", "--exchange", "CME")
    assert (answer.code, "add --replace" in answer.errors) == (2, True)


def test_a_file_that_contradicts_the_gateway_is_found_by_the_check(home: Home) -> None:
    mine = home.folder / "wrong.toml"
    entry = 'name = "S&P"\nib_symbol = "ES"\nexchange = "CME"\nmultiplier = 5\nmin_tick = "0.25"\nmonths = "HMUZ"\n'
    mine.write_text(f'[ES]\n{entry}calendar = "equity_index"\nfee = 1\n')
    answer = home.with_(instruments=mine).run("instruments", "check", "ES", "NQ")
    assert answer.code == 1
    assert "The gateway says that ES has the multiplier 50, and the instruments file says 5." in answer.errors
    assert "NQ      agrees with the gateway" in answer.text
