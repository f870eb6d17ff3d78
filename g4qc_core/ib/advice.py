"""Advice for a gateway in trouble: one wording for an account's gateway, one for the simulated gateway.

Every error sentence takes its advice from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import ContractNotFound
from g4qc_core.ib.codes import Meaning

_PREFIXES = {"SIM": Origin.SIMULATED, "REPLAY": Origin.REPLAY}


@dataclass(frozen=True)
class Advice:
    """Endings of error sentences about a gateway, without a full stop.

    Attributes:
        name: name of the program.
        start: advice when nothing listens at the address.
        restart: advice when the gateway accepts connections and stays silent.
        admit: advice when it closes the connection during the handshake.
        update: advice when it speaks no protocol version that this client speaks.
        ready: advice when it accepts the client and never reports that the connection is ready.
        maintenance: phrase for the time in which the gateway does not know existing contracts.
        played: meaning of an error that a simulation plays and only an account can cause; None: that of the table of
            codes.
        unknown: meaning of an unknown contract; None: the meaning in the table of codes.
    """

    name: str
    start: str
    restart: str
    admit: str
    update: str
    ready: str
    maintenance: str
    played: str | None = None
    unknown: str | None = None

    def meaning(self, row: Meaning) -> str:
        """Return the meaning of a code for this gateway."""
        if self.unknown is not None and row.error is ContractNotFound:
            return self.unknown
        return self.played if self.played is not None and row.of_account else row.text


ACCOUNT = Advice(
    name="TWS or IB Gateway",
    start=(
        "start TWS or IB Gateway, switch on 'Enable ActiveX and Socket Clients' in its API settings, or check "
        "G4QC_IB_HOST and G4QC_IB_PORT"
    ),
    restart="restart TWS or IB Gateway, or check G4QC_IB_PORT",
    admit="allow this host in the API settings of TWS or IB Gateway (trusted IPs), or check G4QC_IB_PORT",
    update="update TWS or IB Gateway",
    ready="see whether it waits for a login or a confirmation on its screen",
    maintenance="a maintenance",
)
_AGAIN = "under `g4qc up` it is started again within a minute, otherwise run `g4qc gateway`"
SIMULATED = Advice(
    name="the simulated gateway",
    start=f"the simulated gateway has ended; {_AGAIN}",
    restart=f"the simulated gateway hangs; {_AGAIN}",
    admit=f"the simulated gateway ended, or its fault script closed the connection; {_AGAIN}",
    update="start the simulated gateway of this release with `g4qc gateway`",
    ready=f"the simulated gateway hangs; {_AGAIN}",
    maintenance="a maintenance that a fault script plays",
    played=(
        "the simulated gateway refuses it, or plays an error of a real one: see its message, and its script if it was "
        "started with --faults"
    ),
    unknown=(
        "the simulated gateway has no such contract: its message names what it has; for others replay files of yours "
        "(`g4qc gateway --replay`), or set G4QC_IB_HOST to a real gateway"
    ),
)


def origin_of(account: str) -> Origin:
    """Return the kind of market behind a gateway, by the name of its first account."""
    return next((origin for prefix, origin in _PREFIXES.items() if account.startswith(prefix)), Origin.ACCOUNT)


def advice_for(origin: Origin | None) -> Advice:
    """Return the advice for a gateway of this origin; None (unknown) is treated as an account."""
    return SIMULATED if origin in (Origin.SIMULATED, Origin.REPLAY) else ACCOUNT
