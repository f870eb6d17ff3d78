"""Rolls by position with the prices of both contracts and their source, and the bars that each calendar was made from.

Rolls are derived, and those of before lack prices: the asset `roll_calendar` makes them again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("rolls")
    op.create_table(
        "rolls",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("from_contract", sa.Text(), nullable=False),
        sa.Column("to_contract", sa.Text(), nullable=False),
        sa.Column("from_price", sa.Double(), nullable=False),
        sa.Column("to_price", sa.Double(), nullable=False),
        sa.Column("gap", sa.Double(), nullable=False),
        sa.Column("priced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "rule", "position", "date", name="rolls_pkey"),
    )
    op.create_table(
        "roll_calendars",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("front", sa.Text(), nullable=False),
        sa.Column("bars_from", sa.Date(), nullable=True),
        sa.Column("bars_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "rule", "position", name="roll_calendars_pkey"),
    )
