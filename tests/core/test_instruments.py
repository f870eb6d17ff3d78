from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.instruments import Instrument, contract_month, load_registry, month_code

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
    assert list(REGISTRY) == ["ES", "NQ", "EC", "RTY", "YM", "MES", "MNQ", "CL", "GC", "ZN"]
    euro = REGISTRY["EC"]
    assert (euro.ib_symbol, euro.trading_class, euro.exchange) == ("EUR", "6E", "CME")


@pytest.mark.parametrize(("symbol", "value"), [("ES", "12.50"), ("NQ", "5.00"), ("EC", "6.25")])
def test_the_value_of_a_tick_is_exact(symbol: str, value: str) -> None:
    assert REGISTRY[symbol].tick_value == Decimal(value)


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
    assert len(registry) == 11
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
