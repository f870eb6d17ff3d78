"""`g4qc backtest`: a strategy on stored bars, as a spec of its own that the graph knows from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from g4qc_core.backtest.external import check_parameters, is_external, load_class
from g4qc_core.backtest.specs import BacktestSpec, load_specs
from g4qc_core.backtest.strategies import make_strategy
from g4qc_core.errors import UsageError
from g4qc_core.futures.rolls import rule_name
from g4qc_core.roll_rules import parse_rule
from g4qc_core.sessions import check_window
from g4qc_core.settings import Settings
from g4qc_core.storage.backtest_store import StoredSpec
from g4qc_core.storage.series import not_made
from g4qc_core.timeframes import timeframe as timeframe_of
from g4qc_pipelines.commands.result import print_result
from g4qc_pipelines.commands.show import echo_json, steps
from g4qc_pipelines.commands.workbench import Workbench, workbench
from g4qc_pipelines.instance import add_partitions
from g4qc_pipelines.jobs import BACKTEST_ASSETS
from g4qc_pipelines.steps.sensitivity import check_adjustments


def run_backtest(
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
    from g4qc_pipelines.steps.reports import load_result, report_path

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
    print_result(result, path)


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
