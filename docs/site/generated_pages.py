"""Pages of the reference, generated from the software: command line, settings, Python API, REST API, notebooks."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click

ROOT = Path(__file__).resolve().parents[2]


# --- command line


def command_line() -> str:
    """Return the page of every command with its arguments, options and help."""
    from g4qc_pipelines.cli.root import cli

    context = click.Context(cli, info_name="g4qc")
    parts = [
        "# Command line",
        "Every command has `--help`. An error is one sentence and an exit code: 2 for wrong usage, 1 for anything "
        "else, 130 after Ctrl-C. In a checkout, write `uv run g4qc` in place of `g4qc`.",
        _prose(cli.help or ""),
    ]
    return "\n\n".join([*parts, *_commands(cli, context)]) + "\n"


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _commands(command, inner)
        else:
            yield _command(command, inner)


def _command(command: click.Command, context: click.Context) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [f"## {context.command_path}", f"```text\n{usage}\n```", _prose(command.help or "")]
    records = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
    options = [f"| `{names}` | {_cell(text)} |" for names, text in records if names != "-h, --help"]
    if options:
        parts.append("\n".join(["| option | |", "|---|---|", *options]))
    return "\n\n".join(part for part in parts if part)


# --- settings


def settings() -> str:
    """Return the page of all settings, in the groups and the order of `.env.example`."""
    from g4qc_core.settings import Settings

    parts = [
        "# Settings",
        "A setting comes from the environment or from a file `.env` in the working directory; the environment wins. "
        "An empty variable counts as unset.",
    ]
    for title, names in setting_groups():
        rows = []
        for name in names:
            field = Settings.model_fields[name]
            default = "" if field.default is None else _default(field.default)
            about = _cell(field.description or "")
            rows.append(f"| `G4QC_{name.upper()}` | {_kind(field.annotation)} | {default} | {about} |")
        table = ["| variable | value | default | |", "|---|---|---|---|", *rows]
        parts += [f"## {title[0].upper()}{title[1:]}", "\n".join(table)]
    return "\n\n".join(parts) + "\n"


def setting_groups() -> list[tuple[str, list[str]]]:
    """Return the headings of `.env.example`, each with the names of its settings."""
    groups: list[tuple[str, list[str]]] = []
    for line in (ROOT / ".env.example").read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"# --- (.+?) -+", line):
            groups.append((heading[1], []))
        elif variable := re.match(r"# G4QC_([A-Z0-9_]+)=", line):
            groups[-1][1].append(variable[1].lower())
    return groups


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return _kind(next(one for one in get_args(annotation) if one is not type(None)))
    names = {"int": "whole number", "float": "number", "bool": "`true`, `false`", "Path": "path", "SecretStr": "secret"}
    return names.get(annotation.__name__, "text")


def _default(value: Any) -> str:
    text = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
    if isinstance(value, bool):
        text = text.lower()
    return f"`{text.removesuffix('.0')}`" if text else ""


# --- Python API

_GROUPS = (
    ("The client", ("g4qc_core.client",)),
    ("Stores and series", ("g4qc_core.storage", "g4qc_core.services.series", "g4qc_core.futures")),
    ("Instruments, calendars, timeframes", ("g4qc_core.instruments", "g4qc_core.calendars", "g4qc_core.timeframes")),
    ("Bars", ("g4qc_core.bars",)),
    ("Backtests", ("g4qc_core.backtest", "g4qc_core.services.backtests")),
    ("Settings", ("g4qc_core.settings",)),
    ("Errors", ("g4qc_core.errors",)),
)


def python_api() -> str:
    """Return the page of the public names of `g4qc_core`, which mkdocstrings fills from their docstrings."""
    parts = [
        "# Python API",
        "The public names of `g4qc_core`. Everything else may change without notice.",
        "```python\nimport g4qc_core as g4\n```",
    ]
    left = public_names()
    for title, prefixes in _GROUPS:
        inside = {name: where for name, where in left.items() if where.startswith(prefixes)}
        left = {name: where for name, where in left.items() if name not in inside}
        if inside:
            parts += [f"## {title}", *map(_directive, inside.values())]
    if left:
        parts += ["## Other names", *map(_directive, left.values())]
    return "\n\n".join(parts) + "\n"


def public_names() -> dict[str, str]:
    """Return every public name of `g4qc_core` with the dotted path where it is defined."""
    tree = ast.parse((ROOT / "g4qc_core" / "__init__.py").read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 0]
    found = {
        name.asname or name.name: f"{node.module}.{name.name}"
        for node in imports
        if (node.module or "").startswith("g4qc_core")
        for name in node.names
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _directive(path: str) -> str:
    # The settings have a separate page, and a module shows only its own members.
    hidden = "\n    options:\n      members: false" if path.endswith(".Settings") else ""
    return f"::: {path}{hidden}"


# --- REST API


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document that the server gives at `/api/v1/openapi.json`."""
    from g4qc_core.api.api_keys import ApiKeys
    from g4qc_core.api.app import build_app
    from g4qc_core.api.dependencies import ApiContext
    from g4qc_core.instruments.registry import load_registry
    from g4qc_core.settings import Settings
    from g4qc_core.storage.lazy_stores import LazyStores

    own = Settings.model_construct(**{name: field.default for name, field in Settings.model_fields.items()})
    no_launcher: Any = None
    return build_app(ApiContext(own, load_registry(), LazyStores(own), no_launcher, ApiKeys([]))).openapi()


def rest_api() -> str:
    """Return the page of all routes, by noun."""
    document = openapi()
    groups: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            about = _cell((route.get("description") or route.get("summary") or "").split("\n\n")[0])
            groups.setdefault((route.get("tags") or ["other"])[0], []).append(
                f"| `{method.upper()}` | `{path}` | {about} |"
            )
    parts = [
        "# REST API",
        f"{document['info']['description']}",
        "The server gives its OpenAPI document at `/api/v1/openapi.json`; the one of this version is "
        "[here](openapi.json). Set `Authorization: Bearer KEY` where the server wants a key.",
    ]
    for tag, rows in groups.items():
        parts += [f"## {tag[0].upper()}{tag[1:]}", "\n".join(["| method | path | |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


# --- notebooks


def notebook(path: Path) -> str:
    """Return a notebook as a page: its text, and its code without outputs."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    shown = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    parts = [text if kind == "markdown" else f"```python\n{text}\n```" for kind, text in shown]
    parts.append(f"[Download this notebook]({path.name})")
    return "\n\n".join(parts) + "\n"


def _prose(text: str) -> str:
    return inspect.cleandoc(text).replace("\b\n", "").replace("\f", "")


def _cell(text: str) -> str:
    one_line = " ".join(text.split())
    return re.sub(r"(?<!`)<([^>`]+)>(?!`)", r"&lt;\1&gt;", one_line).replace("|", "\\|")


GENERATED: dict[str, Callable[[], str]] = {
    "reference/command-line.md": command_line,
    "reference/settings.md": settings,
    "reference/python.md": python_api,
    "reference/rest.md": rest_api,
}
"""The pages that do not exist as files, by their place in the site."""
