"""`g4qc quarantine`: what validation does not believe, and what people decide about it.

A decision is an event in the database; what follows from it is made by the graph, so that the web UI shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import click

from g4qc_core.bars.decisions import undecided
from g4qc_core.bars.reasons import Decision
from g4qc_core.instruments import load_registry
from g4qc_core.sessions import calendar, check_window
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.commands.quarantine_listing import document, print_listing
from g4qc_pipelines.commands.show import echo_json, steps
from g4qc_pipelines.commands.workbench import workbench
from g4qc_pipelines.jobs import BAR_ASSETS
from g4qc_pipelines.keys import key_of
from g4qc_pipelines.runs import RunFailed, Runner
from g4qc_pipelines.steps.decisions import Chosen, choose_bars, months_of, sessions_of, trade_dates

_RAW, *_DERIVED = BAR_ASSETS
_EVER = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
_DONE = {Decision.ACCEPT: "accepted", Decision.DROP: "dropped", Decision.REFETCH: "asked for again"}


def list_quarantine(
    settings: Settings, instrument: str | None, first: date | None, last: date | None, decided: bool, as_json: bool
) -> None:
    """Prints bars that wait for a decision, with good bars around them; with `decided`, the others too.

    Raises:
        UsageError: an unknown instrument, or a reversed window.
    """
    registry = load_registry(settings.own_instruments)
    if first is not None and last is not None:
        check_window(first, last)
    instruments = list(registry.values()) if instrument is None else [registry[instrument]]
    with open_stores(settings) as stores:
        bars = {}
        for one in instruments:
            listed = stores.quarantine.listed(one.symbol, *_EVER)
            listed = listed if decided else undecided(listed)
            days = trade_dates(listed["timestamp"], calendar(one.calendar))
            wanted = [at for at, day in enumerate(days) if (first or day) <= day <= (last or day)]
            bars[one] = listed.assign(trade_date=days).iloc[wanted].reset_index(drop=True)
        if as_json:
            echo_json(document(bars, stores))
        else:
            print_listing(bars, stores)


def decide(settings: Settings, keys: Sequence[str], decision: Decision, by: str, note: str) -> None:
    """Records a decision about the bars, and makes the months anew that they belong to.

    All keys are checked before anything is recorded. The same decision again records nothing, and makes the months
    anew all the same, which heals one that was interrupted.

    Raises:
        UsageError: a key names no bar in quarantine, or one of which this cannot be decided.
        RunFailed: the gateway did not answer for some of the sessions, or a blocking check is red, each named; the
            decision is recorded, the other sessions were asked for, and their months are rebuilt.
    """
    registry = load_registry(settings.own_instruments)
    with workbench(settings) as bench:
        chosen = choose_bars(keys, decision, registry, bench.stores)
        months = months_of(chosen)
        for month in months:
            bench.runner.check(BAR_ASSETS, [month])
        at, recorded = datetime.now(UTC), 0
        for one in chosen:
            recorded += bench.stores.quarantine.decide(one.key.symbol, one.bars, decision, by, at, note)
        named = sum(len(one.bars) for one in chosen)
        sessions = sessions_of(chosen) if decision is Decision.REFETCH else []
        with steps(len(sessions) + len(months) * len(_DERIVED)):
            failed = _run_each(bench.runner, sessions, months)
        known = f" ({named - recorded:,} already before)" if recorded < named else ""
        count = "1 bar" if named == 1 else f"{named:,} bars"
        click.echo(f"{count} {_DONE[decision]}{known}; made anew: {', '.join(months)}.")
        if decision is Decision.REFETCH:
            click.echo(_answer(chosen, bench.stores))
        if failed:
            raise RunFailed("; ".join(failed))


def _run_each(runner: Runner, sessions: Sequence[tuple[str, str, date]], months: Sequence[str]) -> list[str]:
    """Ask for the sessions and rebuild the months; name each run that fails, and go on with the others."""
    failed = []
    for symbol, contract, day in sessions:
        config = {"contracts": [contract], "first": f"{day}", "last": f"{day}"}
        try:
            runner.run([_RAW], key_of(symbol, day), config={_RAW: config})
        except RunFailed as error:
            failed.append(f"{symbol} {contract}, {day}: {error}")
    for month in months:
        try:
            runner.run(_DERIVED, month)
        except RunFailed as error:
            failed.append(f"{month}: {error}")
    return failed


def _answer(chosen: Sequence[Chosen], stores: Stores) -> str:
    """What the gateway made of the bars that it was asked for again."""
    left = 0
    for one in chosen:
        listed = undecided(stores.quarantine.listed(one.key.symbol, one.key.first, one.key.last + timedelta.resolution))
        left += int((listed["contract"] == one.key.contract).sum())
    if not left:
        return "None of them is in quarantine any more."
    return f"Still in quarantine: {left:,}. Accept or drop what the gateway stands by, or refetch it another day."
