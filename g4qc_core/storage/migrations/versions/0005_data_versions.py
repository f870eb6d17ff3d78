"""Each month of bars has a version, a fingerprint of its content; revisions are found by the request that made them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_versions",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("made_of", sa.Text()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "kind", "month", name="data_versions_pkey"),
    )
    op.create_index(
        "raw_bar_revisions_symbol_replaced_by_idx", "raw_bar_revisions", ["symbol", "replaced_by"], unique=False
    )
