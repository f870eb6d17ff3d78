"""Every field of the gateway's objects is used, checked, or written down with the reason why it may be ignored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ibapi.common import BarData
from ibapi.contract import Contract, ContractDetails

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "instruments.md"


def named() -> dict[str, str]:
    """Return the fields that the manual names, each with its meaning."""
    _, _, chapter = MANUAL.read_text("utf-8").partition("## Fields of the gateway's objects")
    rows = [line.strip("|").split(" | ", 1) for line in chapter.splitlines() if line.startswith("| `")]
    return {field: meaning for fields, meaning in rows for field in re.findall(r"`(\w+)`", fields)}


@pytest.mark.parametrize("kind", [Contract, ContractDetails, BarData], ids=lambda kind: kind.__name__)
def test_the_manual_says_what_becomes_of_every_field(kind: type) -> None:
    assert set(vars(kind())) - named().keys() == set()


def test_the_manual_gives_a_reason_for_each() -> None:
    assert all(re.match(r"used|used and checked|ignored: ", meaning.strip()) for meaning in named().values())
