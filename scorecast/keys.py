"""Keys to the service: made from the system's randomness, shown once, kept as a hash.

A key reads ``sc_<id>_<secret>``. The secret holds 256 random bits, so a plain SHA-256 is as hard to turn back as any
slower hash; OWASP asks for slow ones where people choose the secret.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

from records.access_key import AccessKey, Scope
from records.errors import UsageError
from records.store import Store

PER_MINUTE = 600
"""Requests a minute of a key for which nothing else was said."""

_FORM = re.compile(r"sc_(?P<id>[0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,127}")


class Made(NamedTuple):
    """A new key, and the only copy of its secret."""

    key: AccessKey
    secret: str


def create_key(store: Store, name: str, *, scope: Scope, now: dt.datetime, per_minute: int = PER_MINUTE) -> Made:
    """Make a key and keep its hash.

    Args:
        store: keeps it.
        name: whose it is; its forecasts are entered in the ledger under this name.
        scope: what it opens.
        now: the present moment.
        per_minute: requests that it may make in a minute.

    Raises:
        UsageError: a name with other signs than letters, digits, blanks and ``. _ @ -``.
        StoreError: it cannot be kept.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"A key cannot be called {name[:128]!r}: a name has 1 to 128 letters, digits, blanks and . _ @ -, "
            "and begins with a letter or digit."
        )
    key_id = secrets.token_hex(4)
    secret = f"sc_{key_id}_{secrets.token_urlsafe(32)}"
    key = AccessKey(id=key_id, name=name, scope=scope, digest=_digest(secret), per_minute=per_minute, made_at=now)
    store.keys.add(key)
    return Made(key, secret)


def find_key(store: Store, secret: str) -> AccessKey | None:
    """Return the live key with this secret; None where there is none.

    Raises:
        StoreError: the store cannot be read.
    """
    form = _FORM.fullmatch(secret)
    key = store.keys.find(form["id"]) if form else None
    if key is None or not hmac.compare_digest(key.digest, _digest(secret)):
        return None
    return key if key.live else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
