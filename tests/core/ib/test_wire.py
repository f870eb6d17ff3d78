"""Frames arrive complete however a network splits them."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.ib.connection.tcp_wire import BadFrame, Wire


def pair() -> tuple[Wire, socket.socket]:
    here, there = socket.socketpair()
    return Wire(here), there


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=9000), max_size=6), st.lists(st.integers(1, 9000), min_size=1, max_size=20))
def test_the_frames_are_the_same_however_the_bytes_are_cut(messages: list[bytes], cuts: list[int]) -> None:
    wire, there = pair()
    stream = b"".join(struct.pack(">I", len(m)) + m for m in messages)

    def write() -> None:
        with there:
            rest = stream
            for size in cuts:
                there.sendall(rest[:size])
                rest = rest[size:]
            there.sendall(rest)

    writer = threading.Thread(target=write)
    writer.start()
    assert list(wire.frames()) == messages
    writer.join()
    wire.disconnect()


def test_an_unfinished_frame_is_counted_and_never_given() -> None:
    wire, there = pair()
    there.sendall(struct.pack(">I", 10) + b"half")
    there.shutdown(socket.SHUT_WR)
    assert list(wire.frames()) == []
    assert wire.unfinished == 8
    wire.disconnect()
    there.close()


def test_a_frame_longer_than_the_protocol_allows_is_bad() -> None:
    wire, there = pair()
    there.sendall(struct.pack(">I", 1 << 24))
    with pytest.raises(BadFrame):
        list(wire.frames())
    wire.disconnect()
    there.close()


def test_closing_wakes_a_reader_and_twice_is_once() -> None:
    wire, there = pair()

    def read() -> None:
        with contextlib.suppress(OSError):
            list(wire.frames())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    wire.disconnect()
    wire.disconnect()
    reader.join(10)
    assert not reader.is_alive()
    assert not wire.isConnected()
    there.close()


def test_sending_to_a_peer_that_is_gone_closes_the_wire_and_raises_nothing() -> None:
    wire, there = pair()
    there.close()
    assert wire.sendMsg(b"anybody?") == 0
    assert not wire.isConnected()
