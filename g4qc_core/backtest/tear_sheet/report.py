"""The report of one backtest: one HTML file that opens offline, written in one piece.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from g4qc_core.backtest.account.priced_bars import window
from g4qc_core.backtest.metrics import DEFINITIONS, MONEY, PERCENT, SAMPLED, distorted, monthly_returns
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.strategies import strategy
from g4qc_core.backtest.tear_sheet.charts import MOST_CANDLES, MOST_TABLE_ROWS, charts
from g4qc_core.backtest.user_strategies import is_external
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.files import write_whole
from g4qc_core.sentences import counted

_PAGE = Path(__file__).with_name("report.html")
_KEYS = ("total_return", "net_profit", "sharpe", "max_drawdown", "trades", "win_rate", "profit_factor", "exposure")
_SIGNED = ("total_return", "net_profit", "sharpe", "annual_return")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def write_report(result: BacktestResult, bars: pd.DataFrame, path: Path, *, origin_note: str | None = None) -> Path:
    """Write the report; a reader of `path` sees the old file or the new one, never a part.

    Args:
        result: the result.
        bars: the series that it was run on; bars outside the spec's window are left out.
        path: the file; its folder is created if it does not exist.
        origin_note: text of a banner, for bars that are not of a real market.

    Returns:
        `path`.

    Raises:
        UsageError: these are not the bars of the result.
        SettingsError: the file cannot be written.
    """
    page = render_report(result, bars, origin_note=origin_note)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, page.encode())
    except OSError as error:
        raise SettingsError(f"The report {path} cannot be written: {error.strerror}. Check G4QC_HOME.") from None
    return path


def render_report(result: BacktestResult, bars: pd.DataFrame, *, origin_note: str | None = None) -> str:
    """Return the page as text.

    Raises:
        UsageError: these are not the bars of the result.
    """
    from bokeh.embed import components
    from bokeh.resources import Resources

    seen = window(bars, result.spec.first, result.spec.last)
    if not seen["timestamp"].reset_index(drop=True).equals(result.equity["timestamp"]):
        raise UsageError(f"These are not the bars that the backtest {result.spec.name} was run on.")
    script, places = components(charts(result, seen))
    resources = Resources(mode="inline", components=["bokeh", "bokeh-widgets", "bokeh-tables"])
    return Template(_PAGE.read_text("utf-8")).substitute(
        title=escape(result.spec.name),
        banner=f'<p class="banner">{escape(origin_note)}</p>' if origin_note else "",
        subtitle=escape(_subtitle(result)),
        summary=escape(_summary(result)),
        resources=resources.render(),
        keys="".join(_key(name, result) for name in _KEYS),
        prices=places["prices"],
        prices_note=escape(_prices_note(result)),
        equity=places["equity"],
        equity_note="Valued at the close of every bar; dots are the ends of sessions, from which returns are computed.",
        months=_months(result),
        trades=places.get("trades", "<p>No trade was made.</p>"),
        trades_note=escape(_trades_note(result)),
        figures="".join(_figure_row(name, result) for name in DEFINITIONS),
        library=_rows((name, _library_value(value)) for name, value in result.library.items()),
        inputs=_rows(_flat(result.inputs), wide=True),
        notes="".join(f"<li>{escape(note)}</li>" for note in result.notes),
        footer=escape(f"Result {result.id} · G4QC {result.inputs['code']['g4qc']} · {result.inputs['engine']}"),
        script=script,
    )


def label(name: str) -> str:
    """Return a figure's name for readers: `max_drawdown_money` gives `Max drawdown money`."""
    return name.replace("_", " ").capitalize()


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


def _subtitle(result: BacktestResult) -> str:
    seen = result.inputs["window"]
    days = f"{seen['first_trade_date']} to {seen['last_trade_date']}"
    contracts = seen["contracts"]
    joined = contracts[0] if len(contracts) == 1 else f"{len(contracts)} contracts, {contracts[0]} to {contracts[-1]}"
    bars = counted(seen["bars"], "bar")
    return f"{result.spec.instrument} · {result.spec.timeframe} · trade dates {days} · {joined} · {bars}"


