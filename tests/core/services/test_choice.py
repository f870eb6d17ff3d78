"""Instruments of the graph: those that the user chose, from any file of the user."""

from __future__ import annotations

from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.instruments.registry import BUILT_IN, load_registry
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.settings import Settings

SILVER = """[SI]
name = "Silver"
ib_symbol = "SI"
exchange = "COMEX"
multiplier = "5000"
min_tick = "0.005"
months = "HKNUZ"
calendar = "metals"
fee = "2.47"
"""


def test_the_graph_begins_with_the_instruments_of_the_demo(settings: Settings) -> None:
    assert chosen_instruments(settings) == ["ES", "NQ", "EC"]


def test_an_instrument_of_ones_own_is_chosen_by_being_there(settings: Settings, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(SILVER)
    assert chosen_instruments(settings.model_copy(update={"instruments": mine})) == ["ES", "NQ", "EC", "SI"]


def test_a_file_in_the_home_is_read_without_any_setting(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, instruments=None, symbols="")
    assert settings.own_instruments is None
    (tmp_path / "instruments.toml").write_text(SILVER)
    assert settings.own_instruments == settings.instruments_file == tmp_path / "instruments.toml"
    assert chosen_instruments(settings) == ["ES", "NQ", "EC", "SI"]


def test_the_setting_decides_alone(settings: Settings, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(SILVER)
    chosen = settings.model_copy(update={"instruments": mine, "symbols": " GC,SI , GC,"})
    assert chosen_instruments(chosen) == ["GC", "SI"]


def test_a_file_that_is_named_and_absent_is_an_error(settings: Settings, tmp_path: Path) -> None:
    absent = settings.model_copy(update={"instruments": tmp_path / "absent.toml"})
    with pytest.raises(SettingsError, match=r"absent\.toml does not exist"):
        chosen_instruments(absent)


def test_the_built_in_file_as_ones_own_changes_nothing_of_the_registry() -> None:
    assert dict(load_registry(BUILT_IN)) == dict(load_registry())
