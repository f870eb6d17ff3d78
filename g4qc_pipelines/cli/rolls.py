"""The command `g4qc rolls`: dates and gaps of an instrument's rolls, by each rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from g4qc_core.roll_rules import RULE_DEFINITIONS
from g4qc_pipelines.cli.options import json_option

if TYPE_CHECKING:
    from g4qc_core.instruments.registry import Instrument
    from g4qc_core.settings import Settings

_RULES = "\n\n".join(f"{form}: {definition}" for form, definition in RULE_DEFINITIONS.items())


@click.command(
    epilog=f"The first trade date of the next contract by each rule:\n\n{_RULES}\n\n"
    "Business days are those on which the exchange settles: a holiday with a short session is none."
)
@click.argument("symbol")
@click.option(
    "--rule", "--roll", help="Only this roll rule, like volume or 'days_before_expiry(5)'; made if there is none yet."
)
@click.option("--remove", is_flag=True, help="Remove the roll calendar by --rule, which is made no more then.")
@json_option
def rolls(symbol: str, rule: str | None, remove: bool, as_json: bool) -> None:
    """Show the rolls of SYMBOL: their dates by each rule, the gap, and whether a rule or the user set them.

    Prices, gap and source belong to the first rule, which is the instrument's own unless --rule names another.
    """
    from g4qc_core.settings import load_settings

    if remove:
        _remove(load_settings(), symbol, rule, as_json)
    else:
        _show(load_settings(), symbol, rule, as_json)


def _remove(settings: Settings, symbol: str, rule: str | None, as_json: bool) -> None:
    from g4qc_core.errors import UsageError
    from g4qc_core.instruments.registry import load_registry
    from g4qc_core.roll_rules import parse_rule
    from g4qc_core.services.rolls.instrument_rolls import forget_rolls
    from g4qc_core.storage.stores import open_stores
    from g4qc_pipelines.commands.printing import echo_json

    if rule is None:
        raise UsageError("Say which roll calendar to remove with --rule.")
    instrument, wanted = load_registry(settings.own_instruments)[symbol], str(parse_rule(rule))
    with open_stores(settings) as stores:
        forget_rolls(instrument, wanted, stores, settings)
    if as_json:
        echo_json({"symbol": symbol, "removed": wanted})
        return
    click.echo(f"The roll calendar of {symbol} by {wanted} is removed; `g4qc rolls` makes it again when asked.")


def _show(settings: Settings, symbol: str, rule: str | None, as_json: bool) -> None:
    from g4qc_core.errors import UsageError
    from g4qc_core.futures.rolls.roll_calendar import implausible_gaps, rule_name
    from g4qc_core.instruments.registry import load_registry
    from g4qc_core.roll_rules import parse_rule
    from g4qc_core.services.rolls.instrument_rolls import current_rolls, make_rolls
    from g4qc_core.storage.stores import open_stores
    from g4qc_pipelines.commands.printing import echo_json

    instrument = load_registry(settings.own_instruments)[symbol]
    wanted = rule_name(instrument) if rule is None else str(parse_rule(rule))
    with open_stores(settings) as stores:
        made = current_rolls(instrument, stores, settings)
        if rule is not None and wanted not in [one.rule for one in made]:
            made = make_rolls(instrument, stores, settings, [wanted])
    made = [one for one in made if rule is None or one.rule == wanted]
    if not made:
        raise UsageError(f"{symbol} has no roll calendar yet: extract some bars, or materialize `roll_calendar`.")
    if as_json:
        echo_json(_document(symbol, made))
        return
    _print(instrument, made)
    for sentence in implausible_gaps(instrument, made[0].rolls):
        click.echo(f"Look at this: {sentence}")


def _document(symbol: str, made: Sequence[Any]) -> dict[str, Any]:
    from g4qc_core.services.rolls.roll_page import roll_table

    table = roll_table(made).astype(object)
    return {
        "symbol": symbol,
        "rule": made[0].rule,
        "front": made[0].front,
        "bars_from": made[0].bars_from,
        "bars_to": made[0].bars_to,
        "rules": [one.rule for one in made],
        "rolls": table.where(table.notna(), None).to_dict("records"),
    }


def _print(instrument: Instrument, made: Sequence[Any]) -> None:
    from rich.table import Table

    from g4qc_core.instruments.price_text import price_text
    from g4qc_core.services.rolls.roll_page import roll_table
    from g4qc_pipelines.commands.printing import wide_console

    rules = [one.rule for one in made]
    table = Table(title=f"{instrument.symbol}: rolls by {rules[0]}; front {made[0].front}, bars to {made[0].bars_to}")
    for name in ("from", "to", *rules):
        table.add_column(name)
    for name in ("old price", "new price", "gap"):
        table.add_column(name, justify="right")
    for name in ("source", "note"):
        table.add_column(name, overflow="fold")
    for _, roll in roll_table(made).iterrows():
        prices = [price_text(instrument, roll[name]) for name in ("from_price", "to_price", "gap")]
        # A rule without this roll has no text there.
        dates = [roll[rule] if isinstance(roll[rule], str) else "-" for rule in rules]
        table.add_row(roll["from_contract"], roll["to_contract"], *dates, *prices, roll["source"], roll["note"])
    wide_console(190).print(table)
