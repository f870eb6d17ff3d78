"""One process at a time per client id: a gateway refuses a second one (326), so the second one waits here.

The lock is in the database and disappears with the process. It does not see other programs under the same id or
processes of another database; those are refused by the gateway.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from g4qc_core.errors import ClientIdInUse
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import CLIENT_IDS, SessionLock

_POLL_INTERVAL = 0.5
_REMINDER_INTERVAL = 60.0
_LOCAL = ("localhost", "127.0.0.1", "::1")


@contextmanager
def client_id_held(
    database: Database,
    address: tuple[str, int],
    client_id: int,
    patience: float,
    tell: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the client id at the address during the block, so that no other process with this database uses it.

    Args:
        database: shared by the processes.
        address: host and port of the gateway.
        client_id: the id to hold.
        patience: seconds to wait for another process.
        tell: receives a sentence when the wait begins, and then every minute.
        sleep: waits for some seconds.

    Yields:
        Nothing.

    Raises:
        ClientIdInUse: another process still held it when the patience ended.
    """
    place = f"{address[0]}:{address[1]}"
    lock = SessionLock.named(database, CLIENT_IDS, f"{client_id} at {_canonical(address[0])}:{address[1]}")
    _take(lock, f"Another G4QC process uses client id {client_id} at {place}", patience, tell, sleep)
    try:
        yield
    finally:
        lock.release()


def _take(
    lock: SessionLock, who: str, patience: float, tell: Callable[[str], None], sleep: Callable[[float], None]
) -> None:
    waited = 0.0
    remind_at = 0.0
    while not lock.take():
        if waited >= patience:
            raise ClientIdInUse(
                f"{who}, and did not end within {patience:g} s: wait for it, set G4QC_IB_CLIENT_ID to another id, or "
                "set G4QC_IB_CLIENT_ID_PATIENCE to a longer time."
            )
        if waited >= remind_at:
            tell(f"{who}: waiting for it, up to {patience - waited:.0f} s more.")
            remind_at = waited + _REMINDER_INTERVAL
        nap = min(_POLL_INTERVAL, patience - waited)
        sleep(nap)
        waited += nap


def _canonical(host: str) -> str:
    return _LOCAL[0] if host in _LOCAL else host
