"""Each fault of a connection ends in a typed error within the deadline, or has no effect."""

from __future__ import annotations

import re
import socket
import struct
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import ibapi.client
import pandas as pd
import psutil
import pytest

from g4qc_core.bars.bar_source import BarRequest, Origin, PartlyUnreadable
from g4qc_core.errors import (
    ClientIdInUse,
    ClientTooOld,
    ContractNotFound,
    DefinitionMissing,
    G4qcError,
    GatewayDisconnected,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnavailable,
    NoData,
    PacingViolation,
    PermissionDenied,
    RequestCancelled,
    UnreadableAnswer,
)
from g4qc_core.ib.connection.builds import Build
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import load_registry
from g4qc_core.timeframes import ONE_MINUTE
from tests.core.ib.contracts import ESZ5
from tests.core.ib.scripted import Peer, bar, contract_data, error, frame, history, scripted

BUILD = Build.installed()
START = datetime(2025, 10, 1, 14, 0, tzinfo=UTC)
FIRST = int(START.timestamp())
LATER = FIRST + 86400 * 3


def minutes(count: int) -> list[tuple[object, ...]]:
    return [bar(FIRST + 60 * i) for i in range(count)]


def window(count: int) -> BarRequest:
    return BarRequest(ESZ5, ONE_MINUTE, START, START + timedelta(minutes=count))


def source(port: int, timeout: float = 5.0, **more: Any) -> IbSource:
    return IbSource("127.0.0.1", port, 11, connect_timeout=timeout, request_timeout=timeout, **more)


def fetch(play: Callable[[Peer, str], None], count: int = 3, timeout: float = 5.0) -> pd.DataFrame:
    """Return the bars that a source gets if `play`, called with the request's id, answers its request of history."""

    def script(peer: Peer) -> None:
        peer.start()
        peer.serve_time(LATER)
        play(peer, peer.read_until(20)[1])
        peer.hang()

    with scripted(script) as port, source(port, timeout) as ib:
        return ib.bars(window(count))


# -- connecting


def test_nobody_listening_is_one_sentence_that_says_what_to_switch_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        source(port) as ib,
        pytest.raises(GatewayUnavailable, match=f"Nothing listens at 127.0.0.1:{port}: start"),
    ):
        ib.server_time()


def test_a_host_that_does_not_exist_names_the_setting() -> None:
    with (
        IbSource("no-such-host.invalid", 4002, 11, connect_timeout=5) as ib,
        pytest.raises(GatewayUnavailable, match="G4QC_IB_HOST"),
    ):
        ib.server_time()


def test_a_peer_that_accepts_and_stays_silent_fails_at_the_deadline() -> None:
    with (
        scripted(Peer.hang) as port,
        source(port, 0.3) as ib,
        pytest.raises(GatewayUnavailable, match=r"said nothing for 0\.3 s"),
    ):
        ib.server_time()


def test_a_peer_that_nobody_accepts_for_fails_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        with source(port, 0.3) as ib, pytest.raises(GatewayUnavailable):
            ib.server_time()


def test_a_gateway_that_waits_for_its_login_fails_at_the_deadline() -> None:
    def script(peer: Peer) -> None:
        peer.shake_hands()
        peer.hang()

    with (
        scripted(script) as port,
        source(port, 0.3) as ib,
        pytest.raises(GatewayUnavailable, match=r"not ready within 0\.3 s"),
    ):
        ib.server_time()


def reset(peer: Peer) -> None:
    """Hangs up as a process does that dies with our message unread."""
    peer.shake_hands()
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.socket.close()


@pytest.mark.parametrize("hang_up", [lambda peer: None, lambda peer: peer.shake_hands(), reset])
def test_a_peer_that_hangs_up_before_it_is_ready_is_unavailable(hang_up: Callable[[Peer], object]) -> None:
    with (
        scripted(hang_up) as port,
        source(port) as ib,
        pytest.raises(GatewayUnavailable, match="closed the connection"),
    ):
        ib.server_time()


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", frame("hello", "world")])
def test_a_server_of_another_kind_is_refused_for_good(greeting: bytes) -> None:
    with (
        scripted(lambda peer: peer.send(greeting)) as port,
        source(port) as ib,
        pytest.raises(GatewayRefused, match="no gateway"),
    ):
        ib.server_time()


def test_a_protocol_older_than_all_that_are_spoken_here_is_refused_for_good() -> None:
    with (
        scripted(lambda peer: peer.shake_hands(100)) as port,
        source(port) as ib,
        pytest.raises(GatewayRefused, match="speaks protocol 100"),
    ):
        ib.server_time()


