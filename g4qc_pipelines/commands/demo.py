"""`g4qc demo`: the whole graph on synthetic bars, from nothing to reports.

The graph is the real one; only the gateway's market is synthetic. Partitions that are stored already are not run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import click
from dagster import AssetKey, DagsterInstance
from rich.table import Table

from g4qc_core.backtest.metrics import distorted
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec, load_specs
from g4qc_core.bars.minute_classes import missing
from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.instruments.registry import Registry, load_registry
from g4qc_core.services.backtests.spec_run import spec_report
from g4qc_core.services.coverage.completeness import not_made_of
from g4qc_core.services.month_keys import key_of, last_full_months
from g4qc_core.services.report_file import ReportFile
from g4qc_core.services.series.continuous_series import stored_bars
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.commands.demo_research import (
    finished_studies,
    missing_studies,
    print_research,
    research_document,
)
from g4qc_pipelines.commands.printing import echo_json, steps, wide_console
from g4qc_pipelines.commands.result_view import print_notes
from g4qc_pipelines.commands.workbench import workbench
from g4qc_pipelines.instance.dagster_instance import add_keys, dagster_instance
from g4qc_pipelines.named_jobs import BAR_ASSETS, ROLL_ASSETS
from g4qc_pipelines.partitions.partition_definitions import study_partitions
from g4qc_pipelines.stages.job_plan import JobPlan, WorkKind
from g4qc_pipelines.stages.kinds import backtest, extraction, rolls
from g4qc_pipelines.supervision.processes import simulated_gateway

SYMBOLS = ("ES", "NQ", "EC")
_MONTHS = 2


@dataclass(frozen=True)
class DemoState:
    """Bars and results that the home holds already, and Dagster's record of them."""

    settings: Settings
    registry: Registry
    stores: Stores
    instance: DagsterInstance

    def materialized(self, asset: str) -> set[str]:
        """Return the keys of the asset's partitions that were ever materialized."""
        return set(self.instance.get_materialized_partitions(AssetKey(asset)))


@dataclass(frozen=True)
class Row:
    """One line of the table: counts of an instrument's two months, and the figures of its backtest."""

    instrument: str
    bars: dict[str, int]
    sessions: int
    gaps: int
    backtest: str
    figures: dict[str, Any]
    notes: list[str]
    report: ReportFile


def run_demo(settings: Settings, research: bool, as_json: bool) -> None:
    """Run the missing jobs, then print the table.

    Args:
        settings: the demo's.
        research: run a walk-forward analysis, a Monte Carlo simulation and portfolios too.
        as_json: print JSON instead of tables.
    """
    click.echo("Starting the embedded PostgreSQL and the simulated gateway ...", err=True)
    # The simulated gateway's clock is this machine's.
    months = last_full_months(datetime.now(UTC).date(), _MONTHS)
    specs = [spec for spec in load_specs().values() if spec.instrument in SYMBOLS]
    registry = load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        # Loading the gateway and the graph takes longer than the search for missing data.
        with dagster_instance(settings) as instance:
            jobs = missing_jobs(DemoState(settings, registry, stores, instance), months, specs)
        if jobs:
            with (
                simulated_gateway(settings) as address,
                workbench(settings, address) as bench,
                steps(sum(job.steps for job in jobs)),
            ):
                for job in jobs:
                    bench.runner.run_job(job)
        studied = _research(settings, registry, stores) if research else False
        rows = [_row(settings, registry, stores, spec, months) for spec in specs]
        studies = finished_studies(settings, registry, stores) if research else []
    ran = bool(jobs) or studied
    if as_json:
        echo_json({**_document(rows, months, ran), **({"research": research_document(studies)} if research else {})})
        return
    _print(rows, months, ran)
    if research:
        print_research(studies)
    click.echo("\nSee the graph with `g4qc up`.")


def _research(settings: Settings, registry: Registry, stores: Stores) -> bool:
    """Run the studies that are missing; return whether there were some."""
    jobs = missing_studies(settings, registry, stores)
    if jobs:
        with workbench(settings, None) as bench, steps(sum(job.steps for job in jobs)):
            for job in jobs:
                (kind,) = job.stages[0].assets
                add_keys(bench.runner.instance, str(study_partitions(kind).name), [job.about])
                bench.runner.run_job(job)
    return bool(jobs)


def missing_jobs(kept: DemoState, months: Sequence[date], specs: Sequence[BacktestSpec]) -> list[JobPlan]:
    """Return the jobs that make the months, roll calendars and backtests that are missing."""
    jobs: list[JobPlan] = []
    fresh: set[str] = set()
    for symbol in SYMBOLS:
        keys = {key_of(symbol, month) for month in months}
        if all(keys <= kept.materialized(asset) for asset in BAR_ASSETS) and _stored(kept, symbol, months):
            if symbol not in kept.materialized(ROLL_ASSETS[0]):
                jobs.append(JobPlan(WorkKind.MATERIALIZE, symbol, [rolls(symbol)]))
            continue
        fresh.add(symbol)
        jobs.append(extraction(kept.registry[symbol], months[0], month_window(months[-1])[1]))
    for spec in specs:
        done = spec_report(kept.settings, spec.name).written() is not None and kept.stores.backtests.results(spec.name)
        if spec.instrument in fresh or not done:
            jobs.append(backtest(spec.name))
    return jobs


def _stored(kept: DemoState, symbol: str, months: Sequence[date]) -> bool:
    """Return True when the database holds the months in every timeframe: it may be newer than Dagster's record."""
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
        report=spec_report(settings, spec.name),
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


def _sharpe(figures: Mapping[str, Any]) -> str:
    value = figures["sharpe"]
    return "-" if value is None else f"{value:.2f}{'*' if 'sharpe' in distorted(figures) else ''}"
