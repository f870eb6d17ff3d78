"""Titles and tags of results, and the record of a result that was deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("backtests", sa.Column("title", sa.Text()))
    op.add_column("backtests", sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.create_table(
        "deleted_backtests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("specs", JSON(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("trades", sa.Integer(), nullable=False),
        sa.Column("bars", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="deleted_backtests_pkey"),
    )


def downgrade() -> None:
    op.drop_table("deleted_backtests")
    op.drop_column("backtests", "tags")
    op.drop_column("backtests", "title")
