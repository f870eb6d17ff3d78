"""The parts of a walk-forward report that are texts and tables. Figures are read; none is computed here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.backtest.tear_sheet.sheet_sections import inputs_table, kind_of
from g4qc_core.backtest.tear_sheet.worth_section import worth_section
from g4qc_core.research.report.search_body import COUNTS
from g4qc_core.research.report.walk_forward_charts import drifting, has_held

if TYPE_CHECKING:
    from g4qc_core.research.report.walk_forward_page import WalkForwardPage

_LONG = "card long"
_SHARES = ("sharpe_efficiency", "return_efficiency", "stability", "overfitting_probability", "deflated_sharpe")


def walk_forward_body(page: WalkForwardPage, write: SheetWriter, origin_note: str | None) -> str:
    """Return the page between its head and its foot.

    Args:
        page: what it shows.
        write: writes the pieces.
        origin_note: text of a banner; None: no banner.
    """
    worth = ((page.summary.get("worth") or {}).get("figures")) or {}
    shown = [
        write.own(origin_note, "p", "class=banner lang=en") if origin_note else "",
        _head(page, write),
        _verdict(page, write),
        _keys(page, write),
        _stitched(page, write),
        write.section(
            "part.windows",
            write.chart("windows", "alt.windows", 160) + _windows(page, write),
            write.text("windows.note"),
            _LONG,
        ),
        _sample(page, write),
        _drift(page, write),
        _paths(page, write),
        worth_section(page.family, worth, write),
        write.section("part.tried", _trials(page, write), write.text("tried.note"), _LONG),
        _notes(page, write),
        write.section("part.inputs", inputs_table(page.inputs, write), write.text("inputs.note"), _LONG)
        if page.inputs
        else "",
    ]
    return "\n".join(part for part in shown if part)


def _head(page: WalkForwardPage, write: SheetWriter) -> str:
    windows, gap = page.summary["windows"], page.summary["gap"]
    lines = [
        write.own(f"{page.market} · {page.family}"),
        write.text("head.windows", number=int(windows["run"])),
        write.text("head.gap", number=int(gap["purge"])),
    ]
    if not page.stitched.empty:
        days = page.stitched["trade_date"]
        first, last = (("day", f"{day:%Y-%m-%d}") for day in (days.iloc[0], days.iloc[-1]))
        lines.append(write.text("head.days", first=first, last=last))
    told = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div class="head">{write.own(page.name, "h1")}{told}</div>'


def _verdict(page: WalkForwardPage, write: SheetWriter) -> str:
    verdict = page.summary["verdict"]
    kind = "card" if verdict == "survives" else "card warned"
    return write.section("part.verdict", write.text(f"verdict.{verdict}", "p"), kind=kind)


def _keys(page: WalkForwardPage, write: SheetWriter) -> str:
    figures, summary = page.summary.get("figures") or {}, page.summary
    shown: dict[str, Any] = {
        name: figures.get(name) for name in ("net_profit", "total_return", "sharpe", "max_drawdown")
    }
    shown |= {
        "sharpe_efficiency": summary["efficiency"]["sharpe"],
        "return_efficiency": summary["efficiency"]["return"],
        "deflated_sharpe": summary["deflation"]["deflated_sharpe"],
        "overfitting_probability": summary["overfitting"]["probability"],
        "stability": summary["stability"]["overall"],
    }
    cards = []
    for name, value in shown.items():
        kind = "percent" if name in _SHARES else kind_of(name, value)
        title = write.text(f"figure.{name}", "span", "class=name")
        tip = write.text(f"means.{name}", "span", f"class=tip role=tooltip id=means-{name}")
        inside = f"{title}<b>{write.value(kind, value)}</b>"
        button = f'<button type="button" aria-describedby="means-{name}">{inside}</button>'
        cards.append(f'<div class="key">{button}{tip}</div>')
    name = write.text("part.keys", "h2", "class=unseen id=part-keys")
    return f'<section aria-labelledby="part-keys">{name}<div class="keys">{"".join(cards)}</div></section>'


def _stitched(page: WalkForwardPage, write: SheetWriter) -> str:
    if page.stitched.empty:
        return ""
    deflation = page.summary["deflation"]
    notes = [write.text("stitched.note")]
    if has_held(page.stitched):
        notes.append(write.text("equity.benchmark"))
    if deflation["deflated_sharpe"] is not None:
        left = ("percent", deflation["deflated_sharpe"])
        notes.append(write.text("stitched.left", number=int(deflation["trials"]), left=left))
    return write.section("part.stitched", write.chart("stitched", "alt.stitched", 300), " ".join(notes))


def _windows(page: WalkForwardPage, write: SheetWriter) -> str:
    numbers = ("in_sample_sharpe", "out_of_sample_sharpe", "sharpe_efficiency", "profit", "trades")
    heads = [write.head("column.window", "class=num"), write.head("column.training"), write.head("column.test")]
    heads += [write.head("column.state"), *(write.head(f"column.{name}", "class=num") for name in numbers)]
    heads.append(write.head("column.chosen"))
    kinds = {"sharpe_efficiency": "percent", "profit": "money", "trades": "int"}
    rows, searched = [], page.summary["stability"]["parameters"]
    for row in page.windows.to_dict("records"):
        cells = [write.value("int", int(row["window"]), "th", "scope=row class=num")]
        for first, last in (("train_from", "train_to"), ("test_from", "test_to")):
            days = (write.value("day", f"{row[name]:%Y-%m-%d}", "time") for name in (first, last))
            cells.append(f"<td>{' – '.join(days)}</td>")
        cells.append(write.text(f"state.{row['state']}", "td"))
        for name in numbers:
            value = _known(row[name])
            cells.append(f'<td class="num">{write.value(kinds.get(name, "ratio"), value)}</td>')
        cells.append(write.own(_in_words(row["parameters"], searched), "td"))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return write.table("part.windows", heads, rows)


def _sample(page: WalkForwardPage, write: SheetWriter) -> str:
    if not page.windows[["in_sample_sharpe", "out_of_sample_sharpe"]].notna().any(axis=None):
        return ""
    return write.section("part.sample", write.chart("sample", "alt.sample", 260), write.text("sample.note"))


def _drift(page: WalkForwardPage, write: SheetWriter) -> str:
    names = drifting(page.parameters)
    steady: Mapping[str, Any] = page.summary["stability"]["parameters"]
    if page.parameters.empty:
        return ""
    charts = "".join(write.chart(f"drift{at}", "alt.drift", 200) for at in range(len(names)))
    rows = [
        f'<tr>{write.own(name, "th", "scope=row")}<td class="num">{write.value("percent", value)}</td></tr>'
        for name, value in steady.items()
    ]
    heads = [write.head("column.parameter"), write.head("figure.stability", "class=num")]
    body = f'<div class="two">{charts}</div>{write.table("part.drift", heads, rows)}'
    return write.section("part.drift", body, write.text("drift.note"), _LONG)


def _paths(page: WalkForwardPage, write: SheetWriter) -> str:
    found = page.summary.get("paths")
    if not found or not page.paths["sharpe"].notna().any():
        return ""
    note = write.text("paths.note", splits=("int", found["splits"]), number=int(found["paths"]))
    values = {
        "paths.loss": ("percent", found["loss_share"]),
        "paths.least": ("ratio", found["sharpe_least"]),
        "paths.mean": ("ratio", found["sharpe_mean"]),
        "paths.largest": ("ratio", found["sharpe_largest"]),
    }
    rows = [
        f'<tr>{write.text(key, "th", "scope=row")}<td class="num">{write.value(kind, value)}</td></tr>'
        for key, (kind, value) in values.items()
    ]
    body = f'<div class="two">{write.chart("paths", "alt.paths", 240)}{write.table("part.paths", [], rows)}</div>'
    return write.section("part.paths", body, note, _LONG)


def _trials(page: WalkForwardPage, write: SheetWriter) -> str:
    heads = [write.head("column.stage"), *(write.head(f"column.{name}", "class=num") for name in COUNTS)]
    rows = []
    for row in page.trials.to_dict("records"):
        stage = str(row["stage"])
        number = stage.removeprefix("window ")
        title = write.text("stage.window", "th", "scope=row", number=number)
        if not number.isdigit():
            title = write.text("stage.splits", "th", "scope=row")
        cells = "".join(f'<td class="num">{write.value("int", int(row[name]))}</td>' for name in COUNTS)
        rows.append(f"<tr>{title}{cells}</tr>")
    return write.table("part.tried", heads, rows)


def _notes(page: WalkForwardPage, write: SheetWriter) -> str:
    lines = "".join(write.sentence(note, "li") for note in page.notes)
    return write.section("part.notes", f'<ul class="plain">{lines}</ul>', write.text("notes.study")) if lines else ""


def _known(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value


def _in_words(text: str, searched: Mapping[str, Any]) -> str:
    chosen = json.loads(text)
    return ", ".join(f"{name} {chosen[name]}" for name in searched if name in chosen)
