"""Texts and tables of a portfolio's report. Figures are read from the page; none is computed here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from g4qc_core.backtest.tear_sheet.sheet_breakdowns import bar_cell
from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.backtest.tear_sheet.sheet_sections import inputs_table, kind_of
from g4qc_core.research.portfolio.analysis.portfolio_frames import VOLUME_SHARE
from g4qc_core.research.portfolio.report.portfolio_charts import correlation_height
from g4qc_core.research.portfolio.report.portfolio_page import verdict_of
from g4qc_core.research.portfolio.report.session_charts import largest_instruments

if TYPE_CHECKING:
    from g4qc_core.research.portfolio.report.portfolio_page import PortfolioPage

MOST_DRAWDOWNS = 5
"""Most drawdowns in the table of what each instrument lost."""

_LONG = "card long"
_FIGURES = ("total_return", "annual_return", "sharpe", "max_drawdown", "volatility", "net_profit")
_SUMMARY = {
    "tracking_error": "percent",
    "share_of_risk": "percent",
    "instruments_held": "int",
    "effective_instruments": "ratio",
    "diversification_ratio": "ratio",
    "concentration": "percent",
    "margin_share": "percent",
}


def portfolio_body(page: PortfolioPage, write: SheetWriter, origin_note: str | None) -> str:
    """Return the page between its head and its foot.

    Args:
        page: what it shows.
        write: writes the pieces.
        origin_note: text of a banner; None: no banner.
    """
    distance, contributions, drawdowns = _distance(page, write), _contributions(page, write), _drawdowns(page, write)
    volume = write.text("portfolio.note.capacity", share=("percent", VOLUME_SHARE))
    inputs = inputs_table(page.inputs, write) if page.inputs else ""
    shown = [
        write.own(origin_note, "p", "class=banner lang=en") if origin_note else "",
        _head(page, write),
        _verdict(page, write),
        _keys(page, write),
        _part("equity", write.chart("equity", "portfolio.alt.equity", 540), write, kind="card"),
        _part("distance", distance, write),
        _part("contributions", contributions, write),
        _part("drawdowns", drawdowns, write),
        _weights(page, write),
        _correlation(page, write) if len(page.names) > 1 else "",
        _part("positions", _positions(page, write), write),
        _part("capacity", _capacity(page, write), write, volume),
        _checks(page, write),
        _notes(page, write),
        write.section("part.inputs", inputs, write.text("inputs.note"), _LONG) if inputs else "",
    ]
    return "\n".join(part for part in shown if part)


def _part(name: str, body: str, write: SheetWriter, note: str = "", kind: str = _LONG) -> str:
    return write.section(f"portfolio.part.{name}", body, note or _note(name, write), kind)


def _note(name: str, write: SheetWriter) -> str:
    return write.text(f"portfolio.note.{name}")


def _head(page: PortfolioPage, write: SheetWriter) -> str:
    days = page.days
    parts = [
        write.text("portfolio.head.instruments", number=len(page.names)),
        write.text("head.days", first=("day", f"{days[0]:%Y-%m-%d}"), last=("day", f"{days[-1]:%Y-%m-%d}")),
        write.text("portfolio.head.capital", capital=("money", page.capital), currency=page.currency),
    ]
    lines = "".join(f"<p>{line}</p>" for line in (" · ".join(parts), write.own(", ".join(page.names))))
    return f'<div class="head">{write.own(page.name, "h1")}{lines}</div>'


def _verdict(page: PortfolioPage, write: SheetWriter) -> str:
    key, values = verdict_of(page)
    kind = "card" if key.endswith("near") else "card warned"
    return write.section("portfolio.part.verdict", write.text(key, "p", **values), kind=kind)


def _keys(page: PortfolioPage, write: SheetWriter) -> str:
    cards = [
        _key(f"figure.{name}", f"means.{name}", kind_of(name, page.figures[name]), page.figures[name], write)
        for name in _FIGURES
        if page.figures.get(name) is not None
    ]
    cards += [
        _key(f"portfolio.figure.{name}", f"portfolio.means.{name}", kind, page.summary[name], write, "key worth")
        for name, kind in _SUMMARY.items()
        if name in page.summary
    ]
    name = write.text("part.keys", "h2", "class=unseen id=part-keys")
    return f'<section aria-labelledby="part-keys">{name}<div class="keys">{"".join(cards)}</div></section>'


def _key(title: str, means: str, kind: str, value: Any, write: SheetWriter, shown: str = "key") -> str:
    place = means.replace(".", "-")
    tip = write.text(means, "span", f"class=tip role=tooltip id={place}")
    inside = f"{write.text(title, 'span', 'class=name')}<b>{write.value(kind, value)}</b>"
    return f'<div class="{shown}"><button type="button" aria-describedby="{place}">{inside}</button>{tip}</div>'


def _distance(page: PortfolioPage, write: SheetWriter) -> str:
    heads = [write.head("portfolio.column.instrument"), write.head("portfolio.column.currency")]
    heads += [
        write.head(f"portfolio.column.{name}", "class=num")
        for name in ("weight", "contract_risk", "ideal", "tradable", "least_capital", "reached")
    ]
    rows = []
    for row in _rows(page.frames["instruments"]):
        enough = row.least_capital <= page.capital
        reached = write.text(f"portfolio.{'yes' if enough else 'no'}", "span", f"class={'gain' if enough else 'loss'}")
        cells = [
            ("percent", row.weight), ("money", row.contract_risk), ("ratio", row.ideal), ("int", row.tradable),
            ("money", row.least_capital),
        ]  # fmt: skip
        rows.append(
            f"<tr>{write.own(row.instrument, 'th', 'scope=row')}{write.own(row.currency, 'td')}"
            f'{"".join(_number(kind, value, write) for kind, value in cells)}<td class="num">{reached}</td></tr>'
        )
    return write.table("portfolio.part.distance", heads, rows) + _capitals(page, write)


def _capitals(page: PortfolioPage, write: SheetWriter) -> str:
    capitals = page.frames["capitals"]
    if capitals.empty:
        return ""
    heads = [
        write.head(key, "class=num")
        for key in (
            "portfolio.capital", "portfolio.figure.tracking_error", "portfolio.figure.share_of_risk",
            "portfolio.figure.instruments_held",
        )
    ]  # fmt: skip
    rows = [
        f"<tr>{_number('money', row.capital, write)}{_number('percent', row.tracking_error, write)}"
        f"{_number('percent', row.share_of_risk, write)}{_number('int', row.held, write)}</tr>"
        for row in _rows(capitals)
    ]
    chart = write.chart("capitals", "portfolio.alt.capitals", 250)
    table = write.table("portfolio.part.capitals", heads, rows)
    title = write.text("portfolio.part.capitals", "h3")
    return f'{title}<p class="muted">{_note("capitals", write)}</p><div class="two">{chart}{table}</div>'


def _contributions(page: PortfolioPage, write: SheetWriter) -> str:
    instruments = page.frames["instruments"]
    largest_risk, largest_profit = instruments["risk_share"].abs().max(), instruments["profit"].abs().max()
    heads = [write.head("portfolio.column.instrument")]
    heads += [write.head(f"portfolio.column.{name}", "class=num") for name in ("risk_share_ideal", "risk_share")]
    heads += ["<td></td>"]
    heads += [write.head(f"portfolio.column.{name}", "class=num") for name in ("profit", "costs")]
    heads += ["<td></td>"]
    rows = [
        f"<tr>{write.own(row.instrument, 'th', 'scope=row')}{_number('percent', row.risk_share_ideal, write)}"
        f"{_number('percent', row.risk_share, write)}{bar_cell(row.risk_share, largest_risk)}"
        f"{_number('money', row.profit, write)}{_number('money', row.costs, write)}"
        f"{bar_cell(row.profit, largest_profit)}</tr>"
        for row in _rows(instruments)
    ]
    whole = (
        f"<tr>{write.text('portfolio.whole', 'th', 'scope=row')}"
        f"{_number('percent', instruments['risk_share_ideal'].sum(), write)}"
        f"{_number('percent', instruments['risk_share'].sum(), write)}<td></td>"
        f"{_number('money', round(instruments['profit'].sum(), 2), write)}"
        f"{_number('money', round(instruments['costs'].sum(), 2), write)}<td></td></tr>"
    )
    return write.table("portfolio.part.contributions", heads, [*rows, whole])


def _drawdowns(page: PortfolioPage, write: SheetWriter) -> str:
    drawdowns = page.frames["drawdowns"].head(MOST_DRAWDOWNS)
    if drawdowns.empty:
        return write.text("portfolio.drawdowns.none", "p")
    parts = page.frames["drawdown_parts"].pivot(index="number", columns="instrument", values="money")
    heads = [write.head(f"column.{name}") for name in ("peak", "deepest")]
    heads += [write.head(f"column.{name}", "class=num") for name in ("depth", "money")]
    heads += [write.own(name, "th", "scope=col class=num") for name in page.names]
    rows = []
    for row in _rows(drawdowns):
        peak = write.text("portfolio.start") if pd.isna(row.peak) else write.value("day", f"{row.peak:%Y-%m-%d}")
        own = parts.loc[row.number]
        cells = "".join(_money_cell(own[name], write) for name in page.names)
        rows.append(
            f'<tr><th scope="row">{peak}</th><td>{write.value("day", f"{row.deepest:%Y-%m-%d}")}</td>'
            f"{_number('percent', row.depth, write)}{_number('money', row.money, write)}{cells}</tr>"
        )
    return write.table("portfolio.part.drawdowns", heads, rows)


def _weights(page: PortfolioPage, write: SheetWriter) -> str:
    if page.frames["weights"].empty:
        return ""
    chart = write.chart("weights", "portfolio.alt.weights", 240) + _legend(page, write)
    return write.section("portfolio.part.weights", chart, _note("weights", write))


def _legend(page: PortfolioPage, write: SheetWriter) -> str:
    """Return the names of the instruments beside their colours."""
    from g4qc_core.research.portfolio.report.session_charts import COLOURS

    keys = (
        f'<span><i style="display:inline-block;width:10px;height:10px;border-radius:2px;'
        f'background:{COLOURS[at % len(COLOURS)]}"></i> {write.own(name)}</span>'
        for at, name in enumerate(page.names)
    )
    return f'<p class="muted" style="display:flex;gap:4px 14px;flex-wrap:wrap">{"".join(keys)}</p>'


def _correlation(page: PortfolioPage, write: SheetWriter) -> str:
    chart = write.chart("correlation", "portfolio.alt.correlation", correlation_height(len(page.names)))
    return write.section("portfolio.part.correlation", chart, _note("correlation", write))


def _positions(page: PortfolioPage, write: SheetWriter) -> str:
    drawn = largest_instruments(page.frames["instruments"])
    charts = "".join(write.chart(f"position{at}", "portfolio.alt.positions", 150) for at in range(len(drawn)))
    return f'<div class="two">{charts}</div>'


def _capacity(page: PortfolioPage, write: SheetWriter) -> str:
    heads = [write.head("portfolio.column.instrument")]
    names = ("traded", "volume_share", "most_volume_share", "capacity")
    heads += [write.head(f"portfolio.column.{name}", "class=num") for name in names]
    rows = [
        f"<tr>{write.own(row.instrument, 'th', 'scope=row')}{_number('int', row.traded, write)}"
        f"{_number('percent', row.volume_share, write)}{_number('percent', row.most_volume_share, write)}"
        f"{_number('money', row.capacity, write)}</tr>"
        for row in _rows(page.frames["instruments"])
    ]
    return write.table("portfolio.part.capacity", heads, rows)


def _checks(page: PortfolioPage, write: SheetWriter) -> str:
    if not page.checks:
        return ""
    heads = [write.head("portfolio.column.check"), write.head("portfolio.column.passed"), write.head("column.means")]
    rows = []
    for one in page.checks:
        tone = "gain" if one.passed else "loss"
        passed = write.text(f"portfolio.{'yes' if one.passed else 'no'}", "span", f"class={tone}")
        name = write.own(one.name.replace("_", " "), "th", "scope=row lang=en")
        rows.append(f"<tr>{name}<td>{passed}</td>{write.own(one.words, 'td', 'class=words lang=en')}</tr>")
    return write.section("portfolio.part.checks", write.table("portfolio.part.checks", heads, rows))


def _notes(page: PortfolioPage, write: SheetWriter) -> str:
    if not page.notes:
        return ""
    lines = "".join(write.sentence(note, "li") for note in page.notes)
    return write.section("part.notes", f'<ul class="plain">{lines}</ul>', _note("notes", write))


def _rows(frame: pd.DataFrame) -> list[Any]:
    """Return the rows of a frame as named tuples."""
    return list(frame.itertuples())


def _number(kind: str, value: Any, write: SheetWriter) -> str:
    return f'<td class="num">{write.value(kind, _plain(value))}</td>'


def _money_cell(value: Any, write: SheetWriter) -> str:
    tone = "loss" if value < 0 else "gain" if value > 0 else "muted"
    return f'<td class="num"><span class="{tone}">{write.value("money", _plain(value))}</span></td>'


def _plain(value: Any) -> Any:
    """Return a value of a frame as Python's own; None for one that is missing or infinite."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
