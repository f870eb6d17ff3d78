"""`g4qc import`: the bars of files, from their plan to every timeframe and the roll calendar."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.sentences import counted
from g4qc_core.services.imports.import_plan import ImportPlan
from g4qc_core.services.imports.import_start import BegunImport, ImportWish, begin_import
from g4qc_core.services.imports.import_work import nothing_left, touched_months
from g4qc_core.settings import Settings
from g4qc_core.storage.import_store import COUNTS, StoredImport
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.commands.extraction_run import print_stored
from g4qc_pipelines.commands.import_dry_run import planned
from g4qc_pipelines.commands.printing import echo_json, steps
from g4qc_pipelines.commands.workbench import workbench
from g4qc_pipelines.partitions.graph_months import check_months
from g4qc_pipelines.runner import Incomplete
from g4qc_pipelines.stages.kinds import imports

_WORDS = {"inserted": "new", "unchanged": "unchanged", "revised": "revised", "withdrawn": "withdrawn"}


def run_import(settings: Settings, wish: ImportWish, as_json: bool, **said: Any) -> None:
    """Plan an import, record it, and run the graph for the months that its files touch.

    Args:
        settings: the settings.
        wish: what the user says about the import.
        as_json: print the summary as JSON.
        **said: how the files are read, as in `import_dry_run.planned`.

    Raises:
        UsageError: a name is unknown, no profile fits, or a file cannot be read.
        SettingsError: the files cannot be imported, or grave doubts were not accepted.
        OriginMismatch: the database holds bars of another kind of market.
        Incomplete: too many bars of some months wait in quarantine; the text names them.
    """
    with Console(stderr=True).status(f"Reading {escape(str(wish.path))}"):
        plan = planned(settings, wish.path, **said)
    months = touched_months(plan)
    symbols = list(months)
    first = min((own[0] for own in months.values()), default=None)
    if first is not None:
        check_months(first, max(own[-1] for own in months.values()))
    with workbench(settings, symbols=symbols, since=first) as bench:
        begun = begin_import(plan, wish, settings, bench.stores, datetime.now(UTC))
        for doubt in plan.doubts:
            click.echo(f"  doubt: {doubt}", err=True)
        incomplete: Incomplete | None = None
        job = imports(begun.number, months, str(wish.path))
        if not nothing_left(begun, bench.stores, months):
            with steps(job.steps) if not as_json else nullcontext():
                try:
                    bench.runner.run_job(job)
                except Incomplete as error:
                    incomplete = error
        _print_summary(begun, plan, bench.stores, as_json)
        if not as_json:
            for symbol, own in months.items():
                print_stored(bench.registry[symbol], own[0], month_window(own[-1])[1], bench.stores)
    if incomplete is not None:
        raise incomplete


def _print_summary(begun: BegunImport, plan: ImportPlan, stores: Stores, as_json: bool) -> None:
    stored = stores.imports.get(begun.number)
    assert stored is not None
    months = stores.imports.months(begun.number)
    counts = {name: sum(getattr(one, name) for one in months) for name in COUNTS}
    contracts = {(one.symbol, one.contract) for one in months}
    if as_json:
        echo_json(_document(stored, counts, len(contracts), begun))
        return
    files = counted(len(stored.files), "file")
    for doubt in stored.doubts[len(plan.doubts) :]:
        click.echo(f"  doubt: {doubt}", err=True)
    if begun.complete:
        click.echo(f"Nothing to do: {files} of {stored.source} with the same content: see import {stored.id}.")
        return
    did = ", ".join(f"{counts[name]:,} {_WORDS[name]}" for name in COUNTS)
    click.echo(
        f"Import {stored.id}, {stored.source}: {counted(len(contracts), 'contract')} from {files}; bars: {did}; "
        f"{counted(len(stored.doubts), 'doubt')}."
    )


def _document(stored: StoredImport, counts: dict[str, int], contracts: int, begun: BegunImport) -> dict[str, Any]:
    return {
        "import": stored.id,
        "source": stored.source,
        "profile": stored.profile,
        "zone": stored.zone,
        "label": stored.label,
        "files": [vars(one) for one in stored.files],
        "contracts": contracts,
        "bars": counts,
        "doubts": list(stored.doubts),
        "known": begun.known,
        "complete": stored.complete,
    }
