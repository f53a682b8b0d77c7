"""Load: many clients that ask a running service at once, and how long they waited.

Each client holds one connection and asks again as soon as it is answered. The clients share one process and speak the
little of HTTP/1.1 that is needed, so that on a small machine they take little from the service that is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import numpy as np

from records.errors import UsageError

LONGEST_ANSWER = 64 << 20
"""Bytes of an answer that a client takes."""


@dataclass(frozen=True)
class Request:
    """What a client sends.

    Attributes:
        method: of the request.
        path: with its parameters.
        body: JSON, or empty.
    """

    method: str
    path: str
    body: str = ""

    def sent(self, host: str, key: str) -> bytes:
        """Return the request as it goes out."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        content = self.body.encode()
        if key:
            lines.append(f"Authorization: Bearer {key}")
        if content:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass(frozen=True)
class Measured:
    """What came of a load.

    Attributes:
        name: what was asked.
        clients: that asked at once.
        seconds: that it lasted.
        waits: seconds from request to whole answer, of those that were answered well.
        errors: how many answers of each other status; ``connection`` where there was none.
        processor: seconds of processor time that the service took; None where that is not known.
    """

    name: str
    clients: int
    seconds: float
    waits: Sequence[float]
    errors: Counter[str] = field(default_factory=Counter)
    processor: float | None = None

    @property
    def each(self) -> float | None:
        """Milliseconds of processor time for each good answer."""
        return None if self.processor is None or not self.waits else 1000.0 * self.processor / len(self.waits)

    @property
    def throughput(self) -> float:
        """Good answers a second."""
        return len(self.waits) / self.seconds

    def wait(self, percent: float) -> float:
        """Return the wait in milliseconds that so many percent of the good answers did not exceed."""
        return float(np.percentile(self.waits, percent)) * 1000.0 if self.waits else float("nan")

    def as_json(self) -> dict[str, object]:
        """Return the figures, waits in milliseconds."""
        waits = {f"p{p}_ms": round(self.wait(p), 1) for p in (50, 90, 99, 100)} if self.waits else {}
        return {
            "name": self.name,
            "clients": self.clients,
            "seconds": round(self.seconds, 2),
            "answers": len(self.waits),
            "per_second": round(self.throughput, 1),
            **waits,
            "processor_ms": None if self.each is None else round(self.each, 2),
            "errors": dict(self.errors),
        }


def measure(
    url: str,
    requests: Iterable[Request],
    *,
    name: str,
    clients: int,
    seconds: float,
    key: str = "",
    spent: Callable[[], float | None] | None = None,
) -> Measured:
    """Ask a service for a while.

    Args:
        url: of the service, ``http://HOST:PORT``.
        requests: what is asked, one after the other and then from the beginning.
        name: of what is asked.
        clients: that ask at once.
        seconds: after which no client asks again; answers that are awaited then still count.
        key: that opens the service; empty for none.
        spent: tells the seconds of processor time that the service has taken so far.

    Raises:
        UsageError: the address is none, or nothing listens there.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise UsageError(f"{url!r} is no address of a service; expected http://HOST:PORT.")
    host, port = parts.hostname, parts.port or 80
    sent = itertools.cycle([one.sent(parts.netloc, key) for one in requests])
    before = spent() if spent else None
    found = asyncio.run(_measure(host, port, sent, name=name, clients=clients, seconds=seconds))
    after = spent() if spent else None
    return replace(found, processor=None if before is None or after is None else after - before)


async def _measure(host: str, port: int, sent: Iterator[bytes], *, name: str, clients: int, seconds: float) -> Measured:
    waits: list[float] = []
    errors: Counter[str] = Counter()
    started = time.perf_counter()
    crowd = [_client(host, port, sent, until=started + seconds, waits=waits, errors=errors) for _ in range(clients)]
    await asyncio.gather(*crowd)
    return Measured(name, clients, time.perf_counter() - started, waits, errors)


async def _client(
    host: str, port: int, sent: Iterator[bytes], *, until: float, waits: list[float], errors: Counter[str]
) -> None:
    while time.perf_counter() < until:
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=LONGEST_ANSWER)
        except OSError:
            errors["connection"] += 1
            await asyncio.sleep(0.1)
            continue
        try:
            while (asked := time.perf_counter()) < until:
                status, _ = await _exchange(reader, writer, next(sent))
                if 200 <= status < 300:
                    waits.append(time.perf_counter() - asked)
                else:
                    errors[str(status)] += 1
        except (OSError, EOFError, ValueError):
            errors["connection"] += 1
        finally:
            writer.close()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> tuple[int, bytes]:
    """Send one request; returns the status and the body of its answer."""
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(told["content-length"]))
    return int(first.split()[1]), body


def fetch(url: str, path: str, *, key: str = "") -> dict[str, list[dict[str, object]]]:
    """Ask a service for one document.

    Raises:
        UsageError: nothing listens there, or it refuses.
    """

    async def once() -> tuple[int, bytes]:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80, limit=LONGEST_ANSWER)
        try:
            return await _exchange(reader, writer, Request("GET", path).sent(parts.netloc, key))
        finally:
            writer.close()

    try:
        status, body = asyncio.run(once())
    except (OSError, EOFError) as error:
        raise UsageError(f"No service answers at {url}: start one with `scorecast serve`.") from error
    if status != 200:
        raise UsageError(f"The service at {url} answers {path} with status {status}: see address and key.")
    document: dict[str, list[dict[str, object]]] = json.loads(body)
    return document


def questions(url: str, *, most: int, seed: int, key: str = "") -> list[Request]:
    """Return requests for forecasts of distinct cells, drawn from the names that a service knows.

    Args:
        url: of the service.
        most: how many.
        seed: of the drawing.
        key: that opens the service; empty for none.

    Raises:
        UsageError: nothing answers there, or it knows no names.
    """
    models = [str(one["id"]) for one in fetch(url, "/v1/models?limit=200", key=key)["models"]]
    benchmarks = [str(one["id"]) for one in fetch(url, "/v1/benchmarks?limit=200", key=key)["benchmarks"]]
    cells = list(itertools.product(models, benchmarks))
    if not cells:
        raise UsageError(f"The service at {url} knows no models or benchmarks: import records first.")
    drawn = np.random.default_rng(seed).permutation(len(cells))[:most]
    asked = ({"questions": [{"model": cells[i][0], "benchmark": cells[i][1]}]} for i in drawn)
    return [Request("POST", "/v1/forecasts", json.dumps(body)) for body in asked]
