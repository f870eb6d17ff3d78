"""The tear sheet's parts in their order: what stands where."""

from __future__ import annotations

from g4qc_core.backtest.metrics import few
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.result_card import card_of
from g4qc_core.backtest.span import span_of
from g4qc_core.backtest.tear_sheet import sheet_breakdowns as tables
from g4qc_core.backtest.tear_sheet import sheet_sections as parts
from g4qc_core.backtest.tear_sheet.equity_charts import rolling_window
from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.backtest.tear_sheet.worth_section import Worth, beside_sharpe, worth_section
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument

_LONG = "card long"


def sheet_body(
    result: BacktestResult,
    write: SheetWriter,
    origin_note: str | None,
    worth: Worth,
    instrument: Instrument | None,
    compared: bool,
) -> str:
    """Return the page between its head and its foot.

    Args:
        result: the result.
        write: writes the pieces.
        origin_note: text of a banner; None: no banner.
        worth: what the result is worth.
        instrument: for its calendar; None leaves out what needs one.
        compared: True if the equity is drawn against the benchmark.
    """
    banner = write.own(origin_note, "p", "class=banner lang=en") if origin_note else ""
    shown = [
        banner,
        parts.head(result, write),
        parts.key_figures(result, beside_sharpe(worth), write),
        worth_section(result.spec.strategy, worth, write),
        _equity(result, compared, write),
        write.section("part.months", tables.months_table(result, write)),
        _two(
            write.section(
                "part.distribution",
                write.chart("distribution", "alt.distribution", 260),
                write.text("distribution.note"),
            ),
            write.section(
                "part.costs", parts.costs_table(result, write), write.text("costs.note", currency=result.currency)
            ),
        ),
        write.section("part.prices", write.chart("prices", "alt.prices", 620), parts.prices_note(result, write)),
        write.section("part.trades", parts.trades_table(result, write), parts.trades_note(result, write), _LONG),
        *_breakdowns(result, instrument, write),
        write.section("part.figures", parts.figures_table(result, write), _marks(result, write), _LONG),
        _two(
            write.section("part.notes", parts.notes_list(result, write), write.text("notes.note")),
            write.section("part.missing", _missing(result, instrument, write)),
        ),
        write.section("part.inputs", parts.card_table(card_of(result), write), write.text("inputs.note"), _LONG),
    ]
    if result.library:
        library = parts.library_table(result, write)
        shown.append(write.folded("part.library", library, write.text("library.note")))
    return "\n".join(part for part in shown if part)


def _equity(result: BacktestResult, compared: bool, write: SheetWriter) -> str:
    notes = [write.text("equity.note")]
    if compared:
        notes.append(write.text("equity.benchmark"))
    window = rolling_window(result)
    notes.append(write.text("equity.short") if window is None else write.text("equity.rolling", number=window))
    return write.section(
        "part.equity", write.chart("equity", "alt.equity", 450 if window is None else 710), " ".join(notes)
    )


def _breakdowns(result: BacktestResult, instrument: Instrument | None, write: SheetWriter) -> list[str]:
    cards = []
    if len({day.year for day in result.daily_equity.index}) > 1:
        cards.append(write.section("part.years", tables.years_table(result, write)))
    weekdays = tables.weekdays_table(result, write)
    cards.append(write.section("part.weekdays", weekdays, write.text("weekdays.note")))
    if len(result.trades):
        cards.append(write.section("part.sides", tables.sides_table(result, write), write.text("sides.note")))
    drawdowns = tables.drawdowns_table(result, write)
    cards.append(write.section("part.drawdowns", drawdowns, write.text("drawdowns.note")))
    shown = [_two(*cards[at : at + 2]) for at in range(0, len(cards), 2)]
    if instrument is not None:
        hours = tables.hours_table(result, calendar(instrument.calendar), write)
        shown.append(write.section("part.hours", hours, write.text("hours.note"), _LONG))
    return shown


def _marks(result: BacktestResult, write: SheetWriter) -> str:
    notes = [write.text("figures.distorted")] if result.metrics.get("missing_sessions") else []
    if few(result.metrics):
        notes.append(write.text("figures.few"))
    return " ".join(notes)


def _missing(result: BacktestResult, instrument: Instrument | None, write: SheetWriter) -> str:
    missing = None
    if instrument is not None:
        missing = span_of(result.equity["trade_date"].dt.date, calendar(instrument.calendar)).missing
    return tables.missing_list(result, missing, write)


def _two(*cards: str) -> str:
    return f'<div class="two">{"".join(cards)}</div>'
