"""`g4qc instruments contracts`: the stored chain of an instrument, and the stored bars of each contract."""

from __future__ import annotations

from datetime import date
from typing import Any

from rich.table import Table

from g4qc_core.instruments.registry import Contract, Instrument, load_registry
from g4qc_core.services.chains import stored_chain
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_core.timeframes import ONE_MINUTE
from g4qc_pipelines.commands.printing import echo_json, wide_console


def list_contracts(settings: Settings, symbol: str, as_json: bool) -> None:
    """Print the stored chain of an instrument.

    Raises:
        UsageError: no chain is stored yet.
    """
    instrument = load_registry(settings.own_instruments)[symbol]
    with open_stores(settings) as stores:
        rows = _rows(instrument, stores)
    if as_json:
        echo_json(rows)
    else:
        _print(symbol, rows)


def _rows(instrument: Instrument, stores: Stores) -> list[dict[str, Any]]:
    chain = stored_chain(instrument, stores)
    seen, ids = stores.contracts.first_seen(instrument.symbol), stores.contracts.ids(instrument.symbol)
    held = _held(instrument, stores)
    return [_row(c, ids) | {"first_seen": seen[c.month]} | held.get(c.month, {}) for c in chain]


def _row(contract: Contract, ids: dict[str, list[int]]) -> dict[str, Any]:
    return {
        "contract": contract.month,
        "local_symbol": contract.local_symbol,
        "con_id": contract.con_id,
        "former_con_ids": [con_id for con_id in ids.get(contract.month, []) if con_id != contract.con_id],
        "exchange": contract.exchange,
        "last_trade_date": contract.last_trade_date if contract.expires else None,
        "sessions": 0,
        "bars": 0,
        "first": None,
        "last": None,
    }


def _held(instrument: Instrument, stores: Stores) -> dict[str, dict[str, Any]]:
    """Return sessions, validated minutes, and first and last trade date of each contract month."""
    reach = stores.bars.reach(instrument.symbol, ONE_MINUTE.name)
    if reach is None:
        return {}
    quality = stores.bars.quality(instrument.symbol, *reach)
    traded = quality[quality["traded"] > 0]
    return {
        str(month): {
            "sessions": len(of),
            "bars": int(of["traded"].sum()),
            "first": _day(of["trade_date"].min()),
            "last": _day(of["trade_date"].max()),
        }
        for month, of in traded.groupby("contract")
    }


def _day(stamp: Any) -> date:
    return stamp.date()


def _print(symbol: str, rows: list[dict[str, Any]]) -> None:
    table = Table(title=f"Contracts of {symbol}")
    for column in ("contract", "symbol", "conId", "exchange", "last trade date", "first seen"):
        table.add_column(column)
    for column in ("sessions", "minutes"):
        table.add_column(column, justify="right")
    table.add_column("stored")
    for row in rows:
        former = "".join(f", before {con_id}" for con_id in row["former_con_ids"])
        stored = f"{row['first']} to {row['last']}" if row["bars"] else ""
        table.add_row(
            row["contract"],
            row["local_symbol"],
            f"{row['con_id']}{former}",
            row["exchange"],
            str(row["last_trade_date"] or "never"),
            f"{row['first_seen']:%Y-%m-%d}",
            f"{row['sessions']:,}",
            f"{row['bars']:,}",
            stored,
        )
    wide_console(140).print(table)
