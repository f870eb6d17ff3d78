"""Opening a connection: from an address to a wire and a protocol version, or one sentence with reason and remedy."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Sequence

from g4qc_core.errors import ClientTooOld, GatewayError, GatewayRefused, GatewayUnavailable
from g4qc_core.ib.advice import ACCOUNT, Advice
from g4qc_core.ib.codes import meaning
from g4qc_core.ib.connection.tcp_wire import BadFrame, Wire

OLDEST, NEWEST = 157, 200
"""Oldest and newest supported protocol version; newer ones use protobuf."""

# A gateway may refuse a handshake with an error message: this id, version, request, code and text.
_ERROR, _ERROR_FIELDS = b"4", 4


def open_wire(
    host: str,
    port: int,
    oldest: int,
    newest: int,
    timeout: float,
    advice: Advice = ACCOUNT,
    too_old: Callable[[int], str] = "speaks protocol {}, newer than this client".format,
) -> tuple[Wire, int]:
    """Return a wire to the gateway and the protocol version that both sides speak.

    Args:
        host: host name or address.
        port: the gateway's port.
        oldest: lowest acceptable protocol version.
        newest: highest protocol version to offer.
        timeout: seconds allowed for dialling and the handshake together.
        advice: wording for this kind of gateway.
        too_old: function that ends the sentence about a gateway whose lowest version, its argument, is too new.

    Raises:
        GatewayUnavailable: nothing listens, or the peer stays silent or hangs up.
        ClientTooOld: the gateway speaks only versions newer than `newest`.
        GatewayRefused: the peer is no gateway, refuses the client, or speaks only versions older than `oldest`.
    """
    deadline = time.monotonic() + timeout
    wire = _dial(host, port, timeout, advice)
    try:
        protocol = _shake_hands(wire, f"{host}:{port}", newest, deadline, timeout, advice)
        if protocol > newest:
            raise ClientTooOld(f"The gateway at {host}:{port} {too_old(protocol)}.")
        if protocol < oldest:
            raise GatewayRefused(
                f"The gateway at {host}:{port} speaks protocol {protocol}, and this client "
                f"{oldest} to {newest}: {advice.update}."
            )
    except BaseException:
        wire.disconnect()
        raise
    return wire, protocol


def probe_gateway(host: str, port: int, timeout: float, advice: Advice) -> int:
    """Return the protocol version that a gateway offers, and hang up.

    No client id is sent, because a run may be using it.

    Args:
        host: host name or address.
        port: the gateway's port.
        timeout: seconds.
        advice: wording for this kind of gateway.

    Raises:
        GatewayUnavailable, GatewayRefused: see `open_wire`.
    """
    wire, protocol = open_wire(host, port, OLDEST, NEWEST, timeout, advice)
    wire.disconnect()
    return protocol


def _dial(host: str, port: int, timeout: float, advice: Advice) -> Wire:
    try:
        return Wire.dial(host, port, timeout)
    except (socket.gaierror, UnicodeError):
        raise GatewayUnavailable(f"The host name {host} is not known: check G4QC_IB_HOST.") from None
    except TimeoutError:
        raise GatewayUnavailable(
            f"Nothing answered at {host}:{port} within {timeout:g} s: "
            "check G4QC_IB_HOST, G4QC_IB_PORT and the firewall."
        ) from None
    except ConnectionRefusedError:
        raise GatewayUnavailable(f"Nothing listens at {host}:{port}: {advice.start}.") from None
    except OSError as error:
        raise GatewayUnavailable(f"There is no way to {host}:{port} ({error.strerror}): check G4QC_IB_HOST.") from None


def _shake_hands(wire: Wire, address: str, newest: int, deadline: float, timeout: float, advice: Advice) -> int:
    try:
        answer = wire.shake_hands(newest, deadline - time.monotonic())
        if answer[0] == _ERROR and len(answer) > _ERROR_FIELDS:
            raise _refusal(address, answer, advice)
        return int(answer[0])
    except ValueError:
        raise GatewayRefused(
            f"What listens at {address} is no gateway (the answer to the handshake names no version): check "
            "G4QC_IB_PORT."
        ) from None
    except TimeoutError:
        raise GatewayUnavailable(
            f"{address} took the connection and then said nothing for {timeout:g} s: {advice.restart}."
        ) from None
    except BadFrame as error:
        raise GatewayRefused(f"What listens at {address} is no gateway ({error}): check G4QC_IB_PORT.") from None
    except OSError:
        raise GatewayUnavailable(f"{address} closed the connection during the handshake: {advice.admit}.") from None


def _refusal(address: str, answer: Sequence[bytes], advice: Advice) -> GatewayError:
    code, text = (field.decode("utf-8", "replace").strip() for field in answer[3:5])
    if not re.fullmatch(r"\d{1,6}", code):
        return GatewayRefused(f"What listens at {address} refuses the handshake ({code} {text}): check G4QC_IB_PORT.")
    row = meaning(int(code), text)
    kind = row.error or GatewayRefused
    return kind(f"The gateway at {address}: {advice.meaning(row)} (it says {code}: {text}).", int(code))
