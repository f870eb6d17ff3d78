"""The parts of the tear sheet that are texts and tables: head, key figures, returns, costs, trades, inputs and notes.

Figures are read from the result; none is computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.backtest.metrics import DEFINITIONS, MONEY, PERCENT, SAMPLED, distorted, few
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.result_card import CardRow, flat, spec_text
from g4qc_core.backtest.tear_sheet.charts import MOST_CANDLES
from g4qc_core.backtest.tear_sheet.sheet_breakdowns import bar_cell
from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.backtest.tear_sheet.sheet_words import table_of
from g4qc_core.backtest.tear_sheet.trade_rows import COLUMNS, MOST_ROWS
from g4qc_core.backtest.tear_sheet.worth_section import Worth
from g4qc_core.backtest.user_strategies import is_external
from g4qc_core.backtest.worth_meanings import WORTH_SHARES
from g4qc_core.errors import UsageError

_KEYS = (
    "total_return", "annual_return", "sharpe", "max_drawdown", "volatility", "net_profit", "trades", "win_rate",
    "profit_factor", "exposure",
)  # fmt: skip
_SIGNED = frozenset(("total_return", "net_profit", "sharpe", "annual_return", "max_drawdown"))
_COSTS = ("gross_profit", "fees", "slippage", "net_profit")


def kind_of(name: str, value: float | int | None) -> str:
    """Return the kind of a figure's value, as the page writes it."""
    if name in MONEY:
        return "money"
    if name in PERCENT or name in WORTH_SHARES:
        return "percent"
    return "int" if isinstance(value, int) else "ratio"


def head(result: BacktestResult, write: SheetWriter) -> str:
    """Return the title with instrument, window, contracts, strategy and parameters."""
    spec, days = result.spec, result.equity["trade_date"]
    contracts = result.inputs["window"]["contracts"]
    first, last = (("day", f"{day:%Y-%m-%d}") for day in (days.iloc[0], days.iloc[-1]))
    joined = write.own(contracts[0])
    if len(contracts) > 1:
        joined = write.text("head.contracts", number=len(contracts), first=contracts[0], last=contracts[-1])
    parts = [
        write.own(f"{spec.instrument} · {spec.timeframe}"),
        write.text("head.days", first=first, last=last),
        joined,
        write.text("head.bars", number=len(days)),
    ]
    given = ", ".join(f"{name} = {value}" for name, value in result.inputs["parameters"].items())
    about = f" {_summary(spec.strategy)}".replace("`", "").rstrip()
    lines = [" · ".join(parts), write.own(f"{spec.strategy} ({given}).{about}", "span", "lang=en")]
    told = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div class="head">{write.own(spec.name, "h1")}{told}</div>'


def _summary(name: str) -> str:
    """Return the summary of a strategy; empty for one that the spec names by its module, or that is gone."""
    try:
        return "" if is_external(name) else find_strategy(name).summary
    except UsageError:
        return ""


def key_figures(result: BacktestResult, worth: Worth, write: SheetWriter) -> str:
    """Return the key figures with their definitions; what the result is worth stands beside the Sharpe ratio."""
    shown = []
    for name in _KEYS:
        shown.append(_key(name, result.metrics.get(name), result, write))
        if name == "sharpe":
            shown += [_key(one, value, result, write, "key worth") for one, value in worth.items()]
    name = write.text("part.keys", "h2", "class=unseen id=part-keys")
    return f'<section aria-labelledby="part-keys">{name}<div class="keys">{"".join(shown)}</div></section>'


def _key(name: str, value: float | int | None, result: BacktestResult, write: SheetWriter, kind: str = "key") -> str:
    tone = ""
    if value is not None and name in _SIGNED:
        tone = "gain" if value > 0 else "loss" if value < 0 else ""
    unit = f" {write.own(result.currency)}" if name in MONEY else ""
    title = f'<span class="name">{write.text(f"figure.{name}")}{unit}</span>'
    tip = write.text(f"means.{name}", "span", f"class=tip role=tooltip id=means-{name}")
    shown = f'<b class="{tone}">{figure_value(name, value, result.metrics, write)}</b>'
    button = f'<button type="button" aria-describedby="means-{name}">{title}{shown}</button>'
    return f'<div class="{kind}">{button}{tip}</div>'


def figure_value(name: str, value: float | int | None, metrics: Mapping[str, Any], write: SheetWriter) -> str:
    """Return a figure, or words where it is undefined; `*`: missing sessions distort it, `†`: its sample is small."""
    if value is None:
        return write.text("figure.none" if name in SAMPLED else "figure.undefined")
    marks = (" *" if name in distorted(metrics) else "") + (" †" if name in few(metrics) else "")
    return write.value(kind_of(name, value), value) + marks


