"""The sockets of `g4qc up`: exactly those that docs/security.md lists."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.fixtures.web import Up

pytestmark = pytest.mark.integration


def processes(web: Up) -> Iterator[psutil.Process]:
    """The command, all that it started, and the embedded database."""
    command = psutil.Process(web.process.pid)
    yield command
    yield from command.children(recursive=True)
    for process in psutil.process_iter():
        try:
            if str(web.home.folder) in " ".join(process.cmdline()) and "postgres" in process.name():
                yield process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def test_three_ports_of_loopback_are_open_and_no_other(web: Up) -> None:
    found = {
        tuple(connection.laddr)
        for process in processes(web)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN or connection.type == socket.SOCK_DGRAM
    }
    (gateway,) = [line.split()[1].rstrip(",").rpartition(":")[2] for line in web.printed if line.startswith("Gateway")]
    ports = [web.home.environment["G4QC_DAGSTER_PORT"], web.home.environment["G4QC_API_PORT"], gateway]
    assert found == {("127.0.0.1", int(port)) for port in ports}


def test_every_other_socket_lies_in_a_folder_of_its_owner(web: Up) -> None:
    mine = {process.pid for process in processes(web)}
    paths = {
        Path(str(connection.laddr))
        for connection in psutil.net_connections("unix")
        if connection.pid in mine and connection.laddr
    }
    # The code server, and the embedded database.
    assert len(paths) >= 2
    for path in paths:
        assert path.is_absolute(), path
        assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0, path


def test_the_gateway_hangs_up_on_a_browser(web: Up) -> None:
    (line,) = [line for line in web.printed if line.startswith("Gateway")]
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://{line.split()[1].rstrip(',')}/", timeout=60)
