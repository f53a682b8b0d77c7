"""Faults: what any error is told as, whichever way the request came in.

Nothing of the service's inside is told: no traceback, no path, no address of a database.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from records.errors import DataError, NotEnoughRecords, StoreError, UnknownName, UsageError
from records.names.catalogue import AmbiguousName
from scorecast.service.refusal import Refusal
from scorecast.showing.reply_json import Json

LOG = logging.getLogger("scorecast.service")

UNKNOWN = "unknown-"
"""How the kinds of unknown names begin: ``unknown-model``, ``unknown-benchmark``."""

_FOLDERS = re.compile(r"(?<![\w.:/~-])/(?:[^\s/:,'\"]+/)+")
"""The folders of a path of this machine: what of its files is damaged is told by their names alone."""

_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")


@dataclass(frozen=True)
class Fault:
    """What went wrong, as it may be told.

    Attributes:
        kind: for programs.
        detail: for people.
        more: further members, such as the nearest names.
    """

    kind: str
    detail: str
    more: Mapping[str, Json] = field(default_factory=dict)


def fault_of(error: Exception) -> Fault:
    """Turn an error into what is told; the most particular kind that fits."""
    told = _without_options(str(error))
    match error:
        case Refusal():
            return Fault(error.why.value, told)
        case UnknownName():
            more: dict[str, Json] = {"name": error.name, "suggestions": list(error.suggestions)}
            return Fault(f"{UNKNOWN}{error.kind}", f"No {error.kind} is called {error.name!r}.", more)
        case AmbiguousName():
            return Fault("ambiguous-name", told, {"candidates": list(error.candidates)})
        case UsageError():
            return Fault("usage", told)
        case DataError():
            return Fault("data", _FOLDERS.sub("", told))
        case NotEnoughRecords():
            return Fault("not-enough-records", told)
        case StoreError():
            LOG.error("the store failed: %s", error)
            return Fault("store", "The store cannot be reached, or is busy; try again.")
    return unexpected(error)


def unexpected(error: Exception) -> Fault:
    """Say of a fault of the program nothing of the inside; the log says all."""
    LOG.error("unexpected %s", type(error).__name__, exc_info=error)
    return Fault("unexpected", "Something went wrong here; the log of the service says what.")


def _without_options(sentence: str) -> str:
    """Name fields as requests do, where a sentence names options of the command line, but not whole commands."""
    return sentence if "`" in sentence else _OPTION.sub(lambda found: found[1].replace("-", "_"), sentence)
