"""The commands `g4qc db ...`: the schema, backups, restores, checks and the move to another server."""

from __future__ import annotations

from typing import Any

import click

from g4qc_pipelines.cli.options import json_option

_target = click.argument("target", required=False)


@click.group()
def db() -> None:
    """Manage the databases: schema, backups, restores, checks, and the move to another server.

    TARGET is a folder, or a URL like s3://bucket/folder; without one, that of G4QC_BACKUP_TARGET, else the folder
    backups of the home. SOURCE is such a place, whose newest backup is meant, or the folder of one backup in it.
    """


@db.command(name="upgrade")
def db_upgrade() -> None:
    """Bring the schema up to date; safe to run twice."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.schema_upgrade import upgrade_database

    upgrade_database(load_settings())


@db.command(name="backup")
@_target
@click.option("--full", "whole", is_flag=True, help="Read and write all rows, also those that an earlier backup holds.")
@json_option
def db_backup(target: str | None, **options: Any) -> None:
    """Back up both databases and your own files; may run while G4QC works."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.backup_commands import make_backup

    make_backup(load_settings(), target, **options)


@db.command(name="list")
@_target
@json_option
def db_list(target: str | None, as_json: bool) -> None:
    """List the backups at TARGET, newest first."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.backup_commands import list_backups

    list_backups(load_settings(), target, as_json)


@db.command(name="restore")
@click.argument("source")
@json_option
def db_restore(source: str, as_json: bool) -> None:
    """Restore a backup into empty databases, and compare every table; nothing is overwritten."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.backup_commands import restore_backup

    restore_backup(load_settings(), source, as_json)


@db.command(name="verify")
@click.argument("source", required=False)
@click.option("--instrument", "symbols", multiple=True, help="Only this symbol, like ES; may be repeated.")
@json_option
def db_verify(source: str | None, symbols: tuple[str, ...], as_json: bool) -> None:
    """Compare the stored data with what comes out now, or the files of a backup with their checksums.

    Without SOURCE, validated minutes, timeframes, quality and rolls are made again from their sources, and nothing is
    written. With SOURCE, every file of that backup is read. The exit code is 1 if anything differs.
    """
    from g4qc_pipelines.cli.opening import settings_for_database

    settings = settings_for_database()
    from g4qc_pipelines.commands.data_verification import verify_backup, verify_data

    if source is not None:
        verify_backup(source, as_json)
    else:
        verify_data(settings, symbols, as_json)


@db.command(name="move")
@click.argument("target_url")
@json_option
def db_move(target_url: str, as_json: bool) -> None:
    """Copy both databases to another server, and compare every table there.

    TARGET_URL is the address of an empty database, like postgresql://user:password@host:5432/g4qc; Dagster's is made
    next to it. The present databases stay as they are. Stop `g4qc up` first.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.backup_commands import move_databases

    move_databases(load_settings(), target_url, as_json)
