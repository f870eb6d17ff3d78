"""`g4qc quarantine accept` and its like: a decision is recorded, and what depends on it is made again by the graph."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime

import click

from g4qc_core.bars.quarantine.bar_keys import parse_bar_key
from g4qc_core.bars.quarantine.decisions import Preview, undecided
from g4qc_core.bars.quarantine.reasons import Decision
from g4qc_core.counts import counted
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry, load_registry
from g4qc_core.services.month_keys import key_of
from g4qc_core.services.quarantine.review import (
    DecisionRequest,
    Rebuild,
    choose_bars,
    preview_of,
    rebuilds,
    sessions_of,
)
from g4qc_core.services.quarantine.selected_bars import read_selected
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.commands.quarantine import print_preview
from g4qc_pipelines.commands.show import steps
from g4qc_pipelines.commands.workbench import workbench
from g4qc_pipelines.jobs import BAR_ASSETS, assets_after_decision
from g4qc_pipelines.runner import RunFailed, Runner

_RAW = BAR_ASSETS[0]
_DONE = {
    Decision.ACCEPT: "accepted",
    Decision.DROP: "dropped",
    Decision.REFETCH: "asked for again",
    Decision.REOPEN: "reopened",
}


def decide(settings: Settings, asked: DecisionRequest, by: str, note: str, sure: bool = False) -> None:
    """Records a decision about the bars, and makes again what depends on it, in one run a month.

    All bars are checked before anything is recorded. The same decision again records nothing, and makes the months
    again all the same, which heals one that was interrupted. Bars that are selected rather than named are shown first,
    and have to be confirmed.

    Args:
        sure: ask for no confirmation.

    Raises:
        UsageError: no such bar in quarantine, or one of which this cannot be decided; or nobody can confirm it.
        DecidedMeanwhile: something else was decided about one of the bars meanwhile; nothing is recorded.
        RunFailed: the gateway did not answer for some of the sessions, or a blocking check is red, each named; the
            decision is recorded, the other sessions were asked for, and their months are rebuilt.
    """
    registry = load_registry(settings.own_instruments)
    with workbench(settings) as bench:
        chosen = choose_bars(asked, registry, bench.stores)
        if not asked.bars and not sure:
            _confirm(preview_of(chosen, asked.decision, bench.stores))
        made = rebuilds(chosen, asked.decision, bench.stores)
        for one in made:
            bench.runner.check(BAR_ASSETS, [one.month])
        bars = {one.instrument.symbol: one.bars for one in chosen}
        recorded = bench.stores.quarantine.decide_all(bars, asked.decision, by, datetime.now(UTC), note)
        sessions = sessions_of(chosen) if asked.decision is Decision.REFETCH else []
        with steps(len(sessions) + sum(len(assets_after_decision(one.timeframes)) for one in made)):
            failed = _run_each(bench.runner, sessions, made)
        _print_done(sum(map(len, bars.values())), recorded, asked.decision, made)
        if asked.decision is Decision.REFETCH:
            click.echo(_answer(asked, registry, bench.stores))
        if failed:
            raise RunFailed("; ".join(failed))


def _confirm(found: Preview) -> None:
    """Show what would be decided, and go on where the answer is yes.

    Raises:
        UsageError: there is no terminal to answer on.
        click.Abort: the answer is no.
    """
    print_preview(found)
    if not sys.stdin.isatty():
        raise UsageError("Nothing is decided without a confirmation: add --yes, or run it in a terminal.")
    click.confirm(f"{str(found.decision).capitalize()} {counted(found.bars, 'bar')}?", abort=True)


def _print_done(named: int, recorded: int, decision: Decision, made: Sequence[Rebuild]) -> None:
    known = f" ({named - recorded:,} already before)" if recorded < named else ""
    click.echo(f"{counted(named, 'bar')} {_DONE[decision]}{known}; made anew: {', '.join(one.month for one in made)}.")


def _run_each(runner: Runner, sessions: Sequence[tuple[str, str, date]], made: Sequence[Rebuild]) -> list[str]:
    """Ask for the sessions and make the months again; name each run that fails, and go on with the others."""
    failed = []
    for symbol, contract, day in sessions:
        config = {"contracts": [contract], "first": f"{day}", "last": f"{day}"}
        try:
            runner.run([_RAW], key_of(symbol, day), config={_RAW: config})
        except RunFailed as error:
            failed.append(f"{symbol} {contract}, {day}: {error}")
    for one in made:
        try:
            runner.run(assets_after_decision(one.timeframes), one.month)
        except RunFailed as error:
            failed.append(f"{one.month}: {error}")
    return failed


def _answer(asked: DecisionRequest, registry: Registry, stores: Stores) -> str:
    """What the gateway made of the bars that it was asked for again."""
    left = 0
    keys = [parse_bar_key(key, registry) for key in asked.bars]
    for symbol in {key.symbol for key in keys} or asked.selection.instruments or registry:
        own = [key for key in keys if key.symbol == symbol]
        left += len(undecided(read_selected(stores.quarantine, registry[symbol], asked.selection, own)))
    if not left:
        return "None of them is in quarantine any more."
    return f"Still in quarantine: {left:,}. Accept or drop what the gateway stands by, or refetch it another day."
