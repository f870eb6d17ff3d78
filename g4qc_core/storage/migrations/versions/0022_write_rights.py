"""Rights of runs to write."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "write_rights",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("lease", sa.BigInteger()),
        sa.Column("claimed_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("holder", name="write_rights_pkey"),
    )


def downgrade() -> None:
    op.drop_table("write_rights")
