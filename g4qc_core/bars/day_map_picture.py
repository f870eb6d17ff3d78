"""A day map as a PNG of a few kilobytes: a row for each month or contract, a column for each day of the month.

Pillow draws it in milliseconds; matplotlib would take as long as the validation of the month.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from g4qc_core.bars.day_map import DayState, letter

Cells = Mapping[str, Mapping[int, tuple[DayState, float]]]
"""State and share of each session, by the name of its row and the day of the month."""

_DAYS = 31
_CELL, _GAP = 20, 2
_LEFT, _TOP, _MARGIN = 74, 42, 10
_INK, _PALE, _PAPER = "#334155", "#8a94a3", "#ffffff"
_WEAKEST = 0.45


def day_map_png(cells: Cells, title: str) -> bytes:
    """Draw the map with a legend of its states; a cell is paler where the share is smaller.

    Args:
        cells: at least one row, drawn from the top.
        title: text above the picture.
    """
    from PIL import Image, ImageDraw, ImageFont

    step = _CELL + _GAP
    size = (_LEFT + _DAYS * step + _MARGIN, _TOP + len(cells) * step + 34)
    image = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(image)
    small, large = ImageFont.load_default(11), ImageFont.load_default(13)
    draw.text((_MARGIN, 6), title, _INK, large)
    for day in (1, *range(5, _DAYS + 1, 5)):
        draw.text((_LEFT + (day - 1) * step + _CELL / 2, _TOP - 11), str(day), _PALE, small, anchor="mm")
    for row, (name, days) in enumerate(cells.items()):
        top = _TOP + row * step
        draw.text((_LEFT - 8, top + _CELL / 2), name, _INK, small, anchor="rm")
        for day, (state, share) in days.items():
            _cell(draw, _LEFT + (day - 1) * step, top, state, share, small)
    _legend(draw, size[1] - 24, {state for days in cells.values() for state, _ in days.values()}, small)
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _cell(draw: Any, left: float, top: float, state: DayState, share: float, font: Any) -> None:
    colour = _paler(state.colour, share)
    draw.rectangle([left, top, left + _CELL - 1, top + _CELL - 1], fill=colour)
    if state is not DayState.WHOLE:
        draw.text((left + _CELL / 2, top + _CELL / 2), letter(state, share), _ink_on(colour), font, anchor="mm")


def _legend(draw: Any, top: float, states: set[DayState], font: Any) -> None:
    left: float = _LEFT
    for state in DayState:
        if state in states:
            _cell(draw, left, top, state, 0.5 if state is not DayState.WHOLE else 1.0, font)
            draw.text((left + _CELL + 5, top + _CELL / 2), state.meaning, _INK, font, anchor="lm")
            left += _CELL + 22 + draw.textlength(state.meaning, font)


def _paler(colour: str, share: float) -> tuple[int, int, int]:
    strength = _WEAKEST + (1 - _WEAKEST) * min(max(share, 0.0), 1.0)
    red, green, blue = (round(255 - (255 - int(colour[at : at + 2], 16)) * strength) for at in (1, 3, 5))
    return red, green, blue


def _ink_on(colour: tuple[int, int, int]) -> str:
    red, green, blue = colour
    return _INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else _PAPER
