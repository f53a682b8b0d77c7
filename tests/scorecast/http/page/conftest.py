"""The page in a real browser: one Chromium and one service for all tests, on a store with planted markup."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from records.batch import Batch
from records.corpus.load import SERIES, corpus_fingerprint
from records.store import Store
from scorecast.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-site-isolation-trials",  # fewer processes: one browser for one service
    "--renderer-process-limit=1",
)
MARKUP = "<img src=x onerror=\"window.planted='name'\">"
NOTE = "<script>window.planted='note'</script><svg onload=\"window.planted='note'\">"
ADDRESS = "https://lab.example/\"onmouseover=\"window.planted='url'"
PATIENCE = 120_000.0
"""Milliseconds for what a page waits for: a machine may be slow, and nothing that is tested depends on it."""

ISSUED = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def planted(batch, make_model, make_benchmark, make_record) -> Batch:
    """The small batch, with a model, a benchmark and records whose every text is an attack, and long names."""
    model = make_model("planted", name=f"{MARKUP} {'x' * 90}", released=dt.date(2025, 1, 1))
    benchmark = make_benchmark("planted_bench", name=f"{MARKUP} {'y' * 90}", description=NOTE)
    hostile = {"note": NOTE, "url": ADDRESS, "published": dt.date(2025, 5, 20)}
    records = [
        make_record(40.0 + i, model="planted", benchmark=b.id, **hostile) for i, b in enumerate(batch.benchmarks[:4])
    ]
    records += [
        make_record(50.0 + i, model=m.id, benchmark="planted_bench", **hostile) for i, m in enumerate(batch.models)
    ]
    return Batch(
        report=batch.report,
        sources=batch.sources,
        models=(*batch.models, model),
        benchmarks=(*batch.benchmarks, benchmark),
        records=(*batch.records, *records),
    )


@pytest.fixture(scope="session")
def page_home(planted, tmp_path_factory, small_fits) -> Settings:
    """The home of the service that serves the page."""
    home: Path = tmp_path_factory.mktemp("page")
    (home / "fits").symlink_to(small_fits)
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'store.db'}")
    with Store.open(settings.database_url) as store:
        store.add_edition(planted, series=SERIES, imported_at=ISSUED, fingerprint=corpus_fingerprint())
    return settings


@pytest.fixture(scope="session")
def page_client(page_home, serve, clock) -> Iterator[httpx.Client]:
    """A client of the service that serves the page."""
    with serve(page_home, clock=clock) as client:
        yield client


@pytest.fixture(scope="session")
def address(page_client) -> str:
    """Where the page is."""
    return str(page_client.base_url).rstrip("/")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests of a module: while it lives, the thread has an event loop of playwright's."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: the page is untested")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium is installed: the page is untested")
    with playwright.sync_playwright() as running:
        launched = running.chromium.launch(executable_path=program, args=list(FLAGS))
        yield launched
        launched.close()


class Watched:
    """A page whose faults are collected: errors of its console, exceptions, violations, and requests elsewhere."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.faults: list[str] = []
        page.on("console", lambda said: said.type in {"error", "warning"} and self.faults.append(said.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(address) or self.faults.append(f"asks {asked.url}"))

    def go(self, place: str = "") -> Page:
        """Go to a place of the page and wait for it."""
        self.page.goto(f"{self.address}/{place}")
        self.page.wait_for_selector("main > .view h1, main > .view .question", state="attached")
        return self.page

    def forecast(self, model: str, benchmark: str, *, threshold: str = "") -> Page:
        """Spell a question out and wait for its picture."""
        page = self.go()
        page.get_by_text("Spell the question out").click()
        form = page.get_by_role("form", name="Question")
        form.get_by_label("Model").fill(model)
        form.get_by_label("Benchmark").fill(benchmark)
        form.get_by_label("Threshold").fill(threshold)
        form.get_by_role("button", name="Forecast").click()
        page.wait_for_selector(".forecast .numbers")
        return page


@pytest.fixture
def new_page(browser) -> Iterator[Callable[[], Page]]:
    """Open a page whose faults are expected, and not collected."""
    opened: list[Page] = []

    def open_page() -> Page:
        opened.append(browser.new_page())
        opened[-1].set_default_timeout(PATIENCE)
        return opened[-1]

    yield open_page
    for page in opened:
        page.context.close()


Visit = Callable[..., Watched]


@pytest.fixture
def visit(browser, address) -> Iterator[Visit]:
    """Open a fresh tab, 1280 px wide and light unless told otherwise; at the end nothing may have gone wrong."""
    opened: list[Watched] = []

    def open_tab(*, width: int = 1280, colours: str = "light", at: str = address) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=colours)
        context.set_default_timeout(PATIENCE)
        opened.append(Watched(context.new_page(), at))
        return opened[-1]

    yield open_tab
    for tab in opened:
        tab.page.context.close()
    assert [fault for tab in opened for fault in tab.faults] == []
