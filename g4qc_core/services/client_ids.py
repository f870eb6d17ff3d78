"""One process at a time under a client id: a gateway refuses the second (326), so that the second waits here instead.

The lock is the database's, held for as long as the connection to the gateway may live, and gone with the process. Other
programs under the same id, and processes of another database, are not seen: the gateway's refusal tells of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from g4qc_core.errors import ClientIdInUse
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import CLIENT_IDS, SessionLock

_LOOK_AGAIN = 0.5
_TELL_AGAIN = 60.0
_HERE = ("localhost", "127.0.0.1", "::1")


@contextmanager
def client_id_held(
    database: Database,
    address: tuple[str, int],
    client_id: int,
    patience: float,
    tell: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """The block has the client id at the address to itself, among the processes of this database.

    Args:
        patience: seconds to wait for another process.
        tell: hears that it waits, at once and then every minute.

    Raises:
        ClientIdInUse: the patience has ended.
    """
    place = f"{address[0]}:{address[1]}"
    lock = SessionLock.named(database, CLIENT_IDS, f"{client_id} at {_spelled(address[0])}:{address[1]}")
    _take(lock, f"Another G4QC process uses client id {client_id} at {place}", patience, tell, sleep)
    try:
        yield
    finally:
        lock.release()


def _take(
    lock: SessionLock, who: str, patience: float, tell: Callable[[str], None], sleep: Callable[[float], None]
) -> None:
    waited = 0.0
    tell_at = 0.0
    while not lock.take():
        if waited >= patience:
            raise ClientIdInUse(
                f"{who}, and did not end within {patience:g} s: wait for it, set G4QC_IB_CLIENT_ID to another id, or "
                "set G4QC_IB_CLIENT_ID_PATIENCE to a longer time."
            )
        if waited >= tell_at:
            tell(f"{who}: waiting for it, up to {patience - waited:.0f} s more.")
            tell_at = waited + _TELL_AGAIN
        nap = min(_LOOK_AGAIN, patience - waited)
        sleep(nap)
        waited += nap


def _spelled(host: str) -> str:
    return _HERE[0] if host in _HERE else host
