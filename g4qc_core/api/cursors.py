"""Cursors of pages of bars: the last bar that was read, the query to which it belongs, and the series that it was.

Must not know how bars are read.
"""

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
    """The cursor after the bar that starts at `last`, of the query that the text describes.

    Args:
        series: version of what the query reads: pages of different ones do not fit together.
    """
    packed = _FORM.pack(_mark(query), _mark(series), (last - _EPOCH) // timedelta(microseconds=1))
    return base64.urlsafe_b64encode(packed).decode()


def read_cursor(query: str, series: str, cursor: str) -> datetime:
    """Start of the last bar that was read.

    Raises:
        UsageError: it is no cursor, one of another query, or the series is another one by now.
    """
    try:
        packed = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        mark, version, micros = _FORM.unpack(packed)
    except (binascii.Error, struct.error, UnicodeEncodeError):
        raise UsageError("The cursor is none of this server's: leave it out to begin at the beginning.") from None
    if mark != _mark(query) or not 0 <= micros <= _FURTHEST:
        raise UsageError("The cursor belongs to another query: change nothing but the cursor from page to page.")
    if version != _mark(series):
        raise UsageError("The roll calendar changed since the page before: leave the cursor out to begin anew.")
    return _EPOCH + timedelta(microseconds=micros)


def _mark(query: str) -> bytes:
    return sha256(query.encode()).digest()[:4]
