"""The quarantined bars of one instrument that match a selection, for listings and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from g4qc_core.bars.quarantine.selection import BarKey, Selection, by_gravity, trade_dates
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.segments import BEGINNING, END
from g4qc_core.instruments.registry import Instrument
from g4qc_core.storage.bar_stores.quarantine_store import QuarantineStore


def read_selected(
    store: QuarantineStore, instrument: Instrument, selection: Selection, keys: Sequence[BarKey] = ()
) -> pd.DataFrame:
    """Return the bars that match, decided or not, with the gravest reason first.

    Args:
        store: decisions about quarantined bars.
        instrument: the instrument.
        selection: the criteria.
        keys: if there are any, only bars that one of them names.

    Returns:
        A frame with the columns of `QuarantineStore.listed` and trade_date (date); each bar once.
    """
    start, end = selection.window
    if keys:
        start = max(filter(None, (start, min(key.first for key in keys))))
        end = min(filter(None, (end, max(key.last for key in keys) + timedelta.resolution)))
    listed = store.listed(instrument.symbol, start or BEGINNING, end or END)
    if keys:
        named = pd.Series(False, index=listed.index)
        for key in keys:
            named |= (listed["contract"] == key.contract) & listed["timestamp"].between(key.first, key.last)
        listed = listed[named].reset_index(drop=True)
    bars = listed.assign(trade_date=trade_dates(listed["timestamp"], calendar(instrument.calendar)))
    return by_gravity(bars[selection.matches(bars)])
