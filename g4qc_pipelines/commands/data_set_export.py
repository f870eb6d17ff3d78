"""`g4qc export`: a folder of stored bars for other tools, and what it holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from g4qc_core.calendars.session_calendar import check_window
from g4qc_core.instruments.registry import contract_month, load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.exports.export_writing import export_bars_to
from g4qc_core.services.exports.exported_contracts import ExportRequest
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_core.timeframes import timeframe as timeframe_of


def write_export(
    settings: Settings,
    symbols: Sequence[str],
    output: Path,
    as_json: bool,
    layout: str,
    timeframe: str,
    first: date | None,
    last: date | None,
    contracts: Sequence[str],
    with_gaps: bool,
) -> None:
    """Write the export and print what it holds.

    Raises:
        UsageError: a name is unknown, the window is reversed, nothing is stored, or the folder is not empty.
        BarsIncomplete: bars are known to be missing, and gaps are not allowed.
    """
    registry = load_registry(settings.own_instruments)
    if first is not None and last is not None:
        check_window(first, last)
    request = ExportRequest(
        instruments=[registry[symbol] for symbol in dict.fromkeys(symbols)],
        timeframe=timeframe_of(timeframe),
        layout=layout,
        first=first,
        last=last,
        contracts=[contract_month(month) for month in contracts],
        with_gaps=with_gaps,
    )
    with open_stores(settings) as stores:
        done = export_bars_to(stores, request, output.absolute(), datetime.now(UTC), lambda name: _tell(name, as_json))
    for sentence in done.gaps:
        click.echo(f"Warning: {sentence}", err=True)
    if as_json:
        told = {"folder": str(done.folder), "bars": done.bars, "contracts": done.contracts, "files": done.files}
        click.echo(json.dumps({**told, "gaps": list(done.gaps)}))
        return
    click.echo(
        f"{counted(done.bars, 'bar')} of {counted(done.contracts, 'contract')} written to {done.folder}, in "
        f"{counted(done.files, 'file')}."
    )


def _tell(name: str, as_json: bool) -> None:
    if not as_json:
        click.echo(f"{name} ...", err=True)
