"""The question before something is deleted."""

from __future__ import annotations

import sys

import click

from g4qc_core.errors import UsageError


def confirm(question: str, yes: bool, as_json: bool = False) -> None:
    """Ask on the terminal; return where the answer is yes.

    Raises:
        UsageError: nobody can be asked, because there is no terminal, or because a program reads the output.
        click.Abort: the answer is no.
    """
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise UsageError(f"{question} Add --yes to do it without being asked.")
    click.confirm(question, abort=True, err=True)
