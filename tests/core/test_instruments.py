from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.instruments.registry import Instrument, contract_month, load_registry, month_code

REGISTRY = load_registry()

GOLD = """
[GC]
name = "Gold"
ib_symbol = "GC"
trading_class = "GC"
exchange = "COMEX"
multiplier = 100
min_tick = 0.1
months = "GJMQZ"
calendar = "equity_index"
roll_days_before_expiry = 30
fee = 2.5
"""


def loaded(tmp_path: Path, text: str):
    file = tmp_path / "mine.toml"
    file.write_text(text)
    return load_registry(file)


def test_the_registry_knows_the_instruments_of_the_demo() -> None:
    assert list(REGISTRY) == ["ES", "NQ", "EC", "RTY", "YM", "MES", "MNQ", "CL", "GC", "ZN", "ZC", "ZS", "LE"]
    euro = REGISTRY["EC"]
    assert (euro.ib_symbol, euro.trading_class, euro.exchange) == ("EUR", "6E", "CME")


TICKS = {
    "ES": ("CME", "50", "0.25", "12.50"),
    "NQ": ("CME", "20", "0.25", "5.00"),
    "EC": ("CME", "125000", "0.00005", "6.25"),
    "RTY": ("CME", "50", "0.1", "5.00"),
    "YM": ("CBOT", "5", "1", "5.00"),
    "MES": ("CME", "5", "0.25", "1.25"),
    "MNQ": ("CME", "2", "0.25", "0.50"),
    "CL": ("NYMEX", "1000", "0.01", "10.00"),
    "GC": ("COMEX", "100", "0.1", "10.00"),
    "ZN": ("CBOT", "1000", "0.015625", "15.625"),
    "ZC": ("CBOT", "5000", "0.0025", "12.50"),
    "ZS": ("CBOT", "5000", "0.0025", "12.50"),
    "LE": ("CME", "40000", "0.00025", "10.00"),
}


@pytest.mark.parametrize(("symbol", "facts"), TICKS.items(), ids=TICKS)
def test_an_instrument_is_what_its_exchange_specifies(symbol: str, facts: tuple[str, str, str, str]) -> None:
    instrument = REGISTRY[symbol]
    exchange, multiplier, tick, value = facts
    assert (instrument.exchange, instrument.currency) == (exchange, "USD")
    assert (instrument.multiplier, instrument.min_tick) == (Decimal(multiplier), Decimal(tick))
    assert instrument.tick_value == Decimal(value)


def test_a_64th_is_exact_in_binary_too() -> None:
    note = REGISTRY["ZN"]
    assert note.min_tick == Decimal(1) / 64
    assert Decimal(float(note.min_tick)) == note.min_tick
    assert all(Decimal(ticks * float(note.min_tick)) == ticks * note.min_tick for ticks in range(6_000, 9_000))


@pytest.mark.parametrize(
    ("kind", "wrong", "says"),
    [
        ("STK", 'months = "HMUZ"', "a product of kind STK has no months"),
        ("CASH", 'roll = "volume"', "a product of kind CASH has no months and no rolls"),
        ("FUT", 'months = ""', "a future needs its months"),
        ("FUT", 'roll = "volum"', "did you mean 'volume'"),
    ],
)
def test_months_and_rolls_are_those_of_futures(tmp_path: Path, kind: str, wrong: str, says: str) -> None:
    lines = [line for line in GOLD.splitlines() if not line.startswith(("months", "roll"))]
    months = [] if kind != "FUT" or "months" in wrong else ['months = "GJMQZ"']
    with pytest.raises(SettingsError, match=says):
        loaded(tmp_path, "\n".join([*lines, f'kind = "{kind}"', *months, wrong]))


