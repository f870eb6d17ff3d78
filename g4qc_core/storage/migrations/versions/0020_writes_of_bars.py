"""Transactions that write what an answer with bars depends on, noted by triggers of the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLES = (
    "contracts",
    "data_versions",
    "market_data",
    "quarantine_decisions",
    "quarantined_bars",
    "raw_bars",
    "roll_calendars",
    "rolls",
    "session_quality",
)
# Writers only add rows and skip locked ones, so that none waits for another. The rows are removed after a day.
_FUNCTION = """
CREATE FUNCTION note_bar_write() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO bar_writes VALUES (pg_current_xact_id()::text::bigint, now()) ON CONFLICT DO NOTHING;
  IF FOUND AND (SELECT written_at FROM bar_writes ORDER BY transaction LIMIT 1) < now() - interval '1 day' THEN
    DELETE FROM bar_writes WHERE transaction IN (
      SELECT transaction FROM bar_writes WHERE written_at < now() - interval '1 day' LIMIT 100 FOR UPDATE SKIP LOCKED
    );
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "bar_writes",
        sa.Column("transaction", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("transaction", name="bar_writes_pkey"),
    )
    op.execute(_FUNCTION)
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER note_bar_write AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION note_bar_write()"
        )


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"DROP TRIGGER note_bar_write ON {table}")
    op.execute("DROP FUNCTION note_bar_write()")
    op.drop_table("bar_writes")
