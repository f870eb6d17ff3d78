"""The parts of a simulation's report that are texts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.backtest.tear_sheet.sheet_sections import inputs_table

if TYPE_CHECKING:
    from g4qc_core.research.monte_carlo.report.monte_carlo_page import MonteCarloPage

_LONG = "card long"
_KINDS = {
    "final_equity": "money",
    "max_drawdown": "percent",
    "max_drawdown_money": "money",
    "longest_drawdown": "int",
    "time_under_water": "percent",
}
SHOWN_HISTOGRAMS = ("max_drawdown", "max_drawdown_money", "longest_drawdown", "final_equity")
"""Figures of the main simulation whose distribution is drawn."""


def monte_carlo_body(page: MonteCarloPage, write: SheetWriter, origin_note: str | None) -> str:
    """Return the page between its head and its foot.

    Args:
        page: what it shows.
        write: writes the pieces.
        origin_note: text of a banner; None: no banner.
    """
    shown = [
        write.own(origin_note, "p", "class=banner lang=en") if origin_note else "",
        _head(page, write),
        _keys(page, write),
        _fan(page, write),
        _histograms(page, write),
        _shuffle(page, write),
        _ruin(page, write),
        _capital(page, write),
        _scenarios(page, write),
        _distributions(page, write),
        _notes(page, write),
        write.section("part.inputs", inputs_table(page.inputs, write), write.text("mc.inputs.note"), _LONG),
    ]
    return "\n".join(part for part in shown if part)


def verdict(page: MonteCarloPage, write: SheetWriter) -> str:
    """Return the sentence that says what drawdown to expect."""
    main = page.summary.get("main")
    if main is None:
        return write.text("mc.verdict.none", "p", "class=verdict")
    return write.text(
        "mc.verdict",
        "p",
        "class=verdict",
        expected=("percent", abs(main["expected_drawdown"])),
        bad=("percent", abs(main["bad_drawdown"])),
        real=("percent", abs(main["real_drawdown"])),
        rank=("percent", main["drawdown_rank"]),
    )


def _head(page: MonteCarloPage, write: SheetWriter) -> str:
    summary = page.summary
    said = [
        f"<p>{write.own(page.market)}</p>",
        "<p>",
        write.text(
            "mc.head.paths",
            paths=("int", summary["paths"]),
            steps=("int", summary["horizon"]),
            block=("plain", round(float(summary["block_length"]), 1)),
        ),
        " · ",
        write.text("mc.head.seed", generator=str(summary["generator"]).split(",")[0], seed=str(summary["seed"])),
        "</p>",
    ]
    return f'<div class="head">{write.own(page.name, "h1")}{verdict(page, write)}{"".join(said)}</div>'


def _keys(page: MonteCarloPage, write: SheetWriter) -> str:
    main = page.summary.get("main")
    if main is None:
        return ""
    found: list[tuple[str, str, Any]] = [
        ("expected_drawdown", "percent", main["expected_drawdown"]),
        ("bad_drawdown", "percent", main["bad_drawdown"]),
        ("real_drawdown", "percent", main["real_drawdown"]),
        ("drawdown_rank", "percent", main["drawdown_rank"]),
    ]
    if main["risk"] is not None:
        found.append(("risk", "percent", main["risk"]["risk"]))
    found += [("loss", "percent", main["loss"]), ("median_final", "money", main["median_final"])]
    for risk, capital in page.summary["capital"].items():
        if risk == "5":
            found.append(("capital", "money", capital))
    cards = [_key(name, kind, value, write) for name, kind, value in found]
    name = write.text("part.keys", "h2", "class=unseen id=part-keys")
    return f'<section aria-labelledby="part-keys">{name}<div class="keys">{"".join(cards)}</div></section>'


def _key(name: str, kind: str, value: Any, write: SheetWriter) -> str:
    title = write.text(f"mc.key.{name}", "span", "class=name")
    tip = write.text(f"mc.means.{name}", "span", f"class=tip role=tooltip id=means-{name}")
    inside = f"{title}<b>{write.value(kind, value)}</b>"
    return f'<div class="key"><button type="button" aria-describedby="means-{name}">{inside}</button>{tip}</div>'


def main_of(page: MonteCarloPage) -> str:
    """Return the name of the main simulation; empty if no paths were drawn."""
    return str((page.summary.get("main") or {}).get("simulation", ""))


def _fan(page: MonteCarloPage, write: SheetWriter) -> str:
    main = main_of(page)
    if not main:
        return ""
    notes = write.text(f"mc.does.{main}") + " " + write.text(f"mc.growth.{page.summary['growth']}")
    rank = write.text("mc.fan.rank", rank=("percent", page.summary["main"]["final_rank"]))
    return write.section("mc.part.fan", write.chart("fan", "mc.alt.fan", 360), f"{notes} {rank}")


def _histograms(page: MonteCarloPage, write: SheetWriter) -> str:
    main = main_of(page)
    if not main or main == "trade_shuffle":
        return ""
    charts = "".join(write.chart(f"histogram-{name}", f"mc.alt.{name}", 240) for name in SHOWN_HISTOGRAMS)
    note = write.text("mc.histograms.note")
    return write.section("mc.part.histograms", f'<div class="two">{charts}</div>', note)


def _shuffle(page: MonteCarloPage, write: SheetWriter) -> str:
    if "trade_shuffle" not in page.summary["simulations"]:
        return ""
    return write.section(
        "mc.part.shuffle", write.chart("shuffle", "mc.alt.shuffle", 240), write.text("mc.shuffle.note")
    )


def _ruin(page: MonteCarloPage, write: SheetWriter) -> str:
    frame = page.frames["ruin"]
    if frame.empty:
        return ""
    heads = [
        write.head("mc.column.simulation"),
        *(write.head(f"mc.column.{name}", "class=num") for name in ("ruined", "paths", "risk", "low", "high")),
    ]
    reached = frame["reached"].notna().any()
    if reached:
        heads.append(write.head("mc.column.reached", "class=num"))
    rows = []
    for row in frame.to_dict("records"):
        cells = [write.text(f"mc.sim.{row['simulation']}", "th", "scope=row")]
        kinds = {"ruined": "int", "paths": "int", "risk": "percent", "low": "percent", "high": "percent"}
        kinds |= {"reached": "percent"} if reached else {}
        cells += [_cell(kind, row[name], write) for name, kind in kinds.items()]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    rule = page.summary["ruin"]
    said = "share" if str(rule["rule"]).endswith("%") else str(rule["rule"])
    note = write.text(f"mc.ruin.{said}", level=("money", rule["level"]), currency=page.currency)
    note += " " + write.text("mc.ruin.engine")
    return write.section("mc.part.ruin", write.table("mc.part.ruin", heads, rows), note)


def _capital(page: MonteCarloPage, write: SheetWriter) -> str:
    if page.frames["capital"].empty:
        return ""
    heads = [write.head("mc.column.risk", "class=num"), write.head("mc.column.capital", "class=num")]
    rows = []
    for risk, value in page.summary["capital"].items():
        asked = write.value("percent", float(risk) / 100, "th", "scope=row class=num")
        rows.append(f"<tr>{asked}{_cell('money', value, write)}</tr>")
    inside = write.chart("capital", "mc.alt.capital", 280) + write.table("mc.part.capital", heads, rows)
    note = write.text("mc.capital.note", currency=page.currency)
    return write.section("mc.part.capital", inside, note)


def _scenarios(page: MonteCarloPage, write: SheetWriter) -> str:
    found: Mapping[str, Any] = page.summary.get("scenarios") or {}
    if not found:
        return ""
    names = ("runs", "calls", "median_final", "bad_final", "median_drawdown", "bad_drawdown")
    heads = [write.head("mc.column.change"), *(write.head(f"mc.column.{name}", "class=num") for name in names)]
    rows = []
    for name, one in found.items():
        calls = 0 if one["risk"] is None else one["risk"]["ruined"]
        cells = [
            write.text(f"mc.sim.{name}", "th", "scope=row"),
            _cell("int", one["done"] + calls, write),
            _cell("int", calls, write),
            _cell("money", one["median"]["final_equity"], write),
            _cell("money", one["bad_final"], write),
            _cell("percent", one["median"]["max_drawdown"], write),
            _cell("percent", one["bad_drawdown"], write),
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    note = write.text("mc.scenarios.note")
    if page.summary["trials"]:
        note += " " + write.text("mc.scenarios.trials", number=page.summary["trials"])
    return write.section("mc.part.scenarios", write.table("mc.part.scenarios", heads, rows), note, _LONG)


def _distributions(page: MonteCarloPage, write: SheetWriter) -> str:
    frame = page.frames["distributions"]
    names = ["mean", "q5", "q50", "q95", "real", "rank"]
    heads = [write.head("mc.column.simulation"), write.head("column.figure")]
    heads += [write.head(f"mc.column.{name}", "class=num") for name in names]
    rows = []
    for row in frame.to_dict("records"):
        kind = _KINDS[row["figure"]]
        cells = [
            write.text(f"mc.sim.{row['simulation']}", "th", "scope=row"),
            write.text(f"mc.figure.{row['figure']}", "td"),
        ]
        for name in names:
            value = row[name]
            whole = round(value) if kind == "int" and name != "rank" and pd.notna(value) else value
            cells.append(_cell("percent" if name == "rank" else kind, whole, write))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    if not rows:
        return ""
    table = write.table("mc.part.distributions", heads, rows)
    return write.section("mc.part.distributions", table, write.text("mc.distributions.note"), _LONG)


def _notes(page: MonteCarloPage, write: SheetWriter) -> str:
    lines = [write.text("mc.note.sessions", "li"), write.text("mc.note.trades", "li")]
    lines += [write.sentence(note, "li") for note in page.notes]
    return write.section("part.notes", f'<ul class="plain">{"".join(lines)}</ul>')


def _cell(kind: str, value: Any, write: SheetWriter) -> str:
    plain = None if value is None or pd.isna(value) else value
    return f'<td class="num">{write.value(kind, plain)}</td>'
