"""`g4qc sources list` and `prefer`: which sources have bars, and whose bars count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import click
from rich.table import Table

from g4qc_core.bars.source_choice import PRECEDENCE, SourceRule
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted, listing
from g4qc_core.services.source_precedence import prefer
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json, steps, wide_console
from g4qc_pipelines.commands.workbench import workbench
from g4qc_pipelines.stages.kinds import validation


def show_sources(settings: Settings, symbol: str, as_json: bool) -> None:
    """Print the sources of an instrument and the order in which they count.

    Raises:
        UsageError: the instrument is unknown.
    """
    instrument = load_registry(settings.own_instruments)[symbol]
    with open_stores(settings) as stores:
        spans = stores.source_bars.spans(instrument.symbol)
        rules = stores.precedence.of(instrument.symbol).rules
    if as_json:
        echo_json(
            {
                "symbol": instrument.symbol,
                "sources": [
                    {"contract": one.contract, "source": one.source, "first": one.first, "last": one.last}
                    for one in spans
                ],
                "rules": [{"sources": list(one.sources), "first": one.first, "last": one.last} for one in rules],
            }
        )
        return
    if not spans:
        click.echo(f"There are no bars of {instrument.symbol}: `g4qc extract` and `g4qc import` store some.")
        return
    table = Table(title=f"Sources of {instrument.symbol}")
    for name in ("contract", "source", "first bar (UTC)", "last bar (UTC)"):
        table.add_column(name)
    for one in spans:
        table.add_row(one.contract, one.source, f"{one.first:%Y-%m-%d %H:%M}", f"{one.last:%Y-%m-%d %H:%M}")
    wide_console(100).print(table)
    for rule in [SourceRule(PRECEDENCE), *rules]:
        click.echo(_words(rule))


def prefer_sources(
    settings: Settings, symbol: str, names: Sequence[str], first: date | None, last: date | None
) -> None:
    """Record the order, and validate the months again in which other bars count now.

    Repeating the command makes again what an interrupted one left.

    Raises:
        UsageError: the instrument or a source is unknown or named twice, or the window is reversed.
        RunFailed: a blocking check is red; the order is recorded, and the months before are made again.
    """
    with workbench(settings, symbols=[symbol]) as bench:
        rule = SourceRule(tuple(names), first, last)
        months = prefer(bench.registry[symbol], rule, bench.stores, datetime.now(UTC))
        click.echo(_words(rule))
        if not months:
            click.echo("The bars that count are the same as before.")
            return
        plan = validation(symbol, months, f"{symbol}: {', '.join(names)}")
        with steps(plan.steps):
            bench.runner.run_job(plan)
        click.echo(f"Made again: {counted(len(months), 'month')}.")


def _words(rule: SourceRule) -> str:
    ends = [f"from {rule.first}" if rule.first else "", f"to {rule.last}" if rule.last else ""]
    window = " ".join(filter(None, ends)) or "on all trade dates"
    return f"Bars count {window} in the order: {listing(rule.sources)}, then others by name."
