"""Day maps of stored instruments, as pictures for the web UI and as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from g4qc_core.bars.completeness import MissingSession, NotAsked
from g4qc_core.bars.day_map import DayState, by_month, day_map, legend, letter
from g4qc_core.instruments import Instrument
from g4qc_core.storage.completeness import judged_until, not_asked, not_made_of
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import DERIVED
from g4qc_pipelines.steps.gaps import silent_minutes

if TYPE_CHECKING:
    from dagster import MarkdownMetadataValue
    from rich.console import Console

_EVER = (date(1970, 1, 1), date(2200, 1, 1))
_DAYS = 31
_MARKS = {1, 5, 10, 15, 20, 25, 30}


def instrument_map(instrument: Instrument, stores: Stores, now: datetime) -> tuple[pd.DataFrame, NotAsked | None]:
    """Return what is known of every session from the first to the last that was ever validated, see `day_map`, and the
    sessions after them that are over.

    Args:
        now: UTC.
    """
    quality = stores.bars.quality(instrument.symbol, *_EVER)
    until = judged_until(stores, now)
    silent = silent_days(instrument, quality, until)
    days = day_map(quality, silent, lacking_parts(lacking_days(instrument, stores)))
    return days, not_asked(instrument, newest_day(quality), until)


def newest_day(quality: pd.DataFrame) -> date | None:
    """Return the trade date of the newest quality row."""
    return None if quality.empty else quality["trade_date"].max().date()


def lacking_days(instrument: Instrument, stores: Stores) -> Mapping[str, list[MissingSession]]:
    """Return all sessions with minutes from which a timeframe was not derived, by timeframe."""
    return not_made_of(stores, instrument, *_EVER)


def lacking_parts(lacking: Mapping[str, list[MissingSession]]) -> dict[date, float]:
    """Return the fraction of derived timeframes that lack each trade date, where any does."""
    counts = Counter(day for sessions in lacking.values() for day in {session.trade_date for session in sessions})
    return {day: count / len(DERIVED) for day, count in counts.items()}


def silent_days(instrument: Instrument, quality: pd.DataFrame, until: datetime) -> dict[date, int]:
    """Minutes of the sessions among those of the rows of which no row says anything, by trade date.

    Args:
        until: nothing is expected after it, UTC.
    """
    if quality.empty:
        return {}
    first, last = quality["trade_date"].min().date(), quality["trade_date"].max().date()
    return silent_minutes(instrument, quality, first, last, until)


def month_picture(key: str, quality: pd.DataFrame) -> MarkdownMetadataValue:
    """The quality rows of a month as a picture, a row a contract."""
    from g4qc_core.bars.day_map_picture import day_map_png
    from g4qc_pipelines.metadata import picture

    cells = {}
    for contract, rows in quality.groupby("contract"):
        days = day_map(rows)
        states = zip(days["trade_date"], days["state"], days["share"], strict=True)
        cells[str(contract)] = {day.day: (state, share) for day, state, share in states}
    return picture(
        day_map_png(cells, f"{key.replace('|', ' ')[:-3]}: what is known of each session"), f"Sessions of {key}"
    )


def instrument_picture(symbol: str, days: pd.DataFrame) -> MarkdownMetadataValue:
    """The map of an instrument as a picture, a row a month."""
    from g4qc_core.bars.day_map_picture import day_map_png
    from g4qc_pipelines.metadata import picture

    return picture(day_map_png(by_month(days), f"{symbol}: what is known of each session"), f"Sessions of {symbol}")


def print_map(console: Console, symbol: str, days: pd.DataFrame, months: int | None = None) -> None:
    """Prints the map of an instrument: a row a month, a character a day; the last `months` of it, or all."""
    from rich.text import Text

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
    """Days of the month above their columns, each number beginning at its day."""
    scale = ""
    for day in sorted(_MARKS):
        scale = scale.ljust(day - 1) + str(day)
    return scale


def _character(known: tuple[DayState, float] | None) -> tuple[str, str]:
    if known is None:
        return " ", ""
    state, share = known
    return letter(state, share), "dim" if state is DayState.WHOLE else f"black on {state.colour}"
