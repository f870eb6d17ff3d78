"""The factor by which the gateway multiplies prices: 100 if bars are in cents or pence.

Contracts stored before get 1, which is right for all but those quoted in cents or pence. Those that are certain get
100; the others get it when their chain is fetched again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Class, exchange, multiplier and tick, as the gateway states them.
_IN_CENTS = (("ZC", "CBOT", 5000, "0.0025"), ("ZS", "CBOT", 5000, "0.0025"), ("LE", "CME", 40000, "0.00025"))


def upgrade() -> None:
    op.add_column("contracts", sa.Column("price_magnifier", sa.Integer(), nullable=False, server_default="1"))
    for trading_class, exchange, multiplier, tick in _IN_CENTS:
        op.execute(
            f"UPDATE contracts SET price_magnifier = 100 WHERE kind = 'FUT' AND trading_class = '{trading_class}' "
            f"AND exchange = '{exchange}' AND multiplier = {multiplier} AND min_tick = {tick}"
        )


def downgrade() -> None:
    op.drop_column("contracts", "price_magnifier")
