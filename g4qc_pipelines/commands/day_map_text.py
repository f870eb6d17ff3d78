"""The day map of an instrument as text for a terminal: one row per month, one character per day."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich.console import Console
from rich.text import Text

from g4qc_core.bars.day_map import DayState, by_month, legend, letter

_DAYS = 31
_MARKS = {1, 5, 10, 15, 20, 25, 30}


def print_map(console: Console, symbol: str, days: pd.DataFrame, months: int | None = None) -> None:
    """Print the map of an instrument: all months, or the last `months`."""
    cells: Mapping[str, Mapping[int, tuple[DayState, float]]] = by_month(days)
    shown = list(cells)[-months:] if months is not None else list(cells)
    if not shown:
        return
    left_out = f", the last {len(shown)} of {len(cells)} months" if len(shown) < len(cells) else ""
    console.print(Text(f"{symbol}: what is known of each session{left_out}", style="bold"))
    console.print(Text(f"{'':8}{_scale()}".rstrip(), style="dim"))
    for month in shown:
        line = Text(f"{month} ")
        for day in range(1, _DAYS + 1):
            line.append(*_character(cells[month].get(day)))
        line.rstrip()
        console.print(line)
    states = {state for month in shown for state, _ in cells[month].values()}
    console.print(Text(f"{'':8}{legend(states)}", style="dim"), soft_wrap=True)


def _scale() -> str:
    """Return the header: numbers of days above their columns, each beginning at its day."""
    scale = ""
    for day in sorted(_MARKS):
        scale = scale.ljust(day - 1) + str(day)
    return scale


def _character(known: tuple[DayState, float] | None) -> tuple[str, str]:
    if known is None:
        return " ", ""
    state, share = known
    return letter(state, share), "dim" if state is DayState.WHOLE else f"black on {state.colour}"
