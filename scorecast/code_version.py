"""The version of the code that fits and forecasts: what an edited predictor learned before is not taken for its own."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import calibration
import predictors
import records


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return the version of the program, and a hash of the code that fits and forecasts."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.name.encode() + path.read_bytes())
    return f"{importlib.metadata.version('scorecast')}+{digest.hexdigest()[:12]}"


def _sources() -> Iterator[Path]:
    # The subpackages of records read and keep them: what they do shows in the fingerprint of a history.
    yield from sorted(Path(records.__path__[0]).glob("*.py"))
    for package in (predictors, calibration):
        yield from sorted(Path(package.__path__[0]).rglob("*.py"))
