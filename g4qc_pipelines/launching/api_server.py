"""The API's server, built from the settings and run in a thread of the command."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from g4qc_core.api.api_keys import ApiKeys, parse_keys
from g4qc_core.api.app import build_app, guard_rules
from g4qc_core.api.dependencies import ApiContext
from g4qc_core.api.http_server import build_server, parse_proxies
from g4qc_core.errors import SettingsError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.lazy_stores import LazyStores
from g4qc_pipelines.launching.dagster_launcher import DagsterLauncher

_STOP_SECONDS = 5


@contextmanager
def api_server(settings: Settings, host: str, port: int, gateway: tuple[str, int] | None = None) -> Iterator[None]:
    """Serve the API and the reports on the address until the block ends. The caller has checked that the port is free.

    Args:
        settings: the settings.
        host: address to listen on.
        port: port to listen on.
        gateway: address of the gateway, if the settings do not have it.

    Raises:
        SettingsError: the address is reached from elsewhere, and there are no keys; or a key is malformed.
    """
    keys = keys_for(settings, host, "the API")
    registry, stores = load_registry(settings.own_instruments), LazyStores(settings)
    launcher = DagsterLauncher(settings, registry, stores)
    services = ApiContext(settings, registry, stores, launcher, keys, gateway=gateway)
    # Without keys, every client that reaches the server may use it: then it answers only to names of this machine.
    app = build_app(services, guard_rules(settings, loopback=is_loopback(host) or not keys))
    server = build_server(app, host, port, parse_proxies(settings.api_trusted_proxies))
    thread = threading.Thread(target=server.run, name="api", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=2 * _STOP_SECONDS)
        launcher.close()
        stores.close()


def keys_for(settings: Settings, host: str, server: str) -> ApiKeys:
    """Return the keys of the settings, for a server at this address.

    Args:
        settings: the settings.
        host: address to listen on.
        server: the server's name in messages.

    Raises:
        SettingsError: the address is reachable from elsewhere, and there are no keys; or a key is malformed.
    """
    keys = parse_keys(settings.api_keys.get_secret_value())
    if not (keys or is_loopback(host) or settings.api_without_keys):
        raise SettingsError(
            f"{host} can be reached from other machines, and {server} has no keys: make one with `g4qc api-key "
            "create`, or bind to 127.0.0.1."
        )
    return keys


def is_loopback(host: str) -> bool:
    """Return True when only this machine reaches a server on the host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
