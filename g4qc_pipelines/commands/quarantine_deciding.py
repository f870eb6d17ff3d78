"""`g4qc quarantine accept`, `drop`, `refetch` and `reopen`: record a decision and rebuild the dependent data."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from g4qc_core.bars.quarantine.decisions import Preview, undecided
from g4qc_core.bars.quarantine.reasons import Decision
from g4qc_core.bars.quarantine.selection import parse_bar_key
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry, load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.quarantine.review import DecisionRequest, choose_bars, preview_of
from g4qc_core.services.quarantine.selected_bars import read_selected
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.commands.printing import steps
from g4qc_pipelines.commands.quarantine_review import print_preview
from g4qc_pipelines.commands.workbench import workbench
from g4qc_pipelines.runner import RunFailed, Runner
from g4qc_pipelines.stages.job_plan import JobPlan
from g4qc_pipelines.stages.kinds import decision

_DONE = {
    Decision.ACCEPT: "accepted",
    Decision.DROP: "dropped",
    Decision.REFETCH: "asked for again",
    Decision.REOPEN: "reopened",
}


def decide(settings: Settings, request: DecisionRequest, by: str, note: str, confirmed: bool = False) -> None:
    """Record a decision about the bars, and rebuild the data that depend on it, in one run per month.

    All bars are checked before anything is recorded. Repeating a decision records nothing but rebuilds the months
    again, which completes an interrupted command. Bars that are selected rather than named are shown first, and have to
    be confirmed.

    Args:
        settings: the settings.
        request: the decision and its bars.
        by: name of the user.
        note: reason of the decision.
        confirmed: ask for no confirmation.

    Raises:
        UsageError: no such bar in quarantine, or one that does not allow this decision; or there is no terminal to
            confirm it on.
        DecidedMeanwhile: another decision about one of the bars was made meanwhile; nothing is recorded.
        RunFailed: the gateway did not answer for some of the sessions, or a blocking check is red, each named; the
            decision is recorded, the other sessions were requested, and their months are rebuilt.
    """
    registry = load_registry(settings.own_instruments)
    with workbench(settings) as bench:
        chosen = choose_bars(request, registry, bench.stores)
        found = preview_of(chosen, request.decision, bench.stores)
        if not request.bars and not confirmed:
            _confirm(found)
        plan = decision(chosen, found, bench.stores)
        bench.runner.check_job(plan)
        bars = {one.instrument.symbol: one.bars for one in chosen}
        recorded = bench.stores.quarantine.decide_all(bars, request.decision, by, datetime.now(UTC), note)
        with steps(plan.steps):
            failure = _run(bench.runner, plan)
        _print_recorded(found, recorded)
        if request.decision is Decision.REFETCH:
            click.echo(_left_in_quarantine(request, registry, bench.stores))
    if failure is not None:
        raise failure


def _confirm(found: Preview) -> None:
    """Show the bars and the runs of the decision, and return if the answer is yes.

    Raises:
        UsageError: there is no terminal to answer on.
        click.Abort: the answer is no.
    """
    print_preview(found)
    if not sys.stdin.isatty():
        raise UsageError("Nothing is decided without a confirmation: add --yes, or run it in a terminal.")
    click.confirm(f"{str(found.decision).capitalize()} {counted(found.bars, 'bar')}?", abort=True)


def _run(runner: Runner, plan: JobPlan) -> RunFailed | None:
    """Run the stages; return the error that names each one that failed."""
    try:
        runner.run_job(plan)
    except RunFailed as error:
        return error
    return None


def _print_recorded(found: Preview, recorded: int) -> None:
    known = f" ({found.bars - recorded:,} already before)" if recorded < found.bars else ""
    months = ", ".join(found.months)
    click.echo(f"{counted(found.bars, 'bar')} {_DONE[found.decision]}{known}; made again: {months}.")


def _left_in_quarantine(request: DecisionRequest, registry: Registry, stores: Stores) -> str:
    """Return a sentence about the bars that are still in quarantine after the new request."""
    left = 0
    keys = [parse_bar_key(key, registry) for key in request.bars]
    for symbol in {key.symbol for key in keys} or request.selection.instruments or registry:
        own = [key for key in keys if key.symbol == symbol]
        left += len(undecided(read_selected(stores.quarantine, registry[symbol], request.selection, own)))
    if not left:
        return "None of them is in quarantine any more."
    return f"Still in quarantine: {left:,}. Accept or drop what the gateway stands by, or refetch it another day."
