"""`g4qc trade start`: the trader in the foreground, until it is told to stop."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.launching.up_gateway import with_gateway_of_up


def run(settings: Settings, as_json: bool) -> None:
    """Trade until Ctrl-C, SIGTERM or `g4qc trade stop`; a second Ctrl-C ends at once.

    Without a gateway in the settings, it trades by that of the `g4qc up` which runs over the home.

    Raises:
        SettingsError: the trading file is missing or malformed.
        TradingRefused: the account, the limits or the gateway forbid it.
        TraderRunning: another process trades the account.
    """
    from g4qc_core.services.trading.trader import run_trader

    def tell(words: str) -> None:
        at = datetime.now(UTC)
        click.echo(json.dumps({"at": at.isoformat(), "words": words}) if as_json else f"{at:%Y-%m-%d %H:%M:%S} {words}")

    with open_stores(settings) as stores, _stopped_by_signals() as stop:
        run_trader(with_gateway_of_up(settings), load_registry(settings.own_instruments), stores, tell=tell, stop=stop)


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Yield an event that the first Ctrl-C or SIGTERM sets."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, end)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
