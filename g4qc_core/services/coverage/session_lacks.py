"""Why sessions have no reliable bars of a timeframe.

`completeness` decides which sessions a reader needs; this module finds the reason for each one that lacks bars.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from g4qc_core.bars.missing_sessions import Lack
from g4qc_core.bars.quarantine.decisions import undecided, unsound_contracts
from g4qc_core.calendars.session_calendar import Session, calendar, month_window
from g4qc_core.instruments.registry import Instrument
from g4qc_core.storage.bar_stores.presence_store import ContractWindow
from g4qc_core.storage.bar_stores.version_store import MonthVersion
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE


@dataclass(frozen=True)
class NeededSession:
    """A requested session and the contract that is read then; the contract is empty if none is known."""

    session: Session
    contract: str

    @property
    def window(self) -> ContractWindow:
        """The contract and the session's edges."""
        return self.contract, self.session.open, self.session.close

    @property
    def day(self) -> date:
        """The trade date."""
        return self.session.trade_date


def lacks_of(
    asked: Sequence[NeededSession],
    stores: Stores,
    instrument: Instrument,
    timeframe: str,
    versions: Iterable[MonthVersion],
) -> dict[NeededSession, Lack | None]:
    """Return the sessions without reliable bars of the timeframe and the reasons; None: no bars are expected."""
    has = stores.presence.bars(instrument.symbol, timeframe, [one.window for one in asked])
    versions = list(versions)
    stale = _stale_months(versions, timeframe)
    lacking = [one for one, there in zip(asked, has, strict=True) if not there]
    lacks = _lacks(lacking, stores, instrument, timeframe) if lacking else {}
    made = {version.month for version in versions if version.kind == timeframe} - stale
    lacks |= dict.fromkeys(_left_out(lacks, made, stores, instrument), Lack.LEFT_OUT)
    outdated = [one for one, there in zip(asked, has, strict=True) if there and one.day.replace(day=1) in stale]
    return lacks | dict.fromkeys(outdated, Lack.STALE)


def _left_out(
    lacks: Mapping[NeededSession, Lack | None], made: Collection[date], stores: Stores, instrument: Instrument
) -> list[NeededSession]:
    """Return the sessions without bars of the timeframe because their contract has too many bars in quarantine.

    Args:
        lacks: sessions without bars, with the reason found so far.
        made: months for which the timeframe was derived from the current minutes.
        stores: the stores.
        instrument: the instrument.
    """
    found = [one for one, lack in lacks.items() if lack is Lack.NOT_DERIVED and one.day.replace(day=1) in made]
    unsound = {month: _unsound(stores, instrument, month) for month in {one.day.replace(day=1) for one in found}}
    return [one for one in found if one.contract in unsound[one.day.replace(day=1)]]


def _unsound(stores: Stores, instrument: Instrument, month: date) -> Collection[str]:
    """Return the contracts of the month with too many bars in quarantine to derive timeframes."""
    sessions = calendar(instrument.calendar).sessions(month, month_window(month)[1])
    waiting = undecided(stores.quarantine.listed(instrument.symbol, sessions[0].open, sessions[-1].close))
    quality = stores.bars.quality(instrument.symbol, month, month_window(month)[1])
    good = quality.groupby("contract")["traded"].sum()
    return unsound_contracts(waiting, {str(contract): int(count) for contract, count in good.items()})


def _stale_months(versions: Iterable[MonthVersion], timeframe: str) -> set[date]:
    """Return the months whose minutes differ from those that the timeframe was made from."""
    if timeframe == ONE_MINUTE.name:
        return set()
    versions = list(versions)
    made_of = {version.month: version.made_of for version in versions if version.kind == timeframe}
    minutes = {version.month: version.version for version in versions if version.kind == ONE_MINUTE.name}
    return {month for month, version in minutes.items() if made_of.get(month) != version}


def _lacks(
    lacking: Sequence[NeededSession], stores: Stores, instrument: Instrument, timeframe: str
) -> dict[NeededSession, Lack | None]:
    """Return why each session has no bars of the timeframe; None: nothing traded, or the contract had not begun."""
    symbol, present = instrument.symbol, stores.presence
    days = [one.day for one in lacking]
    rows = stores.bars.quality(symbol, min(days), max(days)).to_dict("records")
    quality = {(str(row["contract"]), row["trade_date"].date()): row for row in rows}
    windows = [one.window for one in lacking]
    minutes = np.zeros(len(lacking), bool)
    if timeframe != ONE_MINUTE.name:
        minutes = present.bars(symbol, ONE_MINUTE.name, windows)
    raw = present.raw(symbol, windows)
    heads = stores.contracts.heads(symbol)
    ends = {contract.month: contract.last_trade_at for contract in stores.contracts.chain(symbol) if contract.expires}
    found: dict[NeededSession, Lack | None] = {}
    for one, has_minutes, has_raw in zip(lacking, minutes, raw, strict=True):
        row = quality.get((one.contract, one.day))
        if has_minutes or (row is not None and row["traded"] > 0):
            found[one] = Lack.NOT_DERIVED
        elif row is not None:
            found[one] = _of_row(row)
        elif has_raw:
            found[one] = Lack.NOT_VALIDATED
        elif one.contract in heads and one.session.close <= heads[one.contract]:
            found[one] = None
        else:
            over = one.contract in ends and one.session.open >= ends[one.contract]
            found[one] = Lack.NO_CONTRACT if over or (ends and not one.contract) else Lack.NEVER_ASKED
    return found


def _of_row(row: Mapping[Hashable, Any]) -> Lack | None:
    """Return the first reason, of those that the user can act on, why a session has no validated minute."""
    for name, lack in (("failed", Lack.FAILED), ("never_asked", Lack.NEVER_ASKED), ("quarantined", Lack.QUARANTINED)):
        if row[name] > 0:
            return lack
    return None
