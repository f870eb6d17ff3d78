"""Errors about the simulated gateway advise for it, and never for an account's."""

from __future__ import annotations

import re
import socket

import pytest

from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import G4qcError
from g4qc_core.ib.advice import ACCOUNT, SIMULATED, Advice, advice_for, origin_of
from g4qc_core.ib.codes import TABLE
from g4qc_core.ib.connection.dialling import probe_gateway
from g4qc_core.ib.ib_source import IbSource
from tests.core.ib.scripted import Peer, error, frame, scripted

OF_AN_ACCOUNT = re.compile(
    r"TWS|IB Gateway|trusted|data subscription|: subscribe|\baccount|logged in|on its screen", re.IGNORECASE
)

HANG_UPS = [lambda peer: peer.hang(), lambda peer: None, lambda peer: peer.shake_hands(100), lambda peer: _deaf(peer)]


def _deaf(peer: Peer) -> None:
    peer.shake_hands()
    peer.hang()


def said(port: int, advice: Advice) -> str:
    with IbSource("127.0.0.1", port, 11, 0.3, 0.3, advice=advice) as source, pytest.raises(G4qcError) as raised:
        source.server_time()
    return str(raised.value)


@pytest.mark.parametrize(
    ("account", "advice"), [("SIM000001", SIMULATED), ("REPLAY001", SIMULATED), ("DU1234567", ACCOUNT)]
)
def test_the_account_decides_the_advice(account: str, advice: Advice) -> None:
    assert advice_for(origin_of(account)) is advice


def test_a_gateway_of_which_nothing_is_known_is_taken_for_an_accounts() -> None:
    assert advice_for(None) is ACCOUNT


@pytest.mark.parametrize("play", HANG_UPS)
def test_no_connection_to_the_simulated_gateway_ends_in_advice_for_an_account(play: object) -> None:
    with scripted(play) as port:  # type: ignore[arg-type]
        text = said(port, SIMULATED)
    assert not OF_AN_ACCOUNT.search(text), text
    assert "g4qc gateway" in text


def test_a_simulated_gateway_that_has_ended_names_what_starts_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    text = said(port, advice_for(Origin.REPLAY))
    assert text.startswith(f"Nothing listens at 127.0.0.1:{port}: the simulated gateway has ended")
    assert not OF_AN_ACCOUNT.search(text), text
    assert OF_AN_ACCOUNT.search(said(port, ACCOUNT))


def test_the_source_remembers_which_gateway_it_met() -> None:
    def once(peer: Peer) -> None:
        peer.start("SIM000001")
        peer.serve_time(0)

    with scripted(once) as port:
        source = IbSource("127.0.0.1", port, 11, 5, 5, advice=ACCOUNT)
        assert source.origin is Origin.SIMULATED
    source.close()
    with source, pytest.raises(G4qcError, match="the simulated gateway has ended"):
        source.server_time()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.code}-{row.pattern}")
def test_no_code_of_the_simulated_gateway_speaks_of_an_account(row: object) -> None:
    assert not OF_AN_ACCOUNT.search(SIMULATED.meaning(row))  # type: ignore[arg-type]
    assert ACCOUNT.meaning(row) == row.text  # type: ignore[attr-defined, arg-type]


def test_an_error_that_the_simulated_gateway_plays_says_so() -> None:
    def play(peer: Peer) -> None:
        peer.shake_hands()
        peer.read_until(71)
        peer.send(frame(15, 1, "SIM000001"), frame(9, 1, 1))
        peer.send(error(peer.read_until(9)[2], 354, "Requested market data is not subscribed."))
        peer.hang()

    with scripted(play) as port, IbSource("127.0.0.1", port, 11, 5, 5) as source, pytest.raises(G4qcError) as raised:
        source.products("FUT", "ES")
    assert "plays an error of a real one" in str(raised.value)


def test_a_probe_takes_no_client_id() -> None:
    read: list[int] = []

    def play(peer: Peer) -> None:
        peer.shake_hands()
        read.extend(peer.socket.recv(100))

    with scripted(play) as port:
        assert probe_gateway("127.0.0.1", port, 5, ACCOUNT) >= 157
    assert read == []
