"""The contracts of some years by the rules of their exchange: for years that no gateway remembers."""

from __future__ import annotations

from datetime import date

from g4qc_core.futures.estimated_contract import estimated_contract
from g4qc_core.instruments.registry import MONTH_CODES, SPOT, Contract, Instrument

_AHEAD = 2  # years


def estimated_chain(instrument: Instrument, first: date, last: date) -> list[Contract]:
    """Return the contracts of the instrument's month cycle that can be in front from `first` to `last`."""
    if not instrument.expires:
        return [estimated_contract(instrument, SPOT)]
    numbers = sorted(MONTH_CODES.index(code) + 1 for code in instrument.months)
    years = range(first.year - 1, last.year + _AHEAD + 1)
    return [estimated_contract(instrument, f"{year}{number:02d}") for year in years for number in numbers]
