"""`g4qc walk-forward`, `monte-carlo` and `portfolio`: run a study in this process, and print what came out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.research.study import StudyProgress
from g4qc_core.services.research.study_documents import study_report
from g4qc_core.services.research.study_kinds import study_kind
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.event_progress import follow
from g4qc_pipelines.commands.study_listing import print_study


def run_study(settings: Settings, kind_name: str, words: str, given: Mapping[str, Any], as_json: bool) -> None:
    """Run the study that the words name, and print what came out.

    Args:
        settings: the settings.
        kind_name: name of the kind.
        words: one word: a known spec, or what else the kind takes.
        given: fields given on the command line.
        as_json: print JSON instead of tables.
    """
    kind, registry = study_kind(kind_name), load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        run = kind.prepare(kind.from_words(words, given, settings, registry, stores), settings, registry, stores, None)
        name, known = run.record.name, stores.studies.find(run.record.id)
        click.echo(f"{name}: {run.words}", err=True)
        if known is not None and known.state == "done":
            click.echo(f"This {kind.title} is done: here is what came out.", err=True)
        try:
            follow(run.events(), _in_words)
        except KeyboardInterrupt:
            click.echo(f"The {kind.title} {name} is stopped: the same command runs it again.", err=True)
            raise
        report = study_report(run.record, kind, settings, registry, stores, known)
        print_study(kind, run.record, stores, report, as_json)


def _in_words(event: StudyProgress) -> str:
    return event.sentence
