"""Differences between two sources of the same bars."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KEY = ("symbol", "trade_date", "contract", "first_source", "second_source")
_PRICES = ("open", "high", "low", "close")


def _filled(kind: sa.types.TypeEngine, *names: str) -> list[sa.Column]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "source_differences",
        *_filled(sa.Text(), "symbol"),
        *_filled(sa.Date(), "trade_date"),
        *_filled(sa.Text(), "contract", "first_source", "second_source", "verdict", "side"),
        *_filled(sa.Boolean(), "agrees"),
        *_filled(sa.Integer(), "shared", "only_first", "only_second", "differing", "beyond"),
        *_filled(sa.Integer(), *(f"differing_{name}" for name in _PRICES)),
        *_filled(sa.Double(), *(f"largest_{name}" for name in _PRICES)),
        *_filled(sa.BigInteger(), "volume_first", "volume_second"),
        *_filled(sa.Integer(), "differing_volumes", "shift"),
        *_filled(sa.Double(), "points", "factor", "grid"),
        *_filled(sa.DateTime(timezone=True), "compared_at"),
        sa.PrimaryKeyConstraint(*_KEY, name="source_differences_pkey"),
    )


def downgrade() -> None:
    op.drop_table("source_differences")
