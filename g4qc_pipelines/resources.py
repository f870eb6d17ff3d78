"""What the assets are handed: the stores of one database, the gateway, the settings and the registry.

Each is the core's own object, opened here and closed when the run ends. Tests pass others by `build_definitions`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg

from g4qc_core.bars.source import BarSource
from g4qc_core.instruments import Registry, load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.failures import told_to_dagster

_log = logging.getLogger(__name__)


class Gateway:
    """The way to a connected source of bars: opened at the first call, closed with the run.

    Where neither the caller nor the settings name a gateway, a simulated one with the synthetic market is started in
    this process.
    """

    def __init__(self, settings: Settings, registry: Registry, address: tuple[str, int] | None = None) -> None:
        self._settings = settings
        self._registry = registry
        self._given = address
        self._stack = ExitStack()
        self._source: BarSource | None = None

    def source(self) -> BarSource:
        """The source, connected.

        Raises:
            GatewayError: nobody listens, or the handshake failed.
        """
        if self._source is None:
            host, port = self._address()
            self._source = self._stack.enter_context(ib_source(self._settings, host, port))
        return self._source

    def close(self) -> None:
        """Closes the connection, and the simulated gateway if this process started it."""
        self._source = None
        self._stack.close()

    def _address(self) -> tuple[str, int]:
        if self._given is not None:
            return self._given
        if self._settings.ib_host is not None:
            return self._settings.ib_host, self._settings.ib_port
        from g4qc_core.gateway.products import products
        from g4qc_core.gateway.server import SimulatedGateway
        from g4qc_core.gateway.synthetic import SyntheticMarket

        market = SyntheticMarket(products(self._registry), seed=self._settings.simulated_seed)
        gateway = self._stack.enter_context(SimulatedGateway(market, max_version=self._settings.ib_max_protocol))
        _log.info("No gateway is set: a simulated one serves synthetic bars on %s:%s.", gateway.host, gateway.port)
        return gateway.host, gateway.port


@contextmanager
def ib_source(settings: Settings, host: str, port: int) -> Iterator[BarSource]:
    """A connected gateway at the address, closed on leaving."""
    from g4qc_core.ib.source import IbSource

    with IbSource(
        host,
        port,
        client_id=settings.ib_client_id,
        connect_timeout=settings.ib_connect_timeout,
        request_timeout=settings.ib_request_timeout,
        max_protocol=settings.ib_max_protocol,
        # A step is tried again as a whole: pauses within each try would add up to minutes.
        client_id_pauses=(),
    ) as source:
        yield source


def build_resources(settings: Settings) -> dict[str, object]:
    """The resources by the names under which assets ask for them."""
    registry = load_registry(settings.own_instruments)

    @dg.resource
    def stores(_: dg.InitResourceContext) -> Iterator[Stores]:
        with told_to_dagster(), open_stores(settings) as opened:
            yield opened

    @dg.resource
    def gateway(_: dg.InitResourceContext) -> Iterator[Gateway]:
        opened = Gateway(settings, registry)
        try:
            yield opened
        finally:
            opened.close()

    return {
        "stores": stores,
        "gateway": gateway,
        "settings": settings,
        "registry": registry,
    }
