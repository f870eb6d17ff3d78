"""The commands `g4qc instruments list`, `add` and `check`, one function each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import Any

import click
from rich.table import Table

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.errors import ContractNotFound, SettingsError, UsageError
from g4qc_core.instruments.entry_by_hand import FieldsLacking, entry_without_gateway
from g4qc_core.instruments.instrument_defaults import Proposal, proposal
from g4qc_core.instruments.instruments_file import write_instrument
from g4qc_core.instruments.products import Product, contradictions, matching_product, plain
from g4qc_core.instruments.registry import (
    Instrument,
    Kind,
    Registry,
    instrument_symbol,
    load_registry,
    make_instrument,
    read_instruments,
)
from g4qc_core.services.gateway_connection import Gateway
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json, wide_console

_EXCHANGES: dict[Kind, str] = {"STK": "SMART", "CASH": "IDEALPRO"}
_PAIR = 6
_OPTIONS = {
    "min_tick": "--tick",
    "trading_class": "--class",
    "price_magnifier": "--magnifier",
    "roll_days_before_expiry": "--roll-days",
}


def list_instruments(settings: Settings, as_json: bool) -> None:
    """Print all known instruments."""
    registry = load_registry(settings.own_instruments)
    own = read_instruments(settings.own_instruments) if settings.own_instruments else {}
    chosen = chosen_instruments(settings)
    if as_json:
        origins = {s: {"in_graph": s in chosen, "from": "own file" if s in own else "G4QC"} for s in registry}
        echo_json([_document(instrument) | origins[symbol] for symbol, instrument in registry.items()])
        return
    table = Table()
    for column in ("", "name", "kind", "exchange", "class", "multiplier", "tick", "tick value", "months", "calendar"):
        table.add_column(column, justify="right" if column in ("multiplier", "tick", "tick value") else "left")
    for column in ("roll", "fee", "graph"):
        table.add_column(column, justify="right" if column == "fee" else "left")
    for symbol, one in registry.items():
        money = f"{plain(one.tick_value)} {one.currency}"
        cells = (
            symbol,
            one.name,
            one.kind,
            one.exchange,
            one.trading_class,
            plain(one.multiplier) + (f"/{one.price_magnifier}" if one.price_magnifier != 1 else ""),
            plain(one.tick),
        )
        graph = "yes" if symbol in chosen else ""
        table.add_row(*cells, money, one.months, one.calendar, one.roll, plain(one.fee), graph)
    wide_console(190).print(table)
    if settings.own_instruments:
        click.echo(f"Your own: {settings.own_instruments}")


def add_instrument(
    settings: Settings,
    symbol: str,
    kind: Kind,
    given: Mapping[str, Any],
    replace: bool,
    checked: bool,
    as_json: bool,
) -> None:
    """Request the product from the gateway, and write it with the given fields into the user's file.

    Args:
        settings: the settings.
        symbol: symbol of the new entry.
        kind: kind of product.
        given: fields from the command line; None if not given.
        replace: replace an existing entry.
        checked: compare the entry with the gateway's description.
        as_json: print JSON.

    Raises:
        UsageError, SettingsError: the entry exists, contradicts the gateway, or is malformed; nothing is written.
    """
    registry = load_registry(settings.own_instruments)
    if instrument_symbol(symbol) in registry and not replace:
        raise UsageError(f"There is an instrument {symbol} already: add --replace to put this one in its place.")
    fields = {name: value for name, value in given.items() if value is not None}
    if checked:
        made = _proposed(settings, registry, symbol, kind, fields)
    else:
        ib_symbol, currency, exchange = _meant(symbol, kind, fields)
        known = {"ib_symbol": ib_symbol, "currency": currency, "exchange": exchange}
        own = {name: value for name, value in known.items() if value}
        made = _unasked(symbol, kind, {**own, **fields})
    _made(symbol, made.fields)
    entry = {name: value for name, value in made.fields.items() if (name, value) != ("kind", "FUT")}
    instrument = write_instrument(settings.instruments_file, symbol, entry, replace)
    if as_json:
        echo_json({**_document(instrument), "file": str(settings.instruments_file), "guesses": made.guesses})
        return
    for name, value in made.fields.items():
        why = f"   (a guess: {made.guesses[name]})" if name in made.guesses else ""
        click.echo(f"{name:<24}{plain(value) if isinstance(value, Decimal) else value}{why}")
    click.echo(f"\n[{symbol}] is in {settings.instruments_file}.")


def check_instruments(settings: Settings, symbols: tuple[str, ...], as_json: bool) -> None:
    """Compare instruments with the gateway's descriptions.

    Raises:
        SettingsError: at least one of them differs.
    """
    registry = load_registry(settings.own_instruments)
    instruments = [registry[symbol] for symbol in symbols] or list(registry.values())
    problems: dict[str, list[str]] = {}
    with _gateway(settings, registry) as source:
        for instrument in instruments:
            problems[instrument.symbol] = _problems(instrument, source)
    wrong = [problem for found in problems.values() for problem in found]
    if as_json:
        echo_json([{"symbol": symbol, "agrees": not found, "problems": found} for symbol, found in problems.items()])
    else:
        for symbol, found in problems.items():
            click.echo(f"{symbol:<8}{'agrees with the gateway' if not found else ' '.join(found)}")
    if wrong:
        more = f" ({len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise SettingsError(f"{wrong[0]}{more}")


def _problems(instrument: Instrument, source: BarSource) -> list[str]:
    try:
        found = _found(source, instrument.kind, instrument.ib_symbol, instrument.exchange, "")
    except ContractNotFound:
        where = f"{instrument.ib_symbol} ({instrument.kind})"
        return [f"The gateway lists nothing under {where}, which the entry [{instrument.symbol}] means."]
    product = matching_product(instrument, found)
    if product is None:
        return [
            f"The gateway has no {instrument.ib_symbol} of the class {instrument.trading_class}, which the entry "
            f"[{instrument.symbol}] means; it lists {_listed(found)}."
        ]
    return [*contradictions(instrument, product), *product.unread]


def _proposed(settings: Settings, registry: Registry, symbol: str, kind: Kind, given: dict[str, Any]) -> Proposal:
    ib_symbol, currency, exchange = _meant(symbol, kind, given)
    with _gateway(settings, registry) as source:
        found = _found(source, kind, ib_symbol, exchange, currency)
    fits = [p for p in found if p.trading_class == given.get("trading_class", p.trading_class)]
    fits = [p for p in fits if exchange in ("", p.exchange)]
    fits = [p for p in fits if p.multiplier == given.get("multiplier")] or fits
    if len(fits) != 1:
        raise UsageError(
            f"The gateway lists {_listed(found)} under {ib_symbol} ({kind}): choose one with --exchange, "
            "--class, --currency and --multiplier."
        )
    (product,) = fits
    for sentence in product.unread:
        click.echo(f"{sentence} The entry is made of the other contracts.", err=True)
    if product.problems:
        raise SettingsError(f"{product.problems[0]} Nothing was written.")
    made = proposal(product, given)
    wrong = contradictions(_made(symbol, made.fields), product)
    if wrong:
        raise SettingsError(f"{wrong[0].replace('the instruments file says', 'you say')} Nothing was written.")
    return made


def _unasked(symbol: str, kind: Kind, given: Mapping[str, Any]) -> Proposal:
    try:
        return entry_without_gateway(symbol, kind, given)
    except FieldsLacking as error:
        wanted = [_option(name) for name in error.fields]
        listed = " and ".join(filter(None, (", ".join(wanted[:-1]), wanted[-1])))
        others = " For a stock, a currency pair or an index, give --kind." if kind == "FUT" else ""
        raise UsageError(f"No gateway is asked about {symbol}: give {listed}.{others} Nothing was written.") from None


def _option(field: str) -> str:
    """Return the option of `g4qc instruments add` that sets the field."""
    return _OPTIONS.get(field, f"--{field.replace('_', '-')}")


def _meant(symbol: str, kind: Kind, given: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the broker's symbol, currency and exchange of a product; empty if only the gateway knows them."""
    pair = kind == "CASH" and len(symbol) == _PAIR and "ib_symbol" not in given
    ib_symbol = symbol[:3] if pair else given.get("ib_symbol", symbol)
    currency = symbol[3:] if pair and "currency" not in given else given.get("currency", "")
    return ib_symbol, currency, given.get("exchange", _EXCHANGES.get(kind, ""))


