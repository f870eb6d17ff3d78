"""Products of the simulated gateway: the instruments of the registry, and a few more that users may want to add.

If the gateway knows a product itself, it uses its own facts and not those of the user's file: a real gateway does not
repeat its client's mistakes either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from g4qc_core.instruments.registry import BUILT_IN, Instrument, read_instruments

_MORE = Path(__file__).with_name("products.toml")


def products(registry: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Return the products of a gateway for a client with this registry, by the gateway's own names."""
    known = _known()
    names = {_identity(product) for product in known.values()}
    unheard = [instrument for instrument in registry.values() if _identity(instrument) not in names]
    return known | {name: item.model_copy(update={"symbol": name}) for name, item in _named(unheard, known)}


def _named(unheard: Iterable[Instrument], known: Mapping[str, Instrument]) -> Iterator[tuple[str, Instrument]]:
    for item in unheard:
        yield (f"{item.symbol}2" if item.symbol in known else item.symbol), item


@cache
def _known() -> dict[str, Instrument]:
    return read_instruments(BUILT_IN) | read_instruments(_MORE)


def _identity(instrument: Instrument) -> tuple[str, ...]:
    distinct = instrument.trading_class if instrument.expires else instrument.currency
    return instrument.kind, instrument.ib_symbol, instrument.exchange, distinct
