"""Imports of files: their tables, the source of each request, contracts by rule, the row of a file in `raw_bars`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_PRICES = ("open", "high", "low", "close")
_CURRENT = 2**63 - 1
_COUNTS = ("inserted", "unchanged", "revised", "withdrawn")
_ORIGIN = ", b.received_row, q.file, q.import_id"


def upgrade() -> None:
    _make_tables()
    op.add_column("ib_requests", sa.Column("source", sa.Text(), nullable=False, server_default="ib"))
    op.add_column("ib_requests", sa.Column("import_id", sa.BigInteger()))
    op.add_column("ib_requests", sa.Column("file", sa.Text()))
    op.create_index("ib_requests_import_id_idx", "ib_requests", ["import_id"])
    op.add_column("contracts", sa.Column("estimated", sa.Boolean(), nullable=False, server_default="false"))
    op.execute(f"CREATE OR REPLACE VIEW raw_bars AS {_raw_bars(_ORIGIN)}")


def downgrade() -> None:
    op.execute("DROP VIEW raw_bars")
    op.execute(f"CREATE VIEW raw_bars AS {_raw_bars('')}")
    op.drop_column("contracts", "estimated")
    op.drop_index("ib_requests_import_id_idx", "ib_requests")
    for name in ("file", "import_id", "source"):
        op.drop_column("ib_requests", name)
    for table in ("import_months", "import_files", "imports"):
        op.drop_table(table)


def _make_tables() -> None:
    texts = ("source", "profile", "zone", "label", "path")
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("recipe", JSONB(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("unreadable", sa.BigInteger(), nullable=False),
        sa.Column("doubts", JSONB(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("asked_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="imports_pkey"),
    )
    op.create_table(
        "import_files",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "number", name="import_files_pkey"),
    )
    op.create_index("import_files_sha256_idx", "import_files", ["sha256"])
    op.create_table(
        "import_months",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("stored_at", _INSTANT),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("import_id", "symbol", "contract", "month", name="import_months_pkey"),
    )
    op.create_index("import_months_symbol_contract_month_idx", "import_months", ["symbol", "contract", "month"])


def _raw_bars(origin: str) -> str:
    points = ", ".join(f"b.{name} / s.per_point::float8 AS {name}" for name in _PRICES)
    exact = ", ".join(f"b.{name}" for name in _PRICES)
    received = "JOIN bar_series s ON s.id = b.series LEFT JOIN ib_requests q ON q.id = b.request_id"
    raw = "b.wap, b.count::int8 AS count, b.request_id, q.requested_at AS received_at"
    return (
        f"SELECT s.symbol, b.timestamp, s.contract, {points}, b.volume::int8 AS volume, {raw}, s.source{origin} "
        f"FROM raw_minutes b {received} "
        f"UNION ALL SELECT s.symbol, b.timestamp, s.contract, {exact}, b.volume, {raw}, s.source{origin} "
        f"FROM raw_exact b {received} WHERE b.replaced_by = {_CURRENT}"
    )
