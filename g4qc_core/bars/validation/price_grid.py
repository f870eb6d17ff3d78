"""The price grid of each contract's bars, counted in steps of its instrument's grid.

Contracts of one instrument may have different ticks: the one that expires next often has a finer one. Must not know
bars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from g4qc_core.instruments.registry import Contract, Instrument

_TOO_COARSE = 100


def own_grid(contract: Contract, instrument: Instrument) -> int:
    """Return how many steps of the instrument's grid make one step of the contract's bars.

    A contract whose tick is no multiple of the instrument's, or is a hundred times as large or more, was stored under a
    different description of the instrument; it counts as having the instrument's own tick.
    """
    ratio = contract.tick / instrument.tick
    return int(ratio) if 1 <= ratio < _TOO_COARSE and ratio == int(ratio) else 1


def own_grids(months: Sequence[str], contracts: Mapping[str, Contract], instrument: Instrument) -> np.ndarray:
    """Return `own_grid` for the contract of each month, 1 if unknown, as int64, one longer than `months`."""
    known = [own_grid(contracts[month], instrument) if month in contracts else 1 for month in months]
    return np.array([*known, 1], "int64")
