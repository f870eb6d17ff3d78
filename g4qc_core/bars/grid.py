"""The grid of prices on which the bars of each contract lie, counted in steps of its instrument's.

Contracts of one instrument may have different ticks: the one that expires next often has a finer one. Must not know
bars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from g4qc_core.instruments import Contract, Instrument

_TOO_COARSE = 100


def own_grid(contract: Contract, instrument: Instrument) -> int:
    """How many of the instrument's steps one step of the contract's bars is.

    A contract whose tick is no multiple of the instrument's, or a hundred of them and more, was stored when the
    instrument was described otherwise, and counts as one with the instrument's own tick.
    """
    ratio = contract.tick / instrument.tick
    return int(ratio) if 1 <= ratio < _TOO_COARSE and ratio == int(ratio) else 1


def own_grids(months: Sequence[str], contracts: Mapping[str, Contract], instrument: Instrument) -> np.ndarray:
    """`own_grid` of the contract of each month, and 1 where it is not known: int64, one longer than `months`."""
    known = [own_grid(contracts[month], instrument) if month in contracts else 1 for month in months]
    return np.array([*known, 1], "int64")
