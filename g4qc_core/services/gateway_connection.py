"""The connection to a source of bars: the gateway of the settings, or a simulated one in this process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.bars.clock_check import check_clocks
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.client_ids import client_id_held
from g4qc_core.settings import Settings
from g4qc_core.storage.server.bar_origin import claim_origin, expected_origin
from g4qc_core.storage.stores import Stores

Tell = Callable[[str], None]

_log = logging.getLogger(__name__)


class Gateway:
    """A connection to a source of bars, opened at the first use.

    If neither the caller nor the settings name a gateway, a simulated one with the synthetic market is started in this
    process.

    Args:
        settings: address, client id and limits.
        registry: instruments of the simulated gateway.
        stores: of the database that coordinates the processes that use the same gateway.
        address: of the gateway; None: that of the settings.
        run_id: the Dagster run that makes the requests, if there is one.
        tell: receives a sentence about each wait.
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
        self._given_address = address
        self._run_id = run_id
        self._tell = tell
        self._stack = ExitStack()
        self._source: BarSource | None = None

    def source(self) -> BarSource:
        """Return the connected source; wait for another process of this database that uses its client id.

        Raises:
            GatewayError: nothing listens, or the handshake failed.
            ClientIdInUse: another process uses the client id for longer than the settings' patience.
        """
        if self._source is None:
            opening = ib_source(self._settings, *self._address(), self._stores, self._run_id, self._tell)
            self._source = self._stack.enter_context(opening)
        return self._source

    def close(self) -> None:
        """Close the connection, and the simulated gateway if this process started it."""
        self._source = None
        self._stack.close()

    def _address(self) -> tuple[str, int]:
        if self._given_address is not None:
            return self._given_address
        if self._settings.ib_host is not None:
            return self._settings.ib_host, self._settings.ib_port
        from g4qc_core.gateway.markets.simulated_products import products
        from g4qc_core.gateway.markets.synthetic import SyntheticMarket
        from g4qc_core.gateway.simulated_gateway import SimulatedGateway

        market = SyntheticMarket(products(self._registry), seed=self._settings.simulated_seed)
        gateway = self._stack.enter_context(SimulatedGateway(market, max_version=self._settings.ib_max_protocol))
        _log.info("No gateway is set: a simulated one serves synthetic bars on %s:%s.", gateway.host, gateway.port)
        return gateway.host, gateway.port


def checked_source(gateway: Gateway, stores: Stores, clock: Callable[[], datetime]) -> BarSource:
    """Return the connected source after checks of its clock and of its kind of market.

    The first source of a database decides which kind of market the database may contain.

    Args:
        gateway: the connection.
        stores: of the database that will contain the source's bars.
        clock: returns this machine's time, UTC.

    Raises:
        GatewayError, SettingsError: no connection, a wrong clock, or a database with bars of another kind of market.
    """
    source = gateway.source()
    now = source.server_time()
    check_clocks(source.origin, now, clock())
    claim_origin(stores.database, source.origin, now)
    return source


@contextmanager
def ib_source(
    settings: Settings,
    host: str,
    port: int,
    stores: Stores,
    run_id: str | None = None,
    tell: Tell = _log.info,
) -> Iterator[BarSource]:
    """Connect to the gateway at the address for the block.

    Its client id is held alone, and its pacing is shared with all processes of the database.

    Args:
        settings: client id, time limits and pacing.
        host: of the gateway.
        port: of the gateway.
        stores: of the database that coordinates the processes.
        run_id: the Dagster run that asks, if there is one.
        tell: receives a sentence about each wait.

    Yields:
        The connected source.

    Raises:
        GatewayError: nothing listens, or the handshake failed.
        ClientIdInUse: another process uses the client id for longer than the settings' patience.
    """
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
            # A step is retried as a whole; pauses within each try would add up to minutes.
            client_id_pauses=(),
            advice=advice_for(expected_origin(settings, stores.database)),
        ) as source,
    ):
        yield source
