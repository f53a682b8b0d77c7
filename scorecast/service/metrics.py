"""Metrics of the service in the text format that Prometheus reads.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4. Labels are routes, methods and
states of a fixed list, so that no client can make the list of series grow.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scorecast.service.siblings import tell, told

MEDIA = "text/plain; version=0.0.4; charset=utf-8"

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper ends of the buckets of durations, in seconds."""

Series = tuple[tuple[str, str], ...]


class Metrics:
    """Counts and durations since the service began. Safe to use from several threads.

    Of several workers each counts for itself; whichever is asked adds up what all of them have left in the folder that
    they share. A worker that ends suddenly takes at most the last second's counts with it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._lock, self._folder = threading.Lock(), folder
        self._counts = Counts()

    def began(self) -> None:
        """Count a request that has come in."""
        with self._lock:
            self._counts.in_flight += 1

    def ended(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        place = (("method", method), ("route", route))
        bucket = next((end for end in BUCKETS if seconds <= end), math.inf)
        with self._lock:
            self._counts.in_flight -= 1
            self._counts.requests[*place, ("status", str(status))] += 1
            self._counts.durations[*place, ("le", str(bucket))] += 1
            self._counts.seconds[place] += seconds

    def forecast(self, *, issued: int, abstained: int) -> None:
        """Count forecasts that were entered in the ledger, and abstentions."""
        with self._lock:
            self._counts.forecasts[("outcome", "issued"),] += issued
            self._counts.forecasts[("outcome", "abstained"),] += abstained

    def fitted(self) -> None:
        """Count a fit that was made, or read from disk."""
        with self._lock:
            self._counts.fits += 1

    def text(self, *, bench_runs: Mapping[str, int]) -> str:
        """Write all metrics, those of the other workers added.

        Args:
            bench_runs: that are open, by state; all workers see the same ones.
        """
        with self._lock:
            counts = self._counts.copy()
        for alive, left in told(self._folder) if self._folder else ():
            counts.add(Counts.read(left), alive=alive)
        return "\n".join([*_lines(counts), *_open_runs(bench_runs)]) + "\n"

    async def publish(self) -> None:
        """Leave the counts for the other workers each second, until cancelled, and then a last time."""
        if self._folder is None:
            return
        try:
            while True:
                self._tell(self._folder)
                await asyncio.sleep(1.0)
        finally:
            self._tell(self._folder)

    def _tell(self, folder: Path) -> None:
        with self._lock:
            left = self._counts.written()
        tell(folder, left)


@dataclass
class Counts:
    """What is counted, by labels."""

    requests: Counter[Series] = field(default_factory=Counter)
    durations: Counter[Series] = field(default_factory=Counter)
    seconds: defaultdict[Series, float] = field(default_factory=lambda: defaultdict(float))
    forecasts: Counter[Series] = field(default_factory=Counter)
    fits: int = 0
    in_flight: int = 0

    def copy(self) -> Counts:
        """Return the same counts in a thing of their own."""
        return Counts.read(self.written())

    def add(self, other: Counts, *, alive: bool) -> None:
        """Add those of another worker; of one that has ended, no requests are under way."""
        for name in TABLES:
            mine, theirs = getattr(self, name), getattr(other, name)
            for series, count in theirs.items():
                mine[series] += count
        self.fits += other.fits
        self.in_flight += other.in_flight if alive else 0

    def written(self) -> dict[str, object]:
        """Return the counts as JSON values."""
        tables = {name: [[series, count] for series, count in getattr(self, name).items()] for name in TABLES}
        return {**tables, "fits": self.fits, "in_flight": self.in_flight}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Counts:
        """Read what ``written`` returned."""
        counts = cls(fits=written["fits"], in_flight=written["in_flight"])
        for name in TABLES:
            for series, count in written[name]:
                getattr(counts, name)[tuple((label, value) for label, value in series)] = count
        return counts


TABLES = ("requests", "durations", "seconds", "forecasts")


def _lines(counts: Counts) -> Iterator[str]:
    yield from _head("scorecast_requests_total", "counter", "Requests answered.")
    for series, count in sorted(counts.requests.items()):
        yield _line("scorecast_requests_total", series, count)
    yield from _head("scorecast_request_seconds", "histogram", "Time from request to answer.")
    for series, seconds in sorted(counts.seconds.items()):
        yield from _histogram(series, counts.durations, seconds)
    yield from _head("scorecast_requests_in_flight", "gauge", "Requests that wait for their answer.")
    yield _line("scorecast_requests_in_flight", (), counts.in_flight)
    yield from _head("scorecast_forecasts_total", "counter", "Forecasts entered in the ledger, and abstentions.")
    for series, count in sorted(counts.forecasts.items()):
        yield _line("scorecast_forecasts_total", series, count)
    yield from _head("scorecast_fits_total", "counter", "Fits made or read from disk.")
    yield _line("scorecast_fits_total", (), counts.fits)


def _open_runs(by_state: Mapping[str, int]) -> Iterator[str]:
    yield from _head("scorecast_bench_runs_open", "gauge", "Benchmark runs of this home that have not ended.")
    for state, count in sorted(by_state.items()):
        yield _line("scorecast_bench_runs_open", (("state", state),), count)


def _histogram(series: Series, durations: Mapping[Series, int], seconds: float) -> Iterator[str]:
    name, so_far = "scorecast_request_seconds", 0
    for end in (*BUCKETS, math.inf):
        so_far += durations.get((*series, ("le", str(end))), 0)
        yield _line(f"{name}_bucket", (*series, ("le", "+Inf" if end == math.inf else str(end))), so_far)
    yield _line(f"{name}_sum", series, round(seconds, 6))
    yield _line(f"{name}_count", series, so_far)


def _head(name: str, kind: str, what: str) -> Iterator[str]:
    yield f"# HELP {name} {what}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, series: Series, value: float) -> str:
    labels = ",".join(f'{label}="{_escaped(text)}"' for label, text in series)
    return f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
