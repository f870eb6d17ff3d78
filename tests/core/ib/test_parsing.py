"""The gateway's descriptions become contracts and bars with every build of ibapi."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import ContractNotFound, InvalidBars, SettingsError, UnreadableAnswer
from g4qc_core.ib import parsing
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.ib.last_trade import last_trade
from g4qc_core.instruments.registry import Contract, Instrument, load_registry
from tests.core.ib.contracts import ESZ5
from tests.core.ib.scripted import Peer, contract_data, frame, scripted

REGISTRY = load_registry()
EURO = {
    "symbol": "EUR",
    "expiry": "20251215 09:16 US/Central",
    "local_symbol": "6EZ5",
    "trading_class": "6E",
    "con_id": 496647057,
    "min_tick": "5e-05",
    "multiplier": 125000,
}


def chain(*described: dict[str, Any], instrument: Instrument = REGISTRY["ES"]) -> list[Contract]:
    """The chain that `ibapi` and `IbSource` make of these contracts, over a socket."""

    def script(peer: Peer) -> None:
        peer.start()
        request_id = peer.read_until(9)[2]
        peer.send(*(contract_data(request_id, **changes) for changes in described), frame(52, 1, request_id))
        peer.hang()

    with scripted(script) as port, IbSource("127.0.0.1", port, 11, 5, 5) as source:
        return source.chain(instrument)


def test_a_contract_is_what_the_gateway_describes() -> None:
    assert chain({}) == [ESZ5]


@pytest.mark.parametrize("tick", ["0.00005", "5e-05", "5.0E-5"])
def test_a_tick_is_the_same_number_however_it_is_spelled(tick: str) -> None:
    (contract,) = chain(EURO | {"min_tick": tick}, instrument=REGISTRY["EC"])
    assert (contract.symbol, contract.min_tick, contract.multiplier) == (
        "EC",
        Decimal("0.00005"),
        Decimal(125000),
    )
    assert contract.last_trade_at == datetime(2025, 12, 15, 15, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expiry", "zone", "at"),
    [
        ("20251219 08:30 US/Central", "US/Central", "14:30"),
        ("20251219 08:30:00 US/Central", "US/Central", "14:30"),
        ("20251219 08:30 CST", "CST (Central Standard Time)", "14:30"),
        ("20251219 09:30", "America/New_York", "14:30"),
        ("20251219 08:30", "Hora central", "14:30"),
        ("20251219", "US/Central", "22:00"),
        ("20250620 08:30", "US/Central", "13:30"),
        ("20251219 06:30:00 US/Pacific", "US/Central", "14:30"),
        ("20251219-14:30:00", "US/Central", "14:30"),
        ("20251219 15:30 Europe/Berlin", "US/Central", "14:30"),
        ("20251219 08:30 Central Standard Time", "US/Eastern", "14:30"),
        ("20251219 09:30 EST", "", "14:30"),
    ],
)
def test_the_last_trade_is_an_instant(expiry: str, zone: str, at: str) -> None:
    (contract,) = chain({"expiry": expiry, "zone": zone})
    assert contract.last_trade_at.strftime("%Y%m%d %H:%M") == f"{expiry[:8]} {at}"
    assert contract.last_trade_date == date.fromisoformat(expiry[:8])


def test_a_time_of_day_in_a_field_of_its_own_is_local_to_the_zone_of_the_details() -> None:
    described = SimpleNamespace(localSymbol="ESH6", lastTradeDateOrContractMonth="20260320", lastTradeDate="")
    details = SimpleNamespace(
        contract=described, lastTradeTime="08:30", timeZoneId="US/Central", realExpirationDate="20260320"
    )
    sessions = calendar(REGISTRY["ES"].calendar)
    assert last_trade(details, sessions) == (date(2026, 3, 20), datetime(2026, 3, 20, 13, 30, tzinfo=UTC))


def test_the_trade_date_is_that_of_the_exchange_whatever_zone_the_text_is_in() -> None:
    (evening,) = chain({"expiry": "20251219-02:00:00"})
    assert (evening.last_trade_date, evening.last_trade_at.hour) == (date(2025, 12, 19), 2)
    (east,) = chain({"expiry": "20251219 23:30 Asia/Tokyo"})
    assert (east.last_trade_date, east.last_trade_at) == (ESZ5.last_trade_date, ESZ5.last_trade_at)


@pytest.mark.parametrize("expiry", ["20251219 08:30 Mars/Phobos", "20251219 08:30 Hora central"])
def test_a_last_trade_in_an_unknown_zone_is_refused_with_its_text(expiry: str) -> None:
    with pytest.raises(UnreadableAnswer, match=f"'{expiry}'.*not known here"):
        chain({"expiry": expiry})


def test_two_last_trade_dates_that_differ_are_told(caplog: pytest.LogCaptureFixture) -> None:
    (contract,) = chain({"real_expiry": "20251222"})
    assert contract.last_trade_at == ESZ5.last_trade_at
    assert "two last trade dates of ESZ5: 2025-12-19" in caplog.text
    assert "2025-12-22" in caplog.text


def test_without_a_clock_trading_ends_with_the_session_before_a_holiday() -> None:
    (contract,) = chain({"expiry": "20250418"})
    assert contract.last_trade_at == datetime(2025, 4, 17, 21, 0, tzinfo=UTC)


def test_serial_months_and_other_trading_classes_are_left_out_and_the_rest_is_in_order() -> None:
    later = {"month": "202603", "expiry": "20260320 08:30 US/Central", "con_id": 2, "local_symbol": "ESH6"}
    serial = {"month": "202511", "expiry": "20251117 08:30 US/Central", "con_id": 3, "local_symbol": "ESX5"}
    other = {"trading_class": "ESQ", "con_id": 4}
    assert [c.month for c in chain(later, serial, other, {})] == ["202512", "202603"]


def test_a_month_that_the_gateway_leaves_out_is_that_of_the_last_trade() -> None:
    assert chain({"month": ""}) == [ESZ5]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"month": "", "expiry": ""}, "contract month"),
        ({"expiry": "202512", "real_expiry": ""}, "last trade date"),
    ],
)
def test_a_contract_without_its_dates_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidBars, match=text):
        chain(changes)


def test_an_expiry_that_is_only_a_month_is_completed_by_the_real_one() -> None:
    (contract,) = chain({"expiry": "202512"})
    assert contract.last_trade_date == ESZ5.last_trade_date


def test_a_contract_that_is_sent_twice_is_one() -> None:
    assert chain({}, {}) == [ESZ5]


def test_two_contracts_of_one_month_are_refused() -> None:
    with pytest.raises(SettingsError, match="ESZ5 and ESZ5X"):
        chain({}, {"con_id": 1, "local_symbol": "ESZ5X"})


def test_a_chain_without_a_month_of_the_cycle_is_not_found() -> None:
    with pytest.raises(ContractNotFound, match="HMUZ"):
        chain({"month": "202511"})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"multiplier": 5}, r"multiplier 5, and the instruments file says 50: correct the entry \[ES\]"),
        ({"min_tick": 0.1}, r"min_tick 0\.1, and the instruments file says 0\.25"),
        ({"currency": "EUR"}, "currency EUR, and the instruments file says USD"),
        ({"multiplier": ""}, "ESZ5 with the multiplier '' .*no number above 0"),
    ],
)
def test_a_difference_from_the_registry_names_both_values(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        chain(changes)


# -- bars


def old(start: str, wap: float = 100.5, volume: int = 7, count: int = 3) -> Any:
    """A bar as 9.81 decodes it."""
    prices = {"open": 100.0, "high": 101.0, "low": 99.0, "close": 100.25}
    return SimpleNamespace(date=start, **prices, volume=volume, average=wap, barCount=count)


def new(start: str, wap: str = "100.5", volume: str = "7", count: int = 3) -> Any:
    """A bar as 10.x decodes it."""
    prices = {"open": 100.0, "high": 101.0, "low": 99.0, "close": 100.25}
    return SimpleNamespace(date=start, **prices, volume=Decimal(volume), wap=Decimal(wap), barCount=count)


def test_both_builds_give_the_same_frame() -> None:
    starts = ["1759327200", "1759327260"]
    before, after = parsing.bars(map(old, starts)), parsing.bars(map(new, starts))
    assert before.equals(after)
    assert tuple(before.columns) == RAW_COLUMNS
    assert [str(kind) for kind in before.dtypes] == [
        "datetime64[us, UTC]",
        *["float64"] * 4,
        "int64",
        "float64",
        "int64",
    ]
    assert before["timestamp"][0] == datetime(2025, 10, 1, 14, 0, tzinfo=UTC)


def test_no_bars_are_an_empty_frame_of_the_same_form() -> None:
    some, none = parsing.bars([old("1759327200")]), parsing.bars([])
    assert none.empty
    assert none.dtypes.equals(some.dtypes)


@pytest.mark.parametrize(
    "bar", [old("1759327200", wap=-1), new("1759327200", wap="-1"), new("1759327200", str(2**127 - 1))]
)
def test_an_average_that_is_not_known_is_no_number(bar: Any) -> None:
    assert math.isnan(parsing.bars([bar])["wap"][0])


@pytest.mark.parametrize(
    "bar", [old("1759327200", volume=-1, count=-1), new("1759327200", "1", str(2**127 - 1), 2**31 - 1)]
)
def test_a_volume_that_is_not_known_is_minus_one(bar: Any) -> None:
    assert parsing.bars([bar])["volume"][0] == -1


def test_a_date_is_midnight_of_the_trade_date() -> None:
    assert parsing.bars([old("20251006")])["timestamp"][0] == datetime(2025, 10, 6, tzinfo=UTC)


@pytest.mark.parametrize("text", ["20251001 14:00:00", "20251001  14:00:00", "", "soon", "9" * 30])
def test_a_time_that_could_mean_anything_is_refused(text: str) -> None:
    with pytest.raises(InvalidBars, match="no instant"):
        parsing.bars([old(text), old("1759327200")])


@given(st.lists(st.integers(28_000_000, 30_000_000).map(lambda minute: 60 * minute)))
def test_bars_come_out_ascending_and_once(starts: list[int]) -> None:
    found = parsing.bars(old(str(start), volume=n) for n, start in enumerate(starts))
    assert [int(t.timestamp()) for t in found["timestamp"]] == sorted(set(starts))
    last = {start: n for n, start in enumerate(starts)}
    assert found["volume"].tolist() == [last[start] for start in sorted(last)]


@given(st.integers(10**9, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_an_instant_is_the_same_in_every_spelling(moment: datetime) -> None:
    assert parsing.instant(moment.strftime("%Y%m%d-%H:%M:%S")) == moment
    assert parsing.instant(str(int(moment.timestamp()))) == moment
