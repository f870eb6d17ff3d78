"""Windows that the user wants requested again, and when head timestamps were last requested."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("contracts", sa.Column("head_asked_at", _INSTANT, nullable=True))
    op.create_table(
        "reopened_windows",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("window_start", _INSTANT, nullable=False),
        sa.Column("window_end", _INSTANT, nullable=False),
        sa.Column("after_request", sa.BigInteger(), nullable=False),
        sa.Column("reopened_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="reopened_windows_pkey"),
    )
    op.create_index("reopened_windows_symbol_window_end_idx", "reopened_windows", ["symbol", "window_end"])


def downgrade() -> None:
    op.drop_table("reopened_windows")
    op.drop_column("contracts", "head_asked_at")
