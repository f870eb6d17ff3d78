"""`g4qc search --list` and `g4qc search show`: searches that ran, and what came out of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.table import Table

from g4qc_core.backtest.metrics import PERCENT
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.sentences import counted
from g4qc_core.services.report_file import ReportFile
from g4qc_core.services.research.search_report import report_of_search
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json, wide_console

_NOT_OPTIONS = {"name", "strategy", "parameters"}
_SHOWN = ("sharpe", "total_return", "max_drawdown", "trades")


def list_searches(settings: Settings, as_json: bool) -> None:
    """Print all searches, the newest first."""
    with open_stores(settings) as stores:
        records = stores.searches.all()
    if as_json:
        echo_json([document_of(one, brief=True) for one in records])
        return
    if not records:
        click.echo("No search has run yet: `g4qc search SPEC` runs one.")
        return
    table = Table(title=counted(len(records), "search", "searches"))
    for column in ("id", "name", "strategy", "state", "started (UTC)"):
        table.add_column(column)
    for column in ("trials", "best"):
        table.add_column(column, justify="right")
    for one in records:
        best = (
            "-"
            if one.best is None
            else f"{one.spec['objective']} {_figure(one.spec['objective'], one.best['objective'])}"
        )
        started = f"{one.started_at:%Y-%m-%d %H:%M}"
        table.add_row(one.id[:8], one.name, one.family, one.state, started, f"{one.counts.get('tried', 0):,}", best)
    wide_console(140).print(table)


def show_search(settings: Settings, words: str, as_json: bool) -> None:
    """Print one search.

    Raises:
        NotFound: there is none of this name or id.
    """
    with open_stores(settings) as stores:
        record = stores.searches.named(words)
        newest = stores.searches.named(record.name).id == record.id
    report = report_of_search(settings, record.name)
    known = report if newest and report.written() is not None else None
    if as_json:
        echo_json({**document_of(record), "report": None if known is None else str(known)})
    else:
        print_search(record, known)


def document_of(record: SearchRecord, brief: bool = False) -> dict[str, Any]:
    """Return a search for programs; `brief` leaves its summary out."""
    values = asdict(record)
    for name in ("started_at", "ended_at"):
        values[name] = None if values[name] is None else values[name].isoformat()
    if brief:
        del values["summary"]
    return values


def print_search(record: SearchRecord, report: ReportFile | None = None) -> None:
    """Print what came out of a search: counts, the best sets, what they are worth, and the file of its report."""
    summary = record.summary or {}
    click.echo(_counts(record))
    top: Sequence[Mapping[str, Any]] = summary.get("top") or ([] if record.best is None else [record.best])
    if top:
        wide_console(140).print(_table(record, top))
    if summary.get("confirmed"):
        click.echo(f"The reference engine confirms {_best(summary['confirmed'])} to the cent.")
    for text in (summary.get("nothing"), summary.get("failed"), (summary.get("worth") or {}).get("words")):
        if text:
            click.echo(text)
    for note in summary.get("notes", ()):
        click.echo(note)
    if report is not None:
        click.echo(f"Report {report}")
    if record.best is not None and record.state == "done":
        click.echo(f"To keep the best set as a result: {_again(record, record.best)}")


def _best(count: int) -> str:
    return "the best set" if count == 1 else f"the best {count} sets"


def _again(record: SearchRecord, best: Mapping[str, Any]) -> str:
    """Return the command that runs the best set as a backtest."""
    named = isinstance(record.spec["backtest"], str)
    words = ["g4qc", "backtest", record.spec["backtest"] if named else record.family]
    if not named:
        spec = BacktestSpec.asked(record.backtest)
        given = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=_NOT_OPTIONS)
        words += [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    varied = {**({} if named else record.backtest["parameters"]), **_varied(record, best)}
    words += [f"--param {name}={value}" for name, value in varied.items()]
    return " ".join(words)


def _counts(record: SearchRecord) -> str:
    counts = record.counts
    words = [counted(counts.get("tried", 0), "trial")]
    kinds = {
        "unmet": "do not keep the constraints",
        "refused": "were refused",
        "failed": "failed",
        "skipped": "sets do not fit",
    }
    words += [f"{counts[kind]:,} {said}" for kind, said in kinds.items() if counts.get(kind)]
    return f"{record.name} ({record.id[:8]}, {record.state}, {record.seconds:.0f} s): {', '.join(words)}."


def _table(record: SearchRecord, top: Sequence[Mapping[str, Any]]) -> Table:
    objective = str(record.spec["objective"])
    metric = objective.lstrip("+-")
    others = [name for name in _SHOWN if name != metric]
    table = Table(title=f"Best by {objective}")
    names = list(_varied(record, top[0]))
    for column in (*names, metric, *others):
        table.add_column(column.replace("_", " "), justify="right")
    for one in top:
        figures = [_figure(name, one["metrics"].get(name)) for name in others]
        table.add_row(*(str(one["parameters"][n]) for n in names), _figure(metric, one["objective"]), *figures)
    return table


def _varied(record: SearchRecord, best: Mapping[str, Any]) -> dict[str, Any]:
    """Return the searched parameters of a set; all where the search takes the strategy's own ranges."""
    searched = record.spec.get("parameters") or best["parameters"]
    return {name: value for name, value in best["parameters"].items() if name in searched}


def _figure(name: str, value: float | int | None) -> str:
    if value is None:
        return "-"
    if name in PERCENT:
        return f"{value:.2%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
