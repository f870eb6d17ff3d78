"""`g4qc db verify`: stored data beside what comes out now, or the files of a backup beside their checksums."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.table import Table

from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted, listing
from g4qc_core.services.backups.backup_check import check_backup
from g4qc_core.services.backups.backup_shelf import found_backup
from g4qc_core.services.verification.derived_finding import DIFFERS, DerivedFinding
from g4qc_core.services.verification.verification_run import Verification, verify_derived
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.backup_commands import document_of
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.commands.transfer_bar import transfer_bar


def verify_data(settings: Settings, symbols: Sequence[str], as_json: bool) -> None:
    """Make derived data again, print what differs, and exit with 1 if anything does."""
    with open_stores(settings) as stores, transfer_bar() as progress:
        found = verify_derived(settings, load_registry(settings.own_instruments), stores, symbols, progress.step)
    if as_json:
        echo_json(
            {"months": found.months, "calendars": found.calendars, "equal": not found.differences}
            | {"findings": [one.to_dict() for one in found.findings], "unknown": found.unknown}
        )
    else:
        _print(found)
    if found.differences:
        raise SystemExit(1)


def verify_backup(source: str, as_json: bool) -> None:
    """Read the files of a backup, print what is wrong, and exit with 1 if anything is."""
    store, backup = found_backup(source)
    with transfer_bar() as progress:
        found = check_backup(store, backup, progress)
    if as_json:
        echo_json({"place": store.place, **document_of(backup), "pieces": found.pieces, "wrong": found.wrong})
    elif not found.wrong:
        click.echo(
            f"Backup {backup.id} at {store.place}: all {counted(found.pieces, 'file')} are as they were written."
        )
    else:
        table = Table(title=f"Backup {backup.id} at {store.place}: what cannot be restored")
        table.add_column("file")
        table.add_column("is")
        for path, said in found.wrong.items():
            table.add_row(path, said)
        wide_console(110).print(table)
    if found.wrong:
        raise SystemExit(1)


def _print(found: Verification) -> None:
    if found.findings:
        wide_console(140).print(finding_table(found.findings))
    examined = f"{counted(found.months, 'month')} and {counted(found.calendars, 'roll calendar')} were made again"
    if found.differences:
        click.echo(
            f"{examined}: {counted(len(found.differences), 'difference')}. `g4qc materialize` makes again what "
            "differs; if it differs still, report it."
        )
    else:
        click.echo(f"{examined}, and what is stored is equal.")
    if found.outdated:
        count = counted(len(found.outdated), "part waits", "parts wait")
        click.echo(f"{count} to be made again, because its source has changed: the graph does that.")
    if found.unknown:
        click.echo(f"Not examined, because no instruments file has them: {listing(found.unknown)}.")


def finding_table(findings: Sequence[DerivedFinding]) -> Table:
    """Return the findings as a table, the differences first."""
    table = Table(title="What is stored, beside what comes out now")
    for name in ("", "part", "what", "state", "about"):
        table.add_column(name)
    for one in sorted(findings, key=lambda found: found.kind != DIFFERS):
        table.add_row(one.symbol, one.part, one.what, one.kind, one.about)
    return table
