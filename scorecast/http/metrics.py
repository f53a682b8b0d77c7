"""Metrics of the service in the text format that Prometheus reads.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4. Labels are routes, methods and
states of a fixed list, so that no client can make the list of series grow.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator

MEDIA = "text/plain; version=0.0.4; charset=utf-8"

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper ends of the buckets of durations, in seconds."""

Series = tuple[tuple[str, str], ...]


class Metrics:
    """Counts and durations since the service began. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[Series] = Counter()
        self._durations: defaultdict[Series, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self._seconds: Counter[Series] = Counter()
        self._forecasts: Counter[Series] = Counter()
        self._fits = 0
        self._in_flight = 0

    def began(self) -> None:
        """Count a request that has come in."""
        with self._lock:
            self._in_flight += 1

    def ended(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        place = (("method", method), ("route", route))
        bucket = next((i for i, end in enumerate(BUCKETS) if seconds <= end), len(BUCKETS))
        with self._lock:
            self._in_flight -= 1
            self._requests[*place, ("status", str(status))] += 1
            self._durations[place][bucket] += 1
            self._seconds[place] += seconds  # type: ignore[assignment]  # a Counter of floats counts as well

    def forecast(self, *, issued: int, abstained: int) -> None:
        """Count forecasts that were entered in the ledger, and abstentions."""
        with self._lock:
            self._forecasts[("outcome", "issued"),] += issued
            self._forecasts[("outcome", "abstained"),] += abstained

    def fitted(self) -> None:
        """Count a fit that was made, or read from disk."""
        with self._lock:
            self._fits += 1

    def text(self) -> str:
        """Write all metrics."""
        with self._lock:
            return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield from _head("scorecast_requests_total", "counter", "Requests answered.")
        for series, count in sorted(self._requests.items()):
            yield _line("scorecast_requests_total", series, count)
        yield from _head("scorecast_request_seconds", "histogram", "Time from request to answer.")
        for series, counts in sorted(self._durations.items()):
            yield from self._histogram(series, counts)
        yield from _head("scorecast_requests_in_flight", "gauge", "Requests that wait for their answer.")
        yield _line("scorecast_requests_in_flight", (), self._in_flight)
        yield from _head("scorecast_forecasts_total", "counter", "Forecasts entered in the ledger, and abstentions.")
        for series, count in sorted(self._forecasts.items()):
            yield _line("scorecast_forecasts_total", series, count)
        yield from _head("scorecast_fits_total", "counter", "Fits made or read from disk.")
        yield _line("scorecast_fits_total", (), self._fits)

    def _histogram(self, series: Series, counts: list[int]) -> Iterator[str]:
        name, so_far = "scorecast_request_seconds", 0
        for end, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
            so_far += count
            yield _line(f"{name}_bucket", (*series, ("le", end)), so_far)
        yield _line(f"{name}_sum", series, round(self._seconds[series], 6))
        yield _line(f"{name}_count", series, so_far)


def _head(name: str, kind: str, what: str) -> Iterator[str]:
    yield f"# HELP {name} {what}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, series: Series, value: float) -> str:
    labels = ",".join(f'{label}="{_escaped(text)}"' for label, text in series)
    return f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