def figures_table(result: BacktestResult, write: SheetWriter) -> str:
    """Return all figures with their definitions."""
    rows, group = [], ""
    for name, definition in DEFINITIONS.items():
        if definition.group != group:
            group = definition.group
            rows.append(f'<tr class="group">{write.text(f"group.{group}", "th", "scope=rowgroup colspan=3")}</tr>')
        value = figure_value(name, result.metrics.get(name), result.metrics, write)
        title, means = write.text(f"figure.{name}", "th", "scope=row"), write.text(f"means.{name}", "td", "class=words")
        rows.append(f'<tr>{title}<td class="num">{value}</td>{means}</tr>')
    heads = [write.head("column.figure"), write.head("column.value", "class=num"), write.head("column.means")]
    return write.table("part.figures", heads, rows, "defs")


def library_table(result: BacktestResult, write: SheetWriter) -> str:
    """Return the engine's own figures by its own names."""
    rows = []
    for name, value in result.library.items():
        plain = write.own(str(value).replace("T", " ").removesuffix("+00:00")) if isinstance(value, str) else ""
        shown = plain or write.value("plain", round(value, 4) if isinstance(value, float) else value)
        rows.append(f'<tr>{write.own(name, "th", "scope=row")}<td class="num">{shown}</td></tr>')
    return write.table("part.library", [], rows)


def costs_table(result: BacktestResult, write: SheetWriter) -> str:
    """Return the way from the profit before costs to the one after them."""
    found = {name: float(result.metrics.get(name) or 0) for name in _COSTS}
    largest = max(map(abs, found.values()))
    rows = []
    for name, value in found.items():
        moved = value if name in ("gross_profit", "net_profit") else -value
        title = write.text(f"figure.{name}", "th", "scope=row")
        rows.append(f'<tr>{title}<td class="num">{write.value("money", moved)}</td>{bar_cell(moved, largest)}</tr>')
    return write.table("part.costs", [], rows)


def trades_table(result: BacktestResult, write: SheetWriter) -> str:
    """Return the empty table of trades, which the page's script fills with the rows in sight."""
    if not len(result.trades):
        return write.text("trades.none", "p")
    heads = []
    for name, kind in COLUMNS.items():
        side = ' class="num"' if kind != "name" else ""
        wide = f' style="width: {_width(name)}px"'
        button = write.text(f"trade.{name}", "button", "type=button")
        heads.append(f'<th scope="col" data-column="{name}" aria-sort="none"{side}{wide}>{button}</th>')
    caption = write.text("part.trades", "caption", "class=unseen")
    table = f"<table>{caption}<thead><tr>{''.join(heads)}</tr></thead><tbody></tbody></table>"
    return f'<div class="virtual" id="trade-rows" tabindex="0" role="region" data-label="part.trades">{table}</div>'


def _width(name: str) -> int:
    wide = {"entry_time": 132, "exit_time": 132, "size": 62, "ticks": 68, "bars": 60, "exit_reason": 92}
    return wide.get(name, 96)


def trades_note(result: BacktestResult, write: SheetWriter) -> str:
    """Return how the table of trades is to be read."""
    note = write.text("trades.note", currency=result.currency)
    if len(result.trades) > MOST_ROWS:
        note += " " + write.text("trades.last", shown=MOST_ROWS, all=len(result.trades))
    return note


def prices_note(result: BacktestResult, write: SheetWriter) -> str:
    """Return how the chart of prices is to be read."""
    notes = [write.text("prices.marks")]
    if result.adjusted:
        notes.append(write.text("prices.adjusted", adjustment=str(result.spec.adjustment)))
    elif len(result.inputs["window"]["contracts"]) > 1:
        notes.append(write.text("prices.own_several"))
    else:
        notes.append(write.text("prices.own_one"))
    if len(result.equity) > MOST_CANDLES:
        notes.append(write.text("prices.thinned", bars=len(result.equity), candles=MOST_CANDLES))
    return " ".join(notes)


def card_table(card: Iterable[CardRow], write: SheetWriter) -> str:
    """Return the card of a result; the names of its rows are translated where the page has them."""
    texts = table_of("en")
    rows = []
    for row in card:
        key, (room, _, name) = f"card.{row.key.replace(' ', '_')}", row.key.partition(".")
        if room == "parameters":
            title = write.text("card.parameter", "th", "scope=row", name=name)
        else:
            title = write.text(key, "th", "scope=row") if key in texts else write.own(row.name, "th", "scope=row")
        rows.append(f"<tr>{title}{write.own(row.value, 'td', 'class=wide')}</tr>")
    return write.table("part.inputs", [], rows, "inputs")


def inputs_table(inputs: Mapping[str, Any], write: SheetWriter) -> str:
    """Return everything that decides the numbers, by its own names; fields that are left out have no row."""
    rows = (
        f"<tr>{write.own(name.replace('_', ' ').replace('.', ': '), 'th', 'scope=row')}"
        f"{write.own(spec_text(value), 'td', 'class=wide')}</tr>"
        for name, value in flat(inputs)
        if value is not None
    )
    return write.table("part.inputs", [], rows, "inputs")


def notes_list(result: BacktestResult, write: SheetWriter) -> str:
    """Return the notes of the result."""
    if not result.notes:
        return write.text("notes.none", "p")
    lines = "".join(write.sentence(note, "li") for note in result.notes)
    return f'<ul class="plain">{lines}</ul>'
