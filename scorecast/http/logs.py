"""Logs of the service: one line an event on stderr, as JSON for programs or as text for people.

Lines of the audit log are JSON already. Nothing else is laid out here: no header, address parameter or body ever
reaches a log.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from enum import StrEnum

OURS = ("scorecast", "uvicorn")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Layout(StrEnum):
    """How a line is laid out."""

    JSON = "json"
    TEXT = "text"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Write an event as one JSON object."""
        message = record.getMessage()
        if record.name == "scorecast.audit":
            return message
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told)


class _Text(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging calls it so
        """Write a message on one line; a traceback, which holds nothing of what is asked, may follow it."""
        return _on_one_line(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """Write an event as one line, and a request as its most telling parts."""
        if record.name != "scorecast.audit":
            return f"{record.levelname.lower():7} {super().format(record)}"
        told = json.loads(record.getMessage())
        entered = f" entered {' '.join(told['entered'])}" if told["entered"] else ""
        who = f" {told['user']}" if told["user"] else ""
        return _on_one_line(
            f"{told['at']} {told['request']}{who} {told['method']} {told['route']} {told['status']} "
            f"{told['ms']} ms{entered}"
        )


def _on_one_line(text: str) -> str:
    """Write the signs that would end a line as what they are called, so that no name can begin a line of its own."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def log_to_stderr(layout: Layout) -> None:
    """Set the logs of this process up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if layout is Layout.JSON else _Text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
