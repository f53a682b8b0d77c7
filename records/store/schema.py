"""The tables as this version of the program reads and writes them; ``migrations/versions`` makes them.

Records are rows, one column a field, because they are read by the ten thousand into a data frame. Models,
benchmarks and sources are read whole and by the hundred: each is one JSON document under its id.

Records never change. What an edition of a series says otherwise about them stands in tables beside them:
``memberships`` (who holds a record), ``withdrawals`` (what was taken back), ``amendments`` (what was mended).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

HEAD = "0006"
"""The newest migration that this program knows; a test holds it to the folder of migrations."""

MENDABLE = ("standard_error", "items", "date_basis", "url", "reporter", "duplicate_of", "note")
"""The fields of a record that its id leaves out: they may be mended without making another record."""

metadata = MetaData()


def _documents(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", String(128), primary_key=True),
        Column("document", Text, nullable=False),
    )


models = _documents("models")
benchmarks = _documents("benchmarks")
sources = _documents("sources")

records = Table(
    "records",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("model", String(128), ForeignKey("models.id"), nullable=False),
    Column("benchmark", String(128), ForeignKey("benchmarks.id"), nullable=False),
    Column("metric", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("standard_error", Float),
    Column("items", Integer),
    Column("shots", Integer),
    Column("prompting", Text, nullable=False),
    Column("effort", Text, nullable=False),
    Column("tools", Text, nullable=False),
    Column("sampling", Text, nullable=False),
    Column("judge", Text, nullable=False),
    Column("harness", Text, nullable=False),
    Column("published", Date, nullable=False),
    Column("date_basis", String(16), nullable=False),
    Column("source", String(128), ForeignKey("sources.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("reporter", String(16), nullable=False),
    Column("duplicate_of", String(20), nullable=False),
    Column("note", Text, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False),
    Column("path", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("added", Integer, nullable=False),
    Column("already_there", Integer, nullable=False),
    Column("new_models", Integer, nullable=False),
    Column("new_benchmarks", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("series", String(128), nullable=False, server_default=""),
)
"""One row for each batch taken; ``series`` is empty but for editions. The number of rows and the highest id say
cheaply whether anything was added, withdrawn or mended."""

memberships = Table(
    "memberships",
    metadata,
    Column("record_id", String(20), ForeignKey("records.id"), primary_key=True),
    Column("series", String(128), primary_key=True),
    Column("first_import", Integer, ForeignKey("imports.id"), nullable=False),
    Column("last_import", Integer, ForeignKey("imports.id"), nullable=False),
    sqlite_with_rowid=False,
)
"""Which import of each series brought a record first, and which confirmed it last; ordinary imports are the series
with the empty name."""

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("record_id", String(20), ForeignKey("records.id"), primary_key=True),
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("withdrawn_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Records that an edition took back, append-only; in force until a later import brings the record again."""

amendments = Table(
    "amendments",
    metadata,
    Column("record_id", String(20), ForeignKey("records.id"), primary_key=True),
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    *(Column(name, records.c[name].type, nullable=records.c[name].nullable) for name in MENDABLE),
    sqlite_with_rowid=False,
)
"""What an edition says otherwise about a record of the same id, whole, append-only; the latest holds."""

forecasts = Table(
    "forecasts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(20), nullable=False, unique=True),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("model", String(128), nullable=False),
    Column("benchmark", String(128), nullable=False),
    Column("method", Text, nullable=False),
    Column("user", String(128), nullable=False),
    Column("document", Text, nullable=False),
    Index("forecasts_by_cell", "benchmark", "model"),
)
"""The ledger: forecasts as they were issued, append-only. A model or benchmark may be one that no record knows."""

resolutions = Table(
    "resolutions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("forecast_id", String(20), ForeignKey("forecasts.id"), nullable=False),
    Column("resolved_at", DateTime(timezone=True), nullable=False),
    Column("document", Text, nullable=False),
    Index("resolutions_by_forecast", "forecast_id"),
)
"""What came of forecasts, append-only; of several for one forecast, which correct each other, the latest holds."""

access_keys = Table(
    "access_keys",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)
"""Keys to the service: hashes, never the secrets."""

receipts = Table(
    "receipts",
    metadata,
    Column("owner", String(128), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("answer", Text, nullable=False),
    Index("receipts_by_age", "made_at"),
)
"""What was answered under an idempotency key; deleted after ``records.receipt.RETENTION``."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("owner", String(128), nullable=False),
    Column("user", String(128), nullable=False),
    Column("name", String(200), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("options", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("state", String(16), nullable=False),
    Column("size", Integer, nullable=False),
    Column("spent", Text, nullable=False),
    Index("jobs_by_digest", "digest"),
)
"""Batch jobs."""

job_items = Table(
    "job_items",
    metadata,
    Column("job_id", String(12), ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("asked", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("forecast_id", String(20), nullable=False),
    Column("calls", Integer, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("usd", Float, nullable=False),
    Index("job_items_by_state", "job_id", "state"),
)
"""The rows of their plans; ``forecast_id`` is empty, or names an entry of the ledger."""

job_leases = Table(
    "job_leases",
    metadata,
    Column("job_id", String(12), ForeignKey("jobs.id"), primary_key=True),
    Column("run", String(16), nullable=False),
    Column("host", String(255), nullable=False),
    Column("process", Integer, nullable=False),
    Column("place", String(16), nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)
"""Who works on which job, and until when unless it is renewed."""
