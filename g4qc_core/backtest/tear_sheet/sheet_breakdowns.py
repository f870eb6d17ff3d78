"""Tables of a result by month, year, weekday and hour, long and short apart, and of its drawdowns and missing sessions.

The figures are those of `metrics`; none is computed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pandas as pd

from g4qc_core.backtest.metrics import by_hour, by_month, by_side, by_weekday, by_year, drawdown_table
from g4qc_core.backtest.metrics.calendar_tables import WEEKDAYS
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.calendars.session_calendar import SessionCalendar

_HEAT = 55  # percent of the full colour for the largest value
_SIDES = (
    ("trades", "int"), ("profit", "money"), ("win_rate", "percent"), ("profit_factor", "ratio"),
    ("average_trade", "money"), ("best_trade", "money"), ("worst_trade", "money"), ("average_bars", "ratio"),
    ("costs", "money"),
)  # fmt: skip
_MOST_DAYS = 200


def months_table(result: BacktestResult, write: SheetWriter) -> str:
    """Return a table of years by months, with cells coloured by their returns."""
    daily, cash = result.daily_equity, float(result.spec.cash)
    months, years = by_month(daily, cash)["return"], by_year(daily, cash)["return"]
    names = [write.value("monthname", month, "th", "scope=col") for month in range(1, 13)]
    heads = [write.head("column.year"), *names, write.head("column.whole")]
    largest, whole = _largest(months), _largest(years)
    rows = []
    for year, value in years.items():
        cells = "".join(_heat(months.get(f"{year}-{month:02}"), largest, write) for month in range(1, 13))
        rows.append(f"<tr>{write.own(year, 'th', 'scope=row')}{cells}{_heat(value, whole, write)}</tr>")
    return write.table("part.months", heads, rows, "heat")


def years_table(result: BacktestResult, write: SheetWriter) -> str:
    """Return a row for each year."""
    found = by_year(result.daily_equity, float(result.spec.cash))
    return _periods(
        "part.years", "column.year", found, [write.own(year, "th", "scope=row") for year in found.index], write
    )


def weekdays_table(result: BacktestResult, write: SheetWriter) -> str:
    """Return a row for each weekday of the trade date."""
    found = by_weekday(result.daily_equity, float(result.spec.cash))
    titles = [write.value("weekday", WEEKDAYS.index(day), "th", "scope=row") for day in found.index]
    return _periods("part.weekdays", "column.weekday", found, titles, write)


def hours_table(result: BacktestResult, calendar: SessionCalendar, write: SheetWriter) -> str:
    """Return a row for each hour of the session."""
    found = by_hour(result.equity, float(result.spec.cash), calendar)
    heads = _heads(("column.hour", "column.clock", "column.profit", "column.bars", "column.mean_bar"), write)
    largest = _largest(found["profit"])
    rows = [
        f"<tr>{write.value('int', int(hour) + 1, 'th', 'scope=row class=num')}"
        f"{write.own(row['clock'], 'td', 'class=num')}{_number('money', row['profit'], write)}"
        f"{_number('int', int(row['bars']), write)}{_number('money', row['mean_profit'], write)}"
        f"{bar_cell(row['profit'], largest)}</tr>"
        for hour, (_, row) in zip(found.index.to_list(), found.iterrows(), strict=True)
    ]
    return write.table("part.hours", heads, rows)


def sides_table(result: BacktestResult, write: SheetWriter) -> str:
    """Return the figures of all trades, the long and the short ones, side by side."""
    found = by_side(result.trades)
    heads = [write.head("column.figure"), *(write.head(f"side.{name}", "class=num") for name in found.index)]
    rows = []
    for name, kind in _SIDES:
        key = "figure.net_profit" if name == "profit" else f"figure.{name}"
        cells = "".join(_number(kind, _known(found.loc[side, name], kind), write) for side in found.index)
        rows.append(f"<tr>{write.text(key, 'th', 'scope=row')}{cells}</tr>")
    return write.table("part.sides", heads, rows)


def drawdowns_table(result: BacktestResult, write: SheetWriter) -> str:
    """Return the deepest drawdowns."""
    found = drawdown_table(result.daily_equity, float(result.spec.cash))
    if found.empty:
        return write.text("drawdowns.none", "p")
    ends = {"peak": "drawdown.start", "deepest": "", "recovered": "drawdown.open"}
    heads = _heads(tuple(f"column.{name}" for name in ("depth", "money", *ends, "sessions")), write)[:-1]
    rows = []
    for row in found.to_dict("records"):
        days = "".join(f'<td class="num">{_day(row[name], missing, write)}</td>' for name, missing in ends.items())
        money = _number("money", row["money"], write)
        sessions = _number("int", int(row["sessions"]), write)
        rows.append(f"<tr>{_number('percent', row['depth'], write)}{money}{days}{sessions}</tr>")
    return write.table("part.drawdowns", heads, rows)


def missing_list(result: BacktestResult, missing: Sequence[date] | None, write: SheetWriter) -> str:
    """Return the sessions without bars; without their list, only how many they are."""
    count = result.metrics.get("missing_sessions")
    if not count:
        return write.text("missing.none", "p")
    told = write.text("missing.some", "p", number=int(count), all=int(count) + int(result.metrics["sessions"] or 0))
    if not missing:
        return told
    days = ", ".join(write.value("day", day.isoformat(), "time") for day in missing[:_MOST_DAYS])
    more = " " + write.text("missing.more", number=len(missing) - _MOST_DAYS) if len(missing) > _MOST_DAYS else ""
    return f"{told}<p>{days}{more}</p>"


def bar_cell(value: float | None, largest: float) -> str:
    """Return a cell with a bar by the value's share of the largest one."""
    width = 0.0 if value is None or not largest else min(abs(value) / largest, 1.0) * 100
    tone = "up" if (value or 0) >= 0 else "down"
    return f'<td class="bar-cell"><i class="{tone}" style="width: {width:.1f}%"></i></td>'


