"""Traders: who trades which account, how it is, what it was asked to do, and its log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import trade_commands, trade_log, trade_starts, traders

_traders, _commands, _log, _starts = traders.c, trade_commands.c, trade_log.c, trade_starts.c


@dataclass(frozen=True)
class TraderRecord:
    """A trader as it reported itself last.

    Attributes:
        address: of the gateway, `host:port`.
        state: `starting`, `trading`, `waiting` (no connection), `stopped` or `failed`.
        why: the reason of that state; often empty.
        heartbeat_at: of its last sign of life, by this machine's clock, UTC.
        gateway_time: the gateway's clock then, UTC.
        stopped_at: UTC; None while it should be running.
        specs: names of the traded specs.
        limits: used and limit by name.
        values: figures of the account by the broker's tag.
    """

    account: str
    host: str
    pid: int
    client_id: int
    address: str
    state: str
    started_at: datetime
    heartbeat_at: datetime
    why: str = ""
    gateway_time: datetime | None = None
    stopped_at: datetime | None = None
    specs: Sequence[str] = ()
    limits: Mapping[str, Any] | None = None
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class TraderCommand:
    """A wish of a person: `flatten`, `stop` or `resolve`."""

    id: int
    account: str
    command: str
    arguments: Mapping[str, Any]
    by: str
    at: datetime
    done_at: datetime | None = None
    answer: str | None = None


@dataclass(frozen=True)
class LogLine:
    """One line of a trader's log; `level` is `info`, `warning` or `error`, `subject` an instrument, a spec or a ref."""

    id: int
    account: str
    at: datetime
    level: str
    subject: str
    words: str


class TraderStore:
    """Traders, their commands and their log, of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, trader: TraderRecord) -> None:
        """Store a trader's report; it replaces the one before."""
        row = {
            **vars(trader),
            "specs": list(trader.specs),
            "limits": dict(trader.limits or {}),
            "values": dict(trader.values or {}),
        }
        given = insert(traders).values(**row)
        newest = {name: given.excluded[name] for name in row if name != "account"}
        with self._database.transaction() as connection:
            connection.execute(given.on_conflict_do_update(index_elements=["account"], set_=newest))

    def all(self) -> list[TraderRecord]:
        """Return every trader that ever ran, by account."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(traders).order_by(_traders.account)).mappings()
            return [TraderRecord(**row) for row in rows]

    def started(self, account: str, spec: str, backtest: Mapping[str, Any], at: datetime) -> datetime:
        """Return when a traded spec began; a changed backtest begins a new one.

        Args:
            account: that trades.
            spec: name of the traded spec.
            backtest: its backtest spec with the window of trading, JSON-safe; `trade_from` does not count.
            at: by the gateway's clock, UTC.
        """
        row = {"account": account, "spec": spec, "backtest": dict(backtest), "started_at": at}
        mine = (_starts.account == account) & (_starts.spec == spec)
        with self._database.transaction() as connection:
            connection.execute(insert(trade_starts).values(**row).on_conflict_do_nothing())
            known = connection.execute(select(_starts.backtest, _starts.started_at).where(mine)).one()
            if _but_begin(known.backtest) == _but_begin(backtest):
                return known.started_at
            connection.execute(update(trade_starts).where(mine).values(backtest=dict(backtest), started_at=at))
        return at

    def starts(self, account: str | None = None) -> list[tuple[str, str, Mapping[str, Any], datetime]]:
        """Return account, spec, backtest and start of every traded spec."""
        chosen = select(_starts.account, _starts.spec, _starts.backtest, _starts.started_at)
        if account is not None:
            chosen = chosen.where(_starts.account == account)
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(_starts.account, _starts.spec))
            return [(row.account, row.spec, row.backtest, row.started_at) for row in rows]

    def ask(self, account: str, command: str, arguments: Mapping[str, Any], by: str, at: datetime) -> int:
        """Leave a command for the trader of an account; return its number."""
        row = {"account": account, "command": command, "arguments": dict(arguments), "by": by, "at": at}
        with self._database.transaction() as connection:
            return int(connection.execute(insert(trade_commands).values(**row).returning(_commands.id)).scalar_one())

    def waiting(self, account: str) -> list[TraderCommand]:
        """Return the commands that nobody has done yet, oldest first."""
        chosen = select(trade_commands).where(_commands.account == account, _commands.done_at.is_(None))
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(_commands.id)).mappings()
            return [TraderCommand(**row) for row in rows]

    def done(self, number: int, answer: str, at: datetime) -> None:
        """Note that a command was done, with what came of it."""
        with self._database.transaction() as connection:
            connection.execute(update(trade_commands).where(_commands.id == number).values(done_at=at, answer=answer))

    def command(self, number: int) -> TraderCommand | None:
        """Return a command; None if there is none of this number."""
        with self._database.transaction() as connection:
            row = connection.execute(select(trade_commands).where(_commands.id == number)).mappings().first()
        return None if row is None else TraderCommand(**row)

    def say(self, account: str, lines: Sequence[tuple[str, str, str, datetime]]) -> None:
        """Write lines of the log: level, subject, words, and the instant in UTC."""
        names = ("level", "subject", "words", "at")
        rows = [{"account": account, **dict(zip(names, line, strict=True))} for line in lines]
        if rows:
            with self._database.transaction() as connection:
                connection.execute(insert(trade_log), rows)

    def log(self, account: str, most: int = 100, after: int = 0, before: int | None = None) -> list[LogLine]:
        """Return the last lines of the log with a number above `after` and below `before`, newest first."""
        chosen = select(trade_log).where(_log.account == account, _log.id > after)
        if before is not None:
            chosen = chosen.where(_log.id < before)
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(_log.id.desc()).limit(most)).mappings()
            return [LogLine(**row) for row in rows]


def _but_begin(backtest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in backtest.items() if name != "trade_from"}
