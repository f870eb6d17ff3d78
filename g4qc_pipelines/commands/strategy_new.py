"""The command `g4qc strategies new`: a commented strategy and its test."""

from __future__ import annotations

import builtins
import importlib.util
import keyword
import re
from pathlib import Path
from string import Template

import click

from g4qc_core.backtest.strategies import STRATEGIES
from g4qc_core.errors import UsageError
from g4qc_core.files import usual_mode, write_whole
from g4qc_core.settings import Settings
from g4qc_pipelines.commands import strategy_templates
from g4qc_pipelines.commands.printing import echo_json

_NAME = re.compile(r"^[a-z][a-z0-9_]{0,59}$")


def new_strategy(settings: Settings, name: str, of_library: bool, as_json: bool) -> None:
    """Write the two files, and print what to do next.

    Raises:
        UsageError: the name cannot be that of a module, is taken, or a file of that name exists.
    """
    _check_name(name)
    folder = settings.strategies or Path.cwd()
    kind = "".join(part.capitalize() for part in name.split("_"))
    if of_library:
        texts = strategy_templates.ORDERS, strategy_templates.ORDERS_TEST
    else:
        texts = strategy_templates.SIGNALS, strategy_templates.SIGNALS_TEST
    files = folder / f"{name}.py", folder / f"test_{name}.py"
    for file in files:
        if file.exists():
            raise UsageError(f"{file} exists already and stays as it is: choose another name, or delete it.")
    folder.mkdir(parents=True, exist_ok=True)
    called = name if settings.strategies else f"{name}:{kind}"
    for file, text in zip(files, texts, strict=True):
        write_whole(file, Template(text).substitute(name=name, kind=kind, called=called).encode(), usual_mode())
    if as_json:
        echo_json({"strategy": called, "file": str(files[0]), "test": str(files[1])})
        return
    click.echo(
        f"{files[0]}\n{files[1]}\n\nEdit the first, then:\n"
        f"  g4qc strategies check {called}\n"
        f"  g4qc backtest {called} --instrument ES --timeframe 1h"
    )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or hasattr(builtins, name):
        raise UsageError(
            f"'{name}' cannot be the name of a strategy: write small letters, digits and _ after a letter, like "
            "my_rule."
        )
    if name in STRATEGIES:
        raise UsageError(f"{name} is a strategy of G4QC: choose another name.")
    if importlib.util.find_spec(name) is not None and not (Path.cwd() / f"{name}.py").exists():
        raise UsageError(f"{name} is the name of an installed module of Python: choose another one.")
