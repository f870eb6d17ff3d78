"""The newest session about whose minutes something is known."""

from __future__ import annotations

from datetime import date, timedelta

from g4qc_core.bars.minute_classes import missing
from g4qc_core.storage.stores import Stores

_LOOK_BACK = timedelta(days=365)


def newest_known_session(symbol: str, last: date, stores: Stores) -> date | None:
    """Return the trade date of the newest session with at least one answered minute.

    Args:
        symbol: the instrument.
        last: trade date of the last session to look at; sessions of the year before it count.
        stores: hold the quality of sessions.

    Returns:
        The oldest trade date with a quality row if no minute of any session was answered; None without such a row.
    """
    quality = stores.bars.quality(symbol, last - _LOOK_BACK, last)
    if quality.empty:
        return None
    days = quality.loc[missing(quality) < quality["expected"], "trade_date"]
    return max(days, default=quality["trade_date"].min()).date()
