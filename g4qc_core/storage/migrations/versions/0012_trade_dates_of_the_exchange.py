"""Instruments whose stored trade dates were assigned before a holiday's trading counted to the next business day.

Only the calendars, including the user's own, know which dates move, so `storage.trade_date_migration` moves the rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_trade_dates",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", name="former_trade_dates_pkey"),
    )
    op.execute(
        "INSERT INTO former_trade_dates (symbol) SELECT symbol FROM contracts UNION SELECT symbol FROM data_versions "
        "UNION SELECT symbol FROM session_quality UNION SELECT symbol FROM roll_calendars"
    )


def downgrade() -> None:
    op.drop_table("former_trade_dates")
