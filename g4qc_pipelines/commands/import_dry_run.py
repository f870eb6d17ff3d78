"""`g4qc import --dry-run`: what was understood of files, printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from g4qc_core.errors import SettingsError
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.instruments.registry import contract_month, load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.imports.import_plan import ImportPlan, ImportRequest, plan_import
from g4qc_core.settings import Settings
from g4qc_core.sources.profiles.profile_file import load_profiles
from g4qc_pipelines.commands.printing import echo_json, wide_console


def print_import_plan(settings: Settings, path: Path, as_json: bool, **said: Any) -> None:
    """Read the files once and print what an import would take.

    Args:
        settings: name the user's files of profiles and instruments.
        path: of the files.
        as_json: print JSON.
        **said: as in `planned`.

    Raises:
        UsageError: a name is unknown, no profile fits, or a file cannot be read.
        SettingsError: the files cannot be imported, for the reason that is named.
    """
    plan = planned(settings, path, **said)
    document = plan_document(plan)
    if as_json:
        echo_json(document)
    else:
        _print(document)
    if plan.refusal:
        raise SettingsError(f"{path} cannot be imported: {plan.refusal}")


def planned(
    settings: Settings,
    path: Path,
    profile: str | None,
    zone: str,
    label: str,
    symbol: str | None,
    month: str,
    rolls: Path | None,
) -> ImportPlan:
    """Read the files once and return what an import would take.

    Args:
        settings: name the user's files of profiles and instruments.
        path: of the files.
        profile: name of the profile; None: it is recognised.
        zone: instead of the profile's; empty: the profile's.
        label: instead of the profile's; empty: the profile's.
        symbol: instrument of all rows; None: by names.
        month: contract month of all rows; empty: by names.
        rolls: file with the rolls of continuous files; None: they are found.
    """
    request = ImportRequest(
        path=path,
        profile=profile,
        zone=zone,
        label=label,
        symbol=symbol,
        month=contract_month(month) if month else "",
        rolls=load_overrides(rolls),
    )
    return plan_import(request, load_profiles(settings.sources), load_registry(settings.own_instruments))


def plan_document(plan: ImportPlan) -> dict[str, Any]:
    """Return a plan as a document for programs."""
    review, profile = plan.review, plan.review.request.profile
    rows = review.first_rows.to_pylist()
    return {
        "profile": profile.name,
        "zone": profile.zone,
        "label": profile.label,
        "files": [{"path": str(one.path), "bytes": one.size, "sha256": one.sha256} for one in plan.files],
        "rows": review.notes.rows,
        "unreadable": review.notes.unreadable,
        "first_rows": [{**row, "timestamp": row["timestamp"].isoformat()} for row in rows],
        "contracts": [
            {
                "symbol": one.contract.symbol,
                "contract": one.contract.month,
                "last_trade_date": str(one.contract.last_trade_date),
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
                "minutes": one.minutes,
                "sessions": one.sessions,
                "windows": [{"first": str(r.first), "last": str(r.last), "sessions": r.sessions} for r in one.runs],
            }
            for one in plan.contracts
        ],
        "rolls": [
            {"symbol": symbol, "date": str(roll.day), "from": roll.old, "to": roll.new, "points": roll.points}
            for symbol, cut in review.cuts.items()
            for roll in cut.rolls
        ],
        "doubts": list(plan.doubts),
        "grave_doubts": plan.grave,
        "refusal": plan.refusal,
    }


def _print(document: dict[str, Any]) -> None:
    click.echo(
        f"Read as {document['profile']}: times in {document['zone']} mark the {document['label']} of the bar. "
        f"{counted(document['rows'], 'row')} in {counted(len(document['files']), 'file')}, "
        f"{document['unreadable']:,} unreadable."
    )
    console = wide_console(110)
    columns = ("contract", "timestamp", "open", "high", "low", "close", "volume", "line")
    first = Table(title="First rows, UTC, at the start of the bar")
    for name in columns:
        first.add_column(name, justify="left" if name in ("contract", "timestamp") else "right")
    for row in document["first_rows"]:
        named = {**row, "contract": f"{row['symbol']} {row['contract']}".strip()}
        first.add_row(*(str(named[name]) for name in columns))
    console.print(first)
    if document["contracts"]:
        found = Table(title="Contracts")
        for name in ("contract", "first bar", "last bar", "minutes", "sessions", "windows"):
            found.add_column(name, justify="left" if "bar" in name or name == "contract" else "right")
        for one in document["contracts"]:
            sizes = (f"{one['minutes']:,}", f"{one['sessions']:,}", f"{len(one['windows']):,}")
            found.add_row(f"{one['symbol']} {one['contract']}", one["first"][:16], one["last"][:16], *sizes)
        console.print(found)
    for roll in document["rolls"]:
        click.echo(f"{roll['symbol']} from {roll['from']} to {roll['to']} on {roll['date']}, jump {roll['points']:g}")
    click.echo("Doubts:" if document["doubts"] else "No doubts.")
    for doubt in document["doubts"]:
        grave = doubt in document["grave_doubts"]
        click.echo(f"- {doubt}{' (stops an import)' if grave else ''}")
