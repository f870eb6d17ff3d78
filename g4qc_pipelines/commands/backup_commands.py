"""`g4qc db backup|list|restore|move`: what they do, in words or as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click
from rich.table import Table

from g4qc_core.errors import HomeTaken
from g4qc_core.file_store import FileStore
from g4qc_core.sentences import counted, listing
from g4qc_core.services.backups.backup_run import back_up, default_target
from g4qc_core.services.backups.backup_shelf import BackupShelf, found_backup
from g4qc_core.services.backups.manifest import Manifest
from g4qc_core.services.backups.move_run import move
from g4qc_core.services.backups.restore_run import restore
from g4qc_core.settings import Settings
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.commands.transfer_bar import transfer_bar
from g4qc_pipelines.launching.up_lock import up_state

_MEGABYTE = 1e6


def make_backup(settings: Settings, target: str | None, whole: bool, as_json: bool) -> None:
    """Make a backup, and print what it holds and which earlier ones went."""
    with transfer_bar() as progress:
        done = back_up(settings, target or default_target(settings), datetime.now(UTC), progress, whole)
    place = FileStore(target or default_target(settings)).place
    if as_json:
        echo_json(
            {"place": place, **document_of(done.manifest), "reused": done.reused, "removed": done.removed}
            | {"swept": done.swept}
        )
        return
    click.echo(f"Backup {done.manifest.id} at {place}: {_holds(done.manifest)}.")
    if done.reused:
        count = counted(done.reused, "file of an earlier backup is", "files of earlier backups are")
        click.echo(f"{count} used again; {_size(done.manifest.written)} were written.")
    if done.removed:
        click.echo(f"Removed by the retention: {listing(done.removed)}.")
    if done.swept:
        click.echo(f"Removed, because they were never finished: {listing(done.swept)}.")


def list_backups(settings: Settings, target: str | None, as_json: bool) -> None:
    """Print the backups of a place, newest first."""
    shelf = BackupShelf(FileStore(target or default_target(settings)))
    found, unreadable = shelf.backups()[::-1], shelf.unreadable()
    if as_json:
        backups = [document_of(one) for one in found]
        echo_json({"place": shelf.store.place, "backups": backups, "unreadable": unreadable})
        return
    if unreadable:
        click.echo(f"Damaged, or of a newer G4QC, so that no backup is removed: {listing(unreadable)}.")
    if not found:
        click.echo(f"There is no backup at {shelf.store.place}: `g4qc db backup` makes one.")
        return
    table = Table(title=f"Backups at {shelf.store.place} (times are UTC)")
    for name, right in (
        ("backup", 0),
        ("made", 0),
        ("rows", 1),
        ("files", 1),
        ("size", 1),
        ("written", 1),
        ("G4QC", 0),
    ):
        table.add_column(name, justify="right" if right else "left")
    for one in found:
        files = sum(kind.count for kind in one.files)
        sizes = (_size(one.size), _size(one.written))
        table.add_row(one.id, f"{one.made_at:%Y-%m-%d %H:%M}", f"{one.rows:,}", f"{files:,}", *sizes, one.program)
    wide_console(110).print(table)


def restore_backup(settings: Settings, source: str, as_json: bool) -> None:
    """Restore a backup, and print what arrived where."""
    _require_no_up(settings)
    store, backup = found_backup(source)
    with transfer_bar() as progress:
        done = restore(settings, store, backup, progress)
    if as_json:
        echo_json(
            {"place": store.place, **document_of(backup), "databases": done.databases, "files": done.files}
            | {"aside": [str(path) for path in done.aside], "upgraded": done.upgraded}
        )
        return
    for place, rows in done.databases.items():
        click.echo(f"{counted(rows, 'row')} arrived in {place}, and every table compares equal.")
    if done.upgraded:
        click.echo(f"The schema was upgraded to '{done.upgraded}'.")
    click.echo(f"{counted(done.files, 'file')} of your own: {_files_said(settings, done.aside)}.")


def move_databases(settings: Settings, target: str, as_json: bool) -> None:
    """Move the databases, and print what to change in the settings."""
    _require_no_up(settings)
    with transfer_bar() as progress:
        done = move(settings, target, progress)
    if as_json:
        echo_json({"databases": done.databases, "tables": done.tables, "settings": done.settings})
        return
    for place, rows in done.databases.items():
        click.echo(f"{counted(rows, 'row')} arrived in {place}.")
    click.echo(f"{counted(done.tables, 'table')} were compared and are equal. The former databases are as they were.")
    click.echo("Now change the settings, in the environment or in .env:")
    for name, value in done.settings.items():
        click.echo(f"  {name}={value}")


def document_of(backup: Manifest) -> dict[str, Any]:
    """Return a backup as JSON shows it."""
    return {
        "backup": backup.id,
        "made_at": backup.made_at.isoformat(),
        "program": backup.program,
        "rows": backup.rows,
        "bytes": backup.size,
        "written": backup.written,
        "contents": [
            {
                "role": database.role,
                "name": database.name,
                "server": database.server,
                "timescale": database.timescale,
                "schema": database.revision,
                "tables": {table.table.name: table.total.rows for table in database.tables},
            }
            for database in backup.databases
        ],
        "own_files": {one.kind: one.count for one in backup.files},
    }


def _require_no_up(settings: Settings) -> None:
    state = up_state(settings.home)
    if state is not None and state.runs:
        raise HomeTaken(f"`g4qc up` runs over the home {settings.home} and would go on writing: stop it first.")


def _holds(backup: Manifest) -> str:
    tables = sum(len(database.tables) for database in backup.databases)
    files = sum(one.count for one in backup.files)
    return (
        f"{counted(backup.rows, 'row')} of {tables} tables, {counted(files, 'file')} of your own, {_size(backup.size)}"
    )


def _size(size: int) -> str:
    return f"{size / _MEGABYTE:,.1f} MB"


def _files_said(settings: Settings, aside: list[Any]) -> str:
    if not aside:
        return f"in their places, by the settings or in {settings.home}"
    others = counted(len(aside), "of them lies", "of them lie")
    return f"{others} in {settings.home} under restored, because another file is in the place"
