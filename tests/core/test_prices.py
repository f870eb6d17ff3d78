"""Prices as text: nothing is rounded, and the text is read back as the same price."""

from __future__ import annotations

import math
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.backtest.tear_sheet.price_marks import PriceMarks
from g4qc_core.drawing import price_axis, sheet
from g4qc_core.futures.rolls.roll_calendar import implausible_gaps
from g4qc_core.instruments.price_text import NO_PRICE, decimal_text, price_text, quote, quotes_32nds
from g4qc_core.instruments.registry import Instrument, load_registry

REGISTRY = load_registry()
_DIGITS = {"": 0, "0": 0, "1": 1, "2": 2, "3": 3, "5": 4, "6": 5, "7": 6, "8": 7}  # eighths of a 32nd


def read_quote(text: str) -> Decimal:
    """`132'105` as 132.328125."""
    whole, _, rest = text.removeprefix("-").partition("'")
    value = int(whole) + Decimal(int(rest[:2])) / 32 + Decimal(_DIGITS[rest[2:]]) / 256
    return -value if text.startswith("-") else value


def like(known: str, **changes: object) -> Instrument:
    return REGISTRY[known].model_copy(update=changes)


INSTRUMENTS = [
    *REGISTRY.values(),
    like("ZN", symbol="ZB", min_tick=Decimal(1) / 32),
    like("ZN", symbol="ZF", min_tick=Decimal(1) / 128),
    like("ZN", symbol="ZT", min_tick=Decimal(1) / 256),
    like("ES", symbol="SPY", kind="STK", min_tick=Decimal("0.01"), multiplier=Decimal(1)),
]


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda one: one.symbol)
@given(steps=st.integers(-(10**6), 10**8))
def test_a_printed_price_is_read_back_as_the_same_price(instrument: Instrument, steps: int) -> None:
    exact = steps * instrument.price_step
    price = float(exact)
    assert Decimal(decimal_text(instrument, price)) == exact
    assert price_text(instrument, price).startswith(decimal_text(instrument, price))
    if quotes_32nds(instrument):
        assert price_text(instrument, price) == f"{decimal_text(instrument, price)} ({quote(instrument, price)})"
        # The third digit has no room for an eighth of a 32nd in full, and is unique nevertheless.
        assert read_quote(quote(instrument, price)) == exact


@pytest.mark.parametrize(
    ("instrument", "price", "text"),
    [
        (like("ZN"), 132.328125, "132.328125 (132'105)"),
        (like("ZN"), -0.265625, "-0.265625 (-0'085)"),
        (INSTRUMENTS[-4], 118.3125, "118.31250 (118'10)"),
        (INSTRUMENTS[-3], 107.2265625, "107.2265625 (107'072)"),
        (INSTRUMENTS[-2], 103.62109375, "103.62109375 (103'198)"),
        (like("ES"), 5000.25, "5000.25"),
        (like("ES"), 5000.0, "5000.00"),
        (like("ZC"), 450.25, "450.25"),
        (like("EC"), 1.10005, "1.10005"),
        (like("YM"), 44000.0, "44000"),
        (like("ES"), 5000.3333, "5000.3333"),
        (like("ZN"), 132.33, "132.330000"),
        (like("ES"), math.nan, NO_PRICE),
    ],
)
def test_a_price_is_written_as_the_field_writes_it(instrument: Instrument, price: float, text: str) -> None:
    assert price_text(instrument, price) == text


def axis_labels(instrument: Instrument, low: float, high: float) -> list[str]:
    figure, (axis,) = sheet(1)
    axis.plot([0, 1], [low, high])
    price_axis(axis, instrument)
    figure.canvas.draw()
    bottom, top = axis.get_ylim()
    places = zip(axis.get_yticks(), axis.yaxis.get_ticklabels(), strict=True)
    return [label.get_text() for value, label in places if bottom <= value <= top]


def test_an_axis_of_a_picture_marks_prices_of_the_instrument() -> None:
    notes = axis_labels(like("ZN"), 132.0, 132.40625)
    assert {read_quote(text) * 64 % 1 for text in notes} == {0}
    assert "132'000" in notes
    assert len(notes) >= 3
    assert "5000.25" in axis_labels(like("ES"), 5000.0, 5000.5)


def test_a_sentence_about_a_gap_gives_it_to_the_tick() -> None:
    rolls = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-02-26"]), "from_contract": ["202603"], "to_contract": ["202606"],
            "from_price": [112.328125], "gap": [-14.671875],
        }
    )  # fmt: skip
    assert implausible_gaps(like("ZN"), rolls) == [
        "The gap of -14.671875 (-14'215) points on 2026-02-26, from 202603 to 202606, is -13.1% of the price."
    ]


@pytest.mark.parametrize(("step", "decimals", "quoted"), [("0.015625", 6, True), ("0.25", 2, False), ("1", 0, False)])
def test_a_report_writes_all_decimals_of_a_price(step: str, decimals: int, quoted: bool) -> None:
    assert PriceMarks(Decimal(step)).to_dict() == {"step": float(step), "decimals": decimals, "quoted": quoted}
