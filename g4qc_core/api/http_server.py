"""Uvicorn server with deadlines for slow clients and a list of trusted proxies.

The guard (`http_guard`) sees a request only after its head has arrived; this module limits the time before that.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from g4qc_core.errors import SettingsError

_STOP_SECONDS = 5
_LARGEST_SOCKET_MESSAGE = 1024 * 1024


@dataclass(frozen=True)
class ClientDeadlines:
    """Deadlines and limits for clients that send slowly.

    Attributes:
        head_seconds: from the connection, or the first byte of a request, to the end of its head.
        body_seconds: from the end of the head to the end of the body, whether or not the application reads it.
        largest_head: most bytes of a request's head.
        most_owing: most connections with an incomplete request; beyond that, the oldest is closed.
    """

    head_seconds: float = 10.0
    body_seconds: float = 30.0
    largest_head: int = 64 * 1024
    most_owing: int = 200


def build_server(
    app: Any, host: str, port: int, proxies: Sequence[str] = (), patience: ClientDeadlines | None = None
) -> uvicorn.Server:
    """Return a server of an ASGI application, not yet started.

    Args:
        app: the application.
        host: address to listen on.
        port: port to listen on.
        proxies: addresses and networks of trusted proxies; `X-Forwarded-For` and `X-Forwarded-Proto` of all others
            are ignored.
        patience: deadlines for clients; None: the defaults.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=_protocol(patience or ClientDeadlines()),
            log_level="warning",
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
            server_header=False,
            ws_max_size=_LARGEST_SOCKET_MESSAGE,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
    )


def parse_proxies(setting: str) -> list[str]:
    """Parse the setting `G4QC_API_TRUSTED_PROXIES`: addresses and networks, separated by commas.

    Raises:
        SettingsError: an entry is neither an address nor a network.
    """
    found = [entry.strip() for entry in setting.split(",") if entry.strip()]
    for entry in found:
        try:
            ipaddress.ip_network(entry)
        except ValueError:
            raise SettingsError(
                f"'{entry}' in G4QC_API_TRUSTED_PROXIES is no address and no network: write 10.0.0.5 or 10.0.0.0/24."
            ) from None
    return found


def _protocol(patience: ClientDeadlines) -> type[asyncio.Protocol]:
    """Return the protocol class of one server; its connections share one queue of deadlines."""
    return type("Connection", (_Connection,), {"patience": patience, "owing": OrderedDict()})


class _Connection(HttpToolsProtocol):
    """Connection that is closed if its client does not complete a request in time."""

    patience: ClientDeadlines
    owing: OrderedDict[_Connection, asyncio.TimerHandle]
    _head = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._owes(self.patience.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._settled()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self not in self.owing and (self.cycle is None or self.cycle.response_complete):
            self._owes(self.patience.head_seconds)
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._settled()
        elif self._in_head:
            self._head += len(data)
            if self._head > self.patience.largest_head:
                self._give_up()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head, self._in_head = 0, True
        if self not in self.owing:
            self._owes(self.patience.head_seconds)

    def on_headers_complete(self) -> None:
        if not self.url.startswith(b"/"):
            self._address(httptools.parse_url(self.url))
        super().on_headers_complete()
        self._in_head = False
        self._owes(self.patience.body_seconds)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._settled()

    def _address(self, url: Any) -> None:
        """Replace the header `Host` with the host of an absolute request target (RFC 9112, 3.2.2)."""
        if url.host:
            name = b"[%b]" % url.host if b":" in url.host else url.host
            self.headers[:] = [header for header in self.headers if header[0] != b"host"]
            self.headers.append((b"host", name + (b":%d" % url.port if url.port else b"")))

    def _owes(self, seconds: float) -> None:
        self._settled()
        self.owing[self] = self.loop.call_later(seconds, self._give_up)
        if len(self.owing) > self.patience.most_owing:
            next(iter(self.owing))._give_up()

    def _settled(self) -> None:
        timer = self.owing.pop(self, None)
        if timer is not None:
            timer.cancel()

    def _give_up(self) -> None:
        self._settled()
        if not self.transport.is_closing():
            self.transport.close()
