"""Benchmark runs on the page: begun by form, followed, cancelled, and read when they are done."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from records.access_key import Scope
from scorecast.bench.asked import BenchRunAsked
from scorecast.bench.served.folder import BenchRun, BenchRuns, Ended, RunState
from scorecast.bench.served.work import worked

pytestmark = pytest.mark.xdist_group("page")

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8").partition("\n")[2]
LEAST_CONTRAST = 4.5


@pytest.fixture(scope="module")
def done(page_home, page_client, clock) -> BenchRun:
    """A run that is done."""
    runs = BenchRuns.of(page_home)
    asked = BenchRunAsked.model_validate(
        {"suite": "cells", "parameters": {"folds": 2}, "forecasters": ["climatology", "additive"], "seed": 5}
    )
    kept = BenchRuns(page_home.home / "apart").begin(asked, now=clock())  # where no service works on it
    assert worked(kept, page_home) == 0
    kept.end(Ended(state=RunState.DONE, at=clock()))
    runs.home.mkdir(exist_ok=True)
    kept.folder.rename(runs.home / kept.id)
    return runs.find(kept.id)


def test_a_run_is_begun_by_form_followed_and_cancelled(visit, page_client) -> None:
    page = visit().go("#/benchmark")
    form = page.get_by_role("form", name="Benchmark run")
    form.get_by_label("Suite").select_option("ladder")
    form.get_by_label("Level").select_option("L2.1")
    form.get_by_label("Questions a fold").fill("7")
    assert form.get_by_label("additive").is_disabled()
    form.get_by_label("text", exact=True).check()
    form.get_by_label("Folds").fill("2")
    form.get_by_role("button", name="Begin").press("Enter")
    page.get_by_role("heading", name="ladder L2.1, folds 2, 7 a fold").wait_for()
    run = page.url.rpartition("/")[2]
    asked = page_client.get(f"/v1/bench-runs/{run}").json()["asked"]
    assert (asked["parameters"], asked["limit"]) == ({"folds": 2, "level": "L2.1"}, 7)
    assert asked["forecasters"] == ["climatology", "additive", "low-rank", "text", "pool"]
    page.get_by_role("button", name="Cancel the run").press("Enter")
    page.get_by_text("It was cancelled").wait_for()
    page.get_by_role("link", name="Benchmark", exact=True).first.click()
    page.get_by_role("row", name="ladder L2.1").get_by_text("cancelled").wait_for()


def test_what_makes_no_sense_is_told_in_words(new_page, address) -> None:
    page = new_page()
    page.goto(f"{address}/#/benchmark")
    page.get_by_text("Parameters of the suite").click()
    page.get_by_label("Folds").fill("1000")
    page.get_by_role("button", name="Begin").click()
    assert "folds" in page.get_by_role("alert").inner_text()


def test_progress_is_shown_forecaster_by_forecaster_until_the_scores_come(visit, page_client, done) -> None:
    told = page_client.get(f"/v1/bench-runs/{done.id}").json()
    parts = [{"forecaster": "additive", "answered": 30, "questions": 60}]
    half = {"stage": "answering", "parts": parts, "seconds": 200.0, "seconds_left": 60.0}
    answers = [told | {"state": "running", "summary": None, "progress": half}] * 2 + [told]
    tab = visit()
    tab.page.route(f"**/v1/bench-runs/{done.id}", lambda route: route.fulfill(json=answers.pop(0)))
    page = tab.go(f"#/benchmark/{done.id}")
    assert page.get_by_role("progressbar", name="additive").get_attribute("value") == "30"
    assert "3 min of work so far, about 60 s of answering left" in page.locator(".card").inner_text()
    page.get_by_role("heading", name="Scores by forecaster").wait_for()
    assert page.locator("#announcer").inner_text() == "The run is done"
    assert answers == []


def test_a_finished_run_shows_its_scores_calibration_and_files(visit, done) -> None:
    page = visit().go(f"#/benchmark/{done.id}")
    row = page.get_by_role("row", name="climatology")
    assert "baseline" in row.inner_text()
    assert " to " in row.inner_text()
    page.get_by_label("Calibration of").select_option("climatology")
    page.wait_for_selector(".column", state="attached")
    assert page.get_by_role("img", name="Reliability").count() == 1
    with page.expect_download() as saved:
        page.get_by_role("link", name="Forecasts as CSV").click()
    with saved.value.path().open(encoding="utf-8") as file:
        assert {row["forecaster"] for row in csv.DictReader(file)} == {"climatology", "additive", "low-rank"}


def test_the_report_opens_in_an_origin_of_nobody(visit, browser, address, done) -> None:
    page = visit().go(f"#/benchmark/{done.id}")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the report").click()
    report = opened.value
    report.wait_for_selector("table")
    assert report.evaluate("[self.origin, window.opener]") == ["null", None]
    assert report.locator("figure svg").count() > 3


@pytest.mark.parametrize(("width", "colours"), [(390, "light"), (390, "dark"), (1280, "dark")])
def test_nothing_is_cut_and_every_text_can_be_read(visit, width, colours, done) -> None:
    tab = visit(width=width, colours=colours)
    for place in ("#/benchmark", f"#/benchmark/{done.id}"):
        page = tab.go(place)
        page.locator("summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, place
        assert [one for one in page.evaluate(CONTRAST) if one["ratio"] < LEAST_CONTRAST] == [], place
        bar = page.evaluate("(nav => nav.scrollWidth - nav.clientWidth)(document.querySelector('header nav'))")
        assert bar <= 0, "all views are named"


def test_with_a_key_that_only_reads_there_is_no_form_and_files_are_saved_all_the_same(
    new_page, keyed, home, bearer, done
) -> None:
    shutil.copytree(done.folder, BenchRuns.of(home).home / done.id)
    secret = bearer(Scope.READ)["Authorization"].removeprefix("Bearer ")
    page = new_page()
    page.goto(f"{str(keyed.base_url).rstrip('/')}/#/benchmark")
    page.get_by_label("Key", exact=True).fill(secret)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="cells, folds 2, seed 5").click()
    page.get_by_role("heading", name="To read elsewhere").wait_for()
    assert page.get_by_role("form").count() == page.get_by_role("link", name="Open the report").count() == 0
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the report").click()
    assert saved.value.path().read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert saved.value.suggested_filename == f"bench-{done.id}.html"
