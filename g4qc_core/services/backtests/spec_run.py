"""Backtests on stored bars: run a spec, save and load its result, publish its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from g4qc_core.backtest.metrics.session_returns import session_returns
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import EnginesDisagree, UsageError
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.research.search.session_shape import SessionShape
from g4qc_core.sentences import counted, listing
from g4qc_core.services.backtests.spec_bars import SpecBars, read_bars
from g4qc_core.services.coverage.missing_minutes import missing_minutes
from g4qc_core.services.report_file import ReportFile, report_named
from g4qc_core.services.rolls.instrument_rolls import unusual_rolls
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord, Trial
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores

_NOTES = {
    Origin.SIMULATED: "Synthetic bars of the simulated gateway: these figures say nothing about any market.",
    Origin.REPLAY: "Bars replayed from files by the simulated gateway.",
}


def run_spec(
    spec: BacktestSpec, registry: Registry, stores: Stores, run_id: str | None, *, confirm: bool = False
) -> BacktestResult:
    """Run a spec on the stored series, and save the result.

    Args:
        spec: the spec.
        registry: the instruments.
        stores: of bars and results.
        run_id: of the run in Dagster; None: there is none.
        confirm: run it by the reference engine too; a result that differs is not saved.

    Raises:
        EnginesDisagree: the reference engine gives another trade or equity of a session.
        UsageError: the strategy or a roll calendar does not exist.
        BacktestRefused: too few bars, no margin for an order, ruin, or prices that cannot be traded or adjusted.
        BarsIncomplete: the timeframe was not derived from all stored minutes.
    """
    return run_and_read(spec, registry, stores, run_id, confirm=confirm)[0]


def run_and_read(
    spec: BacktestSpec, registry: Registry, stores: Stores, run_id: str | None, *, confirm: bool = False
) -> tuple[BacktestResult, SpecBars]:
    """Do the same as `run_spec`, and return the bars of the result, too."""
    instrument = registry[spec.instrument]
    now = datetime.now(UTC)
    read = read_bars(spec, registry, stores, now)
    result = run_on(spec, read, instrument)
    if confirm:
        check_by_reference(result, read, instrument)
    notes = [*result.notes, *unusual_rolls(read.rolls, read.series)]
    if read.known.missing:
        notes.append(f"{read.known.words()} The strategy saw the series without them.")
    notes += [
        f"{one.known.words()} The strategy saw its input {name} without them."
        for name, one in read.inputs.items()
        if one.known.missing and one.known != read.known
    ]
    missing = missing_minutes(instrument, read.series, stores, spec.first, spec.last)
    if missing:
        notes.append(_gap_note(missing))
    result = replace(result, notes=notes)
    save_result(result, stores, run_id, now)
    return result, read


def run_on(
    spec: BacktestSpec, read: SpecBars, instrument: Instrument, engine_name: str | None = None
) -> BacktestResult:
    """Run a spec on bars that were read for it, without saving the result; raises as `run_backtest`.

    Args:
        spec: the backtest.
        read: its bars.
        instrument: of the bars.
        engine_name: of `engines.engine_registry.ENGINES`; None: the usual one.
    """
    from g4qc_core.backtest.run import run_backtest

    named: dict[str, Any] = {} if engine_name is None else {"engine_name": engine_name}
    return run_backtest(**run_arguments(spec, read, instrument), **named)


def run_arguments(spec: BacktestSpec, read: SpecBars, instrument: Instrument) -> dict[str, Any]:
    """Return the arguments of `run_backtest` and of `Evaluator`, by name, for bars that were read for a spec."""
    return {
        "spec": spec,
        "bars": read.series,
        "instrument": instrument,
        "data_version": read.version,
        "roll_rule": read.rule,
        "exits": read.exits,
        "old_contracts": read.old_contracts,
        "inputs": read.input_bars,
    }


def check_by_reference(result: BacktestResult, read: SpecBars, instrument: Instrument) -> None:
    """Run the spec of a result by the reference engine.

    Raises:
        EnginesDisagree: a trade or the equity of a session differs; the text names the first difference.
    """
    from g4qc_core.backtest.engine_comparison import difference
    from g4qc_core.backtest.engines.engine_registry import REFERENCE

    words = difference(result, run_on(result.spec, read, instrument, REFERENCE))
    if words:
        raise EnginesDisagree(f"The reference engine gives another result of {result.spec.name}: {words}")


def data_version(spec: BacktestSpec, registry: Registry, stores: Stores) -> str:
    """Return the fingerprint of the series that the spec reads, as it is stored now.

    Raises:
        G4qcError: the series cannot be read.
    """
    return read_bars(spec, registry, stores).version


def publish(
    result: BacktestResult,
    settings: Settings,
    registry: Registry,
    stores: Stores,
    worth: Mapping[str, float | int | None] | None = None,
    language: str | None = None,
) -> ReportFile:
    """Write the report of a result, and return its file.

    Args:
        result: the result.
        settings: the settings.
        registry: the known instruments.
        stores: the stores.
        worth: what the trials of its strategy leave of it, figures by name; None: the report does not say.
        language: in which the report opens; None: that of the settings.

    Raises:
        UsageError: the stored bars have changed since the result was made.
    """
    from g4qc_core.backtest.tear_sheet.report import render_report

    read = read_bars(result.spec, registry, stores)
    if read.version != result.inputs["data_version"]:
        raise UsageError(
            f"The bars have changed since the backtest {result.spec.name} was run: materialize `backtest` again."
        )
    page = render_report(
        result,
        read.series,
        origin_note=origin_note(stored_origin(stores.database)),
        instrument=registry[result.spec.instrument],
        exits=read.exits,
        worth=worth,
        language=language or settings.report_language,
    )
    return spec_report(settings, result.spec.name).write(page)


def _gap_note(missing: Mapping[date, int]) -> str:
    days = listing([f"{day}" for day in missing])
    minutes, sessions = counted(sum(missing.values()), "minute"), counted(len(missing), "session")
    return (
        f"Nothing is known about {minutes} in {sessions}, because a request failed or was never made: {days}. "
        "The strategy saw the series without them."
    )


def save_result(result: BacktestResult, stores: Stores, run_id: str | None, now: datetime) -> None:
    """Save the result, and count it as a trial of its strategy."""
    spec = result.spec
    shape = SessionShape.of(session_returns(result.daily_equity, float(spec.cash)))
    record = BacktestRecord(
        id=result.id,
        spec_name=spec.name,
        spec=spec.to_dict(),
        inputs=result.inputs,
        metrics=result.metrics,
        library=result.library,
        notes=result.notes,
        created_at=now,
        run_id=run_id,
    )
    trial = Trial(
        family=spec.strategy,
        fingerprint=result.id,
        symbol=spec.instrument,
        timeframe=spec.timeframe,
        parameters=result.inputs["parameters"],
        metrics=result.metrics,
        created_at=now,
        **asdict(shape),
    )
    stores.backtests.save(record, result.trades, result.equity, trial)


def load_result(name: str, stores: Stores) -> BacktestResult:
    """Return the newest result of the spec.

    Raises:
        UsageError: the spec has no result.
    """
    found = stores.backtests.results(name)
    if not found:
        raise UsageError(f"The backtest {name} has no result yet: materialize `backtest` first.")
    record = found[0]
    _, trades, equity = stores.backtests.load(record.id)
    return BacktestResult(
        id=record.id,
        spec=BacktestSpec.from_dict(record.spec),
        inputs=dict(record.inputs),
        trades=trades,
        equity=equity,
        metrics=dict(record.metrics),
        library=dict(record.library),
        notes=list(record.notes),
    )


def spec_report(settings: Settings, name: str) -> ReportFile:
    """Return the report of a spec, which may not exist yet."""
    return report_named(name, settings)


def origin_note(origin: Origin | None) -> str | None:
    """Return the warning that a reader of the report needs about the origin of the bars; None for a real account."""
    return _NOTES.get(origin) if origin is not None else None


def figures(metrics: Mapping[str, Any]) -> str:
    """Return the key figures in one line."""
    sharpe = metrics.get("sharpe")
    return (
        f"return {metrics['total_return']:.2%}, Sharpe {'not meaningful' if sharpe is None else f'{sharpe:.2f}'}, "
        f"max drawdown {metrics['max_drawdown']:.2%}, {counted(metrics['trades'], 'trade')}"
    )