def _periods(part: str, first: str, found: pd.DataFrame, titles: Iterable[str], write: SheetWriter) -> str:
    heads = _heads(
        (first, "column.profit", "column.return", "column.mean_session", "column.positive", "column.sessions"), write
    )
    largest = _largest(found["profit"])
    rows = [
        f"<tr>{title}{_number('money', row['profit'], write)}{_number('change', row['return'], write)}"
        f"{_number('change', row['mean_return'], write)}{_number('percent', row['positive_sessions'], write)}"
        f"{_number('int', int(row['sessions']), write)}{bar_cell(row['profit'], largest)}</tr>"
        for title, (_, row) in zip(titles, found.iterrows(), strict=True)
    ]
    return write.table(part, heads, rows)


def _heads(keys: tuple[str, ...], write: SheetWriter) -> list[str]:
    """Return the heads of columns, and an empty one over the bars."""
    return [write.head(keys[0]), *(write.head(key, "class=num") for key in keys[1:]), "<td></td>"]


def _number(kind: str, value: Any, write: SheetWriter) -> str:
    return f'<td class="num">{write.value(kind, value)}</td>'


def _known(value: float, kind: str) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if kind == "int" else float(value)


def _day(day: pd.Timestamp, missing: str, write: SheetWriter) -> str:
    return write.text(missing) if pd.isna(day) else write.value("day", f"{day:%Y-%m-%d}", "time")


def _largest(values: pd.Series) -> float:
    return float(values.abs().max()) if len(values) else 0.0


def _heat(value: float | None, largest: float, write: SheetWriter) -> str:
    """Return a cell with a change, coloured by its share of the largest one."""
    if value is None:
        return "<td></td>"
    share = round(min(abs(value) / largest, 1.0) * _HEAT) if largest else 0
    colour = f"color-mix(in srgb, var({'--up' if value >= 0 else '--down'}) {share}%, transparent)"
    return f'<td style="background: {colour}">{write.value("change", float(value))}</td>'
