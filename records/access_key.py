"""Keys to the service: who may ask it for what. Only a hash of the secret is ever kept."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, Field

from records.base import Value

KEY_ID = r"^[0-9a-f]{8}$"


class Scope(StrEnum):
    """What a key opens; each scope holds those before it."""

    READ = "read"
    """Look at forecasts, records, names and the track record."""
    FORECAST = "forecast"
    """Ask for forecasts, and settle them."""
    ADMIN = "admin"
    """Import records."""

    def holds(self, other: Scope) -> bool:
        """Whether a key of this scope may do what the other scope allows."""
        order = list(Scope)
        return order.index(other) <= order.index(self)


class AccessKey(Value):
    """A key as the store keeps it."""

    id: str = Field(pattern=KEY_ID)
    """Stands in the key itself, so that it is found without trying all."""
    name: str = Field(min_length=1, max_length=128)
    """Whose it is; forecasts are entered in the ledger under this name."""
    scope: Scope
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the whole key; enough, since the secret in it holds 256 random bits."""
    per_minute: int = Field(ge=1, le=1_000_000)
    """Requests that it may make in a minute."""
    made_at: AwareDatetime
    revoked_at: AwareDatetime | None = None

    @property
    def live(self) -> bool:
        """Whether it opens anything still."""
        return self.revoked_at is None
