"""Shared by all tests: the public tables, the network guard, Hypothesis profiles and small factories.

Environment: ``SCORECAST_TESTS_NO_SKIP=1`` turns a skipped test into a failed one (continuous integration says
so), except where a test reads the public tables and they are not beside the checkout.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from hypothesis import settings

from records.benchmark import Benchmark
from records.metric import PERCENT_ACCURACY, Metric
from records.model import Model
from records.question import Question
from records.record import Record
from records.source import DateBasis, Source

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
ABSENT = "the public tables (../shared/data) are not beside this checkout"

settings.register_profile("quick", deadline=None, max_examples=60)
settings.register_profile("ci", parent=settings.get_profile("quick"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "quick")


class NetworkUsed(Exception):
    """A test tried to leave this machine."""


def _loopback(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a path: a socket of this machine
    return str(address[0]) in {"localhost", "::1", "0.0.0.0", "::", ""} or str(address[0]).startswith("127.")


@pytest.fixture(scope="session", autouse=True)
def network_guard() -> Iterator[None]:
    """Make every connection and every name look-up that would leave this machine fail, in Python code."""
    active = True

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if not active or event not in {"socket.connect", "socket.sendto", "socket.getaddrinfo"}:
            return
        address = arguments[:2] if event == "socket.getaddrinfo" else arguments[1]
        if not _loopback(address):
            raise NetworkUsed(f"{event} to {address}: tests run without a network")

    sys.addaudithook(refuse)  # an audit hook cannot be taken away again, only told to rest
    yield
    active = False


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public tables beside the checkout; tests that ask for it are skipped without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(ABSENT)
    return SHARED_DATA


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what is marked ``shared_data`` where the tables are absent."""
    if item.get_closest_marker("shared_data") and not SHARED_DATA.is_dir():
        pytest.skip(ABSENT)


LONGEST = ("corpus", "started", "page", "ray")
"""The groups of tests that take longest; begun last, one would keep one process working for all others."""


def _group(item: pytest.Item) -> str:
    """Name the tests that one process runs one after another, so that what they share is made once."""
    if (told := item.get_closest_marker("xdist_group")) is not None:
        return str(told.args[0])
    return "started" if "start" in getattr(item, "fixturenames", ()) else item.nodeid.partition("::")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file, or of another group, in one process, and begin with the longest groups."""
    groups = {item: _group(item) for item in items}
    for item, group in groups.items():
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: LONGEST.index(groups[item]) if groups[item] in LONGEST else len(LONGEST))


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure where the environment says that nothing may be skipped."""
    if os.environ.get("SCORECAST_TESTS_NO_SKIP") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return
    if not (ABSENT in str(report.longrepr) and not SHARED_DATA.is_dir()):
        report.outcome = "failed"
        report.longrepr = f"skipped, and SCORECAST_TESTS_NO_SKIP=1 forbids that: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hold tests to ``SCORECAST_TESTS_NO_SKIP``."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Hold whole files of tests to ``SCORECAST_TESTS_NO_SKIP``."""
    report = yield
    _refuse_skip(report)
    return report


def _of_all_processes(factory: pytest.TempPathFactory, name: str) -> Path:
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def kept_fits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of fits that homes may share: all processes of a run, since a fit to the starter corpus takes long."""
    return _of_all_processes(tmp_path_factory, "kept-fits")


@pytest.fixture(scope="session")
def small_fits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for homes with a small store: a home keeps a dozen fits, and those to the starter corpus shall stay."""
    return _of_all_processes(tmp_path_factory, "small-fits")


LOADED = [
    *("agent.access.chat", "agent.access.wire", "chromadb", "eval.backtest", "langchain_core.tools"),
    *("scorecast.batch.engine", "scorecast.cli.batch", "scorecast.cli.jobs", "scorecast.cli.output"),
]
"""What the programs of tests need: to load it takes longer than most of them work."""

FORKED = """
import os, sys, types
for number, path in enumerate(said, start=1):
    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
