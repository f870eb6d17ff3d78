"""The command `g4qc import`: what files of vendors hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from g4qc_core.errors import UsageError
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
@click.option("--dry-run", is_flag=True, help="Only show what was understood, and what is doubtful about it.")
@json_option
def import_(path: Path, dry_run: bool, as_json: bool, **said: Any) -> None:
    """Read files of a vendor at PATH: a file, an archive or a folder.

    Exits with 1 if the files cannot be imported, and says why.
    """
    if not dry_run:
        raise UsageError("Bars of files cannot be stored yet: give --dry-run to see what they hold.")
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.import_dry_run import print_import_plan

    print_import_plan(load_settings(), path, as_json, **said)
