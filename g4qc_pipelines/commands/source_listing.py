"""`g4qc sources compare`: what differs between sources of the same bars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import click
from rich.table import Table

from g4qc_core.bars.columns import PRICES
from g4qc_core.calendars.session_calendar import check_window, month_window
from g4qc_core.instruments.registry import Instrument, load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.quality.source_comparison import SourceRun, compare_sources, overlapping_months, source_runs
from g4qc_core.settings import Settings
from g4qc_core.sources.comparison.pair_difference import PairDifference
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.commands.printing import echo_json, wide_console


def compare_and_list(settings: Settings, symbol: str, first: date | None, last: date | None, as_json: bool) -> None:
    """Compare the months of the window, store the differences, and print them.

    Raises:
        UsageError: the instrument is unknown, or the window is reversed.
    """
    instrument = load_registry(settings.own_instruments)[symbol]
    if first is not None and last is not None:
        check_window(first, last)
    with open_stores(settings) as stores:
        _compare(instrument, first, last, stores, settings.source_tolerance)
        found = stores.differences.differences(instrument.symbol, first, last)
    runs = source_runs(found)
    if as_json:
        echo_json(
            {"symbol": instrument.symbol, "runs": [_run(one) for one in runs], "sessions": [*map(_session, found)]}
        )
    else:
        _print(instrument, found, runs)


def _compare(instrument: Instrument, first: date | None, last: date | None, stores: Stores, minutes: float) -> None:
    for month in overlapping_months(instrument, first, last, stores):
        compare_sources(instrument, *month_window(month), stores, minutes, datetime.now(UTC))


def _run(one: SourceRun) -> dict[str, Any]:
    run = one.run
    named = {"contract": run.contract, "first_source": one.first, "second_source": one.second}
    days = {"first": str(run.first), "last": str(run.last), "sessions": run.sessions}
    return {**named, **days, "verdict": str(run.summed.verdict), "agrees": run.summed.agrees, "about": one.words}


def _session(one: PairDifference) -> dict[str, Any]:
    session = one.session
    return {
        "contract": one.contract,
        "trade_date": str(session.trade_date),
        "first_source": one.first,
        "second_source": one.second,
        "verdict": str(session.verdict),
        "side": str(session.side),
        "agrees": session.agrees,
        "shared": session.shared,
        "only_first": session.only_first,
        "only_second": session.only_second,
        "differing": session.differing,
        "beyond": session.beyond,
        "differing_prices": dict(zip(PRICES, session.prices, strict=True)),
        "largest_ticks": dict(zip(PRICES, session.largest, strict=True)),
        "volume_first": session.volume_first,
        "volume_second": session.volume_second,
        "differing_volumes": session.differing_volumes,
        "shift": session.shift,
        "points": session.points,
        "factor": session.factor,
        "grid": session.grid,
        "about": one.words,
    }


def _print(instrument: Instrument, found: Sequence[PairDifference], runs: Sequence[SourceRun]) -> None:
    if not found:
        click.echo(f"No two sources have bars of the same contract of {instrument.symbol} in this window.")
        return
    table = Table(title=f"Sources of {instrument.symbol} beside each other", show_lines=True)
    for name in ("contract", "sources", "agree"):
        table.add_column(name)
    table.add_column("what was found", overflow="fold")
    for one in runs:
        agrees = "yes" if one.run.summed.agrees else "no"
        table.add_row(one.run.contract, f"{one.first}, {one.second}", agrees, one.words)
    wide_console(110).print(table)
    apart = sum(not one.session.agrees for one in found)
    click.echo(f"{counted(len(found), 'session')} compared, {apart:,} beyond tolerance.")
