"""What a person asks of a running trader: stop, flatten, resolve."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from g4qc_core.sentences import listing
from g4qc_core.storage.trading_stores.trader_store import TraderCommand
from g4qc_core.trading.reconciliation import BrokerDifference

if TYPE_CHECKING:
    from g4qc_core.services.trading.trading_session import TradingSession


class CommandDesk:
    """Obeys commands on one connection; each answer is stored with its command."""

    def __init__(self, session: TradingSession) -> None:
        self._session = session

    def obey(self, command: TraderCommand, now: datetime) -> None:
        """Do what a command asks, and store the answer."""
        parts = self._session.parts
        if command.at < parts.started_at:
            # Whoever asked a trader that has ended since then may want something else by now.
            answer = "the trader was restarted meanwhile: ask again"
        elif command.command == "stop":
            self._session.stopping, answer = True, "the trader stops"
        elif command.command == "flatten":
            answer = self._flatten(str(command.arguments.get("symbol") or ""), command.by, now)
        elif command.command == "resolve":
            answer = self._resolve(command, now)
        else:
            answer = f"the trader knows no command {command.command!r}"
        parts.stores.traders.done(command.id, answer, now)
        parts.tell("info", parts.account, f"{command.by} asked for {command.command}: {answer}.")

    def _flatten(self, symbol: str, by: str, now: datetime) -> str:
        """End positions and orders, and lock the instruments, so that no bar opens a position again."""
        parts = self._session.parts
        chosen = [spec for spec in self._session.specs if symbol in ("", spec.unit.instrument.symbol)]
        for spec in chosen:
            wish = BrokerDifference(
                spec.unit.instrument.symbol, "flattened", f"no position, as {by} wished", "the same"
            )
            parts.stores.safety.lock(parts.account, wish, now)
            spec.flatten(now)
        if not chosen:
            return f"{symbol} is not traded here"
        names = listing([spec.name for spec in chosen])
        return f"{names}: orders to end all positions were made; they stay out of the market until they are resolved"

    def _resolve(self, command: TraderCommand, now: datetime) -> str:
        """Unlock an instrument, because a person has looked; with `adopt`, the broker's positions become ours first."""
        session, stores, account = self._session, self._session.parts.stores, self._session.parts.account
        symbol, note = str(command.arguments.get("symbol") or ""), str(command.arguments.get("note") or "")
        if symbol not in {unit.instrument.symbol for unit in session.parts.units}:
            return f"{symbol or 'nothing'} is not traded here"
        if command.arguments.get("adopt"):
            session.reconciler.adopt(session.broker, symbol, f"{command.by}: {note}", now)
        ended = stores.safety.resolve(account, symbol, command.by, note, now)
        session.reconcile("resolve")
        if any(lock.symbol == symbol for lock in stores.safety.locks(account)):
            return f"{symbol} is locked again, because the two sides still disagree: say adopt, or correct the account"
        return f"{symbol} is unlocked" if ended else f"{symbol} was not locked"
