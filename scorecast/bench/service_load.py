"""A service under load: started on a state of its own, or one that runs already, beside a baseline in the same run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from records.errors import ScorecastError
from scorecast.bench.processor_time import processor_time
from scorecast.http.load import Measured, Request, measure, questions
from scorecast.settings import DATABASE, HOME

PATIENCE = 600.0
"""Seconds in which a service must be ready."""

MOST_QUESTIONS = 20_000
"""Distinct questions of one run."""

Busy = Callable[[str], None]


class Served(NamedTuple):
    """A service.

    Attributes:
        url: where it is asked.
        process: that it is; None where that is not known.
    """

    url: str
    process: int | None = None


@contextmanager
def service(*, workers: int, busy: Busy) -> Iterator[Served]:
    """Start a service on the starter corpus in a temporary home; yields it once it is ready.

    Raises:
        ScorecastError: it does not become ready.
    """
    with tempfile.TemporaryDirectory(prefix="scorecast-load-") as folder:
        log = Path(folder) / "log"
        told = {name: value for name, value in os.environ.items() if name != DATABASE}
        environment = told | {HOME: folder}
        command = [sys.executable, "-c", "from scorecast.cli import main; main()", "serve", "--port", "0"]
        busy("Starting a service of its own")
        with log.open("w") as sink:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "--workers", str(workers), "--log", "text"], env=environment, stderr=sink
            )
        try:
            yield Served(_ready(process, log), process.pid)
        finally:
            process.terminate()
            process.wait()


def _ready(process: subprocess.Popen[bytes], log: Path) -> str:
    import httpx2

    last = time.monotonic() + PATIENCE
    while time.monotonic() < last and process.poll() is None:
        found = re.search(r"listening on (http://\S+)", log.read_text(encoding="utf-8"))
        try:
            if found and httpx2.get(f"{found[1]}/v1/ready", trust_env=False).status_code == 200:
                return found[1]
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    end = log.read_text(encoding="utf-8")[-500:]
    raise ScorecastError(f"The service did not become ready in {PATIENCE:.0f} s; its log ends with: {end}")


def load(served: Served, *, clients: int, seconds: float, seed: int, key: str, busy: Busy) -> list[Measured]:
    """Measure a service: a path that does nothing first, then forecasts of distinct cells.

    Args:
        served: the service.
        clients: that ask at once.
        seconds: of forecasts; the baseline takes a sixth of it.
        seed: of the drawing of questions.
        key: that opens the service; empty for none.
        busy: told what is done.

    Raises:
        UsageError: nothing answers there.
    """
    asked = questions(served.url, most=MOST_QUESTIONS, seed=seed, key=key)
    busy(f"{clients} clients ask for health, then for forecasts of {len(asked):,} distinct cells")
    nothing = [Request("GET", "/v1/health")]
    spent = partial(processor_time, served.process) if served.process else None
    ask = partial(measure, served.url, clients=clients, key=key, spent=spent)
    return [ask(nothing, name="health", seconds=seconds / 6), ask(asked, name="forecasts", seconds=seconds)]
