"""Shared parts of all tables: the `metadata`, the names of keys and indices, and kinds of columns."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    Double,
    Integer,
    MetaData,
    Text,
)
from sqlalchemy.types import TypeEngine

from g4qc_core.bars.columns import PRICES

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    }
)

OF_THE_SERVER = "of the server"
"""Mark in the `info` of a table whose rows mean something on this server alone: no backup holds them."""

_Kind = TypeEngine | type[TypeEngine]
INSTANT = DateTime(timezone=True)


def key(name: str, kind: _Kind = Text) -> Column:
    """Return a column of the primary key."""
    return Column(name, kind, primary_key=True)


def filled(name: str, kind: _Kind = Text) -> Column:
    """Return a column that is never null."""
    return Column(name, kind, nullable=False)


def prices() -> list[Column]:
    """Return the columns of the four prices, in points."""
    return [filled(name, Double) for name in PRICES]


def steps() -> list[Column]:
    """Return the columns of the four prices, in steps of the row's series."""
    return [filled(name, Integer) for name in PRICES]
