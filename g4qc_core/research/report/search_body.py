"""The parts of a search's report that are texts and tables. Figures are read from the search; none is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from g4qc_core.backtest.metrics import DEFINITIONS
from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.backtest.tear_sheet.sheet_sections import inputs_table, kind_of
from g4qc_core.backtest.tear_sheet.worth_section import beside_sharpe, worth_section
from g4qc_core.research.report.surface_charts import MOST_PAIRS
from g4qc_core.research.surface.surface_report import SurfaceReport

if TYPE_CHECKING:
    from g4qc_core.research.report.search_page import SearchPage

MOST_ROWS = 50
"""Most trials in the table."""

COUNTS = ("tried", "ranked", "unmet", "refused", "failed", "skipped")
"""What can become of the sets of a search, as the report names it."""

_LONG = "card long"
_FEW_KEPT = 0.5


def search_body(search: SearchPage, write: SheetWriter, origin_note: str | None) -> str:
    """Return the page between its head and its foot.

    Args:
        search: what it shows.
        write: writes the pieces.
        origin_note: text of a banner; None: no banner.
    """
    surface = search.surface
    shown = [
        write.own(origin_note, "p", "class=banner lang=en") if origin_note else "",
        _head(search, write),
        _keys(search, write),
        _warnings(surface, write) if surface is not None else "",
        worth_section(search.family, search.worth, write),
        write.section("part.trials", _trials(search, write), _trials_note(search, write), _LONG),
        _objective(search, write),
        *(_surface(surface, write) if surface is not None else ()),
        _notes(search, write),
        write.section("part.inputs", inputs_table(search.inputs, write), write.text("inputs.note"), _LONG)
        if search.inputs
        else "",
    ]
    return "\n".join(part for part in shown if part)


def _head(search: SearchPage, write: SheetWriter) -> str:
    known = " · ".join(
        write.text(f"count.{name}", number=int(search.counts[name])) for name in COUNTS if name in search.counts
    )
    lines = [write.own(f"{search.market} · {search.family}"), known]
    told = "".join(f"<p>{line}</p>" for line in lines if line)
    return f'<div class="head">{write.own(search.name, "h1")}{told}</div>'


def _keys(search: SearchPage, write: SheetWriter) -> str:
    """Return the best trial: its objective, what it is worth, and its parameters."""
    if search.trials.empty:
        return ""
    best = search.trials.iloc[0]
    value = _plain(best[search.objective])
    cards = [_key(search.objective, kind_of(search.objective, value), value, write)]
    worth = beside_sharpe(search.worth)
    cards += [_key(name, kind_of(name, one), one, write, "key worth") for name, one in worth.items()]
    for name in search.parameters:
        title, shown = write.own(name, "span", "class=name"), _value(_plain(best[name]), write)
        cards.append(f'<div class="key plain"><div class="pad">{title}<b>{shown}</b></div></div>')
    name = write.text("part.best", "h2", "class=unseen id=part-keys")
    return f'<section aria-labelledby="part-keys">{name}<div class="keys">{"".join(cards)}</div></section>'


def _key(name: str, kind: str, value: Any, write: SheetWriter, shown: str = "key") -> str:
    title = write.text(f"figure.{name}", "span", "class=name")
    tip = write.text(f"means.{name}", "span", f"class=tip role=tooltip id=means-{name}")
    inside = f"{title}<b>{write.value(kind, value)}</b>"
    return f'<div class="{shown}"><button type="button" aria-describedby="means-{name}">{inside}</button>{tip}</div>'


def _warnings(surface: SurfaceReport, write: SheetWriter) -> str:
    found = [
        write.text(f"edge.{one.end}", "li", parameter=one.parameter, label=str(one.label)) for one in surface.edges
    ]
    around = surface.around
    if around.count and around.kept is not None and around.kept < _FEW_KEPT:
        found.append(
            write.text(
                "edge.alone", "li", kept=("percent", around.kept), keep=("percent", around.keep), count=around.count
            )
        )
    if surface.grid.axes and not around.count:
        found.append(write.text("edge.unknown", "li"))
    if not found:
        return ""
    return write.section("part.warnings", f'<ul class="plain">{"".join(found)}</ul>', kind="card warned")


def _trials_note(search: SearchPage, write: SheetWriter) -> str:
    shown = min(MOST_ROWS, len(search.trials))
    notes = [write.text("trials.shown", number=shown, all=len(search.trials))]
    if search.confirmed:
        notes.append(write.text("trials.confirmed", number=search.confirmed))
    return " ".join(notes)


def _trials(search: SearchPage, write: SheetWriter) -> str:
    figures = [name for name in DEFINITIONS if name in search.trials.columns and name != search.objective]
    heads = [
        write.head("column.rank", "class=num"),
        *(write.own(one, "th", "scope=col class=num") for one in search.parameters),
    ]
    heads += [write.head(f"figure.{name}", "class=num") for name in (search.objective, *figures)]
    rows = []
    for rank, (_, row) in enumerate(search.trials.head(MOST_ROWS).iterrows(), start=1):
        cells = [write.value("int", rank, "th", "scope=row class=num")]
        cells += [f'<td class="num">{_value(_plain(row[name]), write)}</td>' for name in search.parameters]
        for name in (search.objective, *figures):
            value = _plain(row[name])
            whole = (
                int(value)
                if value is not None and DEFINITIONS[name].unit in ("count", "sessions", "bars", "days")
                else value
            )
            cells.append(f'<td class="num">{write.value(kind_of(name, whole), whole)}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return write.table("part.trials", heads, rows)


def _objective(search: SearchPage, write: SheetWriter) -> str:
    if not search.trials[search.objective].notna().any():
        return ""
    luck = search.worth.get("sharpe_by_luck") is not None and search.objective == "sharpe"
    chart = write.chart("objective", "alt.objective", 240)
    return write.section("part.objective", chart, write.text("objective.luck") if luck else "")


def _surface(surface: SurfaceReport, write: SheetWriter) -> list[str]:
    parts = []
    pairs = min(len(surface.pairs), MOST_PAIRS)
    if pairs:
        notes = [write.text("pairs.note"), write.text(f"pairs.{surface.pairs[0].over}")]
        if len(surface.pairs) > MOST_PAIRS:
            notes.append(write.text("pairs.some", shown=MOST_PAIRS, all=len(surface.pairs)))
        charts = "".join(write.chart(f"pair{at}", "alt.pair", 340) for at in range(pairs))
        parts.append(write.section("part.pairs", f'<div class="two">{charts}</div>', " ".join(notes), _LONG))
    if surface.along:
        charts = "".join(write.chart(f"slice{at}", "alt.slice", 220) for at in range(len(surface.along)))
        parts.append(write.section("part.slices", f'<div class="two">{charts}</div>', write.text("slices.note"), _LONG))
    if surface.grid.axes:
        optima = write.section("part.optima", _optima(surface, write), write.text("optima.note"), _LONG)
        around = write.section("part.around", _around(surface, write), write.text("around.note"))
        parts.append(f'<div class="two">{optima}{around}</div>')
    return parts


def _optima(surface: SurfaceReport, write: SheetWriter) -> str:
    if not surface.optima:
        return write.text("optima.none", "p")
    axes = [axis.name for axis in surface.grid.axes]
    heads = [write.own(name, "th", "scope=col class=num") for name in axes]
    heads += [write.head(f"figure.{surface.objective}", "class=num"), write.head("column.neighbours", "class=num")]
    rows = []
    for one in surface.optima:
        cells = [f'<td class="num">{_value(one.parameters[name], write)}</td>' for name in axes]
        value = write.value(kind_of(surface.objective, one.value), one.value)
        cells += [f'<td class="num">{value}</td>', f'<td class="num">{write.value("int", one.neighbours)}</td>']
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return write.table("part.optima", heads, rows)


def _around(surface: SurfaceReport, write: SheetWriter) -> str:
    around = surface.around
    kind = kind_of(surface.objective, 0.0)
    values: Mapping[str, tuple[str, Any]] = {
        "around.count": ("int", around.count),
        "around.possible": ("int", around.possible),
        "around.mean": (kind, around.mean),
        "around.spread": (kind, around.spread),
        "around.worst": (kind, around.worst),
        "around.kept": ("percent", around.kept),
    }
    rows = [
        f"<tr>{write.text(key, 'th', 'scope=row', keep=('percent', around.keep))}"
        f'<td class="num">{write.value(kind, value)}</td></tr>'
        for key, (kind, value) in values.items()
    ]
    return write.table("part.around", [], rows)


def _notes(search: SearchPage, write: SheetWriter) -> str:
    notes = [*search.notes, *(search.surface.notes if search.surface is not None else ())]
    if not notes:
        return ""
    lines = "".join(write.sentence(note, "li") for note in notes)
    return write.section("part.notes", f'<ul class="plain">{lines}</ul>', write.text("notes.search"))


def _plain(value: Any) -> Any:
    """Return a value of a frame as Python's own; None for a missing one."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return None
    return value.item() if hasattr(value, "item") else value


def _value(value: Any, write: SheetWriter) -> str:
    """Return the value of a parameter: a number in the reader's language, anything else as it is."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return write.value("plain", value)
    return write.own(value)
