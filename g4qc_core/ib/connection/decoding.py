"""A tolerant version of `ibapi`'s decoder, for the spellings of 9.81 and 10.x.

`ibapi` parses an answer with bars number by number and drops all of it at the first invalid number. Here that bar gets
an attribute `unreadable` with its text, and the other bars are parsed. `ibapi` keeps date and clock of a contract's
last trade and drops the time zone after them; here the text stays whole.
"""

from __future__ import annotations

import inspect
import logging
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ibapi.comm import read_fields
from ibapi.common import BarData
from ibapi.contract import ContractDetails
from ibapi.decoder import Decoder
from ibapi.utils import decode

from g4qc_core.errors import UnreadableAnswer
from g4qc_core.sentences import counted

log = logging.getLogger(__name__)

BARS = b"17"
CONTRACT = b"10"
SEPARATE_END = 196
_LAST_TRADE_APART = 182
"""`SEPARATE_END` is the first protocol in which the end of an answer with bars is a separate message."""

# 9.81 reads the message id from the fields, 10.x takes it as an argument.
_ID_APART = len(inspect.signature(Decoder.interpret).parameters) > 2

# The version, and in 9.81 the message id before it.
_BEFORE_ARGUMENTS = 1 if _ID_APART else 2

_FIELDS_A_BAR = 8

UNSET = 1e30
"""Limit of valid numbers: a missing one is 0, -1, 2**127 - 1 or the largest float, far from any price or volume."""

_LARGEST_SIZE = 2**63 - 1

# Missing integers, in the sizes that Interactive Brokers uses.
_NO_SIZE = (b"", b"2147483647", b"9223372036854775807", b"-9223372036854775808")

# Position of the request id in the answers that requests await, by message id: the offset from the message id before
# a protocol, that protocol, and the offset from that protocol on.
_IDS: dict[bytes, tuple[int, int, int]] = {
    b"4": (2, 194, 1),
    b"10": (2, 164, 1),
    b"17": (1, 0, 1),
    b"52": (2, 0, 2),
    b"88": (1, 0, 1),
    b"106": (1, 0, 1),
    b"108": (1, 0, 1),
}


class TolerantDecoder(Decoder):
    """Calls the wrapper's methods for the messages of one connection."""

    def read(self, frame: bytes) -> None:
        """Decode a frame without its length.

        Raises:
            Exception: of any kind, if the message does not match its id.
        """
        head, _, rest = frame.partition(b"\0")
        if head == BARS:
            self._read_bars(frame.split(b"\0")[1:-1])
        else:
            self._interpret(int(head), read_fields(rest if _ID_APART else frame))

    def interpretWithSignature(self, fields: Sequence[bytes], handleInfo: Any) -> None:
        """Decode a message whose fields are the arguments of a callback.

        Raises:
            UnreadableAnswer: it has more or fewer fields, which `ibapi` would only log.
        """
        parameters = handleInfo.wrapperParams
        if parameters is not None and len(fields) - _BEFORE_ARGUMENTS != len(parameters) - 1:
            raise UnreadableAnswer(
                f"{counted(len(fields), 'field')} for the {len(parameters) - 1} of {handleInfo.wrapperMeth.__name__}"
            )
        super().interpretWithSignature(fields, handleInfo)

    def readLastTradeDate(self, fields: Iterator[bytes], contract: Any, isBond: bool) -> None:
        """Read the field of contract details that holds date, clock and zone of the last trade; called by `ibapi`."""
        text = decode(str, fields)
        if isBond:
            contract.maturity = text
        else:
            contract.contract.lastTradeDateOrContractMonth = text

    def _interpret(self, message_id: int, fields: Sequence[bytes]) -> None:
        # That of `ibapi` reports a message that it cannot read as a lost connection (508), or hides the reason.
        kind = self.msgId2handleInfo.get(message_id)
        if kind is None:
            log.debug("The gateway sent a message %s that this client does not know.", message_id)
        elif kind.wrapperMeth is not None:
            self.interpretWithSignature(fields, kind)
        else:
            kind.processMeth(self, iter(fields))

    def _read_bars(self, fields: Sequence[bytes]) -> None:
        separate = self.serverVersion >= SEPARATE_END
        head = 2 if separate else 4
        request_id, count = int(fields[0]), int(fields[head - 1])
        if len(fields) != head + count * _FIELDS_A_BAR:
            raise UnreadableAnswer(f"{counted(count, 'bar')} in {counted(len(fields) - head, 'field')}")
        for at in range(head, len(fields), _FIELDS_A_BAR):
            self.wrapper.historicalData(request_id, _bar(fields[at : at + _FIELDS_A_BAR]))
        if not separate:
            self.wrapper.historicalDataEnd(request_id, *(text.decode("ascii", "replace") for text in fields[1:3]))


def request_of(frame: bytes, protocol: int) -> int | None:
    """Return the id of the request that a frame answers; None if it names none."""
    fields = frame.split(b"\0", 3)
    before, changed, since = _IDS.get(fields[0], (0, 0, 0))
    place = before if protocol < changed else since
    try:
        return int(fields[place]) if 0 < place < len(fields) else None
    except ValueError:
        return None


def contract_named(frame: bytes, protocol: int, why: str) -> ContractDetails:
    """Return details that name a contract whose details cannot be read.

    Args:
        frame: the message without its length; fields that it lacks stay empty.
        protocol: protocol version of the connection.
        why: reason, stored in the attribute `unreadable`.
    """
    before, changed, since = _IDS[CONTRACT]
    old = protocol < changed
    at = (before if old else since) + 1
    texts = [field.decode("ascii", "replace").strip() for field in frame.split(b"\0")]
    apart = protocol >= _LAST_TRADE_APART

    def text(place: int) -> str:
        return texts[at + place] if at + place < len(texts) else ""

    entry = ContractDetails()
    described = entry.contract
    described.symbol, described.secType, described.lastTradeDateOrContractMonth = text(0), text(1), text(2)
    rest = 6 if apart else 5
    described.exchange, described.currency, described.localSymbol = (text(rest + n) for n in range(3))
    described.tradingClass = text(rest + 4)
    entry.contractMonth = text(rest + (15 if old else 14))
    entry.unreadable = why
    return entry


def _bar(fields: Sequence[bytes]) -> BarData:
    bar = BarData()
    bar.date = fields[0].decode("ascii", "replace").strip()
    bar.open, bar.high, bar.low, bar.close = map(_price, fields[1:5])
    bar.volume = _size(fields[5])
    # 9.81 has another name for the average price.
    setattr(bar, "wap" if hasattr(bar, "wap") else "average", _price(fields[6]))
    count = _size(fields[7])
    bar.barCount = Decimal(-1) if count is None else count
    if bar.volume is None or not all(map(math.isfinite, (bar.open, bar.high, bar.low, bar.close))):
        bar.unreadable = b",".join(fields).decode("ascii", "replace")
    return bar


def _price(text: bytes) -> float:
    try:
        price = float(text)
    except ValueError:
        return math.nan
    return price if abs(price) < UNSET else math.nan


def _size(text: bytes) -> Decimal | None:
    """Parse a number of contracts or trades: -1 if it is unknown, None if it is not a number."""
    if text in _NO_SIZE:
        return Decimal(-1)
    try:
        size = Decimal(text.decode("ascii", "replace"))
    except InvalidOperation:
        return None
    if not size.is_finite() or size.copy_abs() >= UNSET:
        return Decimal(-1)
    return size if size.copy_abs() <= _LARGEST_SIZE else None
