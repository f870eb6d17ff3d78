"""What every table is made of: the one `metadata`, the naming of keys and indices, and columns that tables share.

Knows columns and keys. Must not know how rows get in or out.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    Double,
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

_Kind = TypeEngine | type[TypeEngine]
INSTANT = DateTime(timezone=True)


def key(name: str, kind: _Kind = Text) -> Column:
    return Column(name, kind, primary_key=True)


def filled(name: str, kind: _Kind = Text) -> Column:
    return Column(name, kind, nullable=False)


def prices() -> list[Column]:
    return [filled(name, Double) for name in PRICES]
