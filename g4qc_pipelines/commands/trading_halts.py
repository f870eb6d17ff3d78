"""`g4qc trade halt` and `release`: the kill switch."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from g4qc_core.errors import G4qcError
from g4qc_core.home import private_home
from g4qc_core.services.trading.orders.kill_switch import HALT_FILE, KillSwitch, write_halt
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_core.storage.trading_stores.safety_store import EVERY_ACCOUNT, Halt
from g4qc_pipelines.commands.printing import echo_json


def turn_on(settings: Settings, account: str, by: str, why: str, as_json: bool) -> None:
    """Turn the kill switch on, by the file first, so that it holds even if the database does not answer.

    Raises:
        UsageError: no account is called so.
        DatabaseUnavailable, DatabaseRefused: the file is written, the row is not.
    """
    private_home(settings.home)
    file = settings.home / HALT_FILE
    halt = write_halt(file, Halt(account, datetime.now(UTC), by, why))
    try:
        with open_stores(settings) as stores:
            halt = KillSwitch(settings.home, stores).turn_on(by, why, halt.at, account)
    except G4qcError:
        click.echo(f"The kill switch is on by {file} for traders of this home, and not yet in the database.", err=True)
        raise
    if as_json:
        echo_json({"account": halt.account, "at": halt.at.isoformat(), "by": halt.by, "why": halt.why})
    else:
        click.echo(
            f"The kill switch is on for {_of(halt.account)} ({halt.by}: {halt.why}). No order but one of `g4qc trade "
            "flatten` leaves until `g4qc trade release`; positions and orders at the broker stay as they are."
        )


def turn_off(settings: Settings, account: str | None, as_json: bool) -> None:
    """Turn the kill switch off, and say what still halts."""
    with open_stores(settings) as stores:
        switch = KillSwitch(settings.home, stores)
        ended = switch.turn_off(account)
        left = switch.halts(account)
    if as_json:
        echo_json({"released": [one.account for one in ended], "halted": [one.account for one in left]})
        return
    for one in ended:
        click.echo(f"Released {_of(one.account)} ({one.by}: {one.why}).")
    if not ended:
        click.echo("Nothing was halted." if account is None else f"{account} was not halted by itself.")
    for one in left:
        click.echo(f"The kill switch is still on for {_of(one.account)} ({one.by}: {one.why}).")


def _of(account: str) -> str:
    return "all accounts" if account == EVERY_ACCOUNT else account
