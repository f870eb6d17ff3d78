"""Chains and products over the wire: listings become contracts under any name and after a change of names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import ContractChanged, ContractNotFound, SettingsError
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.simulated_market import Listing, MarketBars
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.products import contradictions, matching_product
from g4qc_core.instruments.registry import NEVER, SPOT, Contract, Instrument, load_registry, month_code
from g4qc_core.storage.contract_store import ContractStore
from g4qc_core.storage.server.database import Database
from g4qc_core.timeframes import ONE_MINUTE
from tests.fixtures.gateway import NOW

REGISTRY = load_registry()
PRODUCTS = products(REGISTRY)
MONTHLESS = ("AAPL", "EURUSD", "USDJPY", "SPX")

Maker = Callable[..., SimulatedGateway]


def source(gateway: SimulatedGateway) -> IbSource:
    return IbSource("127.0.0.1", gateway.port, 11, 30.0, 30.0, client_id_pauses=(0.01,))


class Renamed:
    """A market that describes contracts differently, by rewriting each listing."""

    account = "SIM000001"

    def __init__(self, market: SyntheticMarket, rewrite: Callable[[Contract], Contract]) -> None:
        self._market = market
        self._rewrite = rewrite

    def listings(self, now: datetime) -> list[Listing]:
        return [replace(item, contract=self._rewrite(item.contract)) for item in self._market.listings(now)]

    def minutes(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        return self._market.minutes(self._own(listing), start, end)

    def step(self, listing: Listing) -> int:
        return self._market.step(listing)

    def shortest(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        return self._market.shortest(self._own(listing), start, end)

    def head(self, listing: Listing) -> datetime | None:
        return self._market.head(self._own(listing))

    def _own(self, listing: Listing) -> Listing:
        key = (listing.contract.symbol, listing.contract.month)
        return next(i for i in self._market.listings(NOW) if (i.contract.symbol, i.contract.month) == key)


@pytest.mark.parametrize("symbol", list(REGISTRY))
def test_a_chain_has_the_months_of_the_cycle_and_no_other(simulated_gateway: SimulatedGateway, symbol: str) -> None:
    instrument = REGISTRY[symbol]
    with source(simulated_gateway) as ib:
        chain = ib.chain(instrument)
    assert {month_code(c.month) for c in chain} == set(instrument.months)
    assert chain == sorted(chain, key=lambda c: c.last_trade_at)
    assert len({c.con_id for c in chain}) == len(chain)
    assert all((c.multiplier, c.min_tick) == (instrument.multiplier, instrument.min_tick) for c in chain)
    assert chain[0].last_trade_at < NOW < chain[-1].last_trade_at


@pytest.mark.parametrize("symbol", MONTHLESS)
def test_what_does_not_expire_is_a_chain_of_one(simulated_gateway: SimulatedGateway, symbol: str) -> None:
    with source(simulated_gateway) as ib:
        (contract,) = ib.chain(PRODUCTS[symbol])
    assert (contract.month, contract.last_trade_date, contract.kind) == (SPOT, NEVER, PRODUCTS[symbol].kind)
    assert str(contract) == symbol


@pytest.mark.parametrize(("symbol", "volume"), [("AAPL", None), ("EURUSD", -1), ("SPX", 0)])
def test_bars_are_of_what_there_is_trades_midpoints_or_values(
    simulated_gateway: SimulatedGateway, symbol: str, volume: int | None
) -> None:
    instrument = PRODUCTS[symbol]
    session = calendar(instrument.calendar).session(date(2026, 11, 18))
    assert session is not None
    with source(simulated_gateway) as ib:
        (contract,) = ib.chain(instrument)
        bars = ib.bars(BarRequest(contract, ONE_MINUTE, session.open, session.close))
        assert ib.head_timestamp(contract) < datetime(2005, 1, 1, tzinfo=UTC)
    assert len(bars) > 0.95 * session.length
    assert (bars["volume"] > 0).all() if volume is None else (bars["volume"] == volume).all()
    steps = bars["close"] / float(instrument.price_step)
    assert (abs(steps - steps.round()) < 1e-6).all()


@pytest.mark.parametrize("name", list(PRODUCTS))
def test_what_the_gateway_tells_of_a_product_is_what_it_lists(simulated_gateway: SimulatedGateway, name: str) -> None:
    instrument = PRODUCTS[name]
    with source(simulated_gateway) as ib:
        found = ib.products(instrument.kind, instrument.ib_symbol, instrument.exchange)
    product = matching_product(instrument, found)
    assert product is not None
    assert contradictions(instrument, product) == []
    assert set(product.months) == set(instrument.listed)


def test_a_product_that_nobody_lists_is_named(simulated_gateway: SimulatedGateway) -> None:
    with source(simulated_gateway) as ib, pytest.raises(ContractNotFound, match=r"The product NOPE at CME \(FUT\)"):
        ib.products("FUT", "NOPE", "CME")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"multiplier": Decimal(5)}, "ES has the multiplier 50, and the instruments file says 5."),
        ({"min_tick": Decimal("0.1")}, "ES has the min_tick 0.25, and the instruments file says 0.1."),
        ({"currency": "EUR"}, "ES has the currency USD, and the instruments file says EUR."),
        ({"exchange": "CBOT"}, "ES has the exchange CME, and the instruments file says CBOT."),
        ({"months": "FHMUZ"}, "ES has the months HMUZ, and the instruments file says FHMUZ."),
    ],
)
def test_a_contradiction_names_both_values(
    simulated_gateway: SimulatedGateway, changes: Mapping[str, object], says: str
) -> None:
    mine = REGISTRY["ES"].model_copy(update=changes)
    with source(simulated_gateway) as ib:
        product = matching_product(mine, ib.products("FUT", "ES"))
    assert product is not None
    (sentence,) = contradictions(mine, product)
    assert sentence == f"The gateway says that {says}"


def test_a_wrong_multiplier_stops_extraction_at_the_chain(simulated_gateway: SimulatedGateway) -> None:
    wrong = REGISTRY["CL"].model_copy(update={"multiplier": Decimal(100)})
    with source(simulated_gateway) as ib, pytest.raises(SettingsError, match=r"multiplier 1000, and the .* says 100"):
        ib.chain(wrong)


# --- the same contract under another name


def _merged(store: ContractStore, make_gateway: Maker, market: Renamed, exchange: str = "CME") -> list[Contract]:
    gateway = make_gateway(market=market, clock=GatewayClock(NOW, frozen=True))
    asked: Instrument = REGISTRY["ES"].model_copy(update={"exchange": exchange})
    with source(gateway) as ib:
        store.merge(ib.chain(asked), ib.server_time())
    return store.chain("ES")


def test_an_exchange_that_is_renamed_keeps_its_contracts(
    database: Database, make_gateway: Maker, synthetic_market: SyntheticMarket
) -> None:
    store = ContractStore(database)
    before = _merged(store, make_gateway, Renamed(synthetic_market, lambda c: replace(c, exchange="GLOBEX")), "GLOBEX")
    after = _merged(store, make_gateway, Renamed(synthetic_market, lambda c: c))
    assert {c.exchange for c in before} == {"GLOBEX"}
    assert [replace(c, exchange="CME") for c in before] == after
    assert all(len(ids) == 1 for ids in store.ids("ES").values())


def test_a_contract_that_is_issued_anew_is_asked_for_by_its_new_id_and_keeps_the_old(
    database: Database, make_gateway: Maker, synthetic_market: SyntheticMarket
) -> None:
    store = ContractStore(database)
    before = _merged(store, make_gateway, Renamed(synthetic_market, lambda c: c))
    anew = Renamed(synthetic_market, lambda c: replace(c, con_id=c.con_id + 1_000_000_000))
    after = _merged(store, make_gateway, anew)
    assert [c.con_id for c in after] == [c.con_id + 1_000_000_000 for c in before]
    assert store.ids("ES") == {c.month: [c.con_id, c.con_id + 1_000_000_000] for c in before}
    gateway, start = make_gateway(market=anew), NOW - timedelta(hours=4)
    with source(gateway) as ib:
        front = next(c for c in after if c.last_trade_at > NOW)
        assert len(ib.bars(BarRequest(front, ONE_MINUTE, start, start + timedelta(hours=1)))) == 60


def test_another_product_under_a_stored_month_is_no_chain_of_the_old(
    database: Database, make_gateway: Maker, synthetic_market: SyntheticMarket
) -> None:
    store = ContractStore(database)
    before = _merged(store, make_gateway, Renamed(synthetic_market, lambda c: c))
    micro = REGISTRY["MES"].model_copy(update={"symbol": "ES"})
    with source(make_gateway()) as ib, pytest.raises(ContractChanged, match="MES, multiplier 5"):
        store.merge(ib.chain(micro), NOW)
    assert store.chain("ES") == before
