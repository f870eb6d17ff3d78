"""Child processes of `g4qc demo` and `g4qc up`, which end with them.

Each starts in its own session, so that Ctrl-C in a terminal reaches only the command, which then stops its children in
order.
"""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from g4qc_core.errors import GatewayUnavailable, PortTaken, UsageError
from g4qc_core.files import private_file
from g4qc_core.import_path import children_variables
from g4qc_core.settings import Settings

_STOP_SECONDS = 15.0
_GUARD = Path(__file__).with_name("parent_guard.py")


def check_port(port: int, setting: str, host: str = "127.0.0.1") -> None:
    """Raise PortTaken if another program listens on the port, UsageError if it cannot be listened on at all."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(f"Port {port} is taken by another program: stop it, or set {setting}.") from None
            raise UsageError(
                f"{host}:{port} is no address to listen on here ({error.strerror}): choose another with {setting}."
            ) from None


@contextmanager
def process(
    command: list[str], environment: Mapping[str, str], log: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Yield a process with additions to the environment; it is stopped at the end, and killed if it does not stop.

    A guard ends it if this process is killed.
    """
    out = private_file(log, append=True) if log is not None else subprocess.PIPE
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_GUARD), *command],
        env={**os.environ, **children_variables(os.environ.get("PYTHONPATH")), **environment},
        stdout=out,
        stderr=subprocess.STDOUT if log is not None else None,
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        _stop(child)


@contextmanager
def simulated_gateway(settings: Settings) -> Iterator[tuple[str, int]]:
    """Yield the address of a simulated gateway with the synthetic market, in its own process."""
    with gateway_process(settings) as (_, host, port):
        yield host, port


@contextmanager
def gateway_process(
    settings: Settings, port: int = 0, account: Path | None = None
) -> Iterator[tuple[subprocess.Popen[str], str, int]]:
    """Yield process, host and port of a simulated gateway with the synthetic market.

    Args:
        settings: the settings.
        port: to listen on; 0 takes a free one.
        account: file that keeps its account; None: the account ends with the process.

    Raises:
        GatewayUnavailable: it does not start, or not in time.
    """
    command = [sys.executable, "-m", "g4qc_pipelines.cli", "gateway", "--port", str(port), "--json"]
    command += ["--seed", str(settings.simulated_seed), "--max-version", str(settings.ib_max_protocol)]
    command += ["--account", str(account)] if account is not None else []
    with process(command, {}) as child:
        assert child.stdout is not None
        if not select.select([child.stdout], [], [], settings.start_timeout)[0]:
            raise GatewayUnavailable(
                f"The simulated gateway did not start within {settings.start_timeout:.0f} seconds: set "
                "G4QC_START_TIMEOUT to more, or run `g4qc gateway` to see what it does."
            )
        ready = child.stdout.readline()
        if not ready:
            raise GatewayUnavailable("The simulated gateway did not start, for the reason that it printed.")
        address = json.loads(ready)
        yield child, address["host"], address["port"]


def _stop(child: subprocess.Popen[str]) -> None:
    try:
        if child.poll() is None:
            signal_group(child, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                child.wait(_STOP_SECONDS)
    finally:
        # Grandchildren (run workers) are in the same group and may outlast their parent; a second Ctrl-C hurries.
        signal_group(child, signal.SIGKILL)
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def signal_group(child: subprocess.Popen[str], number: int) -> None:
    """Send a signal to a `process` and its children; do nothing if it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)
