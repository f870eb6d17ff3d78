"""The way to a connected source of bars: the gateway of the settings, or a simulated one in this process.

Knows the stores' database and the client. Must not know Dagster: a resource hands it to the assets.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.client_ids import client_id_held
from g4qc_core.settings import Settings
from g4qc_core.storage.server.bar_origin import expected_origin
from g4qc_core.storage.stores import Stores

Tell = Callable[[str], None]

_log = logging.getLogger(__name__)


class Gateway:
    """The way to a connected source of bars: opened at the first call, closed with the run.

    Where neither the caller nor the settings name a gateway, a simulated one with the synthetic market is started in
    this process.

    Args:
        stores: of the database in which processes that use the same gateway see one another.
        address: of the gateway, instead of the settings'.
        run_id: the Dagster run that asks.
        tell: receives what it waits for.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        stores: Stores,
        address: tuple[str, int] | None = None,
        run_id: str | None = None,
        tell: Tell = _log.info,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._stores = stores
        self._given = address
        self._run_id = run_id
        self._tell = tell
        self._stack = ExitStack()
        self._source: BarSource | None = None

    def source(self) -> BarSource:
        """The source, connected, as soon as no other process of this database uses its client id.

        Raises:
            GatewayError: nobody listens, or the handshake failed.
            ClientIdInUse: another process uses the client id for longer than the settings' patience.
        """
        if self._source is None:
            opening = ib_source(self._settings, *self._address(), self._stores, self._run_id, self._tell)
            self._source = self._stack.enter_context(opening)
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
        from g4qc_core.gateway.markets.simulated_products import products
        from g4qc_core.gateway.markets.synthetic import SyntheticMarket
        from g4qc_core.gateway.simulated_gateway import SimulatedGateway

        market = SyntheticMarket(products(self._registry), seed=self._settings.simulated_seed)
        gateway = self._stack.enter_context(SimulatedGateway(market, max_version=self._settings.ib_max_protocol))
        _log.info("No gateway is set: a simulated one serves synthetic bars on %s:%s.", gateway.host, gateway.port)
        return gateway.host, gateway.port


@contextmanager
def ib_source(
    settings: Settings,
    host: str,
    port: int,
    stores: Stores,
    run_id: str | None = None,
    tell: Tell = _log.info,
) -> Iterator[BarSource]:
    """A gateway at the address, its client id ours alone and its pacing shared; closed on leaving."""
    from g4qc_core.ib.advice import advice_for
    from g4qc_core.ib.ib_source import IbSource
    from g4qc_core.ib.pacing_limits import IB_RULES

    held = client_id_held(stores.database, (host, port), settings.ib_client_id, settings.ib_client_id_patience, tell)
    with (
        held,
        stores.pacer(IB_RULES, run_id) as pacer,
        IbSource(
            host,
            port,
            client_id=settings.ib_client_id,
            connect_timeout=settings.ib_connect_timeout,
            request_timeout=settings.ib_request_timeout,
            max_protocol=settings.ib_max_protocol,
            pacing=settings.ib_pacing,
            pacer=pacer,
            tell=tell,
            # A step is tried again as a whole: pauses within each try would add up to minutes.
            client_id_pauses=(),
            advice=advice_for(expected_origin(settings, stores.database)),
        ) as source,
    ):
        yield source
