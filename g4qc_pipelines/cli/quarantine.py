"""The commands `g4qc quarantine ...`: list quarantined bars and decide about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from g4qc_pipelines.cli.options import DateParam, InstantParam, from_option, json_option, to_option

if TYPE_CHECKING:
    from g4qc_core.bars.quarantine.selection import Selection


@click.group()
def quarantine() -> None:
    """Bars that failed validation.

    A bar is named by instrument, contract month and start in UTC, like ES/202612/2026-10-05T13:30Z; a run of bars by
    its first and last start, like ES/202612/2026-10-05T13:30Z..2026-10-05T14:10Z. Without names, options select bars: a
    bar has to meet all of them.
    """


def _selecting(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select bars."""
    for option in reversed(
        [
            click.option("--instrument", "instruments", multiple=True, help="Symbol, like ES; may be repeated."),
            click.option("--contract", "contracts", multiple=True, help="Contract month like 202612; may be repeated."),
            click.option("--reason", "reasons", multiple=True, help="Like spike; may be repeated."),
            click.option("--session", "sessions", type=DateParam(), multiple=True, help="Trade date; may be repeated."),
            from_option,
            to_option,
            click.option("--start", type=InstantParam(), help="Start of the first bar, UTC."),
            click.option("--end", type=InstantParam(), help="Start of the last bar, included, UTC."),
        ]
    ):  # fmt: skip
        command = option(command)
    return command


@quarantine.command(name="list")
@_selecting
@click.option("--all", "decided", is_flag=True, help="Bars that somebody accepted or dropped, too.")
@json_option
def quarantine_list(decided: bool, as_json: bool, **criteria: Any) -> None:
    """List bars that await a decision, each with good bars around it, its reason and earlier decisions.

    The gravest reason comes first.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.quarantine_review import list_quarantine

    list_quarantine(load_settings(), _selection(**criteria), decided, as_json)


def _decision(command: Callable[..., None]) -> click.Command:
    """Add the arguments and options that all decisions share."""
    command = click.option("--json", "as_json", is_flag=True, help="Print what --dry-run shows as JSON.")(command)
    command = click.option("--dry-run", is_flag=True, help="Only show what would be decided, and what runs then.")(
        command
    )
    command = click.option("--yes", "sure", is_flag=True, help="Do not ask for a confirmation.")(command)
    command = click.option("--note", default="", help="Why; kept with the decision.")(command)
    command = click.option("--by", help="Who decides; default: the user of this computer.")(command)
    return quarantine.command()(click.argument("bars", metavar="[BAR]...", nargs=-1)(_selecting(command)))


def _decide(
    decision: str,
    bars: tuple[str, ...],
    by: str | None,
    note: str,
    sure: bool,
    dry_run: bool,
    as_json: bool,
    **criteria: Any,
) -> None:
    import getpass

    from g4qc_core.bars.quarantine.reasons import Decision
    from g4qc_core.errors import UsageError
    from g4qc_core.services.quarantine.review import DecisionRequest
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.quarantine_review import preview

    asked = DecisionRequest(Decision(decision), bars, _selection(**criteria))
    if as_json and not dry_run:
        raise UsageError("--json prints what would be decided: give --dry-run with it.")
    if dry_run:
        preview(load_settings(), asked, as_json)
    else:
        from g4qc_pipelines.commands.quarantine_deciding import decide

        decide(load_settings(), asked, by or getpass.getuser(), note, sure)


def _selection(reasons: tuple[str, ...], **criteria: Any) -> Selection:
    from g4qc_core.bars.quarantine.selection import Selection, parse_reasons

    return Selection(reasons=parse_reasons(reasons), **criteria)


@_decision
def accept(**given: Any) -> None:
    """Accept bars that are merely suspect: they and the timeframes made of them count as good."""
    _decide("accept", **given)


@_decision
def drop(**given: Any) -> None:
    """Leave bars out for good: they stay in quarantine and await no further decision."""
    _decide("drop", **given)


@_decision
def refetch(**given: Any) -> None:
    """Request the sessions of the bars once more from the gateway, and rebuild their months."""
    _decide("refetch", **given)


@_decision
def reopen(**given: Any) -> None:
    """Undo decisions about bars: they await a decision again, and accepted ones are left out."""
    _decide("reopen", **given)
