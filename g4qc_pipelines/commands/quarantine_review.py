"""`g4qc quarantine list` and `--dry-run`: quarantined bars, and what a decision would start."""

from __future__ import annotations

import click
from rich.table import Table

from g4qc_core.bars.quarantine.decisions import Preview, undecided
from g4qc_core.bars.quarantine.selection import Selection
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.quarantine.review import DecisionRequest, choose_bars, preview_of
from g4qc_core.services.quarantine.selected_bars import read_selected
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.commands.quarantine_listing import document, print_listing

_SHOWN = 20  # groups of a preview on a terminal


def list_quarantine(settings: Settings, selection: Selection, decided: bool, as_json: bool) -> None:
    """Print bars that await a decision, with good bars around them; with `decided`, the others too.

    Raises:
        UsageError: an instrument is unknown, or the window is reversed.
    """
    registry = load_registry(settings.own_instruments)
    selection.check()
    instruments = [registry[symbol] for symbol in selection.instruments or registry]
    with open_stores(settings) as stores:
        bars = {}
        for one in instruments:
            found = read_selected(stores.quarantine, one, selection)
            bars[one] = found if decided else undecided(found)
        if as_json:
            echo_json(document(bars, stores))
        else:
            print_listing(bars, selection, stores)


def preview(settings: Settings, asked: DecisionRequest, as_json: bool) -> None:
    """Print the bars of a decision and the runs that it would start; decide nothing."""
    registry = load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        found = preview_of(choose_bars(asked, registry, stores), asked.decision, stores)
    if as_json:
        echo_json(_document(found))
        return
    print_preview(found)
    click.echo("Nothing is decided.")


def print_preview(found: Preview) -> None:
    """Print the bars by reason, contract and session, the gravest reason first, and the runs of the decision."""
    table = Table("reason", "instrument", "contract", "session")
    table.add_column("bars", justify="right")
    for group in found.groups[:_SHOWN]:
        table.add_row(str(group.reason), group.symbol, group.contract, f"{group.trade_date}", f"{group.bars:,}")
    wide_console(80).print(table)
    if len(found.groups) > _SHOWN:
        click.echo(f"... and {len(found.groups) - _SHOWN:,} more lines")
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in found.reasons.items())
    known = f", {found.already:,} of them already before" if found.already else ""
    click.echo(f"{found.decision}: {counted(found.bars, 'bar')} ({reasons}){known}; then {_runs(found)}.")


def _runs(found: Preview) -> str:
    return f"{counted(found.runs, 'run makes', 'runs make')} {', '.join(found.months)} again"


def _document(found: Preview) -> dict[str, object]:
    return {
        "decision": found.decision,
        "bars": found.bars,
        "already": found.already,
        "reasons": found.reasons,
        "groups": [vars(group) for group in found.groups],
        "months": found.months,
        "runs": found.runs,
    }
