"""What the smaller commands do: each function is one command, already parsed.

They print to the standard output what a person or a program asked for, and everything else to the error stream.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from g4qc_core.backtest.external import check_parameters, is_external, load_class
from g4qc_core.backtest.specs import BacktestSpec, load_specs
from g4qc_core.backtest.strategies import make_strategy
from g4qc_core.bars.coverage import missing
from g4qc_core.errors import UsageError
from g4qc_core.futures.rolls import rule_name
from g4qc_core.instruments import contract_month, load_registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.sessions import calendar, check_window
from g4qc_core.settings import Settings
from g4qc_core.storage.backtest_store import StoredSpec
from g4qc_core.storage.series import not_made
from g4qc_core.timeframes import timeframe as timeframe_of
from g4qc_pipelines.instance import add_partitions
from g4qc_pipelines.jobs import BACKTEST_ASSETS, BAR_ASSETS, CHAIN_ASSETS, ROLL_ASSETS
from g4qc_pipelines.partitions import key_of, months_between
from g4qc_pipelines.sensitivity import check_adjustments
from g4qc_pipelines.show import echo_json, steps
from g4qc_pipelines.workbench import Workbench, workbench


def extract_bars(
    settings: Settings, symbol: str, first: date, last: date, contracts: Sequence[str], order: str = "newest"
) -> None:
    """Runs the graph of one instrument from the chain to the roll calendar, for the sessions of the window."""
    instrument = load_registry(settings.own_instruments)[symbol]
    if not calendar(instrument.calendar).sessions(first, last):
        raise UsageError(f"There is no session of {symbol} from {first} to {last}: the exchange is closed.")
    contracts = [contract_month(month) for month in contracts]
    months = [key_of(symbol, month) for month in months_between(first, last)]
    config = {"raw_bars": {"contracts": contracts, "first": f"{first}", "last": f"{last}", "order": order}}
    with workbench(settings, symbols=[symbol]) as bench, steps(len(CHAIN_ASSETS) + len(BAR_ASSETS) + len(ROLL_ASSETS)):
        bench.runner.check(BAR_ASSETS, [months[0], months[-1]])
        bench.runner.run(CHAIN_ASSETS, symbol)
        bench.runner.run(BAR_ASSETS, months[0], months[-1], config)
        bench.runner.run(ROLL_ASSETS, symbol)
        quality = bench.stores.bars.quality(symbol, first, last)
    click.echo(
        f"{symbol}, trade dates {first} to {last}: {quality['trade_date'].nunique()} sessions, "
        f"{quality['traded'].sum():,} minutes with trades, {missing(quality).sum():,} minutes missing."
    )


def materialize_assets(settings: Settings, assets: Sequence[str], partition: str | None) -> None:
    """Materializes assets over one partition, or a range written with three dots."""
    first, dots, last = (partition or "").partition("...")
    named = first.partition("|")[0]
    known = [named] if named in load_registry(settings.own_instruments) else []
    with workbench(settings, symbols=known) as bench, steps(len(assets)):
        result = bench.runner.run(assets, first or None, last if dots else None)
        made = sum(1 for _ in result.get_asset_materialization_events())
        click.echo(f"{made} materializations; the run is {result.run_id}.")


def run_backtest_command(
    settings: Settings,
    strategy: str,
    instrument: str,
    timeframe: str,
    params: Sequence[str],
    window: tuple[date | None, date | None],
    joined: Mapping[str, str | None],
    as_json: bool,
) -> None:
    """Runs a strategy on stored bars as a spec of its own, and prints the figures.

    The spec of that strategy, instrument and timeframe in the backtests file gives what is not said here.

    Args:
        joined: how contracts are joined: the spec's adjustment, roll and on_roll.
    """
    from g4qc_core.backtest.report import label, shown
    from g4qc_pipelines.reports import load_result, report_path

    with workbench(settings) as bench:
        spec = _spec(bench, strategy, instrument, timeframe, params, window, joined)
        stored = StoredSpec(spec.name, spec.to_dict(), "command line", datetime.now(UTC))
        bench.stores.backtests.save_spec(stored)
        add_partitions(bench.runner.instance, [], [spec.name])
        with steps(len(BACKTEST_ASSETS)):
            bench.runner.run(BACKTEST_ASSETS, spec.name)
        result, path = load_result(spec.name, bench.stores), report_path(settings, spec.name)
    if as_json:
        echo_json({**result.to_dict(), "report": str(path)})
        return
    for name, value in result.metrics.items():
        click.echo(f"{label(name):<24}{shown(name, value):>16}")
    click.echo(f"\nReport {path}")


def _spec(
    bench: Workbench,
    strategy: str,
    instrument: str,
    timeframe: str,
    params: Sequence[str],
    window: tuple[date | None, date | None],
    joined: Mapping[str, str | None],
) -> BacktestSpec:
    first, last = window
    if first is not None and last is not None:
        check_window(first, last)
    said = {name: value for name, value in joined.items() if value is not None}
    if "adjustment" in said:
        check_adjustments([said["adjustment"]])
    if "roll" in said:
        said["roll"] = _rule_with_calendar(bench, instrument, said["roll"])
    base: dict[str, Any] = {"cash": 100_000}
    for spec in load_specs(bench.settings.backtests, bench.registry).values():
        if (spec.strategy, spec.instrument, spec.timeframe) == (strategy, instrument, timeframe):
            base = spec.to_dict()
            break
    given = {"strategy": strategy, "instrument": bench.registry[instrument].symbol, "timeframe": timeframe}
    parameters = {**base.get("parameters", {}), **dict(_parameter(text) for text in params)}
    dates = {name: f"{day}" for name, day in (("from", first), ("to", last)) if day is not None}
    values = {**base, **given, **dates, **said, "parameters": parameters, "name": "unnamed"}
    timeframe_of(timeframe)
    if is_external(strategy):
        # Before the spec is kept: one whose class does not exist would stay for ever.
        check_parameters(load_class(strategy), parameters)
    else:
        make_strategy(strategy, parameters)
    return BacktestSpec.from_dict(values).named_by_content()


def _rule_with_calendar(bench: Workbench, symbol: str, rule: str) -> str:
    """The rule as tables write it; refused here, because a spec that cannot run would stay for ever."""
    wanted, instrument = str(parse_rule(rule)), bench.registry[symbol]
    if wanted != rule_name(instrument) and wanted not in bench.stores.rolls.rules(symbol):
        raise not_made(bench.stores, instrument, wanted)
    return wanted


def _parameter(text: str) -> tuple[str, bool | int | float | str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"'{text}' is no parameter: write NAME=VALUE, like fast=10.")
    if value.lower() in ("true", "false"):
        return name, value.lower() == "true"
    for kind in (int, float):
        try:
            return name, kind(value)
        except ValueError:
            continue
    return name, value


def serve_gateway(
    settings: Settings,
    as_json: bool,
    host: str,
    port: int,
    replay: Path | None,
    now: datetime | None,
    seed: int,
    max_version: int,
    faults: Path | None,
) -> None:
    """Serves the simulated gateway until it is stopped."""
    from g4qc_core.gateway.clock import GatewayClock
    from g4qc_core.gateway.market import Market
    from g4qc_core.gateway.products import products
    from g4qc_core.gateway.script import FaultScript
    from g4qc_core.gateway.server import SimulatedGateway, run
    from g4qc_core.gateway.synthetic import SyntheticMarket

    script = None
    if faults is not None:
        script = FaultScript.load(faults)
        _show_log("g4qc_core.gateway.director")
    registry = load_registry(settings.own_instruments)
    market: Market = SyntheticMarket(products(registry), seed=seed)
    if replay is not None:
        from g4qc_core.gateway.replay import ReplayMarket

        market = ReplayMarket(replay, registry)

    def ready(gateway: SimulatedGateway) -> None:
        if as_json:
            click.echo(json.dumps({"host": gateway.host, "port": gateway.port}))
        else:
            what = f"bars of {replay}" if replay is not None else f"synthetic bars, seed {seed}"
            click.echo(f"The simulated gateway serves {what} on {gateway.host}:{gateway.port}. Ctrl-C stops it.")
        sys.stdout.flush()

    run(market, host, port, GatewayClock(now), max_version, script, ready)


def _show_log(name: str) -> None:
    """Sends what a module tells to the error stream."""
    logger, handler = logging.getLogger(name), logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def run_dagster(settings: Settings, command: Sequence[str]) -> None:
    """Becomes the command, with the instance of the settings in its environment."""
    from g4qc_pipelines.instance import dagster_environment

    path = shutil.which(command[0])
    if path is None:
        raise UsageError(f"There is no command '{command[0]}': try dagster, dagster-webserver or dagster-daemon.")
    os.execve(path, list(command), {**os.environ, **dagster_environment(settings)})


def upgrade_database(settings: Settings) -> None:
    """Brings the schema up to date and says where."""
    from g4qc_core.storage.database import open_database
    from g4qc_core.storage.migrations import upgrade

    database = open_database(settings)
    try:
        revision = upgrade(database)
        kind = "TimescaleDB" if database.has_timescale else "PostgreSQL"
        click.echo(f"The database {database.place} ({kind}) has the schema '{revision}'.")
    finally:
        database.close()
