"""Contracts of every kind, and all ids and exchanges under which a gateway described one."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contracts", sa.Column("kind", sa.Text(), nullable=False, server_default="FUT"))
    op.alter_column("contracts", "kind", server_default=None)
    op.create_table(
        "contract_ids",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("con_id", sa.BigInteger(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "contract", "con_id", "exchange", name="contract_ids_pkey"),
    )
    op.execute("INSERT INTO contract_ids SELECT symbol, contract, con_id, exchange, first_seen FROM contracts")
