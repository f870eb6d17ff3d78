"""How long extraction continues with a failing gateway: one failure stops nothing, several in a row do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from g4qc_core.errors import (
    ClientIdInUse,
    ClientTooOld,
    ContractAmbiguous,
    ContractNotFound,
    DefinitionMissing,
    G4qcError,
    GatewayDisconnected,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnavailable,
    PacingViolation,
    PermissionDenied,
)

_Limits = tuple[tuple[tuple[type[G4qcError], ...], int], ...]

# Kinds of error, and how many in a row without an answer stop all requests.
_ALL: _Limits = (
    ((GatewayUnavailable, GatewayDisconnected, ClientIdInUse, GatewayRefused), 3),
    ((PacingViolation,), 3),
    ((GatewayTimeout,), 6),
)
# The same for one contract, which stops only that contract.
_OWN: _Limits = (
    ((PermissionDenied, ContractNotFound, ContractAmbiguous, DefinitionMissing, ClientTooOld), 3),
    ((GatewayTimeout,), 4),
    ((G4qcError,), 10),
)


class Patience:
    """Counts failures since the last answer, over all contracts and for each.

    Attributes:
        over: True once nothing should be requested any more.
    """

    def __init__(self) -> None:
        self._in_a_row: Counter[int] = Counter()
        self._own: dict[Hashable, Counter[int]] = {}
        self._resting: set[Hashable] = set()
        self.over = False

    def answered(self, contract: Hashable) -> None:
        """Record an answer, whatever its content."""
        self._in_a_row.clear()
        self._own.pop(contract, None)

    def failed(self, contract: Hashable, error: G4qcError) -> None:
        """Record a failed request of the contract."""
        own = self._own.setdefault(contract, Counter())
        self.over |= _reached(_ALL, self._in_a_row, error)
        if _reached(_OWN, own, error):
            self._resting.add(contract)

    def asks(self, contract: Hashable) -> bool:
        """Return True while bars of the contract should still be requested."""
        return not self.over and contract not in self._resting


def _reached(
    limits: tuple[tuple[tuple[type[G4qcError], ...], int], ...], count: Counter[int], error: G4qcError
) -> bool:
    reached = False
    for number, (kinds, limit) in enumerate(limits):
        if isinstance(error, kinds):
            count[number] += 1
            reached |= count[number] >= limit
    return reached
