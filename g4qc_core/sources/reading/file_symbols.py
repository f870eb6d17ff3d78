"""Symbols of vendors: which instrument a name like `6E`, `EUR` or `SP500` means."""

from __future__ import annotations

from collections.abc import Mapping

from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.profiles.file_profile import FileProfile


class FileSymbols:
    """Finds instruments by a vendor's symbols.

    A profile's own table comes first, then G4QC's symbols, then the trading classes and symbols of the broker.

    Args:
        registry: the instruments.
        profile: with the vendor's table.
        forced: the instrument of all rows, whatever names say; None: by names.
    """

    def __init__(
        self, registry: Mapping[str, Instrument], profile: FileProfile, forced: Instrument | None = None
    ) -> None:
        self._registry = registry
        self._table = {name.upper(): symbol for name, symbol in profile.symbols.items()}
        self._forced = forced
        self._names: dict[str, Instrument] = {}
        for instrument in (registry[symbol] for symbol in registry):
            for name in (instrument.trading_class, instrument.ib_symbol):
                self._names.setdefault(name.upper(), instrument)

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the instrument of a vendor's symbol; None if no instrument has it.

        If all rows are of one instrument, a name without a symbol means it, and a name with another symbol does not.
        """
        found = self._found(symbol) if symbol else None
        if self._forced is None:
            return found
        foreign = found is not None and found.symbol != self._forced.symbol
        return None if foreign else self._forced

    def _found(self, symbol: str) -> Instrument | None:
        name = symbol.upper()
        named = self._table.get(name, name)
        if named in self._registry:
            return self._registry[named]
        return self._names.get(named)
