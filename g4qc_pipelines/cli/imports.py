"""The command `g4qc import`: bars of vendors' files, or a look at what they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from g4qc_pipelines.cli.options import json_option


@click.command(name="import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--profile", help="How the files are written, like firstrate; without it, the profiles that fit are tried."
)
@click.option("--zone", default="", help="Time zone of the files instead of the profile's, like America/Chicago or "
              "UTC-05.")  # fmt: skip
@click.option("--label", type=click.Choice(["", "start", "end"]), default="", help="Whether a time marks the start or "
              "the end of its bar, instead of what the profile says.")  # fmt: skip
@click.option("--instrument", "symbol", help="Instrument of all rows, where names do not say it.")
@click.option("--contract", "month", default="", help="Contract month of all rows, like 202512, where names do not say "
              "it.")  # fmt: skip
@click.option("--rolls", type=click.Path(path_type=Path), help="Rolls of a continuous file, in the form of the file "
              "G4QC_ROLLS; without it, they are found by the prices.")  # fmt: skip
@click.option("--source", default="", help="Name under which the bars are stored; default: that of the profile.")
@click.option("--accept-doubts", "accept", is_flag=True, help="Import although zone, label or scale are doubtful.")
@click.option("--synthetic", is_flag=True, help="The files hold synthetic bars, like exports of a demo.")
@click.option("--dry-run", is_flag=True, help="Only show what was understood, and what is doubtful about it.")
@json_option
def import_(path: Path, source: str, accept: bool, synthetic: bool, dry_run: bool, as_json: bool, **said: Any) -> None:
    """Import files of a vendor at PATH: a file, an archive or a folder.

    Their bars are stored beside those of the gateway, validated, and every timeframe is derived. The same files again
    change nothing, an interrupted import goes on, and of changed files what differs is kept as revisions. Exits with 1
    if the files cannot be imported, and says why.
    """
    from g4qc_pipelines.cli.opening import settings_for_database

    if dry_run:
        from g4qc_core.settings import load_settings
        from g4qc_pipelines.commands.import_dry_run import print_import_plan

        print_import_plan(load_settings(), path, as_json, **said)
        return
    from g4qc_core.services.imports.import_start import ImportWish
    from g4qc_pipelines.commands.import_run import run_import

    run_import(settings_for_database(), ImportWish(path, source, accept, synthetic), as_json, **said)