os.environ.clear()
os.environ.update(environment)
os.chdir(folder)
sys.argv = ["program", *arguments]
sys.modules["__main__"] = module = types.ModuleType("__main__")
exec(program, module.__dict__)
"""


class Started:
    """A program in a process of its own, which was forked off one that had loaded the libraries; used as ``Popen``."""

    def __init__(
        self, program: str, *arguments: str, environment: Mapping[str, str], folder: Path, out: Path, err: Path
    ) -> None:
        self.out, self.err = out, err
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(LOADED)
        handed = {
            "program": program,
            "arguments": arguments,
            "environment": dict(environment),
            "folder": str(folder),
            "said": (str(self.out), str(self.err)),
        }
        self._process: BaseProcess = context.Process(target=exec, args=(FORKED, handed))
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float = 300.0) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(["program"], timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None and self.pid is not None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait_for(self, text: str, timeout: float = 300.0) -> None:
        """Wait until it has printed a text to stdout; it must be one that it cannot end without."""
        last = time.monotonic() + timeout
        while not (self.out.exists() and text in self.out.read_text()):
            assert self.poll() is None, self.err.read_text()
            assert time.monotonic() < last, f"{text!r} was not printed"
            time.sleep(0.01)

    def communicate(self, timeout: float = 300.0) -> tuple[str, str]:
        """Wait for the end; returns what it printed to stdout and to stderr."""
        self.wait(timeout)
        return self.out.read_text(), self.err.read_text()


Start = Callable[..., Started]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start a Python program with arguments in a process that does not load the libraries anew.

    Programs that are to show what an installed command does, or costs, are started by ``subprocess``.
    """
    started: list[Started] = []

    def begin(
        program: str,
        *arguments: str,
        environment: Mapping[str, str] = os.environ,
        folder: Path | None = None,
        err: Path | None = None,
    ) -> Started:
        said = tmp_path_factory.mktemp("said")
        told = {"environment": environment, "folder": folder or said, "out": said / "out", "err": err or said / "err"}
        one = Started(program, *arguments, **told)
        started.append(one)
        return one

    yield begin
    for one in started:
        one.kill()
        one.wait()


@pytest.fixture(scope="session")
def make_model() -> Callable[..., Model]:
    """Build a model from its id and any other fields."""

    def make(id: str = "model-a", **fields: object) -> Model:  # noqa: A002 - the field's own name
        return Model.model_validate({"id": id, "name": id, "released": dt.date(2025, 1, 1)} | fields)

    return make


@pytest.fixture(scope="session")
def make_benchmark() -> Callable[..., Benchmark]:
    """Build a benchmark, in percent accuracy unless told otherwise."""

    def make(id: str = "bench-a", *, metric: Metric = PERCENT_ACCURACY, **fields: object) -> Benchmark:  # noqa: A002
        return Benchmark.model_validate({"id": id, "name": id, "metric": metric} | fields)

    return make


@pytest.fixture(scope="session")
def make_source() -> Callable[..., Source]:
    """Build a source from its id and any other fields."""

    def make(id: str = "source-a", **fields: object) -> Source:  # noqa: A002
        return Source.model_validate({"id": id, "name": id} | fields)

    return make


@pytest.fixture(scope="session")
def make_record() -> Callable[..., Record]:
    """Build a record of ``model-a`` on ``bench-a``, published 2025-03-01, unless told otherwise."""

    def make(value: float = 50.0, **fields: object) -> Record:
        usual = {
            "model": "model-a",
            "benchmark": "bench-a",
            "published": dt.date(2025, 3, 1),
            "date_basis": DateBasis.REPORTED,
            "source": "source-a",
        }
        return Record.model_validate(usual | {"value": value} | fields)

    return make


@pytest.fixture(scope="session")
def make_question(
    make_model: Callable[..., Model], make_benchmark: Callable[..., Benchmark]
) -> Callable[..., Question]:
    """Build a question about ``model-a`` on ``bench-a`` as of 2025-06-01 unless told otherwise."""

    def make(**fields: object) -> Question:
        usual = {"model": make_model(), "benchmark": make_benchmark(), "as_of": dt.date(2025, 6, 1)}
        return Question.model_validate(usual | fields)

    return make


def _program(name: str) -> str | None:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: float(p.parent.parent.name))
    return str(versions[-1]) if versions else shutil.which(name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a throw-away PostgreSQL server, without a database; the server refuses to run as root."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("no PostgreSQL programs (initdb, pg_ctl) are installed: the store is tested on SQLite only")
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="scorecast-pg-"))
    if user:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"

    def run(*command: str) -> None:
        subprocess.run([*user, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

    try:
        run(initdb, "-D", str(data), "-A", "trust", "-U", "scorecast", "-E", "UTF8", "--locale=C", "--no-sync")
        run(pg_ctl, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://scorecast@127.0.0.1:{port}"
        finally:
            run(pg_ctl, "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
