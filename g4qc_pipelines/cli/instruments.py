"""The commands `g4qc instruments ...`: known instruments, the user's own, and the gateway's description of them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import click

from g4qc_core.errors import UsageError
from g4qc_pipelines.cli.options import json_option


class DecimalParam(click.ParamType):
    """A decimal number as an option's value."""

    name = "NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a text to a `Decimal`."""
        try:
            return Decimal(value)
        except InvalidOperation:
            option = f"{param.opts[0]}: " if param else ""
            raise UsageError(f"{option}'{value}' is no number: write it like 0.25.") from None


@click.group()
def instruments() -> None:
    """Instruments: futures, and stocks, currency pairs and indices, which have no contract months.

    Your own instruments are in instruments.toml in G4QC_HOME, or in the file of G4QC_INSTRUMENTS.
    """


@instruments.command(name="list")
@json_option
def instruments_list(as_json: bool) -> None:
    """List all instruments, and whether the graph has them."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.instrument_entries import list_instruments

    list_instruments(load_settings(), as_json)


@instruments.command(name="add")
@click.argument("symbol")
@click.option("--kind", type=click.Choice(["FUT", "STK", "CASH", "IND"]), default="FUT", show_default=True)
@click.option("--ib-symbol", help="Interactive Brokers' symbol; default: SYMBOL.")
@click.option("--class", "trading_class", help="Trading class, where a symbol has several.")
@click.option("--local-symbol", help="Pattern of local symbols, like ZQ??, where one month has several contracts.")
@click.option("--exchange", help="In Interactive Brokers' spelling: CME, CBOT, NYMEX, COMEX, SMART, IDEALPRO ...")
@click.option("--currency")
@click.option("--name")
@click.option("--multiplier", type=DecimalParam(), help="Units in one contract, as the gateway states it.")
@click.option("--tick", "min_tick", type=DecimalParam(), help="Smallest price step, as the gateway states it.")
@click.option("--magnifier", "price_magnifier", type=click.IntRange(1), help="What prices of bars are multiplied by: "
              "100 in cents or pence.")  # fmt: skip
@click.option("--months", help="Codes of the months that are traded and rolled, like HMUZ.")
@click.option("--calendar", help="Session calendar: equity_index, fx, energy, metals, rates ...")
@click.option("--roll", help="Roll rule: volume, days_before_expiry(8), first_notice(2) ...")
@click.option("--roll-days", "roll_days_before_expiry", type=click.IntRange(0, 60), help="Days before the last trade "
              "date around which contracts are changed.")  # fmt: skip
@click.option("--fee", type=DecimalParam(), help="Commission and exchange fees, one side, one contract.")
@click.option("--max-move", type=DecimalParam(), help="Share of the close before that a price may move before it is "
              "suspect.")  # fmt: skip
@click.option("--max-minute-volume", type=click.IntRange(1), help="Volume of a minute above which it is suspect.")
@click.option("--flat-minutes", type=click.IntRange(2), help="Minutes in a row without a trade that are suspect.")
@click.option("--price-tolerance", type=click.IntRange(0), help="Ticks by which larger bars may differ from the "
              "gateway's.")  # fmt: skip
@click.option("--volume-tolerance", type=DecimalParam(), help="Share by which their volume may.")
@click.option("--replace", is_flag=True, help="Put it in the place of an instrument of that symbol.")
@click.option("--unchecked", is_flag=True, help="Do not ask the gateway: what you do not say is the usual value of the "
              "kind, or has to be given.")  # fmt: skip
@json_option
def instruments_add(symbol: str, kind: Any, replace: bool, unchecked: bool, as_json: bool, **given: Any) -> None:
    """Add SYMBOL to your own instruments.

    The gateway is asked for the product. Fields that you leave out come from its answer, or are guessed and marked as
    guesses; fields that you give have to agree with it. Limits default to those of the kind (docs/instruments.md).
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.instrument_entries import add_instrument

    add_instrument(load_settings(), symbol, kind, given, replace, not unchecked, as_json)


@instruments.command(name="remove")
@click.argument("symbol")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def instruments_remove(symbol: str, yes: bool, as_json: bool) -> None:
    """Remove SYMBOL from your own instruments and from the graph; its bars and results stay stored.

    Refused while a run works on it, or if G4QC_SYMBOLS, the backtests file or the rolls file names it.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.instrument_removal import remove_instrument

    remove_instrument(load_settings(), symbol, yes, as_json)


@instruments.command(name="check")
@click.argument("symbols", nargs=-1)
@json_option
def instruments_check(symbols: tuple[str, ...], as_json: bool) -> None:
    """Compare SYMBOLS, or all instruments, with the gateway's description; exit code 1 if they differ."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.instrument_entries import check_instruments

    check_instruments(load_settings(), symbols, as_json)


@instruments.command(name="contracts")
@click.argument("symbol")
@json_option
def instruments_contracts(symbol: str, as_json: bool) -> None:
    """List the contracts of SYMBOL that a gateway has described, and what is stored of each."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.chain_listing import list_contracts

    list_contracts(load_settings(), symbol, as_json)
