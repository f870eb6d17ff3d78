"""The report of one backtest: one HTML file that opens offline, written in one piece.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from g4qc_core.backtest.account.priced_bars import window
from g4qc_core.backtest.metrics import MONEY, PERCENT, SAMPLED, distorted
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.tear_sheet import sheet_sections as parts
from g4qc_core.backtest.tear_sheet.page_shell import whole_page, writer_of
from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.backtest.tear_sheet.sheet_words import AUTO
from g4qc_core.backtest.tear_sheet.sheet_words import label as label
from g4qc_core.backtest.tear_sheet.trade_rows import trade_rows
from g4qc_core.backtest.tear_sheet.worth_section import beside_sharpe, worth_section
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.files import write_whole


def write_report(
    result: BacktestResult,
    bars: pd.DataFrame,
    path: Path,
    *,
    origin_note: str | None = None,
    worth: Mapping[str, float | int | None] | None = None,
    language: str = AUTO,
) -> Path:
    """Write the report; a reader of `path` sees the old file or the new one, never a part.

    Args:
        result: the result.
        bars: the series that it was run on; bars outside the spec's window are left out.
        path: the file; its folder is created if it does not exist.
        origin_note: text of a banner, for bars that are not of a real market.
        worth: as `render_report`.
        language: as `render_report`.

    Returns:
        `path`.

    Raises:
        UsageError: these are not the bars of the result, or there is no such language.
        SettingsError: the file cannot be written.
    """
    page = render_report(result, bars, origin_note=origin_note, worth=worth, language=language)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, page.encode())
    except OSError as error:
        raise SettingsError(f"The report {path} cannot be written: {error.strerror}. Check G4QC_HOME.") from None
    return path


def render_report(
    result: BacktestResult,
    bars: pd.DataFrame,
    *,
    origin_note: str | None = None,
    worth: Mapping[str, float | int | None] | None = None,
    language: str = AUTO,
) -> str:
    """Return the page as text.

    Args:
        result: the result.
        bars: the series that it was run on; bars outside the spec's window are left out.
        origin_note: text of a banner, for bars that are not of a real market.
        worth: what the count of trials leaves of the result, shown beside the Sharpe ratio.
        language: that the reader sees first: `en`, `es`, or `auto` for that of the browser. The page can change it.

    Raises:
        UsageError: these are not the bars of the result, or there is no such language.
    """
    from g4qc_core.backtest.tear_sheet.charts import sheet_charts

    write = writer_of(language)
    seen = window(bars, result.spec.first, result.spec.last)
    if not seen["timestamp"].reset_index(drop=True).equals(result.equity["timestamp"]):
        raise UsageError(f"These are not the bars that the backtest {result.spec.name} was run on.")
    drawn = sheet_charts(result, seen)
    data: dict[str, Any] = {"bars": len(seen), "axis": drawn.axis, "prices": drawn.prices}
    if len(result.trades):
        data["trades"] = trade_rows(result)
    return whole_page(
        result.spec.name,
        _body(result, origin_note, worth or {}, write),
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


def _body(
    result: BacktestResult, origin_note: str | None, worth: Mapping[str, float | int | None], write: SheetWriter
) -> str:
    banner = write.own(origin_note, "p", "class=banner lang=en") if origin_note else ""
    two = '<div class="two">{}{}</div>'
    return "\n".join(
        (
            banner,
            parts.head(result, write),
            parts.key_figures(result, beside_sharpe(worth), write),
            write.section("part.equity", write.chart("equity", "alt.equity", 450), write.text("equity.note")),
            worth_section(result.spec.strategy, worth, write),
            write.section("part.months", parts.months_table(result, write)),
            two.format(
                write.section("part.distribution", write.chart("distribution", "alt.distribution", 260),
                              write.text("distribution.note")),
                write.section("part.costs", parts.costs_table(result, write), write.text("costs.note",
                              currency=result.currency)),
            ),
            write.section("part.prices", write.chart("prices", "alt.prices", 620), parts.prices_note(result, write)),
            write.section("part.trades", parts.trades_table(result, write), parts.trades_note(result, write),
                          "card long"),
            write.section("part.figures", parts.figures_table(result, write), kind="card long"),
            write.section("part.notes", parts.notes_list(result, write), write.text("notes.note")),
            write.section("part.inputs", parts.inputs_table(result.inputs, write), kind="card long"),
            write.section("part.library", parts.library_table(result, write), write.text("library.note"),
                          "card long"),
        )
    )  # fmt: skip
