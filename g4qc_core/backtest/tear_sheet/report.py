"""The report of one backtest: one HTML file that opens offline, written in one piece.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from g4qc_core.backtest.account.priced_bars import window
from g4qc_core.backtest.benchmark_of_result import benchmark_of
from g4qc_core.backtest.metrics import MONEY, PERCENT, SAMPLED, distorted
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.tear_sheet.charts import sheet_charts
from g4qc_core.backtest.tear_sheet.page_shell import whole_page, write_page, writer_of
from g4qc_core.backtest.tear_sheet.sheet_body import sheet_body
from g4qc_core.backtest.tear_sheet.sheet_words import AUTO
from g4qc_core.backtest.tear_sheet.sheet_words import label as label
from g4qc_core.backtest.tear_sheet.trade_rows import trade_rows
from g4qc_core.backtest.tear_sheet.worth_section import Worth
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Instrument


def write_report(
    result: BacktestResult,
    bars: pd.DataFrame,
    path: Path,
    *,
    origin_note: str | None = None,
    instrument: Instrument | None = None,
    exits: pd.Series | None = None,
    worth: Worth | None = None,
    language: str = AUTO,
) -> Path:
    """Write the report; a reader of `path` sees the old file or the new one, never a part.

    Args:
        result: the result.
        bars: the series that it was run on; bars outside the spec's window are left out.
        path: the file; its folder is created if it does not exist.
        origin_note: text of a banner, for bars that are not of a real market.
        instrument: as `render_report`.
        exits: as `render_report`.
        worth: as `render_report`.
        language: as `render_report`.

    Returns:
        `path`.

    Raises:
        UsageError: these are not the bars of the result, or there is no such language.
        SettingsError: the file cannot be written.
    """
    page = render_report(
        result,
        bars,
        origin_note=origin_note,
        instrument=instrument,
        exits=exits,
        worth=worth,
        language=language,
    )
    return write_page(page, path)


def render_report(
    result: BacktestResult,
    bars: pd.DataFrame,
    *,
    origin_note: str | None = None,
    instrument: Instrument | None = None,
    exits: pd.Series | None = None,
    worth: Worth | None = None,
    language: str = AUTO,
) -> str:
    """Return the page as text.

    Args:
        result: the result.
        bars: the series that it was run on; bars outside the spec's window are left out.
        origin_note: text of a banner, for bars that are not of a real market.
        instrument: of the bars; None leaves out what needs its calendar and its costs: the benchmark's curve, the
            hours of the session and the list of missing sessions.
        exits: as `run.run_backtest`, for the benchmark.
        worth: what all trials of the strategy leave of the result, shown beside the Sharpe ratio.
        language: that the reader sees first: `en`, `es`, or `auto` for that of the browser. The page can change it.

    Raises:
        UsageError: these are not the bars of the result, or there is no such language.
    """
    write = writer_of(language)
    seen = window(bars, result.spec.traded_from, result.spec.last)
    if not seen["timestamp"].reset_index(drop=True).equals(result.equity["timestamp"]):
        raise UsageError(f"These are not the bars that the backtest {result.spec.name} was run on.")
    benchmark = None if instrument is None else benchmark_of(result, bars, instrument, exits)
    drawn = sheet_charts(result, seen, benchmark)
    data: dict[str, Any] = {"bars": len(seen), "axis": drawn.axis, "prices": drawn.prices}
    if len(result.trades):
        data["trades"] = trade_rows(result)
    return whole_page(
        result.spec.name,
        sheet_body(result, write, origin_note, worth or {}, instrument, benchmark is not None),
        write.own(f"{result.id} · G4QC {result.inputs['code']['g4qc']} · {result.inputs['engine']}"),
        charts=drawn.placed,
        data=data,
        language=language,
        scripts=["trades.js"],
    )


def shown(name: str, value: float | int | None) -> str:
    """Format a figure: money with two decimals, fractions as per cent, words where it is undefined."""
    if value is None:
        return "not meaningful" if name in SAMPLED else "–"
    if name in MONEY:
        return f"{value:,.2f}"
    if name in PERCENT:
        return f"{value:.2%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def figure(name: str, metrics: Mapping[str, Any]) -> str:
    """Format a figure of a result, with `*` where missing sessions distort it."""
    value = metrics.get(name)
    return shown(name, value) + (" *" if value is not None and name in distorted(metrics) else "")
