"""The commands `g4qc partitions ...`, one function each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import click

from g4qc_core.errors import UsageError
from g4qc_core.graph_keys import GraphKey, KeyKind
from g4qc_core.services.removal import Removal
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.confirmation import confirm
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.instance.dynamic_keys import instance_keys

_NAMED = 5


def list_partitions(settings: Settings, kind: str | None, unused: bool, as_json: bool) -> None:
    """Print the partition keys of the graph."""
    from rich.table import Table

    with _removal(settings) as removal:
        found = [one for one in removal.listed() if kind in (None, one.kind) and (one.unused or not unused)]
    if as_json:
        echo_json([_document(one) for one in found])
        return
    if not found:
        click.echo("No key is unused." if unused else "The graph has no keys yet.")
        return
    table = Table()
    for column in ("kind", "key", "holds", "kept by"):
        table.add_column(column, overflow="fold")
    for one in found:
        why = "a run works on it" if one.at_work else one.kept_by or "nothing: it can be removed"
        table.add_row(one.kind, one.key, one.holds, why)
    wide_console(150).print(table)


def remove_partitions(
    settings: Settings, keys: Sequence[str], kind: str, unused: bool, yes: bool, as_json: bool
) -> None:
    """Remove keys, after a confirmation.

    Raises:
        UsageError: no key is named, a key is unknown, or something keeps it.
        InUse: a run works on it.
    """
    if unused == bool(keys):
        raise UsageError("Name keys, or give --unused for all that nothing needs.")
    with _removal(settings) as removal:
        wanted = {KeyKind(kind): list(keys)} if keys else _unused(removal)
        names = [key for some in wanted.values() for key in some]
        removed: list[GraphKey] = []
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            confirm(f"Remove from the graph: {', '.join(names[:_NAMED])}{more}?", yes, as_json)
            removed = [one for each, some in wanted.items() for one in removal.remove(each, some)]
    if as_json:
        echo_json([_document(one) for one in removed])
        return
    for one in removed:
        stays = f"; {one.holds} stay stored" if one.holds else ""
        click.echo(f"{one.key} is removed{stays}.")
    if not removed:
        click.echo("No key is unused.")


def _unused(removal: Removal) -> dict[KeyKind, list[str]]:
    found = [one for one in removal.listed() if one.unused]
    return {kind: [one.key for one in found if one.kind is kind] for kind in KeyKind}


@contextmanager
def _removal(settings: Settings) -> Iterator[Removal]:
    with open_stores(settings) as stores, instance_keys(settings) as keys:
        yield Removal(settings, stores, keys)


def _document(one: GraphKey) -> dict[str, object]:
    return {**asdict(one), "unused": one.unused}
