"""What a trader hands to each of its sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.traded.traded_file import TradedFile
from g4qc_core.services.trading.traded.traded_specs import TradedUnit
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.limits import TradingLimits

if TYPE_CHECKING:
    from g4qc_core.services.trading.trading_session import TradingSession

Tell = Callable[[str, str, str], None]


@dataclass(frozen=True)
class SessionParts:
    """What a session works with.

    Attributes:
        account: that trades.
        limits: of the trading file.
        traded: specs and portfolios.
        stores: of the database.
        switch: the kill switch.
        started_at: when the process of the trader began, by this machine's clock, UTC.
        tell: receives level, subject and words.
        report: called about once a second with the state and what is used of the limits.
    """

    account: str
    limits: TradingLimits
    traded: TradedFile
    stores: Stores
    switch: KillSwitch
    started_at: datetime
    tell: Tell
    report: Callable[[TradingSession], None]

    @property
    def units(self) -> Sequence[TradedUnit]:
        """Everything that holds a position: specs, and lanes of portfolios."""
        return self.traded.units

    def beginning(self, now: datetime) -> str:
        """Return what a session says when it begins at `now`, UTC: what is traded, and when it decides next."""
        names = ", ".join(self.traded.names)
        ends = [end for unit in self.units if (end := unit.series.bars.next_end(now)) is not None]
        if not ends:
            return f"Trading {names}."
        return f"Trading {names}. The next bar closes at {min(ends):%Y-%m-%d %H:%M} UTC."
