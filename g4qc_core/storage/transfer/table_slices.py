"""Slices of a table, each with the number of its rows and a checksum that the server computes.

A slice is a range of the primary key, so that the key's index finds it, and begins with a month, where the key holds a
time, or with a round number, where the key is one. What is old stays in the same slice while rows are added at the end.

The checksum is the sum of the rows' hashes (`hash_record_extended`, 64 bits), modulo 2**64: it depends on all values
and not on the order of the rows, is the same on every server, and costs a fraction of reading the rows. PostgreSQL
keeps these hashes as they are, because it places the rows of partitioned tables by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from g4qc_core.storage.transfer.stored_tables import StoredTable, quoted

SLICE_ROWS = 100_000
"""Rows from which a slice is complete, and a range of the key has slices of its own."""

_MODULUS = 2**64
_BUCKET = 100_000  # numbers of a key that is one number
_TIMES = ("timestamp with time zone", "timestamp without time zone", "date")
_NUMBERS = ("smallint", "integer", "bigint")
_HASHED = frozenset(
    {*_TIMES, *_NUMBERS, "text", "character varying", "boolean", "double precision", "real", "uuid", "jsonb", "bytea"}
)


@dataclass(frozen=True)
class TableSlice:
    """A range of a table's rows.

    Attributes:
        low: first values of the key's first columns, as the server writes them; None: from the first row on.
        high: the same of the next slice, exclusive; None: to the last row.
        rows: number of rows.
        checksum: of the rows, 0 to 2**64 - 1.
        within: number of the key's first columns that have the values of `low` in every row.
    """

    low: tuple[str, ...] | None
    high: tuple[str, ...] | None
    rows: int
    checksum: int
    within: int = 0


@dataclass(frozen=True)
class TableSum:
    """Number of rows and checksum of a whole table."""

    rows: int
    checksum: int

    @classmethod
    def of(cls, slices: Sequence[TableSlice]) -> TableSum:
        """Return the sum of all slices of a table."""
        return cls(sum(one.rows for one in slices), sum(one.checksum for one in slices) % _MODULUS)


@dataclass(frozen=True)
class _Group:
    bounds: tuple[str, ...]
    rows: int
    total: int

    @property
    def prefix(self) -> tuple[str, ...]:
        return self.bounds[:-1]


def slices_of(connection: Connection, table: StoredTable) -> list[TableSlice]:
    """Return the slices of the rows that the connection sees, in the order of the key; none for an empty table."""
    shown, order = _split(table)
    selected = ", ".join(f"({part})::text" for part in shown)
    query = f"SELECT {selected + ', ' if shown else ''}count(*), sum({_hash(table)}) FROM {quoted(table.name)}"
    if order:
        query += f" GROUP BY {', '.join(order)} ORDER BY {', '.join(order)}"
    found = connection.execute(text(query)).all()
    groups = [_Group(tuple(row[:-2]), int(row[-2]), int(row[-1] or 0)) for row in found]
    return _joined([group for group in groups if group.rows], len(shown))


def sum_of(connection: Connection, table: StoredTable) -> TableSum:
    """Return number of rows and checksum of the rows that the connection sees."""
    rows, total = connection.execute(text(f"SELECT count(*), sum({_hash(table)}) FROM {quoted(table.name)}")).one()
    return TableSum(rows, int(total or 0) % _MODULUS)


def condition(table: StoredTable, part: TableSlice) -> tuple[str, list[str]]:
    """Return the SQL condition of a slice's rows, and the values of its placeholders; empty for a whole table."""
    sides: list[str] = []
    values: list[str] = []
    shared = part.low[: part.within] if part.low else ()
    # Said plainly, so that TimescaleDB opens no chunk and unpacks no segment in vain.
    for column, value in zip(table.key, shared, strict=False):
        sides.append(f"{quoted(column)} = %s::{table.type_of(column)}")
        values.append(value)
    for bound, operator in ((part.low, ">="), (part.high, "<")):
        if bound is None:
            continue
        key, bound = table.key[len(shared) : len(bound)], bound[len(shared) :]
        marks = ", ".join(f"%s::{table.type_of(column)}" for column in key)
        sides.append(f"({', '.join(map(quoted, key))}) {operator} ({marks})")
        values += bound
    return " AND ".join(sides), values


def _split(table: StoredTable) -> tuple[list[str], list[str]]:
    """Return the expressions that split a table: as they are shown, and as they are grouped and ordered."""
    kinds = [table.type_of(column) if column in dict(table.columns) else "" for column in table.key]
    at = next((place for place, kind in enumerate(kinds) if kind in _TIMES), None)
    if at is not None:
        kind, own = kinds[at], quoted(table.key[at])
        month = f"date_trunc('month', {own if kind != 'date' else own + '::timestamp'})::{kind}"
        parts = [*(quoted(column) for column in table.key[:at]), month]
    elif len(kinds) == 1 and kinds[0] in _NUMBERS:
        own = quoted(table.key[0])
        parts = [f"floor({own}::numeric / {_BUCKET})::bigint * {_BUCKET}"]
    else:
        return [], []
    return parts, parts


def _hash(table: StoredTable) -> str:
    # A number with decimals is hashed without its trailing zeros, and JSON has no hash: their texts have.
    values = (quoted(name) if kind in _HASHED else f"{quoted(name)}::text" for name, kind in table.columns)
    return f"hash_record_extended(ROW({', '.join(values)}), 0)"


def _joined(groups: Sequence[_Group], depth: int) -> list[TableSlice]:
    """Join groups that follow each other until a slice is complete; a large range of the key shares none."""
    large: dict[tuple[str, ...], int] = {}
    for group in groups:
        large[group.prefix] = large.get(group.prefix, 0) + group.rows
    parts: list[list[_Group]] = []
    for group in groups:
        if parts and not _complete(parts[-1], group, large):
            parts[-1].append(group)
        else:
            parts.append([group])
    lows: list[Any] = [part[0].bounds if depth else None for part in parts]
    edges = [None, *lows[1:], None]
    found = []
    for at, part in enumerate(parts):
        sums = sum(group.rows for group in part), sum(group.total for group in part) % _MODULUS
        if depth > 1 and len({group.prefix for group in part}) == 1:
            after = edges[at + 1]
            high = after if after is not None and after[:-1] == part[0].prefix else None
            found.append(TableSlice(part[0].bounds, high, *sums, within=depth - 1))
        else:
            found.append(TableSlice(edges[at], edges[at + 1], *sums))
    return found


def _complete(part: Sequence[_Group], following: _Group, rows: dict[tuple[str, ...], int]) -> bool:
    if sum(group.rows for group in part) >= SLICE_ROWS:
        return True
    before = part[-1].prefix
    return following.prefix != before and max(rows[before], rows[following.prefix]) >= SLICE_ROWS
