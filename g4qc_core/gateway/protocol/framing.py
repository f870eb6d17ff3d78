"""Frames and fields: the protocol's numbers and texts, and the byte stream cut into messages."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterable
from decimal import Decimal

MAX_REQUEST = 1 << 20
"""Longest frame that a client may send; a request of this protocol has a few hundred bytes."""

_HEADER = struct.Struct(">I")
_PREFIX = b"API\0"


class MalformedFrame(Exception):
    """The byte stream cannot be cut into messages; the connection is dropped."""


class MalformedRequest(Exception):
    """A client's message cannot be parsed; the answer is an error, and reading continues."""


def number(value: float) -> str:
    """Return the shortest decimal text, without an exponent, that parses to the same float.

    >>> number(0.00005), number(6000.0)
    ('0.00005', '6000.0')
    """
    text = repr(float(value))
    return format(Decimal(text), "f") if "e" in text else text


def frame(fields: Iterable[str]) -> bytes:
    """Return a frame: the length, then each field followed by a NUL.

    Text beyond ASCII is escaped; clients unescape it.
    """
    body = "\0".join(fields) + "\0"
    encoded = body.encode("ascii", "backslashreplace")
    return _HEADER.pack(len(encoded)) + encoded


async def read_offer(reader: asyncio.StreamReader) -> tuple[int, int]:
    """Return the lowest and highest version that a new client offers.

    Raises:
        MalformedFrame: the first bytes are no handshake.
        asyncio.IncompleteReadError: the client went away.
    """
    if await reader.readexactly(len(_PREFIX)) != _PREFIX:
        raise MalformedFrame("the first bytes are no handshake")
    offer = (await _read_frame(reader)).decode("ascii", "replace")
    versions = offer.split(" ")[0].removeprefix("v").split("..")
    try:
        return int(versions[0]), int(versions[-1])
    except ValueError:
        raise MalformedFrame(f"the handshake offers no versions: {offer!r}") from None


async def read_request(reader: asyncio.StreamReader) -> list[str]:
    """Return the fields of the next message.

    Raises:
        MalformedFrame: its stated length is too long, so the next message cannot be found.
        MalformedRequest: it is empty or does not end with a NUL.
        asyncio.IncompleteReadError: the client went away.
    """
    frame = await _read_frame(reader)
    if not frame.endswith(b"\0"):
        raise MalformedRequest(f"the message of {len(frame)} bytes does not end with a NUL")
    return frame[:-1].decode("utf-8", "replace").split("\0")


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if length > MAX_REQUEST:
        raise MalformedFrame(f"a message claims {length} bytes")
    return await reader.readexactly(length)