@pytest.mark.parametrize(
    ("minimum", "words"),
    [(BUILD.newest + 1, "10.x build" if BUILD.newest < 200 else "newer release"), (213, "newer release of G4QC")],
)
def test_a_gateway_that_speaks_only_newer_protocols_names_the_newer_client(minimum: int, words: str) -> None:
    with (
        scripted(lambda peer: peer.shake_hands(minimum)) as port,
        source(port, max_protocol=200) as ib,
        pytest.raises(ClientTooOld, match=f"speaks newer than this client: it wants protocol {minimum}.*{words}"),
    ):
        ib.server_time()


@pytest.mark.parametrize("told", ["before", "after"])
@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("The API client's version is below the minimum version 163.", ClientTooOld, "speaks newer than this client"),
        ("The TWS is out of date and must be upgraded.", GatewayRefused, "update TWS"),
    ],
)
def test_a_gateway_that_refuses_a_version_says_whose_is_too_old(
    told: str, text: str, kind: type[G4qcError], words: str
) -> None:
    def script(peer: Peer) -> None:
        if told == "after":
            peer.shake_hands()
            peer.read_until(71)
        peer.send(error(-1, 503, text))

    with scripted(script) as port, source(port) as ib, pytest.raises(kind, match=f"{words}.*503: {re.escape(text)}"):
        ib.server_time()


@pytest.mark.parametrize(("account", "lines"), [("DU1234567", 1), ("SIM000001", 0)])
def test_a_protocol_that_the_client_cannot_speak_is_told_once_for_an_account(account: str, lines: int) -> None:
    newest, told = min(BUILD.newest, 200), []

    def script(peer: Peer) -> None:
        peer.start(account, version=newest)
        peer.hang()

    with scripted(script) as port, source(port, max_protocol=200, tell=told.append) as ib:
        assert ib.origin is ib.origin
    assert len(told) == (lines if newest < 200 else 0)
    assert all(f"speaks protocol {newest}" in line and "G4QC_IB_MAX_PROTOCOL allows 200" in line for line in told)


@pytest.mark.parametrize("limit", [157, 178, 200, 999])
def test_the_offer_never_exceeds_the_setting_the_client_or_the_text_protocol(limit: int) -> None:
    offers: list[str] = []

    def script(peer: Peer) -> None:
        offers.append(peer.shake_hands())
        peer.read_until(71)
        peer.send(frame(9, 1, 1), frame(15, 1, "SIM000001"))
        peer.hang()

    with scripted(script) as port, source(port, max_protocol=limit) as ib:
        assert ib.origin is Origin.SIMULATED
    assert offers == [f"v100..{min(limit, 200, ibapi.client.MAX_CLIENT_VER)}"]


def test_a_handshake_in_single_bytes_is_a_handshake() -> None:
    def script(peer: Peer) -> None:
        peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in frame(157, "20251122 12:00:00 CST"):
            peer.send(bytes([byte]))
        peer.read_until(71)
        peer.send(frame(15, 1, "DU1"), frame(9, 1, 1))
        peer.serve_time(LATER)
        peer.hang()

    def play(peer: Peer) -> None:
        peer._take(4)
        peer._take(4 + len("v100..157"))
        script(peer)

    with scripted(play) as port, source(port) as ib:
        assert ib.origin is Origin.ACCOUNT


def test_a_client_id_in_use_is_tried_again_and_then_an_error() -> None:
    def script(peer: Peer) -> None:
        peer.shake_hands()
        peer.read_until(71)
        peer.send(error(-1, 326, "Unable to connect as the client id is already in use."))

    pauses: list[float] = []
    with (
        scripted(script) as port,
        source(port, sleep=pauses.append) as ib,
        pytest.raises(ClientIdInUse, match="G4QC_IB_CLIENT_ID") as caught,
    ):
        ib.server_time()
    assert pauses == [2.0, 5.0, 10.0]
    assert caught.value.code == 326


def test_a_client_id_that_becomes_free_is_taken() -> None:
    def busy(peer: Peer) -> None:
        peer.shake_hands()
        peer.read_until(71)
        peer.send(error(-1, 326, "El id de cliente ya esta en uso"))

    def free(peer: Peer) -> None:
        peer.start()
        peer.serve_time(LATER)
        peer.hang()

    with scripted(busy, free) as port, source(port, sleep=lambda seconds: None) as ib:
        assert ib.server_time() == datetime.fromtimestamp(LATER, UTC)


