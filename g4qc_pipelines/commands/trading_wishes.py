"""`g4qc trade stop`, `flatten` and `resolve`: wishes for the running trader, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.shown.overview import TradingOverview
from g4qc_core.services.trading.shown.trader_commands import CommandName, answered, ask
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json


def ask_trader(
    settings: Settings,
    command: CommandName,
    arguments: Mapping[str, Any],
    account: str | None,
    by: str,
    patience: float,
    as_json: bool,
) -> None:
    """Leave a wish, and print the trader's answer.

    Raises:
        UsageError: there is no such account or instrument.
        TradingRefused: no trader is running.
        TransientError: it has not answered in time.
    """
    registry = load_registry(settings.own_instruments)
    if arguments.get("symbol"):
        arguments = {**arguments, "symbol": registry[arguments["symbol"]].symbol}
    with open_stores(settings) as stores:
        chosen = TradingOverview(stores, registry, KillSwitch(settings.home, stores)).account(account)
        asked = ask(stores, chosen, command, arguments, by, datetime.now(UTC))
        if patience:
            asked = answered(stores, asked.id, patience)
    if as_json:
        echo_json(asked.model_dump(mode="json"))
    else:
        click.echo(asked.answer or f"Asked the trader of {asked.account} to {command}: number {asked.id}.")
