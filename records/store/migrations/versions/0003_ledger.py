"""Make room for the ledger: forecasts as they were issued, and their resolutions; neither is ever changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

APPEND_ONLY = ("forecasts", "resolutions")

REFUSE_SQLITE = """
CREATE TRIGGER {table}_refuse_{event} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are append-only: {event} refused'); END
"""

REFUSE_POSTGRESQL = """
CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "forecasts",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(20), nullable=False, unique=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("model", sa.String(128), nullable=False),
        sa.Column("benchmark", sa.String(128), nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("user", sa.String(128), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("forecasts_by_cell", "forecasts", ["benchmark", "model"])
    op.create_table(
        "resolutions",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("forecast_id", sa.String(20), sa.ForeignKey("forecasts.id"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("resolutions_by_forecast", "resolutions", ["forecast_id"])
    if op.get_bind().dialect.name == "sqlite":
        statements = [REFUSE_SQLITE.format(table=t, event=e) for t in APPEND_ONLY for e in ("UPDATE", "DELETE")]
    else:
        statements = [REFUSE_POSTGRESQL.format(table=t) for t in APPEND_ONLY]
    for statement in statements:
        op.execute(statement)
