"""Searches, the trials that belong to them, and the shape of the session returns of a trial."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Rows of before keep nulls: nothing is known about them.
_COLUMNS: dict[str, sa.types.TypeEngine] = {
    "source": sa.Text(),
    "search_id": sa.Text(),
    "refused": sa.Text(),
    "sessions": sa.Integer(),
    "session_sharpe": sa.Double(),
    "session_skew": sa.Double(),
    "session_kurtosis": sa.Double(),
}


def _of_search(table: str) -> sa.Column:
    reference = sa.ForeignKey("searches.id", name=f"{table}_search_id_fkey", ondelete="CASCADE")
    return sa.Column("search_id", sa.Text(), reference, nullable=False)


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("trials", sa.Column(name, kind))
    op.create_table(
        "searches",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "name", "family")),
        *(sa.Column(name, JSON(), nullable=False) for name in ("spec", "backtest")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("data_version", "code", "state")),
        sa.Column("planned", sa.BigInteger()),
        sa.Column("counts", JSON(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("best", JSON()),
        sa.Column("summary", JSON()),
        sa.Column("run_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="searches_pkey"),
    )
    op.create_index("searches_name_idx", "searches", ["name"])
    op.create_index("searches_family_idx", "searches", ["family"])
    op.create_table(
        "search_trials",
        _of_search("search_trials"),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column(
            "trial_id",
            sa.BigInteger(),
            sa.ForeignKey("trials.id", name="search_trials_trial_id_fkey"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("objective", sa.Double()),
        sa.PrimaryKeyConstraint("search_id", "number", name="search_trials_pkey"),
    )
    op.create_table(
        "search_returns",
        _of_search("search_returns"),
        sa.Column("numbers", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("days", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("returns", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("search_id", name="search_returns_pkey"),
    )


def downgrade() -> None:
    for table in ("search_returns", "search_trials", "searches"):
        op.drop_table(table)
    for name in _COLUMNS:
        op.drop_column("trials", name)
