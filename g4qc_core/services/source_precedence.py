"""The order of sources by instrument and window, and the months whose bars that count change with it."""

from __future__ import annotations

from datetime import date, datetime

from g4qc_core.bars.source_choice import GATEWAY, SourceRule
from g4qc_core.errors import UsageError, unknown
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.chosen_bars import record_raw_version
from g4qc_core.services.quality.source_comparison import overlapping_months
from g4qc_core.storage.bar_stores.version_store import RAW, outdated
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE


def prefer(instrument: Instrument, rule: SourceRule, stores: Stores, now: datetime) -> list[date]:
    """Let sources count in this order from now on, and record the bars that count in the months that it touches.

    Args:
        instrument: the instrument.
        rule: sources by rank, and the window.
        stores: the stores.
        now: UTC.

    Returns:
        The first days of the months, ascending, whose minutes were validated from other bars than those that count.

    Raises:
        UsageError: a source is unknown or named twice, or the window is reversed.
    """
    known = {span.source for span in stores.source_bars.spans(instrument.symbol)} | {GATEWAY}
    for name in rule.sources:
        if name not in known:
            raise unknown("source of bars", name, known)
        if rule.sources.count(name) > 1:
            raise UsageError(f"The source {name} is named twice: name each once, the first one above all.")
    if rule.first is not None and rule.last is not None and rule.last < rule.first:
        raise UsageError(f"The window ends on {rule.last}, before it begins on {rule.first}.")
    stores.precedence.add(instrument.symbol, rule, now)
    months = overlapping_months(instrument, rule.first, rule.last, stores)
    for month in months:
        record_raw_version(instrument, month, stores)
    old = outdated(stores.versions.versions(instrument.symbol), ONE_MINUTE.name, RAW)
    return [month for month in months if (instrument.symbol, month) in old]
