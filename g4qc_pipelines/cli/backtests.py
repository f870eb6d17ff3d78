"""The commands `g4qc backtests ...`: look at results, compare, make again, name and delete them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from g4qc_core.errors import UsageError
from g4qc_pipelines.cli.options import InstantParam, json_option

_EXAMPLES = """\b
Examples:
  g4qc backtests list --instrument ES --tag keep
  g4qc backtests compare 3f2a91c0 "The slow one"
  g4qc backtests rerun 3f2a91c0
  g4qc backtests rename 3f2a91c0 "Slow cross, 2 ticks"
  g4qc backtests tag 3f2a91c0 keep paper
  g4qc backtests delete 3f2a91c0
  g4qc backtests delete --spec sma_cross-ES-1h --older-than 30d --yes
"""


class AgeParam(click.ParamType):
    """An age in days, like 30d, or an instant; the value is the instant."""

    name = "AGE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a text to an instant, UTC."""
        if not isinstance(value, str):
            return value
        days = re.fullmatch(r"(\d{1,5})d", value)
        if days:
            return datetime.now(UTC) - timedelta(days=int(days[1]))
        try:
            return InstantParam().convert(value, param, ctx)
        except UsageError:
            raise UsageError(f"'{value}' is no age: write days like 30d, or a date like 2026-10-01.") from None


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select results."""
    options = (
        click.option("--spec", help="Name of the spec."),
        click.option("--strategy", help="Strategy, like sma_cross."),
        click.option("--instrument", help="Symbol, like ES."),
        click.option("--tag", "tags", multiple=True, help="A tag that they have; repeatable: all of them."),
        click.option("--older-than", "made_before", type=AgeParam(), help="Days like 30d, or a date like 2026-10-01."),
    )
    for option in reversed(options):
        command = option(command)
    return command


_result = click.argument("result")


@click.group(epilog=_EXAMPLES)
def backtests() -> None:
    """Results of backtests: list, show, compare, run again, rename, tag and delete them.

    RESULT is the id of a result or its beginning (at least 4 digits), its title, or the name of a spec with one result.
    """


@backtests.command(name="list")
@_filters
@click.option("--deleted", is_flag=True, help="Those that were deleted instead; no filter goes with it.")
@json_option
def backtests_list(deleted: bool, as_json: bool, **chosen: Any) -> None:
    """List results, newest first."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.result_list import list_deleted, list_results

    if deleted and any(chosen.values()):
        raise UsageError("--deleted lists all that were deleted: give no filter with it.")
    if deleted:
        list_deleted(load_settings(), as_json)
    else:
        list_results(load_settings(), chosen, as_json)


@backtests.command(name="show")
@_result
@json_option
def backtests_show(result: str, as_json: bool) -> None:
    """Show one result: its names, figures, notes, and the card: all that it was made of."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.result_list import show_result

    show_result(load_settings(), result, as_json)


@backtests.command(name="compare")
@click.argument("first")
@click.argument("second")
@json_option
def backtests_compare(first: str, second: str, as_json: bool) -> None:
    """Compare the results FIRST and SECOND: what differs, the figures, and whether the sessions can tell them apart.

    Session returns are paired by trade date and drawn again in blocks; the difference has the interval of these draws,
    each Sharpe ratio its standard error.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.result_checks import compare_two

    compare_two(load_settings(), first, second, as_json)


@backtests.command(name="rerun")
@_result
@json_option
def backtests_rerun(result: str, as_json: bool) -> None:
    """Run RESULT again on the stored bars, and compare every trade, equity value and figure, bit by bit.

    Exit code 0: all are equal. 1: they are not; each input that changed is named with both values. Nothing is stored.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.result_checks import rerun_result

    if not rerun_result(load_settings(), result, as_json):
        raise SystemExit(1)


@backtests.command(name="rename")
@_result
@click.argument("title")
@json_option
def backtests_rename(result: str, title: str, as_json: bool) -> None:
    """Show RESULT under TITLE; an empty TITLE restores the name of its spec.

    The title affects no number and no id; a later run of the same inputs keeps it.
    """
    from g4qc_core.settings import load_settings
    from g4qc_core.storage.result_stores.result_labels import LabelChange
    from g4qc_pipelines.commands.result_list import label_result

    label_result(load_settings(), result, LabelChange(title=title, titled=True), as_json)


@backtests.command(name="tag")
@_result
@click.argument("tags", nargs=-1, required=True)
@json_option
def backtests_tag(result: str, tags: tuple[str, ...], as_json: bool) -> None:
    """Add TAGS to RESULT: single words in lower case."""
    from g4qc_core.settings import load_settings
    from g4qc_core.storage.result_stores.result_labels import LabelChange
    from g4qc_pipelines.commands.result_list import label_result

    label_result(load_settings(), result, LabelChange(added=tags), as_json)


@backtests.command(name="untag")
@_result
@click.argument("tags", nargs=-1, required=True)
@json_option
def backtests_untag(result: str, tags: tuple[str, ...], as_json: bool) -> None:
    """Remove TAGS from RESULT."""
    from g4qc_core.settings import load_settings
    from g4qc_core.storage.result_stores.result_labels import LabelChange
    from g4qc_pipelines.commands.result_list import label_result

    label_result(load_settings(), result, LabelChange(removed=tags), as_json)


@backtests.command(name="note")
@_result
@click.argument("text")
@json_option
def backtests_note(result: str, text: str, as_json: bool) -> None:
    """Keep TEXT as the note of RESULT; an empty TEXT removes it.

    The note affects no number and no id; a later run of the same inputs keeps it.
    """
    from g4qc_core.settings import load_settings
    from g4qc_core.storage.result_stores.result_labels import LabelChange
    from g4qc_pipelines.commands.result_list import label_result

    label_result(load_settings(), result, LabelChange(note=text, noted=True), as_json)


@backtests.command(name="delete")
@click.argument("results", nargs=-1)
@_filters
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def backtests_delete(results: tuple[str, ...], yes: bool, as_json: bool, **chosen: Any) -> None:
    """Delete RESULTS, or all that the filters select, with trades, equity curve and report; all or none.

    The trial stays counted for its strategy, and running the same inputs again gives the same result. The key of a spec
    is removed too if it has no other result and no entry in the backtests file. Bars are never deleted.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.result_list import delete_results

    delete_results(load_settings(), results, chosen, yes, as_json)