def test_midpoints_lie_on_half_ticks() -> None:
    pair = Instrument(
        symbol="EURUSD",
        name="Euro",
        kind="CASH",
        ib_symbol="EUR",
        exchange="IDEALPRO",
        multiplier=Decimal(1),
        min_tick=Decimal("0.00005"),
        calendar="forex_spot",
        fee=Decimal(0),
    )
    assert (pair.price_step, pair.decimals, pair.has_volume, pair.expires) == (Decimal("0.000025"), 6, False, False)
    assert (pair.trading_class, pair.months, pair.roll) == ("EUR", "", "")


@pytest.mark.parametrize(
    ("tick", "decimals"),
    [("0.25", 2), ("0.00005", 5), ("5e-05", 5), ("1", 0), ("10", 0), ("0.10", 1), ("0.015625", 6)],
)
def test_decimals_are_what_a_price_on_the_grid_needs(tick: str, decimals: int) -> None:
    instrument = REGISTRY["ES"].model_copy(update={"min_tick": Decimal(tick)})
    assert instrument.decimals == decimals
    for ticks in (1, 3, 22_157):
        assert round(instrument.min_tick * ticks, decimals) == instrument.min_tick * ticks


def test_an_unknown_instrument_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Unknown instrument 'es': did you mean 'ES'"):
        REGISTRY["es"]
    assert "es" not in REGISTRY


def test_a_file_of_ones_own_adds_instruments(tmp_path: Path) -> None:
    registry = loaded(tmp_path, GOLD.replace("[GC]", "[MGC]"))
    assert list(registry) == [*REGISTRY, "MGC"]
    assert len(registry) == 14
    assert (registry["MGC"].min_tick, registry["MGC"].currency) == (Decimal("0.1"), "USD")


def test_a_file_of_ones_own_replaces_instruments(tmp_path: Path) -> None:
    registry = loaded(tmp_path, GOLD.replace("[GC]", "[ES]"))
    assert registry["ES"].name == "Gold"
    assert REGISTRY["ES"].name == "E-mini S&P 500"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOLD.replace("min_tick = 0.1", "min_tick = 0"), "[GC] min_tick: "),
        (GOLD.replace("min_tick = 0.1", ""), "[GC] min_tick: Field required"),
        (GOLD.replace('"GJMQZ"', '"ABC"'), "[GC] months: "),
        (GOLD.replace("[GC]", "[gold]"), "[gold] symbol: "),
        (GOLD.replace("equity_index", "equity_indx"), "did you mean 'equity_index'"),
        (GOLD + "colour = 1", "[GC] colour: "),
        (GOLD + 'symbol = "GC"', "[GC] symbol: "),
        (GOLD + 'roll = "first_notice(2)"', 'needs a first notice day: set first_notice to "last_business_day'),
        (GOLD.replace("multiplier = 100", 'multiplier = "many"'), "[GC] multiplier: "),
        ("GC = 1", "'GC' stands outside an entry"),
        ("[GC\n", "is not TOML"),
    ],
)
def test_a_malformed_file_is_one_sentence_with_file_entry_and_field(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as error:
        loaded(tmp_path, text)
    assert "mine.toml" in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_absent_or_unreadable_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml does not exist: check G4QC_INSTRUMENTS"):
        load_registry(tmp_path / "absent.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_registry(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_registry(tmp_path / "binary.toml")


def test_an_instrument_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        REGISTRY["ES"].fee = Decimal(0)


@pytest.mark.parametrize("text", ["ESZ5", "2025-12", "202513", "202500", "20251", "2025121", ""])
def test_what_is_no_contract_month_is_refused(text: str) -> None:
    assert contract_month("202512") == "202512"
    with pytest.raises(UsageError, match="like 202512"):
        contract_month(text)


def test_months_have_their_letters() -> None:
    assert "".join(month_code(f"2025{n:02d}") for n in range(1, 13)) == "FGHJKMNQUVXZ"


@pytest.mark.parametrize("symbol", list(REGISTRY))
def test_every_entry_of_the_registry_can_be_written_and_read_again(symbol: str) -> None:
    instrument = REGISTRY[symbol]
    assert Instrument.model_validate_json(instrument.model_dump_json()) == instrument
