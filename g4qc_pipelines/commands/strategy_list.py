"""The commands `g4qc strategies list` and `show`."""

from __future__ import annotations

import inspect
from typing import Any

import click

from g4qc_core.backtest.known_strategies import KnownStrategy, broken_strategies, find_strategy, known_strategies
from g4qc_core.backtest.strategies.strategy import SearchRange, Strategy, allowed
from g4qc_pipelines.commands.printing import echo_json, wide_console

_ORIGINS = {"g4qc": "G4QC", "folder": "your folder", "package": "a package", "module": "a module"}


def list_strategies(as_json: bool) -> None:
    """Print all strategies, and the files that offer none."""
    from rich.table import Table

    known, broken = known_strategies(), broken_strategies()
    if as_json:
        listed = [{"name": one.name, "origin": one.origin, "class": one.of_library, "summary": one.summary,
                   "source": one.source} for one in known.values()]  # fmt: skip
        echo_json({"strategies": listed, "broken": broken})
        return
    table = Table()
    for column in ("name", "of", "kind", "what it does"):
        table.add_column(column, overflow="fold")
    for one in known.values():
        table.add_row(one.name, _ORIGINS[one.origin], _kind(one), one.summary)
    wide_console(150).print(table)
    for sentence in broken.values():
        click.echo(f"Look at this: {sentence}")


def show_strategy(name: str, as_json: bool) -> None:
    """Print one strategy.

    Raises:
        UsageError: no such strategy, or its file cannot be loaded.
    """
    from rich.table import Table

    one = find_strategy(name)
    shown = _document(one)
    if as_json:
        echo_json(shown)
        return
    lines = [f"name        {one.name}", f"kind        {_kind(one)}", f"file        {shown['file']}"]
    lines += [f"summary     {one.summary}"] if one.summary else []
    lines += [f"first bar   {shown['bars_needed']}, with the defaults"] if shown["bars_needed"] else []
    lines += [f"input       {text}" for text in shown["inputs"]]
    click.echo("\n".join([*lines, ""]))
    table = Table()
    for column in ("parameter", "default", "allowed", "a search tries", "what it is"):
        table.add_column(column, overflow="fold")
    for parameter in shown["parameters"]:
        default, tried = parameter["default"], parameter["search"]
        words = "" if tried is None else _tried(tried)
        table.add_row(parameter["name"], str(default), parameter["allowed"], words, parameter["description"])
    wide_console(150).print(table)


def _kind(one: KnownStrategy) -> str:
    if one.of_library:
        return "orders (backtesting.py)"
    return "signals" if issubclass(one.kind, Strategy) and one.kind.defines_signals() else "targets"


def _document(one: KnownStrategy) -> dict[str, Any]:
    needed: int | None = None
    if not one.of_library:
        made = one.with_parameters({})
        needed = made.bars_needed if made is not None else None
    return {
        "name": one.name,
        "kind": _kind(one),
        "origin": one.origin,
        "file": inspect.getsourcefile(one.kind) or "",
        "summary": one.summary,
        "bars_needed": needed,
        "inputs": [f"{name}: {declared}" for name, declared in getattr(one.kind, "inputs", {}).items()]
        if not one.of_library
        else [],
        "parameters": _parameters(one),
    }


def _inputs(one: KnownStrategy) -> list[str]:
    if not issubclass(one.kind, Strategy):
        return []
    return [f"{name}: {kind.words('its instrument', 'the same')}" for name, kind in one.kind.inputs.items()]


def _parameters(one: KnownStrategy) -> list[dict[str, Any]]:
    defaults = one.own_parameters()
    if one.of_library:
        return [
            {"name": name, "default": value, "allowed": f"a {type(value).__name__}", "search": None, "description": ""}
            for name, value in defaults.items()
        ]
    kind = one.kind
    assert issubclass(kind, Strategy)
    space = kind.search_space()
    return [
        {
            "name": name,
            "default": defaults.get(name),
            "allowed": allowed(kind, name).partition(", default")[0],
            "search": None if name not in space else _range(space[name]),
            "description": info.description or "",
        }
        for name, info in kind.model_fields.items()
    ]


def _range(tried: Any) -> dict[str, Any]:
    if isinstance(tried, SearchRange):
        return {"from": tried.low, "to": tried.high, "step": tried.step}
    return {"values": list(tried.values)}


def _tried(tried: dict[str, Any]) -> str:
    if "values" in tried:
        return ", ".join(map(str, tried["values"]))
    return f"{tried['from']:g} to {tried['to']:g} by {tried['step']:g}"
