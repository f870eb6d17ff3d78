"""The commands `g4qc backtests compare` and `rerun`: two results, and one result made again."""

from __future__ import annotations

import textwrap

import click

from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.named_results import named_result
from g4qc_pipelines.commands.printing import echo_json, wide_console

_WIDTH = 118
_FIGURES = ("total_return", "annual_return", "volatility", "max_drawdown", "profit_factor", "trades", "costs")
_LONGEST = 38


def compare_two(settings: Settings, first: str, second: str, as_json: bool) -> None:
    """Print how two results compare."""
    from g4qc_core.services.backtests.result_comparison import ResultComparison, compare_results, differing

    with open_stores(settings) as stores:
        found: ResultComparison = compare_results(
            named_result(first, stores).id, named_result(second, stores).id, stores
        )
    if as_json:
        both = {"a": found.first.id, "b": found.second.id}
        echo_json(both | {"differing": differing([found.first, found.second]), "returns": found.to_dict()})
        return
    from rich.table import Table

    from g4qc_core.backtest.tear_sheet.report import figure, label

    table = Table()
    table.add_column("")
    for one in (found.first, found.second):
        table.add_column(f"{one.shown_name}\n{one.id[:8]}", justify="right", overflow="fold")
    for name, values in differing([found.first, found.second]).items():
        table.add_row(name, *(_short(value) for value in values))
    table.add_section()
    for name in _FIGURES:
        table.add_row(label(name), figure(name, found.first.metrics), figure(name, found.second.metrics))
    table.add_row(f"Sharpe ± error, {found.returns.sessions} shared sessions", *found.sharpe_words)
    wide_console(_WIDTH).print(table)
    click.echo(textwrap.fill(found.returns.verdict, _WIDTH))


def rerun_result(settings: Settings, words: str, as_json: bool) -> bool:
    """Run a result again, print whether it came out the same, and return that."""
    from g4qc_core.instruments.registry import load_registry
    from g4qc_core.services.backtests.rerun_check import rerun

    with open_stores(settings) as stores:
        done = rerun(named_result(words, stores).id, load_registry(settings.own_instruments), stores)
    if as_json:
        echo_json(done.to_dict())
        return done.equal
    click.echo(textwrap.fill(done.verdict, _WIDTH))
    for title, lines in (("Inputs", [one.words for one in done.changed]), ("Numbers", done.different)):
        if lines and not done.equal:
            click.echo(f"\n{title}")
            for line in lines:
                click.echo(textwrap.fill(line, _WIDTH, initial_indent="- ", subsequent_indent="  "))
    return done.equal


def _short(value: object) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
