"""A small store in a home of its own, an endpoint by script, and the command line as a process that can be killed."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.access.scripted.forecasting import forecasting
from agent.access.scripted.replies import Scripted, hangs
from agent.access.scripted.server import Asked
from records.corpus.load import SERIES, corpus_fingerprint
from records.store import Store
from scorecast.settings import Settings
from scorecast.workspace import Workspace, open_workspace

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
COMMAND = "import sys; from scorecast.cli.main import main; sys.argv[0] = 'scorecast'; main()"


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch) -> None:
    """No language model, whatever the environment of the tests says."""
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "SCORECAST_MODEL", "SCORECAST_MODEL_CUTOFF"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path, batch) -> Path:
    """A home whose store holds the small batch in place of the starter corpus."""
    folder = tmp_path / "home"
    with Store.open(f"sqlite:///{folder / 'scorecast.db'}") as store:
        store.add_edition(batch, series=SERIES, imported_at=NOW, fingerprint=corpus_fingerprint())
    return folder


@pytest.fixture
def settings(home) -> Settings:
    """The settings of that home."""
    return Settings(home=home, database_url=f"sqlite:///{home / 'scorecast.db'}")


@pytest.fixture
def workspace(settings) -> Iterator[Workspace]:
    """The workspace in that home."""
    with open_workspace(settings, now=NOW) as opened:
        yield opened


@pytest.fixture
def rows(models, benchmarks) -> list[dict[str, object]]:
    """Every model on two benchmarks, with ids of the user's own."""
    pairs = [(m, b) for b in benchmarks[:2] for m in models]
    return [{"run": f"r{n}", "model": m.id, "benchmark": b.id, "threshold": 50} for n, (m, b) in enumerate(pairs)]


@pytest.fixture
def plan_file(tmp_path, rows) -> Path:
    """The same as a file."""
    path = tmp_path / "plan.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture(scope="session")
def answers() -> Callable[[Asked], Scripted]:
    """The script of an endpoint that does what it should."""
    return forecasting


@dataclass
class Held:
    """A script that replies only so many times more: whoever asks it does not come to an end by itself."""

    answers: Callable[[Asked], Scripted]
    more: int = 0

    def __call__(self, asked: Asked) -> Scripted:
        self.more -= 1
        return self.answers(asked) if self.more >= 0 else hangs()


@pytest.fixture(scope="session")
def held_replies() -> type[Held]:
    """The class of scripts that may be held back."""
    return Held


@pytest.fixture
def environment(home) -> Callable[..., dict[str, str]]:
    """Build the environment of a command in that home, with an endpoint where one is given."""

    def build(endpoint: str = "", **more: str) -> dict[str, str]:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("SCORECAST_", "OPENAI_"))}
        usual = {"SCORECAST_HOME": str(home), "OMP_NUM_THREADS": "1", "COVERAGE_PROCESS_START": ""}
        told = {"OPENAI_BASE_URL": endpoint, "SCORECAST_MODEL": "scripted", "SCORECAST_MAX_IN_FLIGHT": "4"}
        return plain | usual | (told if endpoint else {}) | more

    return build


@pytest.fixture
def begin(start, environment, tmp_path):
    """Begin a command as a process of its own, after the statements of ``before``."""

    def begun(*arguments: str, endpoint: str = "", before: str = "", **more: str):
        return start(f"{before}\n{COMMAND}", *arguments, environment=environment(endpoint, **more), folder=tmp_path)

    return begun


@pytest.fixture
def command(run, environment, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process, in that home; returns exit code, stdout and stderr."""

    def ran(*arguments: str, endpoint: str = "", **more: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name, value in environment(endpoint, **more).items():
                patch.setenv(name, value)
            return run(*arguments)

    return ran
