"""Definitions in SQL: of tables that no migration of ours makes, and of indices that are built after a load."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, text

from g4qc_core.storage.transfer.stored_tables import StoredSequence, quoted

_HERE = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
_COLUMNS = text(
    f"""
    SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS kind,
           a.attnotnull AS filled, a.attidentity AS identity, a.attgenerated AS generated,
           pg_get_expr(d.adbin, d.adrelid) AS value
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = {_HERE} AND c.relname = ANY(:names) ORDER BY c.relname, a.attnum
    """
)
_CONSTRAINTS = text(
    f"""
    SELECT c.relname AS table, k.conname AS name, k.contype::text AS kind, pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = {_HERE} AND c.relname = ANY(:names) AND k.contype IN ('p', 'u', 'x', 'f', 'c')
    AND k.conparentid = 0 AND k.coninhcount = 0
    ORDER BY k.contype = 'f', k.contype <> 'p', c.relname, k.conname
    """
)
_INDICES = text(
    f"""
    SELECT c.relname AS table, x.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
    WHERE c.relnamespace = {_HERE} AND c.relname = ANY(:names)
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    ORDER BY c.relname, x.relname
    """
)
_BUILT = ("p", "u", "x")  # constraints with an index
_LINK = "f"


@dataclass(frozen=True)
class Statements:
    """What makes tables, in three steps.

    Attributes:
        create: the tables, without indices.
        finish: their keys and indices, to be made once the rows are there.
        link: their references to each other, to be made last.
    """

    create: tuple[str, ...]
    finish: tuple[str, ...]
    link: tuple[str, ...]


def definitions_of(
    connection: Connection, names: Collection[str], sequences: Collection[StoredSequence]
) -> dict[str, Statements]:
    """Return the statements that make each of the tables and the sequences of its columns."""
    constraints = connection.execute(_CONSTRAINTS, {"names": list(names)}).all()
    indices = connection.execute(_INDICES, {"names": list(names)}).all()
    lines: dict[str, list[str]] = {name: [] for name in names}
    for row in connection.execute(_COLUMNS, {"names": list(names)}).mappings():
        lines[row["table"]].append(_line(**{key: value for key, value in row.items() if key != "table"}))
    made = {}
    for name in names:
        own = [s for s in sequences if s.table == name and not s.identity]
        create = [f"CREATE SEQUENCE IF NOT EXISTS {quoted(s.name)}" for s in own]
        create.append(f"CREATE TABLE {quoted(name)} ({', '.join(lines[name])})")
        create += [f"ALTER SEQUENCE {quoted(s.name)} OWNED BY {quoted(name)}.{quoted(str(s.column))}" for s in own]
        finish = [_add(row) for row in constraints if row.table == name and row.kind != _LINK]
        finish += [row.definition for row in indices if row.table == name]
        link = [_add(row) for row in constraints if row.table == name and row.kind == _LINK]
        made[name] = Statements(tuple(create), tuple(finish), tuple(link))
    return made


def drop_indices(connection: Connection, names: Collection[str], whole: Collection[str]) -> Statements:
    """Drop the references of tables, and the keys and indices of some; return the statements that make them again.

    Args:
        connection: in a transaction.
        names: tables that lose their references.
        whole: those of them that lose keys and indices too.
    """
    constraints = connection.execute(_CONSTRAINTS, {"names": list(names)}).all()
    indices = connection.execute(_INDICES, {"names": list(whole)}).all()
    links = [row for row in constraints if row.kind == _LINK]
    built = [row for row in constraints if row.kind in _BUILT and row.table in whole]
    for row in (*links, *built):
        connection.execute(text(f"ALTER TABLE {quoted(row.table)} DROP CONSTRAINT {quoted(row.name)}"))
    for row in indices:
        connection.execute(text(f"DROP INDEX {quoted(row.name)}"))
    again = (*(_add(row) for row in built), *(row.definition for row in indices))
    return Statements((), again, tuple(_add(row) for row in links))


def run_statements(connection: Connection, statements: Collection[str]) -> None:
    """Run them one after another, as they are."""
    for statement in statements:
        # The driver's own cursor: a colon or a percent sign in a definition is no placeholder.
        connection.connection.cursor().execute(statement)


def _line(name: str, kind: str, filled: bool, identity: str, generated: str, value: str | None) -> str:
    words = [quoted(name), kind]
    if identity:
        words.append(f"GENERATED {'ALWAYS' if identity == 'a' else 'BY DEFAULT'} AS IDENTITY")
    elif generated:
        words.append(f"GENERATED ALWAYS AS ({value}) STORED")
    elif value is not None:
        words.append(f"DEFAULT {value}")
    return " ".join([*words, *(["NOT NULL"] if filled else [])])


def _add(row: object) -> str:
    table, name, definition = (getattr(row, part) for part in ("table", "name", "definition"))
    return f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} {definition}"
