"""The command `g4qc extract`: bars of one instrument, or a preview of the requests."""

from __future__ import annotations

from typing import Any

import click

from g4qc_core.errors import UsageError
from g4qc_pipelines.cli.options import DateParam


@click.command()
@click.argument("symbol")
@click.option("--from", "first", type=DateParam(), required=True, help="First trade date.")
@click.option("--to", "last", type=DateParam(), help="Last trade date, included; default: that of the newest session "
              "that has begun, by the gateway's clock.")  # fmt: skip
@click.option("--contract", "contracts", multiple=True, help="Contract month like 202512, instead of those that the "
              "roll rule calls for; may be repeated.")  # fmt: skip
@click.option("--order", type=click.Choice(["newest", "oldest"]), default="newest", show_default=True,
              help="Bars to fetch first; contracts that Interactive Brokers will drop within 90 days come before "
              "all.")  # fmt: skip
@click.option("--again", is_flag=True, help="Ask once more for these sessions, even where the ledger covers them; "
              "what a new answer replaces is kept as revisions.")  # fmt: skip
@click.option(
    "--dry-run", is_flag=True, help="Only show the requests that it would make, and how long they would take."
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan of --dry-run as JSON for a program to read.")
def extract(dry_run: bool, as_json: bool, **window: Any) -> None:
    """Fetch bars of SYMBOL, validate them and derive every timeframe.

    It requests only sessions that the ledger of requests does not cover, from the contract's first bar on. Bars fetched
    less than twelve hours after a session's close (G4QC_SETTLED_AFTER) are fetched once more later, because Interactive
    Brokers restates them.
    """
    from g4qc_core.calendars.session_calendar import check_window
    from g4qc_pipelines.cli.opening import settings_for_database

    if window["last"] is not None:
        check_window(window["first"], window["last"])
    if as_json and not dry_run:
        raise UsageError("--json prints a plan: give --dry-run with it.")
    settings = settings_for_database()
    if dry_run:
        from g4qc_pipelines.commands.dry_run import print_plan

        print_plan(settings, as_json=as_json, **window)
    else:
        from g4qc_pipelines.commands.extraction_run import extract_bars

        extract_bars(settings, **window)