def _made(symbol: str, fields: Mapping[str, Any]) -> Instrument:
    """Return the instrument of an entry before it is written.

    Raises:
        SettingsError: a field is missing or malformed; nothing was written.
    """
    try:
        return make_instrument(symbol, fields)
    except SettingsError as error:
        text = str(error)
        for field in fields:
            text = text.replace(f"[{symbol}] {field}:", f"[{symbol}] {_option(field)}:", 1)
        raise SettingsError(f"{text} Nothing was written.") from None


def _found(source: BarSource, kind: Kind, ib_symbol: str, exchange: str, currency: str) -> list[Product]:
    """Return the products of the symbol there, or anywhere, so that a wrong exchange is reported as such."""
    try:
        return source.products(kind, ib_symbol, exchange, currency)
    except ContractNotFound:
        if not exchange and not currency:
            raise
        return source.products(kind, ib_symbol)


def _listed(found: list[Product]) -> str:
    return "; ".join(map(str, found))


@contextmanager
def _gateway(settings: Settings, registry: Registry) -> Iterator[BarSource]:
    with open_stores(settings) as stores, closing(Gateway(settings, registry, stores)) as gateway:
        yield gateway.source()


def _document(instrument: Instrument) -> dict[str, Any]:
    derived = {name: plain(getattr(instrument, name)) for name in ("tick", "point_value", "tick_value")}
    return instrument.model_dump(mode="json") | derived
