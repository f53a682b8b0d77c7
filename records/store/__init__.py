"""The store: where records are kept (SQLite or PostgreSQL), and the only way to a history."""

from records.store.ledger import Ledger
from records.store.store import Counts, Store

__all__ = ["Counts", "Ledger", "Store"]
