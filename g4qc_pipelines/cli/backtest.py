"""The command `g4qc backtest`: an entry of the backtests file, or any other spec, on stored bars."""

from __future__ import annotations

from typing import Any

import click

from g4qc_pipelines.cli.options import json_option
from g4qc_pipelines.cli.spec_options import SpecCommand


@click.command(cls=SpecCommand)
@click.argument("spec")
@click.option(
    "--lang",
    type=click.Choice(["auto", "en", "es"]),
    help="Language in which the report opens; auto: that of the reader's browser  [default: G4QC_REPORT_LANGUAGE]",
)
@click.option("--confirm", is_flag=True, help="Run it by the reference engine too, and compare every trade and session")
@json_option
def backtest(spec: str, lang: str | None, confirm: bool, as_json: bool, **options: Any) -> None:
    """Run SPEC on stored bars and write its report.

    SPEC is the name of an entry of the backtests file or of a spec that ran before, like sma_cross-ES-1h; or a strategy
    of G4QC (sma_cross, ...), or your own strategy as module:Name, with --instrument and --timeframe. For a strategy,
    missing fields come from the one entry of the file that fits; if several fit, name one of them.

    Options replace fields of SPEC; an empty text, like --roll '', resets a field to its default.
    """
    from g4qc_pipelines.cli.opening import settings_for_database

    settings = settings_for_database()
    from g4qc_pipelines.commands.backtest_run import run_backtest

    run_backtest(settings, spec, options, as_json, lang, confirm)
