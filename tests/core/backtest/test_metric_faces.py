"""The pages write every figure as its definition says, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import g4qc_core.api
from g4qc_core.backtest.metrics import DEFINITIONS, MONEY, OF_RETURNS, PERCENT, SAMPLED

PAGES = Path(g4qc_core.api.__file__).parent / "pages"
SCRIPT = (PAGES / "js" / "backtest" / "figures.js").read_text("utf-8")
WHOLE = {one.key for one in DEFINITIONS.values() if one.unit in ("count", "sessions", "days", "bars")} - {
    "average_bars"
}


def listed(name: str) -> set[str]:
    found = re.search(rf"const {name} = \[([^\]]*)\];", SCRIPT)
    assert found, name
    return set(re.findall(r'"(\w+)"', found[1]))


def test_the_script_has_the_units_of_the_definitions() -> None:
    assert listed("PERCENT") == PERCENT
    assert listed("MONEY") == MONEY
    assert listed("SAMPLED") == SAMPLED
    assert listed("OF_RETURNS") == OF_RETURNS
    assert listed("COUNTS") == WHOLE


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_figure_has_a_name_in_every_language(language: str) -> None:
    words = json.loads((PAGES / "lang" / f"{language}.json").read_text("utf-8"))
    assert {f"metric.{name}" for name in DEFINITIONS} <= set(words)
