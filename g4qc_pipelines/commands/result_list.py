"""The commands `g4qc backtests ...`, one function each."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from g4qc_core.errors import UsageError
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.result_stores.deleted_store import DeletedResult
from g4qc_core.storage.result_stores.result_choice import ResultChoice
from g4qc_core.storage.result_stores.result_labels import LabelChange
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.confirmation import confirm
from g4qc_pipelines.commands.named_results import named_result
from g4qc_pipelines.commands.printing import echo_json, wide_console

_NAMED = 5


def list_results(settings: Settings, chosen: Mapping[str, Any], as_json: bool) -> None:
    """Print the selected results, newest first."""
    from rich.table import Table

    from g4qc_core.backtest.tear_sheet.report import figure
    from g4qc_core.backtest.worth_meanings import share
    from g4qc_core.services.research.worth import confidences

    with open_stores(settings) as stores:
        found = _choice(chosen).found(stores.backtests)
        left = confidences(found, stores)
    if as_json:
        echo_json([_document(record) | {"confidence": left[record.id]} for record in found])
        return
    if not found:
        click.echo("No result fits." if any(chosen.values()) else "No result yet: `g4qc backtest` makes one.")
        return
    table = Table()
    numbers = ("net profit", "Sharpe", "after all trials")
    for column in ("id", "name", "tags", "strategy", "instrument", "timeframe", *numbers, "made (UTC)"):
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for one in found:
        figures = [*(figure(name, one.metrics) for name in ("net_profit", "sharpe")), share(left[one.id]) or "–"]
        spec = [str(one.spec[name]) for name in ("strategy", "instrument", "timeframe")]
        at = f"{one.created_at:%Y-%m-%d %H:%M}"
        table.add_row(one.id[:8], one.shown_name, " ".join(one.tags), *spec, *figures, at)
    wide_console(150).print(table)


def list_deleted(settings: Settings, as_json: bool) -> None:
    """Print the deleted results that were not run again, the newest deletion first."""
    with open_stores(settings) as stores:
        found = stores.deleted.all()
    if as_json:
        echo_json([_deleted(one) for one in found])
        return
    click.echo("\n".join(one.sentence for one in found) or "No result was deleted.")


def show_result(settings: Settings, words: str, as_json: bool) -> None:
    """Print one result."""
    from g4qc_core.backtest.result_card import card_rows
    from g4qc_core.services.research.worth import worth_of_record
    from g4qc_pipelines.commands.result_view import print_card, print_figures, print_notes, print_worth

    with open_stores(settings) as stores:
        record = named_result(words, stores)
        worth = worth_of_record(record, stores)
    card = card_rows(record.id, record.spec, record.inputs)
    if as_json:
        rows = [asdict(row) for row in card]
        told = {"inputs": record.inputs, "card": rows, "worth": worth.to_dict(), "notes": record.notes}
        echo_json(_document(record) | told)
        return
    title = [f"title  {record.title}"] if record.title else []
    tags = [f"tags   {' '.join(record.tags)}"] if record.tags else []
    note = [f"note   {record.note}".replace("\n", "\n       ")] if record.note else []
    made = f"made   {record.created_at:%Y-%m-%d %H:%M:%S} UTC"
    click.echo("\n".join([f"id     {record.id}", *title, f"spec   {record.spec_name}", *tags, *note, made, ""]))
    print_figures(record.metrics)
    print_worth(worth)
    print_notes({"": record.notes})
    print_card(card)


def label_result(settings: Settings, words: str, change: LabelChange, as_json: bool) -> None:
    """Change title, tags or note of a result, and print its labels."""
    with open_stores(settings) as stores:
        record = named_result(words, stores)
        stores.labels.change([record.id], change)
        record = named_result(record.id, stores)
    if as_json:
        echo_json(_document(record))
        return
    tags = f", tags {' '.join(record.tags)}" if record.tags else ", no tags"
    note = ", with a note" if record.note else ""
    click.echo(f"{record.id[:8]}: {record.shown_name}{tags}{note}.")


def delete_results(
    settings: Settings, words: Sequence[str], chosen: Mapping[str, Any], yes: bool, as_json: bool
) -> None:
    """Delete the named results, or all that the filters select, after a confirmation.

    Raises:
        UsageError: nothing is named, or a name is unknown or not unique.
        InUse: a run of one of the specs is under way, or a result changed since the confirmation.
    """
    from g4qc_core.services.removal import Removal
    from g4qc_pipelines.instance.dynamic_keys import instance_keys

    if words and any(chosen.values()):
        raise UsageError("Name results or give filters, not both.")
    with open_stores(settings) as stores:
        if words:
            found = list({record.id: record for record in (named_result(one, stores) for one in words)}.values())
        else:
            _choice(chosen).check_narrow()
            found = _choice(chosen).found(stores.backtests)
        deleted: list[DeletedResult] = []
        if found:
            confirm(_question(found), yes, as_json)
            with instance_keys(settings) as keys:
                made = {record.id: record.created_at for record in found}
                deleted = Removal(settings, stores, keys).delete(made, getpass.getuser())
    if as_json:
        echo_json([_deleted(one) for one in deleted])
        return
    count = "No result fits: nothing" if not deleted else "1 result" if len(deleted) == 1 else f"{len(deleted)} results"
    trials = "" if not deleted else " What was tried stays counted; `g4qc backtests list --deleted` lists it."
    click.echo(f"{count} deleted.{trials}")


def _choice(chosen: Mapping[str, Any]) -> ResultChoice:
    return ResultChoice(**{**chosen, "tags": tuple(chosen["tags"])})


def _question(found: Sequence[BacktestRecord]) -> str:
    names = [f"{one.shown_name} ({one.id[:8]})" for one in found[:_NAMED]]
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    count = "1 result" if len(found) == 1 else f"{len(found)} results"
    return f"Delete {count} with trades, equity curve and report: {', '.join(names)}{more}?"


def _document(record: BacktestRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.spec_name,
        "title": record.title,
        "tags": list(record.tags),
        "note": record.note,
        "created_at": record.created_at.isoformat(),
        "spec": record.spec,
        "metrics": record.metrics,
        "run_id": record.run_id,
    }


def _deleted(one: DeletedResult) -> dict[str, Any]:
    return {
        "id": one.id,
        "names": one.names,
        "title": one.title,
        "trades": one.trades,
        "bars": one.bars,
        "created_at": one.created_at.isoformat(),
        "deleted_at": one.deleted_at.isoformat(),
        "deleted_by": one.deleted_by,
    }
