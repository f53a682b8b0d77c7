"""Files and batches of a scripted endpoint: each line of an uploaded file is answered by the endpoint's own script.

A batch is worked through when it is made, and says that it has ended after some seconds. How it ends, and what becomes
of its files, can be told for each.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from agent.access.scripted.asked import Asked
from agent.access.scripted.replies import Body, Fault, Scripted, completion

PART = re.compile(rb'name="file".*?\r\n\r\n(.*)\r\n--', re.DOTALL)
EXPIRED: Body = {"code": "batch_expired", "message": "This request could not be executed in time."}


def _unspoilt(lines: Sequence[bytes]) -> Sequence[bytes]:
    return lines


@dataclass(frozen=True)
class Ending:
    """How a batch ends.

    Attributes:
        status: ``completed``, ``failed``, ``expired`` or ``cancelled``.
        answered: how many of its lines are answered; None for all.
        spoil: what becomes of the lines of the file of replies.
        reason: why it failed.
        seconds: how long it lasts; None for as long as all.
    """

    status: str = "completed"
    answered: int | None = None
    spoil: Callable[[Sequence[bytes]], Sequence[bytes]] = field(default=_unspoilt)
    reason: str = ""
    seconds: float | None = None


class Told(NamedTuple):
    """A reply: JSON, or the bytes of a file."""

    status: int
    body: Body
    content: bytes | None = None


class Batches:
    """The files and batches of one endpoint.

    Attributes:
        uploads: files of requests, by their ids.
        made: batches, in the order in which they were made.
        outputs: files of replies, by their ids.
        lines: all requests in them that were answered, as one would have been asked directly.
    """

    def __init__(
        self,
        *,
        seconds: float = 0.0,
        ends: Callable[[int], Ending] = lambda _number: Ending(),
        meets: Callable[[Asked], Fault] = lambda _asked: Fault.NONE,
    ) -> None:
        """Take a script.

        Args:
            seconds: how long a batch lasts.
            ends: how the first, second and so on end, from 1.
            meets: what befalls a request: ``RESET`` after it was heeded, ``HANG`` before.
        """
        self.meets = meets
        self.uploads: dict[str, bytes] = {}
        self.made: list[Body] = []
        self.lines: list[Body] = []
        self.outputs: dict[str, bytes] = {}
        self._ready: list[float] = []
        self._seconds, self._ends = seconds, ends
        self._lock = threading.Lock()

    def serve(self, asked: Asked, answer: Callable[[Asked], Scripted]) -> Told | None:
        """Answer a request that is about files or batches; None for any other."""
        path = asked.path.partition("?")[0].partition("/v1/")[2].split("/")
        with self._lock:
            match asked.method, path:
                case "POST", ["files"]:
                    return self._upload(asked.content)
                case "GET", ["files"]:
                    return Told(200, {"object": "list", "data": [{"id": name} for name in self.uploads]})
                case "GET", ["files", name, "content"]:
                    return self._content(name)
                case "POST", ["batches"]:
                    return self._make(asked, answer)
                case "GET", ["batches"]:
                    rows = [self._now(number) for number in reversed(range(len(self.made)))]
                    return Told(200, {"object": "list", "data": [*rows], "has_more": False})
                case "GET", ["batches", name]:
                    return self._one(name)
                case "POST", ["batches", name, "cancel"]:
                    return self._cancel(name)
        return None

    def _upload(self, content: bytes) -> Told:
        name, found = f"file-{len(self.uploads) + 1}", PART.search(content)
        if found is None or b"batch" not in content[: found.start()] + content[found.end() :]:
            return Told(400, {"error": {"message": "a file with purpose batch is expected"}})
        self.uploads[name] = found[1]
        return Told(200, {"id": name, "object": "file", "purpose": "batch"})

    def _content(self, name: str) -> Told:
        if name not in self.outputs:
            return Told(404, {"error": {"message": f"no file {name}"}})
        return Told(200, {}, self.outputs[name])

    def _make(self, asked: Asked, answer: Callable[[Asked], Scripted]) -> Told:
        file_id = str(asked.body.get("input_file_id"))
        if file_id not in self.uploads:
            return Told(400, {"error": {"message": f"no file {file_id}"}})
        number = len(self.made) + 1
        ending, lines = self._ends(number), [json.loads(line) for line in self.uploads[file_id].splitlines()]
        batch: Body = {"id": f"batch_{number}", "object": "batch", "input_file_id": file_id, "status": ending.status}
        good, bad = self._worked(lines, ending, answer, headers=asked.headers)
        for name, rows in (("output_file_id", ending.spoil(good)), ("error_file_id", bad)):
            if rows:
                self.outputs[f"{name}-{number}"] = b"\n".join(rows)
                batch[name] = f"{name}-{number}"
        batch["request_counts"] = {"total": len(lines), "completed": len(good), "failed": len(bad)}
        batch["errors"] = {"data": [{"code": "invalid", "message": ending.reason}]} if ending.reason else None
        self.made.append(batch)
        self._ready.append(time.monotonic() + (self._seconds if ending.seconds is None else ending.seconds))
        return Told(200, self._now(number - 1))

    def _worked(
        self, lines: list[Body], ending: Ending, answer: Callable[[Asked], Scripted], *, headers: dict[str, str]
    ) -> tuple[list[bytes], list[bytes]]:
        """Return the lines of the two files that a batch ends with."""
        good: list[bytes] = []
        bad: list[bytes] = []
        most = 0 if ending.status == "failed" else len(lines) if ending.answered is None else ending.answered
        for position, line in enumerate(lines):
            said: Body = {"id": f"req_{position}", "custom_id": line["custom_id"], "response": None, "error": None}
            if position >= most:
                bad.append(json.dumps(said | {"error": EXPIRED}).encode())
                continue
            body = line["body"] if isinstance(line["body"], dict) else {}
            reply = answer(Asked(len(self.lines), str(line["url"]), headers, body))
            self.lines.append(body)
            whole = reply.status == 200
            told: Body = {"error": reply.error}
            if whole:
                told = completion(reply, request=body, number=len(self.lines))
            response: Body = {"status_code": reply.status, "request_id": f"r{position}", "body": told}
            (good if whole else bad).append(json.dumps(said | {"response": response}).encode())
        return (good, bad) if ending.status != "failed" else ([], [])

    def _one(self, name: str) -> Told:
        for number, batch in enumerate(self.made):
            if batch["id"] == name:
                return Told(200, self._now(number))
        return Told(404, {"error": {"message": f"no batch {name}"}})

    def _cancel(self, name: str) -> Told:
        for number, batch in enumerate(self.made):
            if batch["id"] == name and time.monotonic() < self._ready[number]:
                batch["status"], self._ready[number] = "cancelled", 0.0
        return self._one(name)

    def _now(self, number: int) -> Body:
        """A batch as it is now: before it has ended, it has no files."""
        if time.monotonic() >= self._ready[number]:
            return self.made[number]
        files = {"output_file_id": None, "error_file_id": None}
        return self.made[number] | files | {"status": "in_progress", "request_counts": {"completed": 0, "failed": 0}}
