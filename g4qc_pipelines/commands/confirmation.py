"""The confirmation before something is deleted."""

from __future__ import annotations

import sys

import click

from g4qc_core.errors import UsageError


def confirm(question: str, yes: bool, as_json: bool = False) -> None:
    """Ask on the terminal, and return if the answer is yes.

    Raises:
        UsageError: there is no terminal, or a program reads the output.
        click.Abort: the answer is no.
    """
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise UsageError(f"{question} Add --yes to do it without being asked.")
    click.confirm(question, abort=True, err=True)
