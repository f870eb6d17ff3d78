"""The command `g4qc export`: stored bars in the layout of another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from g4qc_pipelines.cli.options import from_option, json_option, to_option


@click.command()
@click.argument("symbols", nargs=-1, required=True)
@click.option("--output", "-o", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder that the "
              "export becomes; it must not exist, or be empty.")  # fmt: skip
@click.option("--layout", type=click.Choice(["parquet", "csv", "lean", "nautilus"]), default="parquet",
              show_default=True, help="A Parquet data set, CSV, Lean's data folder, or Nautilus Trader's "
              "catalog.")  # fmt: skip
@click.option("--timeframe", default="1min", show_default=True)
@from_option
@to_option
@click.option("--contract", "contracts", multiple=True, help="Contract month like 202512; may be repeated. Default: "
              "all with bars.")  # fmt: skip
@click.option("--with-gaps", is_flag=True, help="Export although sessions or minutes are known to be missing; they are "
              "listed in _export.json.")  # fmt: skip
@json_option
def export(symbols: tuple[str, ...], output: Path, as_json: bool, **options: Any) -> None:
    """Write the stored bars of SYMBOLS by contract, for other tools; nothing half written is left behind.

    Prices are those of the contracts, never adjusted. The file _export.json names the database, the versions of the
    data and a hash of every file.
    """
    from g4qc_pipelines.cli.opening import settings_for_database

    settings = settings_for_database()
    from g4qc_pipelines.commands.data_set_export import write_export

    write_export(settings, symbols, output, as_json, **options)
