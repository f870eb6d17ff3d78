"""Cursors for pages of trading decisions: the bar, the cause and the spec of the last one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

from g4qc_core.errors import UsageError
from g4qc_core.services.trading.shown.views import DecisionView
from g4qc_core.trading.order_refs import Cause, DecisionKey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CAUSES: dict[str, Cause] = {name: name for name in get_args(Cause)}


def write_decision_cursor(last: DecisionView) -> str:
    """Return the cursor that continues after a decision."""
    return f"{(last.bar - _EPOCH) // timedelta(microseconds=1)}.{last.cause}.{last.spec}"


def read_decision_cursor(account: str, cursor: str) -> DecisionKey:
    """Return the key of the last decision that was read.

    Args:
        account: whose decisions are read.
        cursor: text of `write_decision_cursor`.

    Raises:
        UsageError: the cursor is malformed.
    """
    micros, _, rest = cursor.partition(".")
    cause, _, spec = rest.partition(".")
    try:
        bar = _EPOCH + timedelta(microseconds=int(micros))
        key = DecisionKey(account, spec, _CAUSES[cause], bar) if spec else None
    except (ValueError, OverflowError, KeyError):
        key = None
    if key is None:
        raise UsageError("The cursor is not valid: leave it out to start from the beginning.")
    return key
