"""`g4qc demo`: the whole graph on synthetic bars, from nothing to reports, for a person who has just arrived.

What it runs is the graph itself; only the gateway's market is synthetic. What is there already is not run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from dagster import AssetKey, DagsterInstance
from rich.table import Table

from g4qc_core.backtest.metrics import distorted
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec, load_specs
from g4qc_core.bars.minute_classes import missing
from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.instruments.registry import Registry, load_registry
from g4qc_core.services.backtests.spec_run import report_path
from g4qc_core.services.coverage.completeness import not_made_of
from g4qc_core.services.month_keys import key_of, last_full_months
from g4qc_core.services.series.continuous_series import stored_bars
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.commands.result import print_notes
from g4qc_pipelines.commands.services import simulated_gateway
from g4qc_pipelines.commands.show import echo_json, steps, wide_console
from g4qc_pipelines.commands.workbench import Workbench, workbench
from g4qc_pipelines.instance.dagster_instance import dagster_instance
from g4qc_pipelines.jobs import BACKTEST_ASSETS, BAR_ASSETS, CHAIN_ASSETS, ROLL_ASSETS, UPDATE_ROLLS

SYMBOLS = ("ES", "NQ", "EC")
_MONTHS = 2


@dataclass(frozen=True)
class Task:
    """Assets to run over a range of partitions."""

    assets: Sequence[str]
    first: str
    last: str


@dataclass(frozen=True)
class Kept:
    """What the home holds already: bars and results, and what Dagster remembers of them."""

    settings: Settings
    registry: Registry
    stores: Stores
    instance: DagsterInstance

    def materialized(self, asset: str) -> set[str]:
        """Keys of the asset's partitions that were ever materialized."""
        return set(self.instance.get_materialized_partitions(AssetKey(asset)))


@dataclass(frozen=True)
class Row:
    """What the demo has to show for one instrument: counts of its two months, and its backtest's figures."""

    instrument: str
    bars: dict[str, int]
    sessions: int
    gaps: int
    backtest: str
    figures: dict[str, Any]
    notes: list[str]
    report: Path


def run_demo(settings: Settings, as_json: bool) -> None:
    """Runs what is missing, then prints the table."""
    click.echo("Starting the embedded PostgreSQL and the simulated gateway ...", err=True)
    # The simulated gateway's clock is this machine's.
    months = last_full_months(datetime.now(UTC).date(), _MONTHS)
    specs = [spec for spec in load_specs().values() if spec.instrument in SYMBOLS]
    registry = load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        # The gateway and the graph are for what is missing: loading them takes longer than looking.
        with dagster_instance(settings) as instance:
            tasks = missing_tasks(Kept(settings, registry, stores, instance), months, specs)
        if tasks:
            with simulated_gateway(settings) as address, workbench(settings, address) as bench:
                _run(bench, tasks)
        rows = [_row(settings, registry, stores, spec, months) for spec in specs]
    if as_json:
        echo_json(_document(rows, months, ran=bool(tasks)))
    else:
        _print(rows, months, ran=bool(tasks))


def _run(bench: Workbench, tasks: Sequence[Task]) -> None:
    with steps(sum(len(task.assets) for task in tasks)):
        for task in tasks:
            rolls_come = UPDATE_ROLLS if task.assets is BAR_ASSETS else None
            bench.runner.run(task.assets, task.first, task.last, then=rolls_come)


