"""`g4qc export` on a home with bars: what it prints, and what stands in the folder."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.fixtures.home import OCTOBER, Home

pytestmark = pytest.mark.integration


def test_a_data_set_holds_the_bars_that_the_command_bars_prints(full_home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    done = full_home.run("export", "ES", "--output", str(folder), "--contract", "202612", "--json")
    assert done.code == 0, done.errors
    told = json.loads(done.text)
    printed = full_home.run("bars", "ES", "--contract", "202612", "--format", "json")
    bars = pd.DataFrame(json.loads(printed.text))
    found = pd.concat([pd.read_parquet(path) for path in sorted(folder.rglob("*.parquet"))])
    assert (told["bars"], told["contracts"], told["gaps"]) == (len(bars), 1, [])
    assert found["close"].tolist() == bars["close"].tolist()
    assert json.loads((folder / "_export.json").read_text())["origin"] == "simulated"


def test_a_full_folder_and_an_unknown_symbol_are_one_sentence(full_home: Home, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    refused = full_home.run("export", "ES", "--output", str(tmp_path), "--from", f"{OCTOBER[0]}")
    assert (refused.code, refused.text) == (2, "")
    assert "exists and is not empty" in refused.errors
    unknown = full_home.run("export", "XX", "--output", str(tmp_path / "other"))
    assert (unknown.code, unknown.errors.count("\n")) == (2, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
