"""`g4qc status`: stored data, the last request, and gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import pandas as pd
from rich.table import Table

from g4qc_core.errors import DatabaseUnavailable
from g4qc_core.instruments.registry import Registry, load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.result_inputs import inputs_of_newest
from g4qc_core.services.extraction.pacing_status import pacing_document, pacing_lines
from g4qc_core.settings import Settings
from g4qc_core.storage.server.bar_origin import expected_origin, stored_origin
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.commands.day_map_text import print_map
from g4qc_pipelines.commands.growth_status import growth_document, growth_lines
from g4qc_pipelines.commands.part_status import Parts, part_lines, parts_of
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.commands.session_status import doubts, gap_table, session_status

Maps = Mapping[str, pd.DataFrame]
"""Day maps by symbol."""

_MONTHS = 12  # months of a map, unless an instrument is named
_ORDER = {timeframe.name: at for at, timeframe in enumerate(TIMEFRAMES)}


def show_status(settings: Settings, symbols: Sequence[str], as_json: bool) -> None:
    """Print the state of these instruments, or of all, as text or as JSON.

    Raises:
        UsageError: there is no instrument of that symbol.
    """
    try:
        with open_stores(settings) as stores:
            document, maps = _document(stores, load_registry(settings.own_instruments), symbols, datetime.now(UTC))
            document = {"database": stores.database.place, "timescale": stores.database.has_timescale, **document}
            document["size"] = growth_document(settings, stores)
            document["parts"] = parts_of(settings, expected_origin(settings, stores.database))
    except DatabaseUnavailable:
        _print_parts(parts_of(settings, expected_origin(settings, None)), as_json)
        raise
    if as_json:
        echo_json(document)
    else:
        _print(document, maps, months=None if symbols else _MONTHS)


def _document(stores: Stores, registry: Registry, symbols: Sequence[str], now: datetime) -> tuple[dict[str, Any], Maps]:
    inputs = {one.spec: one for one in inputs_of_newest(stores, registry)}
    origin = stored_origin(stores.database)
    stored = stores.bars.stored()
    if symbols:
        stored = stored[stored["symbol"].isin([_known(symbol, registry) for symbol in symbols])]
    stored = stored.iloc[stored["timeframe"].map(_ORDER).argsort(kind="stable")]
    stored = stored.sort_values("symbol", kind="stable")
    found = {symbol: session_status(symbol, registry, stores, now) for symbol in stored["symbol"].unique()}
    document = {
        "origin": str(origin) if origin else None,
        "bars": [
            {
                "instrument": row["symbol"],
                "timeframe": row["timeframe"],
                "bars": row["bars"],
                "contracts": row["contracts"],
                "first": row["first"].isoformat(),
                "last": row["last"].isoformat(),
            }
            for row in stored.to_dict("records")
        ],
        "instruments": [document for document, _ in found.values()],
        "last_request": _last_request(stores),
        "gateway": pacing_document(stores),
        "backtests": [
            {
                "name": r.spec_name,
                "result": r.id,
                "created_at": r.created_at.isoformat(),
                "metrics": dict(r.metrics),
                "inputs": inputs[r.spec_name].to_dict() if r.spec_name in inputs else None,
            }
            for r in stores.backtests.newest()
        ],
    }
    return document, {symbol: days for symbol, (_, days) in found.items()}


def _known(symbol: str, registry: Registry) -> str:
    return registry[symbol].symbol


def _last_request(stores: Stores) -> dict[str, Any] | None:
    entry = stores.ledger.last()
    if entry is None:
        return None
    return {
        "at": entry.requested_at.isoformat(),
        "contract": f"{entry.symbol} {entry.contract}",
        "outcome": str(entry.outcome),
        "bars": entry.bars,
        "message": entry.message,
    }


def _print(document: dict[str, Any], maps: Maps, months: int | None) -> None:
    origin = {"simulated": ", synthetic bars", "replay": ", replayed bars"}.get(document["origin"] or "", "")
    click.echo(f"Database {document['database']}{origin}")
    lines = (*growth_lines(document["size"]), *part_lines(document["parts"]), *pacing_lines(document["gateway"]))
    for line in lines:
        click.echo(line)
    if document["bars"]:
        _print_stored(document, maps, months)
    else:
        click.echo("Nothing is stored yet. Begin with `g4qc demo` or `g4qc extract ES --from ... --to ...`.")
    _print_last_request(document)


def _print_stored(document: dict[str, Any], maps: Maps, months: int | None) -> None:
    """Print the bars, gaps and maps of the instruments, and everything about them that needs attention."""
    console, instruments = wide_console(140), document["instruments"]
    console.print(_bar_table(document))
    for text in (text for row in instruments for text in row["not_derived"]):
        click.echo(text)
    console.print(gap_table(instruments))
    for symbol, days in maps.items():
        print_map(console, symbol, days, months)
    for doubt in (doubt for row in instruments for doubt in doubts(row)):
        click.echo(doubt)
    for row in document["backtests"]:
        if row["inputs"] is not None and not row["inputs"]["current"]:
            click.echo(f"Backtest {row['name']} is out of date: {row['inputs']['why']}.")


def _bar_table(document: dict[str, Any]) -> Table:
    """Return a table of the stored bars by instrument and timeframe, with timeframes that lack all bars."""
    table = Table(title="Stored bars (times are UTC)")
    for name in ("", "timeframe", "bars", "contracts", "first", "last", "derived"):
        table.add_column(name, justify="right" if name in ("bars", "contracts") else "left")
    judged = {row["instrument"]: dict(row["timeframes"]) for row in document["instruments"]}
    for row in document["bars"]:
        times = (row["first"][:16].replace("T", " "), row["last"][:16].replace("T", " "))
        count, state = f"{row['bars']:,}", _state(judged[row["instrument"]].pop(row["timeframe"], None))
        table.add_row(row["instrument"], row["timeframe"], count, str(row["contracts"]), *times, state)
    for symbol, left in judged.items():
        for name, timeframe in left.items():
            if not timeframe["whole"]:
                table.add_row(symbol, name, "0", "0", "-", "-", _state(timeframe))
    return table


def _print_parts(parts: Parts, as_json: bool) -> None:
    """Print the state of the parts, which needs no database."""
    if as_json:
        echo_json({"parts": parts})
        return
    for line in part_lines(parts):
        click.echo(line)


def _state(timeframe: dict[str, Any] | None) -> str:
    """Return whether a derived timeframe covers all sessions with minutes; minutes themselves are not derived."""
    if timeframe is None:
        return "-"
    return "whole" if timeframe["whole"] else f"{counted(len(timeframe['missing']), 'session')} missing"


def _print_last_request(document: dict[str, Any]) -> None:
    last = document["last_request"]
    if last is not None:
        said = f": {last['message']}" if last["message"] else ""
        click.echo(f"Last request {last['at'][:19]} UTC, {last['contract']}, {last['outcome']}{said}")
