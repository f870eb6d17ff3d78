"""Cursors for pages of bars: the start of the last bar, and marks of the query and of the series version."""

from __future__ import annotations

import base64
import binascii
import struct
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from g4qc_core.errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = struct.Struct(">4s4sq")
_FURTHEST = 253_402_300_799 * 10**6  # the end of the year 9999


def write_cursor(query: str, series: str, last: datetime) -> str:
    """Return the cursor that continues after a bar.

    Args:
        query: text that identifies the query.
        series: version of the series; pages of different versions do not fit together.
        last: start of the last bar, UTC.
    """
    packed = _FORM.pack(_mark(query), _mark(series), (last - _EPOCH) // timedelta(microseconds=1))
    return base64.urlsafe_b64encode(packed).decode()


def read_cursor(query: str, series: str, cursor: str) -> datetime:
    """Return the start of the last bar that was read, UTC.

    Args:
        query: text that identifies the query.
        series: current version of the series.
        cursor: text of `write_cursor`.

    Raises:
        UsageError: the cursor is malformed, belongs to another query, or the series has changed since.
    """
    try:
        packed = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        mark, version, micros = _FORM.unpack(packed)
    except (binascii.Error, struct.error, UnicodeEncodeError):
        raise UsageError("The cursor is not valid: leave it out to start from the beginning.") from None
    if mark != _mark(query) or not 0 <= micros <= _FURTHEST:
        raise UsageError("The cursor belongs to another query: change nothing but the cursor from page to page.")
    if version != _mark(series):
        raise UsageError("The roll calendar changed after the previous page: leave the cursor out to start again.")
    return _EPOCH + timedelta(microseconds=micros)


def _mark(query: str) -> bytes:
    return sha256(query.encode()).digest()[:4]
