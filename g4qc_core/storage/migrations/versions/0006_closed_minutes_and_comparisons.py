"""Minutes of known outages get a separate class; sessions and larger bars are compared with the gateway's."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_VALUES = ("open", "high", "low", "close", "volume")


def upgrade() -> None:
    op.add_column("session_quality", sa.Column("closed", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("session_quality", "closed", server_default=None)
    op.create_table(
        "calendar_comparisons",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("open", sa.DateTime(timezone=True)),
        sa.Column("close", sa.DateTime(timezone=True)),
        sa.Column("gateway_open", sa.DateTime(timezone=True)),
        sa.Column("gateway_close", sa.DateTime(timezone=True)),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "trade_date", name="calendar_comparisons_pkey"),
    )
    op.create_table(
        "reconciliations",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("timeframe", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Double()) for name in _VALUES),
        *(sa.Column(f"gateway_{name}", sa.Double()) for name in _VALUES),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "timeframe", "timestamp", "contract", name="reconciliations_pkey"),
    )
