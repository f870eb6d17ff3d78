"""Studies: walk-forward analyses, Monte Carlo simulations and portfolios, and the frames of each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "studies",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "kind", "name")),
        sa.Column("spec", JSON(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("data_version", "code", "state")),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("summary", JSON()),
        sa.Column("run_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="studies_pkey"),
    )
    op.create_index("studies_kind_name_idx", "studies", ["kind", "name"])
    op.create_table(
        "study_frames",
        sa.Column(
            "study_id",
            sa.Text(),
            sa.ForeignKey("studies.id", name="study_frames_study_id_fkey", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("study_id", "name", name="study_frames_pkey"),
    )


def downgrade() -> None:
    op.drop_table("study_frames")
    op.drop_table("studies")
