"""Whether the graph's checks of an instrument are green: what keeps the trader from opening a position in it."""

from __future__ import annotations

from g4qc_core.storage.stores import Stores

GRAVE_CHECKS = frozenset({"schema", "few_in_quarantine", "volume_conserved", "every_session_once"})
"""Names of the checks of bars and rolls whose failure is an error in the graph; the others warn."""

_FIRST = "bars_1min"


def failing_checks(stores: Stores, symbol: str) -> list[str]:
    """Return the grave checks that fail in the newest partition of each asset of an instrument, a sentence each.

    Args:
        stores: of the database that the graph writes.
        symbol: of the instrument.

    Returns:
        Nothing if they are green. An instrument whose minutes no check has ever seen is not green.
    """
    found = stores.checks.newest(symbol)
    if not any(state.asset == _FIRST for state in found):
        return [f"no check of {_FIRST} has run for {symbol}: materialize it."]
    return [
        f"{state.asset} {state.partition} fails {state.name} ({state.why.rstrip('.')})."
        for state in found
        if state.name in GRAVE_CHECKS and state.why
    ]
