"""Wishes for a running trader: they are left in the database, and the trader answers there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from g4qc_core.errors import NotFound, TradingRefused, TransientError
from g4qc_core.services.trading.shown.overview import trader_view
from g4qc_core.services.trading.shown.views import CommandView
from g4qc_core.storage.stores import Stores

CommandName = Literal["flatten", "stop", "resolve"]

_LOOK_AGAIN = 0.2  # seconds


def ask(
    stores: Stores, account: str, command: CommandName, arguments: Mapping[str, Any], by: str, now: datetime
) -> CommandView:
    """Leave a command for the running trader of an account.

    Args:
        stores: of the database.
        account: that the trader trades.
        command: `flatten` with `{}` or `{"symbol": "ES"}`, `stop` with `{}`, or `resolve` with
            `{"symbol": "ES", "adopt": False, "note": ""}`.
        arguments: of the command.
        by: who asks.
        now: this machine's clock, UTC.

    Raises:
        TradingRefused: no trader of the account is up; only a running one can ask the broker.
    """
    record = next((one for one in stores.traders.all() if one.account == account), None)
    if record is None or not trader_view(record, now).up:
        if command == "stop":
            raise TradingRefused(f"No trader of {account} is running.")
        raise TradingRefused(
            f"No trader of {account} is running, and only a running one can {command}, because it asks the broker: "
            "start it with `g4qc trade start`."
        )
    return asked(stores, stores.traders.ask(account, command, arguments, by, now))


def asked(stores: Stores, number: int) -> CommandView:
    """Return a command with its answer, if there is one yet.

    Raises:
        NotFound: there is none of this number.
    """
    found = stores.traders.command(number)
    if found is None:
        raise NotFound(f"There is no command {number}.")
    return CommandView(**{**vars(found), "arguments": dict(found.arguments)})


def answered(stores: Stores, number: int, patience: float) -> CommandView:
    """Wait for the answer to a command.

    Args:
        stores: of the database.
        number: of the command.
        patience: seconds to wait.

    Raises:
        TransientError: the trader has not answered in time; it may still do so.
    """
    deadline = time.monotonic() + patience
    while True:
        found = asked(stores, number)
        if found.done_at is not None:
            return found
        if time.monotonic() > deadline:
            raise TransientError(
                f"The trader of {found.account} has not answered within {patience:.0f} s: it may still do so; "
                "`g4qc trade status` says how it is."
            )
        time.sleep(_LOOK_AGAIN)
