"""`g4qc search`: run a search in this process, with a line of progress, and print what came out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from g4qc_core.backtest.span import span_of
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted, duration
from g4qc_core.services.research.search_plan import plan_search
from g4qc_core.services.research.search_report import publish_search
from g4qc_core.services.research.searches import SearchProgress, SearchRun
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.trial_store import TrialStore
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.event_progress import follow
from g4qc_pipelines.commands.printing import echo_json
from g4qc_pipelines.commands.search_listing import document_of, print_search
from g4qc_pipelines.commands.search_words import search_by_words


def run_search(settings: Settings, words: str, given: Mapping[str, Any], as_json: bool) -> None:
    """Run the search that the words name, and print what came out.

    Args:
        settings: the settings.
        words: name of a search, of a backtest, or of a strategy.
        given: fields given on the command line.
        as_json: print JSON instead of tables.
    """
    registry = load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        plan = plan_search(search_by_words(words, given, settings, registry, stores), settings, registry, stores)
        run = SearchRun(plan, settings, registry, stores)
        known = run.known
        before = TrialStore(stores.database).sharpes(run.record.family).count
        click.echo(f"{plan.spec.name}: {plan.words}", err=True)
        if known is not None and known.state == "done":
            click.echo("This search is done: here is what came out.", err=True)
        elif known is not None and known.counts.get("tried"):
            click.echo(f"It goes on after {counted(known.counts['tried'], 'trial')}.", err=True)
        elif run.sessions:
            span = span_of(run.sessions, calendar(registry[plan.backtest.instrument].calendar))
            yearly = span.sessions_per_year if span.annualisable else None
            click.echo(plan.deflation(len(run.sessions), yearly, before), err=True)
        try:
            follow(run.events(), in_words, "search")
        except KeyboardInterrupt:
            kept = stores.searches.find(run.record.id)
            tried = 0 if kept is None else kept.counts.get("tried", 0)
            click.echo(f"{counted(tried, 'trial is', 'trials are')} kept: the same command goes on.", err=True)
            raise
        record = run.record
        report = publish_search(record, settings, registry, stores)
    if as_json:
        echo_json({**document_of(record), "report": str(report)})
    else:
        print_search(record, report)


def in_words(event: SearchProgress) -> str:
    """Return how far a search is, in one line."""
    of = "" if event.planned is None else f" of {event.planned:,}"
    if event.stage == "confirm":
        return f"confirmed {event.done}{of}"
    best = "no best yet"
    if event.best is not None:
        best = f"best {event.best['objective']:.4g}"
    left = "" if event.seconds_left is None else f", {duration(event.seconds_left)} left"
    where = f", {event.words}" if event.words else ""
    return f"{event.done:,}{of} trials, {best}{left}{where}"
