"""The names under which a result was run: two specs with the same content share one result, and both find it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backtest_names",
        sa.Column("spec_name", sa.Text(), nullable=False),
        sa.Column(
            "backtest_id",
            sa.Text(),
            sa.ForeignKey("backtests.id", name="backtest_names_backtest_id_fkey", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("spec", JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Text()),
        sa.PrimaryKeyConstraint("spec_name", "backtest_id", name="backtest_names_pkey"),
    )
    op.create_index("backtest_names_backtest_id_idx", "backtest_names", ["backtest_id"])
    op.execute(
        "INSERT INTO backtest_names (spec_name, backtest_id, spec, created_at, run_id) "
        "SELECT spec_name, id, spec, created_at, run_id FROM backtests"
    )
    op.drop_index("backtests_spec_name_created_at_idx", "backtests")


def downgrade() -> None:
    op.create_index("backtests_spec_name_created_at_idx", "backtests", ["spec_name", "created_at"])
    op.drop_table("backtest_names")
