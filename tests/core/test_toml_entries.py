"""One reader of TOML files of specs: files for backtests, searches and rolls say the same of the same fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.calendars.calendar_file import read_calendars
from g4qc_core.errors import SettingsError
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.research.search.searches_file import load_searches

READERS = {
    "backtests file": (load_specs, "G4QC_BACKTESTS"),
    "searches file": (load_searches, "G4QC_SEARCHES"),
    "file of rolls": (load_overrides, "G4QC_ROLLS"),
    "calendars file": (read_calendars, "G4QC_CALENDARS"),
}


@pytest.mark.parametrize("words", READERS)
def test_every_reader_names_the_file_and_the_setting(words: str, tmp_path: Path) -> None:
    read: Any
    read, setting = READERS[words]
    file = tmp_path / "own.toml"
    with pytest.raises(SettingsError, match=f"^The {words} {file} does not exist: check {setting}.$"):
        read(file)
    file.write_text("[open\n")
    with pytest.raises(SettingsError, match=f"^The {words} {file} is not TOML: "):
        read(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=f"^The {words} {file} cannot be read: "):
        read(file)


@pytest.mark.parametrize("read", [load_specs, load_searches])
def test_an_entry_is_named_by_its_headline(read: Any, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("\n[one]\nname = 'other'\n")
    with pytest.raises(SettingsError, match=r"line 3: \[one\] name: the name of an entry is its headline"):
        read(file)
    file.write_text("loose = 1\n")
    with pytest.raises(SettingsError, match=r"line 1: \[loose\] stands outside an entry"):
        read(file)
