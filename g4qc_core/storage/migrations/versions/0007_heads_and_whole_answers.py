"""Head timestamps of contracts, and whether an answer settles every minute of its window."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contracts", sa.Column("head", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ib_requests", sa.Column("whole", sa.Boolean(), nullable=True))
