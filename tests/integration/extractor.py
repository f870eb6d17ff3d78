"""Extractions in processes that can be killed: this process imports everything, and forks one child per input line.

    python -m tests.integration.extractor DATABASE_URL GATEWAY_PORT

Each line of the standard input starts an extraction in a child process. The output is the id of the child, and later
its end. The child opens its own connections: only its socket and its transaction die with it.
"""

from __future__ import annotations

import os
import sys

import g4qc_core.ib.connection.ibapi_client
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.extraction.extraction_result import Extraction
from g4qc_core.services.extraction.plan import PlanRules
from g4qc_core.storage.server.database import Database, parse_url
from g4qc_core.storage.stores import Stores
from tests.fixtures.extraction import extract
from tests.fixtures.gateway import NOW

assert g4qc_core.ib.connection.ibapi_client

ES = load_registry()["ES"]
MONTH = "202612"
SESSIONS = [s for s in calendar(ES.calendar).sessions(NOW.date().replace(month=6, day=1), NOW.date()) if s.close < NOW]
A_SESSION_EACH = PlanRules(sessions_a_request=1)

_CLIENT_ID = 11
_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # seconds; the connection of a killed process may still be dying


def run(url: str, port: int) -> Extraction:
    """Extracts all sessions of the contract, one a request."""
    database = Database(parse_url(url, "DATABASE_URL"))
    stores = Stores(database)
    with IbSource("127.0.0.1", port, _CLIENT_ID, client_id_pauses=_PAUSES) as source:
        if not stores.contracts.chain(ES.symbol):
            stores.contracts.merge(source.chain(ES), source.server_time())
        (contract,) = (c for c in stores.contracts.chain(ES.symbol) if c.month == MONTH)
        done = extract(ES, {contract: SESSIONS}, source, stores, A_SESSION_EACH)
    database.close()
    return done


def main() -> None:
    url, port = sys.argv[1], int(sys.argv[2])
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            run(url, port)
            os._exit(0)
        _tell(child)
        _tell(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