# -- losing a connection


def test_a_connection_closed_in_the_middle_of_a_request_fails_it() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.socket.shutdown(socket.SHUT_RDWR)

    with pytest.raises(GatewayDisconnected, match="closed the connection"):
        fetch(play)


def test_a_connection_closed_in_the_middle_of_a_message_fails_the_request() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(history(request_id, *minutes(100))[:2000])
        peer.socket.shutdown(socket.SHUT_RDWR)

    with pytest.raises(GatewayDisconnected):
        fetch(play, 100)


def test_a_connection_that_was_lost_is_opened_again_by_the_next_call() -> None:
    def lose(peer: Peer) -> None:
        peer.start()
        peer.read_until(49)

    def serve(peer: Peer) -> None:
        peer.start()
        peer.serve_time(LATER)
        peer.hang()

    with scripted(lose, serve) as port, source(port) as ib:
        with pytest.raises(GatewayDisconnected):
            ib.server_time()
        assert ib.server_time() == datetime.fromtimestamp(LATER, UTC)


def test_all_open_requests_fail_when_the_connection_ends() -> None:
    both_asked = threading.Event()

    def script(peer: Peer) -> None:
        peer.start()
        peer.read_until(9)
        peer.read_until(9)
        both_asked.set()

    def ask(ib: IbSource) -> None:
        try:
            ib.chain(load_registry()["ES"])
        except G4qcError as failure:
            failures.append(type(failure))

    failures: list[type] = []
    with scripted(script) as port, source(port) as ib:
        assert ib.origin is Origin.SIMULATED
        threads = [threading.Thread(target=ask, args=(ib,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert both_asked.is_set()
    assert failures == [GatewayDisconnected, GatewayDisconnected]


def test_a_peer_that_vanished_without_a_word_is_noticed_by_its_pulse() -> None:
    def play(peer: Peer, request_id: str) -> None:
        assert peer.read_until(49)
        peer.hang()

    with pytest.raises(GatewayDisconnected, match="has been silent"):
        fetch(play, timeout=0.6)


def test_closing_fails_the_request_of_another_thread() -> None:
    asked = threading.Event()

    def script(peer: Peer) -> None:
        peer.start()
        peer.read_until(49)
        asked.set()
        peer.hang()

    failures: list[str] = []
    with scripted(script) as port, source(port) as ib:

        def ask() -> None:
            try:
                ib.server_time()
            except GatewayDisconnected as failure:
                failures.append(str(failure))

        thread = threading.Thread(target=ask)
        thread.start()
        asked.wait()
        ib.close()
        thread.join()
    assert "closed here" in failures[0]


def test_a_closed_source_leaves_no_socket_and_no_thread() -> None:
    def script(peer: Peer) -> None:
        peer.start()
        peer.serve_time(LATER)
        peer.hang()

    process = psutil.Process()
    with scripted(script) as port:
        for _ in range(3):
            with source(port) as ib:
                ib.server_time()
        ours = [c for c in process.net_connections() if c.raddr and c.raddr.port == port]
        assert not [c for c in ours if c.status == psutil.CONN_ESTABLISHED]
        assert not [t for t in threading.enumerate() if t.name.startswith("ib-")]


@pytest.mark.slow
def test_a_process_that_never_closes_its_source_exits() -> None:
    def script(peer: Peer) -> None:
        peer.start()
        peer.serve_time(LATER)
        peer.hang()

    with scripted(script) as port:
        code = f"""
            from g4qc_core.ib.ib_source import IbSource
            source = IbSource("127.0.0.1", {port}, 11)
            print(source.server_time().timestamp())
        """
        run = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (run.returncode, run.stdout.strip()) == (0, str(float(LATER)))


# -- reading


@pytest.mark.parametrize("cut", [4096, 8192, 12288])
@pytest.mark.slow
def test_a_pause_after_a_multiple_of_4096_bytes_loses_nothing(cut: int) -> None:
    """ibapi's own reader loses the data that it read before a pause of more than a second."""

    def play(peer: Peer, request_id: str) -> None:
        message = history(request_id, *minutes(400))
        assert len(message) > cut
        peer.send(message[:cut])
        peer.stopping.wait(1.3)
        peer.send(message[cut:])

    assert len(fetch(play, 400)) == 400


def test_a_message_of_exactly_4096_bytes_arrives() -> None:
    def play(peer: Peer, request_id: str) -> None:
        padding = 4096 - len(error(-1, 2106, "")) - len(history(request_id, *minutes(3)))
        peer.send(error(-1, 2106, "x" * padding) + history(request_id, *minutes(3)))

    assert len(fetch(play)) == 3


@pytest.mark.slow
def test_bytes_that_trickle_in_are_progress() -> None:
    def play(peer: Peer, request_id: str) -> None:
        message = history(request_id, *minutes(50))
        size = len(message) // 8 + 1
        for at in range(0, len(message), size):
            peer.send(message[at : at + size])
            peer.stopping.wait(0.2)

    assert len(fetch(play, 50, timeout=1.5)) == 50


@pytest.mark.slow
def test_a_request_without_an_answer_times_out_though_the_gateway_lives() -> None:
    cancelled: list[list[str]] = []

    def play(peer: Peer, request_id: str) -> None:
        while True:
            fields = peer.read()
            if fields[0] == "49":
                peer.send(frame(49, 1, LATER))
            if fields[0] == "25":
                cancelled.append(fields)

    with pytest.raises(GatewayTimeout, match=r"ES 202512, 1min bars.*no answer within 1\.5 s"):
        fetch(play, timeout=1.5)
    assert [fields[0] for fields in cancelled] == ["25"]


@pytest.mark.slow
def test_an_answer_after_the_deadline_belongs_to_nobody() -> None:
    def script(peer: Peer) -> None:
        peer.start()
        peer.serve_time(LATER)
        late = peer.read_until(20)[1]
        while (fields := peer.read())[0] != "25":
            peer.send(frame(49, 1, LATER))
        assert fields[2] == late
        peer.send(
            error(
                late,
                162,
                f"Historical Market Data Service error message:API historical data query cancelled: {late}",
            ),
            error(late, 366, f"No historical data query found for ticker id:{late}"),
            history(late, *(bar(FIRST + 60 * i, 999.0) for i in range(3))),
        )
        again = peer.read_until(20)[1]
        assert again != late
        peer.send(history(again, *minutes(3)))
        peer.hang()

    with scripted(script) as port, source(port, 1.5) as ib:
        with pytest.raises(GatewayTimeout):
            ib.bars(window(3))
        assert ib.bars(window(3))["open"].tolist() == [100.25] * 3


def test_messages_nobody_asked_for_do_not_matter() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(
            frame(9999, 1, "a message of the future"),
            frame(62, "too", "many", "fields", "for", "this"),
            frame(63, 1),
            frame(11, "cut", "short"),
            frame(59, 1, "0001", "2.25", "USD", "", "", ""),
            error(4711, 366, "No historical data query found for ticker id:4711"),
            history(4711, *minutes(2)),
            frame(52, 1, 4711),
            frame(88, 4711, FIRST),
            history(request_id, *minutes(3)),
        )

    assert len(fetch(play)) == 3


def test_an_answer_that_cannot_be_read_fails_its_request_and_leaves_the_connection_to_the_next() -> None:
    def script(peer: Peer) -> None:
        peer.start()
        peer.serve_time(LATER)
        request_id = peer.read_until(20)[1]
        peer.send(frame(17, request_id, "start", "end", 3, *bar(FIRST), "what is this"))
        peer.send(history(peer.read_until(20)[1], *minutes(3)))
        peer.hang()

    with scripted(script) as port, source(port) as ib:
        with pytest.raises(UnreadableAnswer, match="message 17 that cannot be read"):
            ib.bars(window(3))
        assert len(ib.bars(window(3))) == 3


@pytest.mark.parametrize("garbled", ["?", "nothing", "1,"])
@pytest.mark.parametrize("field", range(8))
def test_one_field_of_a_bar_that_is_no_number_costs_no_other_bar(field: int, garbled: str) -> None:
    bars: list[list[object]] = [list(one) for one in minutes(3)]
    bars[1][field] = garbled

    def play(peer: Peer, request_id: str) -> None:
        peer.send(history(request_id, *map(tuple, bars)))

    if field in (6, 7):  # an average price and a number of trades that are not known
        kept = fetch(play)
        assert len(kept) == 3
        assert pd.isna(kept["wap"][1]) == (field == 6)
        assert kept["count"].tolist() == [3, -1 if field == 7 else 3, 3]
    else:
        with pytest.raises(PartlyUnreadable, match="1 of the gateway's bars cannot be read") as told:
            fetch(play)
        assert told.value.bars["timestamp"].tolist() == [START, START + timedelta(minutes=2)]


@pytest.mark.parametrize("request_id", ["{}", "what is this"])
def test_a_description_that_cannot_be_read_is_told_as_that_and_not_as_a_lost_connection(request_id: str) -> None:
    def script(peer: Peer) -> None:
        peer.start()
        asked = peer.read_until(9)[2]
        peer.send(contract_data(request_id.format(asked), min_tick="?"), frame(52, 1, asked))
        peer.serve_time(LATER)
        peer.hang()

    with scripted(script) as port, source(port) as ib:
        with pytest.raises(UnreadableAnswer, match="The contracts of ES: the gateway sent a message 10"):
            ib.chain(load_registry()["ES"])
        assert ib.server_time() == datetime.fromtimestamp(LATER, UTC)


def test_an_answer_that_comes_in_spite_of_what_was_said_before_counts() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(error(request_id, 10167, "Requested market data is not subscribed. Displaying delayed market data."))
        peer.send(history(request_id, *minutes(3)))

    assert len(fetch(play)) == 3


@pytest.mark.slow
def test_what_was_said_about_a_request_that_then_gets_no_answer_is_why_it_failed() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(error(request_id, 10167, "Requested market data is not subscribed. Displaying delayed market data."))
        peer.serve_time(LATER)

    with pytest.raises(PermissionDenied, match="10167"):
        fetch(play, timeout=0.5)


def test_a_frame_of_impossible_length_ends_the_connection() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(b"\x7f\xff\xff\xff")

    with pytest.raises(GatewayDisconnected, match="no message"):
        fetch(play)


# -- messages of the gateway


def test_warnings_about_a_request_do_not_end_it() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(
            error(request_id, 2174, "time zone"),
            error(request_id, 2188, "new"),
            error(request_id, 165, "query"),
        )
        peer.send(history(request_id, *minutes(3)))

    assert len(fetch(play)) == 3


def no_definition(peer: Peer, request_id: str) -> None:
    peer.send(error(request_id, 200, "No security definition has been found for the request"))


def test_a_contract_that_was_known_is_not_given_up_at_the_first_word() -> None:
    with pytest.raises(DefinitionMissing, match="ask again after 10 minutes") as caught:
        fetch(no_definition)
    assert caught.value.code == 200


@pytest.mark.parametrize(("passed", "kind"), [(599.0, DefinitionMissing), (600.0, ContractNotFound)])
def test_a_contract_is_gone_when_the_gateway_still_says_so_ten_minutes_later(
    passed: float, kind: type[G4qcError]
) -> None:
    def script(peer: Peer) -> None:
        peer.start()
        peer.serve_time(LATER)
        while True:
            no_definition(peer, peer.read_until(20)[1])

    now = [1000.0]
    with scripted(script) as port, source(port, clock=lambda: now[0]) as ib:
        with pytest.raises(DefinitionMissing):
            ib.bars(window(3))
        now[0] += passed
        with pytest.raises(kind):
            ib.bars(window(3))


def test_an_answer_forgets_that_the_contract_seemed_gone() -> None:
    def script(peer: Peer) -> None:
        peer.start()
        peer.serve_time(LATER)
        no_definition(peer, peer.read_until(20)[1])
        peer.send(history(peer.read_until(20)[1], *minutes(3)))
        no_definition(peer, peer.read_until(20)[1])
        peer.hang()

    now = [1000.0]
    with scripted(script) as port, source(port, clock=lambda: now[0]) as ib:
        with pytest.raises(DefinitionMissing):
            ib.bars(window(3))
        assert len(ib.bars(window(3))) == 3
        now[0] += 3600
        with pytest.raises(DefinitionMissing):
            ib.bars(window(3))


def test_a_chain_is_not_given_up_at_the_first_word_and_gone_ten_minutes_later() -> None:
    def script(peer: Peer) -> None:
        peer.start()
        while True:
            no_definition(peer, peer.read_until(9)[2])

    now = [1000.0]
    with scripted(script) as port, source(port, clock=lambda: now[0]) as ib:
        for passed in (0.0, 599.0):
            now[0] = 1000.0 + passed
            with pytest.raises(DefinitionMissing, match="ask again after 10 minutes"):
                ib.chain(load_registry()["ES"])
        now[0] += 1.0
        with pytest.raises(ContractNotFound):
            ib.chain(load_registry()["ES"])


def test_no_data_is_said_by_the_gateway_and_never_by_a_text_that_is_not_understood() -> None:
    def says(text: str) -> Callable[[Peer, str], None]:
        return lambda peer, request_id: peer.send(error(request_id, 162, text))

    with pytest.raises(NoData):
        fetch(says("Historical Market Data Service error message:HMDS query returned no data: ESZ5@CME Trades"))
    with pytest.raises(RequestCancelled, match="El servicio"):
        fetch(says("El servicio de datos no tiene datos"))


def test_an_empty_answer_is_no_data_and_not_an_empty_frame() -> None:
    with pytest.raises(NoData, match="sent 0 bars"):
        fetch(lambda peer, request_id: peer.send(history(request_id)))


def test_bars_beside_the_window_are_no_data_and_the_text_says_so() -> None:
    with pytest.raises(NoData, match="sent 3 bars, 0 of them in the window"):
        fetch(lambda peer, request_id: peer.send(history(request_id, *(bar(FIRST - 600 + 60 * i) for i in range(3)))))


def test_open_requests_fail_when_the_gateway_lost_their_data() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(error(-1, 1100, "Connectivity between IB and TWS has been lost."))
        peer.send(error(-1, 1101, "Connectivity has been restored - data lost."))

    with pytest.raises(RequestCancelled, match="ask again"):
        fetch(play)


@pytest.mark.slow
def test_a_gateway_without_its_servers_is_unavailable() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(error(-1, 1100, "Connectivity between IB and TWS has been lost."))
        while peer.read():
            peer.send(frame(49, 1, LATER))

    with pytest.raises((GatewayUnavailable, GatewayTimeout), match=r"Interactive Brokers|1100"):
        fetch(play, timeout=0.6)


def test_a_gateway_whose_servers_came_back_answers() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(error(-1, 1100, "lost"), error(-1, 1102, "back"), history(request_id, *minutes(3)))

    assert len(fetch(play)) == 3


def test_too_many_messages_are_a_pacing_violation_though_the_connection_ends_too() -> None:
    def play(peer: Peer, request_id: str) -> None:
        peer.send(error(-1, 100, "Max rate of messages per second has been exceeded:max=50 rec=51 (1)"))
        peer.socket.shutdown(socket.SHUT_RDWR)

    with pytest.raises(PacingViolation):
        fetch(play)


def test_new_requests_of_history_wait_for_their_farm() -> None:
    heard: list[str] = []

    def script(peer: Peer) -> None:
        peer.start()
        peer.send(error(-1, 2105, "HMDS data farm connection is broken:ushmds"), frame(9999, 1))
        peer.serve_time(LATER)
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            heard.append(peer.read_until(20)[1])
        peer.socket.settimeout(None)
        peer.send(error(-1, 2106, "La conexion con el centro de datos HMDS es correcta:ushmds"))
        peer.send(history(peer.read_until(20)[1], *minutes(3)))
        peer.hang()

    with scripted(script) as port, source(port) as ib:
        assert len(ib.bars(window(3))) == 3
    assert heard == []


def test_the_return_of_another_farm_is_no_return() -> None:
    def script(peer: Peer) -> None:
        peer.start()
        peer.send(error(-1, 2105, "broken:ushmds"), error(-1, 2105, "broken:euhmds"), error(-1, 2106, "OK:euhmds"))
        peer.serve_time(LATER)
        peer.hang()

    with scripted(script) as port, source(port, 0.3) as ib, pytest.raises(GatewayUnavailable, match=r"\(ushmds\)"):
        ib.bars(window(3))


@pytest.mark.slow
def test_a_farm_whose_return_was_never_heard_of_does_not_close_the_door_for_good() -> None:
    def script(peer: Peer) -> None:
        peer.start()
        peer.send(error(-1, 2105, "HMDS data farm connection is broken:ushmds"))
        peer.serve_time(LATER)
        peer.send(history(peer.read_until(20)[1], *minutes(3)))
        peer.hang()

    with scripted(script) as port, source(port, 0.5) as ib:
        with pytest.raises(GatewayUnavailable, match="try again later"):
            ib.bars(window(3))
        assert len(ib.bars(window(3))) == 3


@pytest.mark.slow
def test_a_connection_that_ends_ends_the_wait_for_a_farm() -> None:
    def script(peer: Peer) -> None:
        peer.start()
        peer.send(error(-1, 2105, "HMDS data farm connection is broken:ushmds"))
        peer.serve_time(LATER)

    with scripted(script) as port, source(port, 60) as ib, pytest.raises(GatewayDisconnected):
        ib.bars(window(3))