def missing_tasks(kept: Kept, months: Sequence[date], specs: Sequence[BacktestSpec]) -> list[Task]:
    """What has to run so that every month, roll calendar and backtest is there; empty when all are."""
    tasks: list[Task] = []
    fresh: set[str] = set()
    for symbol in SYMBOLS:
        keys = [key_of(symbol, month) for month in months]
        if all(set(keys) <= kept.materialized(asset) for asset in BAR_ASSETS) and _stored(kept, symbol, months):
            continue
        fresh.add(symbol)
        tasks.append(Task(CHAIN_ASSETS, symbol, symbol))
        tasks.append(Task(BAR_ASSETS, keys[0], keys[-1]))
    for symbol in SYMBOLS:
        if symbol in fresh or symbol not in kept.materialized(ROLL_ASSETS[0]):
            tasks += [Task(ROLL_ASSETS, symbol, symbol)]
    for spec in specs:
        done = report_path(kept.settings, spec.name).exists() and kept.stores.backtests.results(spec.name)
        if spec.instrument in fresh or not done:
            tasks.append(Task(BACKTEST_ASSETS, spec.name, spec.name))
    return tasks


def _stored(kept: Kept, symbol: str, months: Sequence[date]) -> bool:
    """True when the database has all that Dagster remembers, in every timeframe: it may have been recreated since."""
    window = months[0], month_window(months[-1])[1]
    quality = kept.stores.bars.quality(symbol, *window)
    held = {day.replace(day=1).date() for day in quality["trade_date"]}
    return held == set(months) and not not_made_of(kept.stores, kept.registry[symbol], *window)


def _row(settings: Settings, registry: Registry, stores: Stores, spec: BacktestSpec, months: Sequence[date]) -> Row:
    first, last = months[0], month_window(months[-1])[1]
    instrument = registry[spec.instrument]
    counts = {tf.name: len(stored_bars(stores, instrument, tf, first, last)) for tf in TIMEFRAMES}
    quality = stores.bars.quality(spec.instrument, first, last)
    result = stores.backtests.results(spec.name)[0]
    return Row(
        instrument=spec.instrument,
        bars=counts,
        sessions=int(quality["trade_date"].nunique()),
        gaps=int(missing(quality).sum()),
        backtest=spec.name,
        figures=dict(result.metrics),
        notes=list(result.notes),
        report=report_path(settings, spec.name),
    )


def _document(rows: Sequence[Row], months: Sequence[date], ran: bool) -> dict[str, Any]:
    return {
        "synthetic": True,
        "ran": ran,
        "months": [f"{month:%Y-%m}" for month in months],
        "instruments": [
            {
                "instrument": row.instrument,
                "bars": row.bars,
                "sessions": row.sessions,
                "missing_minutes": row.gaps,
                "backtest": row.backtest,
                "total_return": row.figures["total_return"],
                "sharpe": row.figures["sharpe"],
                "max_drawdown": row.figures["max_drawdown"],
                "trades": row.figures["trades"],
                "notes": row.notes,
                "report": str(row.report),
            }
            for row in rows
        ],
    }


def _print(rows: Sequence[Row], months: Sequence[date], ran: bool) -> None:
    if not ran:
        click.echo("Everything is there already: nothing was run.")
    table = Table(
        title=f"Synthetic bars, {months[0]:%B} and {months[-1]:%B %Y}, all contracts; backtest sma_cross on 1h"
    )
    table.add_column("")
    for name in (*(tf.name for tf in TIMEFRAMES), "sessions", "gaps", "return", "Sharpe", "max DD", "trades"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.instrument,
            *(f"{row.bars[tf.name]:,}" for tf in TIMEFRAMES),
            str(row.sessions),
            str(row.gaps),
            f"{row.figures['total_return']:.2%}",
            _sharpe(row.figures),
            f"{row.figures['max_drawdown']:.2%}",
            str(row.figures["trades"]),
        )
    wide_console(120).print(table)
    click.echo("The data is synthetic: the figures say nothing about any market.")
    print_notes({row.instrument: row.notes for row in rows})
    click.echo("\nReports:")
    for row in rows:
        click.echo(f"  {row.report}")
    click.echo("\nSee the graph with `g4qc up`.")


def _sharpe(figures: Mapping[str, Any]) -> str:
    value = figures["sharpe"]
    return "-" if value is None else f"{value:.2f}{'*' if 'sharpe' in distorted(figures) else ''}"
