"""Commands write into the user's file without damaging it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.instruments.instruments_file import (
    Fields,
    remove_instrument,
    with_entry,
    without_entry,
    write_instrument,
)
from g4qc_core.instruments.registry import Instrument, load_registry, parse_instruments, read_instruments

SILVER: Fields = {
    "name": "Silver",
    "ib_symbol": "SI",
    "trading_class": "SI",
    "exchange": "COMEX",
    "multiplier": Decimal(5000),
    "min_tick": Decimal("0.005"),
    "months": "HKNUZ",
    "calendar": "metals",
    "roll_days_before_expiry": 32,
    "fee": Decimal("2.47"),
}

MINE = """# What we trade.

# Copper, for the desk in Basel
[HG]
name = "Copper # not a comment"   # as the desk calls it
ib_symbol = "HG"
exchange = "COMEX"
multiplier = 25000
min_tick = "0.0005" # since 2015
months = "HKNUZ"
calendar = "metals"
fee = "2.47"

# Apple, for tests
[AAPL]
name = "Apple"
kind = "STK"
ib_symbol = "AAPL"
exchange = "SMART"
multiplier = 1
min_tick = "0.01"
calendar = "us_equities"
fee = "0.005"
"""


def test_an_instrument_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "new" / "mine.toml"
    written = write_instrument(file, "SI", SILVER)
    assert read_instruments(file) == {"SI": written}
    assert (written.min_tick, written.multiplier, written.months) == (Decimal("0.005"), Decimal(5000), "HKNUZ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_entry_that_is_added_leaves_every_line_of_the_others(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    write_instrument(file, "SI", SILVER)
    assert file.read_text().startswith(MINE)
    assert list(read_instruments(file)) == ["HG", "AAPL", "SI"]


def test_of_several_who_add_at_once_none_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "instruments.toml"
    symbols = [f"SI{n}" for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda symbol: write_instrument(file, symbol, SILVER), symbols))
    assert set(read_instruments(file)) == set(symbols)


def test_an_entry_is_not_replaced_unless_told_so(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    with pytest.raises(UsageError, match=r"mine\.toml has an entry \[HG\] already: add --replace"):
        write_instrument(file, "HG", SILVER)
    assert file.read_text() == MINE


def test_an_entry_that_is_replaced_keeps_its_place_and_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    write_instrument(file, "HG", {**SILVER, "name": "Copper"}, replace=True)
    text = file.read_text()
    assert '# Copper, for the desk in Basel\n[HG]\nname = "Copper"   # as the desk calls it\n' in text
    assert 'min_tick = "0.005" # since 2015\n' in text
    assert "\n\n# Apple, for tests\n[AAPL]\n" in text
    registry = read_instruments(file)
    assert (list(registry), registry["HG"].ib_symbol, registry["AAPL"].kind) == (["HG", "AAPL"], "SI", "STK")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"min_tick": "many"}, "[SI] min_tick: "),
        ({"calendar": "metal"}, "did you mean 'metals'"),
        ({"months": ""}, "[SI] a future needs its months"),
        ({"kind": "STK"}, "[SI] a product of kind STK has no months"),
        ({"roll": "volum"}, "[SI] roll: Unknown roll rule 'volum': did you mean 'volume'?"),
        ({"months": "FGH", "listed": "HMUZ"}, "[SI] the months FGH are not all among the listed ones, HMUZ"),
    ],
)
def test_a_wrong_entry_leaves_the_file_as_it_is(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    with pytest.raises(SettingsError) as error:
        write_instrument(file, "SI", {**SILVER, **changes})
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert file.read_text() == MINE
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def test_a_file_that_is_malformed_already_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[HG\n")
    with pytest.raises(SettingsError, match="is not TOML"):
        write_instrument(file, "SI", SILVER)
    assert file.read_text() == "[HG\n"


@pytest.mark.parametrize("instrument", load_registry().values(), ids=lambda item: item.symbol)
def test_every_instrument_can_be_written_and_read_again(instrument: Instrument) -> None:
    fields = {name: value for name, value in instrument.model_dump(exclude={"symbol"}).items() if value is not None}
    text = with_entry(MINE, instrument.symbol, fields)
    assert parse_instruments(text, Path("mine.toml"))[instrument.symbol] == instrument


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40))
def test_any_name_survives(name: str) -> None:
    text = with_entry(MINE, "SI", {**SILVER, "name": name})
    assert parse_instruments(text, Path("mine.toml"))["SI"].name == name
    again = with_entry(text, "SI", {**SILVER, "name": "Silver"})
    assert parse_instruments(again, Path("mine.toml"))["SI"].name == "Silver"


def test_an_entry_that_is_removed_takes_its_own_comment_along_and_no_other_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    remove_instrument(file, "HG")
    assert file.read_text() == "# What we trade.\n\n" + MINE[MINE.index("# Apple") :]
    remove_instrument(file, "AAPL")
    assert file.read_text() == "# What we trade.\n"
    with pytest.raises(UsageError, match="Unknown instrument of your own 'AAPL'"):
        remove_instrument(file, "AAPL")


@given(st.permutations(["HG", "AAPL", "SI"]), st.sampled_from(["HG", "AAPL", "SI"]))
def test_an_entry_that_was_added_and_is_removed_leaves_the_others_as_they_were(order: list[str], gone: str) -> None:
    text = "# Ours.\n"
    for symbol in order:
        text = with_entry(text, symbol, SILVER)
    left = parse_instruments(without_entry(text, gone), Path("mine.toml"))
    assert left == {symbol: one for symbol, one in parse_instruments(text, Path("mine.toml")).items() if symbol != gone}
    assert without_entry(text, gone).startswith("# Ours.\n")
