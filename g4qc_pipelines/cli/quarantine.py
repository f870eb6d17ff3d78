"""The commands `g4qc quarantine ...`: reading the quarantine, and deciding about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from g4qc_pipelines.cli.options import from_option, json_option, to_option


@click.group()
def quarantine() -> None:
    """Bars that validation does not believe.

    A bar is named by instrument, contract month and start in UTC, like ES/202612/2026-10-05T13:30Z; a run of bars by
    its first and last start, like ES/202612/2026-10-05T13:30Z..2026-10-05T14:10Z.
    """


@quarantine.command(name="list")
@click.option("--instrument", help="Symbol, like ES; default: all.")
@from_option
@to_option
@click.option("--all", "decided", is_flag=True, help="Bars that somebody accepted or dropped, too.")
@json_option
def quarantine_list(instrument: str | None, first: Any, last: Any, decided: bool, as_json: bool) -> None:
    """List bars that wait for a decision, each with good bars around it, its reason and what was decided."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.quarantine import list_quarantine

    list_quarantine(load_settings(), instrument, first, last, decided, as_json)


def _decision(command: Callable[..., None]) -> click.Command:
    """The command with what all decisions take."""
    command = click.option("--note", default="", help="Why; kept with the decision.")(command)
    command = click.option("--by", help="Who decides; default: the user of this computer.")(command)
    return quarantine.command()(click.argument("bars", metavar="BAR...", nargs=-1, required=True)(command))


def _decide(decision: str, bars: tuple[str, ...], by: str | None, note: str) -> None:
    import getpass

    from g4qc_core.bars.reasons import Decision
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.quarantine import decide

    decide(load_settings(), bars, Decision(decision), by or getpass.getuser(), note)


@_decision
def accept(**given: Any) -> None:
    """Vouch for bars that are merely suspect: they and the timeframes made of them are good from now on."""
    _decide("accept", **given)


@_decision
def drop(**given: Any) -> None:
    """Leave bars out for good: they stay in quarantine, and nobody is asked about them again."""
    _decide("drop", **given)


@_decision
def refetch(**given: Any) -> None:
    """Ask the gateway once more for the sessions of the bars, and make their months anew."""
    _decide("refetch", **given)