def _summary(result: BacktestResult) -> str:
    given = ", ".join(f"{name} = {value}" for name, value in result.inputs["parameters"].items())
    about = "" if is_external(result.spec.strategy) else f" {strategy(result.spec.strategy).summary}"
    return f"{result.spec.strategy} ({given})." + about.replace("`", "")


def _key(name: str, result: BacktestResult) -> str:
    value = result.metrics.get(name)
    tone = ""
    if value is not None and (name in _SIGNED or name == "max_drawdown"):
        tone = " gain" if value > 0 else " loss" if value < 0 else ""
    unit = f" {result.currency}" if name in MONEY else ""
    words = figure(name, result.metrics)
    return f'<div class="key"><span>{label(name)}{unit}</span><b class="{tone.strip()}">{words}</b></div>'


def _figure_row(name: str, result: BacktestResult) -> str:
    value, words = figure(name, result.metrics), escape(DEFINITIONS[name].words)
    return f'<tr><th>{label(name)}</th><td class="value">{value}</td><td class="words">{words}</td></tr>'


def _rows(pairs: Iterable[tuple[str, str]], wide: bool = False) -> str:
    kind = "wide" if wide else "value"
    return "".join(f'<tr><th>{escape(k)}</th><td class="{kind}">{escape(v)}</td></tr>' for k, v in pairs)


def _flat(values: dict[str, Any], before: str = "") -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        words = f"{before}{name.replace('_', ' ')}"
        if isinstance(value, dict):
            yield from _flat(value, f"{words}: ")
        else:
            yield words, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _library_value(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.4f}" if isinstance(value, float) else str(value).replace("T", " ").removesuffix("+00:00")


def _prices_note(result: BacktestResult) -> str:
    note = "Triangles open a trade (up: long, down: short), rings close it (green: at a profit). "
    if result.adjusted:
        note += f"Dashed lines are rolls. Prices are adjusted ({result.spec.adjustment}), as the strategy saw them."
    elif len(result.inputs["window"]["contracts"]) > 1:
        note += "Dashed lines are rolls. Prices are the contracts' own: they jump where the contract changes."
    else:
        note += "Prices are the contract's own."
    if len(result.equity) > MOST_CANDLES:
        note += f" {len(result.equity):,} bars are drawn as about {MOST_CANDLES:,} candles, none across sessions."
    return note


def _trades_note(result: BacktestResult) -> str:
    n, currency = len(result.trades), result.currency
    note = f"Prices at which the contract itself traded; money in {currency}. Click a column's head to sort."
    if n > MOST_TABLE_ROWS:
        note += f" The last {MOST_TABLE_ROWS:,} of {n:,} trades are shown."
    return note


def _months(result: BacktestResult) -> str:
    """Return a table of years by months, with cells coloured by their returns."""
    returns = monthly_returns(result.daily_equity, float(result.spec.cash))
    largest = float(returns.abs().max()) or 1.0
    head = "".join(f"<th>{name}</th>" for name in ("", *_MONTHS, "Year"))
    lines = []
    months = pd.PeriodIndex(returns.index)
    for year in sorted(set(months.year)):
        of_year = months.year == year
        by_month = dict(zip(months.month[of_year], returns[of_year], strict=True))
        whole = math.prod(1 + value for value in by_month.values()) - 1
        cells = "".join(_month(by_month.get(month), largest) for month in range(1, 13))
        lines.append(f"<tr><th>{year}</th>{cells}{_month(whole, 0.0)}</tr>")
    return f'<table class="months"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _month(value: float | None, largest: float) -> str:
    if value is None:
        return "<td></td>"
    share = min(abs(value) / largest, 1.0) * 0.55 if largest else 0.0
    colour = f"rgba({'26, 154, 108' if value >= 0 else '209, 73, 91'}, {share:.2f})"
    return f'<td style="background: {colour}">{value:+.2%}</td>'
