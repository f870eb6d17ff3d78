"""Sessions that people want asked again: what the ledger says of them no longer counts, from the next extraction on."""

from __future__ import annotations

from datetime import datetime

from g4qc_core.bars.windows import Window
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.chains import Wanted
from g4qc_core.storage.reopened_window_store import ReopenedWindow
from g4qc_core.storage.stores import Stores


def reopen(instrument: Instrument, wanted: Wanted, stores: Stores, at: datetime) -> None:
    """The next extraction asks for these sessions again, whatever was answered about them before.

    Args:
        at: when the person wished it, UTC.
    """
    stores.reopened.reopen(instrument.symbol, _spans(wanted), at)


def as_if_reopened(wanted: Wanted, after_request: int) -> list[ReopenedWindow]:
    """What `reopen` would leave of these sessions, when `after_request` is the ledger's last."""
    return [ReopenedWindow(month, start, end, after_request) for month, (start, end) in _spans(wanted)]


def _spans(wanted: Wanted) -> list[tuple[str, Window]]:
    """One window a contract: its sessions follow one another."""
    return [(c.month, (sessions[0].open, sessions[-1].close)) for c, sessions in wanted.items() if sessions]
