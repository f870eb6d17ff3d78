"""Bars in quarantine that a person names, whether that can be decided of them, and what has to be made anew then.

What commands and the API share. Must not record a decision, nor run anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from g4qc_core.bars.keys import BarKey, parse_bar_key
from g4qc_core.bars.reasons import Decision, Reason
from g4qc_core.errors import UsageError
from g4qc_core.instruments import Registry
from g4qc_core.sessions import SessionCalendar, calendar
from g4qc_core.storage.answers import session_at
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.keys import key_of


@dataclass(frozen=True)
class Chosen:
    """Bars that a key names, as `QuarantineStore.listed` lists them, with the trade date each counts to."""

    key: BarKey
    bars: pd.DataFrame
    trade_dates: list[date]


def choose_bars(keys: Sequence[str], decision: Decision, registry: Registry, stores: Stores) -> list[Chosen]:
    """The bars that the keys name, once this can be decided of all of them.

    Raises:
        UsageError: a key names no bar in quarantine, or one of which this cannot be decided.
    """
    parsed = list(dict.fromkeys(parse_bar_key(key, registry) for key in keys))
    chosen = [_choose(key, registry, stores) for key in parsed]
    for one in chosen:
        _check(one, decision, registry, stores)
    return chosen


def months_of(chosen: Iterable[Chosen]) -> list[str]:
    """Partitions that the bars belong to, ascending."""
    return sorted({key_of(one.key.symbol, day) for one in chosen for day in one.trade_dates})


def sessions_of(chosen: Iterable[Chosen]) -> list[tuple[str, str, date]]:
    """Instrument, contract and trade date of each session that holds one of the bars, ascending."""
    return sorted({(one.key.symbol, one.key.contract, day) for one in chosen for day in one.trade_dates})


def trade_dates(timestamps: pd.Series, sessions: SessionCalendar) -> list[date]:
    """The trade date that each bar counts to: outside every session, that of the last session before it."""
    return [_trade_date(instant.to_pydatetime(), sessions) for instant in timestamps]


def _trade_date(instant: datetime, sessions: SessionCalendar) -> date:
    # No market of these calendars is closed for two weeks.
    begun = sessions.sessions_between(instant - timedelta(days=14), instant + timedelta(minutes=1))
    return max((session.trade_date for session in begun), default=instant.date())


def _choose(key: BarKey, registry: Registry, stores: Stores) -> Chosen:
    listed = stores.quarantine.listed(key.symbol, key.first, key.last + timedelta.resolution)
    bars = listed[listed["contract"] == key.contract].reset_index(drop=True)
    if bars.empty:
        raise UsageError(
            f"{key} is not in quarantine: `g4qc quarantine list --instrument {key.symbol} --all` shows what is."
        )
    return Chosen(key, bars, trade_dates(bars["timestamp"], calendar(registry[key.symbol].calendar)))


def _check(chosen: Chosen, decision: Decision, registry: Registry, stores: Stores) -> None:
    """Raises UsageError when one of the bars cannot be decided of like that."""
    if decision is Decision.DROP:
        return
    symbol = chosen.key.symbol
    contracts = {contract.month: contract for contract in stores.contracts.chain(symbol)}
    contract = contracts.get(chosen.key.contract)
    for bar in chosen.bars.to_dict("records"):
        start = bar["timestamp"].to_pydatetime()
        name = BarKey(symbol, chosen.key.contract, start, start)
        if decision is Decision.ACCEPT and not Reason(bar["reason"]).acceptable:
            raise UsageError(
                f"{name} cannot be accepted, because it is not merely suspect but impossible ({bar['reason']}: "
                f"{bar['detail']}): drop it, or refetch it to ask the gateway again."
            )
        session = session_at(calendar(registry[symbol].calendar), start)
        known = session is not None and contract is not None and session.open < contract.last_trade_at
        if decision is Decision.REFETCH and not known:
            raise UsageError(f"{name} cannot be asked for again, because the contract has no session then: drop it.")
