"""`g4qc instruments remove`: an instrument leaves the user's file and the graph; its bars stay."""

from __future__ import annotations

import click

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.errors import UsageError, unknown
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.graph_keys import KeyKind
from g4qc_core.instruments.instruments_file import remove_instrument as take_out
from g4qc_core.instruments.registry import instrument_symbol, load_registry, read_instruments
from g4qc_core.sentences import listing
from g4qc_core.services.removal import Removal
from g4qc_core.services.research.research_keys import entries_on
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.commands.confirmation import confirm
from g4qc_pipelines.commands.printing import echo_json
from g4qc_pipelines.instance.dynamic_keys import instance_keys


def remove_instrument(settings: Settings, symbol: str, yes: bool, as_json: bool) -> None:
    """Remove an instrument from the user's file and from the graph, after a confirmation.

    Raises:
        UsageError: it is not in that file, or a setting or another file names it.
        InUse: a run works on it.
    """
    symbol = instrument_symbol(symbol)
    _check_own(settings, symbol)
    again = symbol in load_registry()
    if not again:
        _check_unnamed(settings, symbol)
    with open_stores(settings) as stores, instance_keys(settings) as keys:
        removal = Removal(settings, stores, keys)
        removal.check_idle(symbol)
        if not again:
            _check_unread(settings, symbol, stores)
        what = "G4QC's own entry counts again" if again else "its bars and results stay stored"
        confirm(f"Take {symbol} out of {settings.instruments_file}? Then {what}.", yes, as_json)
        take_out(settings.instruments_file, symbol)
        held = {one.key: one for one in removal.listed() if one.kind is KeyKind.INSTRUMENT}
        if symbol in held and not held[symbol].kept_by:
            removal.remove(KeyKind.INSTRUMENT, [symbol])
    if as_json:
        echo_json({"symbol": symbol, "file": str(settings.instruments_file)})
        return
    click.echo(f"[{symbol}] is out of {settings.instruments_file}; {what}.")


def _check_unread(settings: Settings, symbol: str, stores: Stores) -> None:
    """Refuse an instrument that an entry of a file of research reads."""
    for kind, names in entries_on(symbol, settings, load_registry(settings.own_instruments), stores).items():
        file = f"The {kind.replace('_', '-')} file"
        raise UsageError(f"{file} has entries on {symbol}: take out {listing(names)} first.")


def _check_own(settings: Settings, symbol: str) -> None:
    own = read_instruments(settings.own_instruments) if settings.own_instruments else {}
    if symbol in own:
        return
    if symbol in load_registry():
        raise UsageError(f"{symbol} comes with G4QC: leave it out of the graph with G4QC_SYMBOLS.")
    raise unknown("instrument of your own", symbol, own)


def _check_unnamed(settings: Settings, symbol: str) -> None:
    """Refuse an instrument that another file or a setting still names."""
    if symbol in [name.strip() for name in settings.symbols.split(",")]:
        raise UsageError(f"The setting G4QC_SYMBOLS names {symbol}: take it out there first.")
    entries = [name for name, spec in load_specs(settings.backtests).items() if spec.instrument == symbol]
    if entries:
        raise UsageError(f"The backtests file has entries on {symbol}: take out {listing(entries)} first.")
    if any(one.symbol == symbol for one in load_overrides(settings.rolls)):
        raise UsageError(f"The file of rolls {settings.rolls} names {symbol}: take it out there first.")
