"""Notes of results."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("backtests", sa.Column("note", sa.Text()))


def downgrade() -> None:
    op.drop_column("backtests", "note")
