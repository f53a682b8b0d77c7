"""Benchmark runs over HTTP: begun, watched, read, cancelled, kept within bounds, and resumed after a sudden end."""

from __future__ import annotations

import csv
import io
import json
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import httpx
import pytest

from eval.suites import save
from records.access_key import Scope
from records.exporters.writing import write_whole
from records.store import Store
from scorecast.bench.asked import BenchRunAsked, asked_suite
from scorecast.bench.served.folder import MOST_OPEN, BenchRuns
from scorecast.bench.served.locks import is_held
from scorecast.bench.served.work import REFUSED, worked
from scorecast.cli import main
from scorecast.http.bench_replies import BenchRunShown, ScoredForecasts
from scorecast.settings import Settings

SMALL = {"suite": "cells", "parameters": {"folds": 2}, "forecasters": ["climatology", "additive"]}
LONG = SMALL | {"parameters": {"folds": 4, "deals": 3}, "limit": 6, "seed": 7}
COMMAND = ("--folds", "4", "--deals", "3", "--limit", "6", "--seed", "7", "-f", "climatology", "-f", "additive")
NEVER = {"suite": "cells", "parameters": {"folds": 20, "deals": 100}}


def until(holds, *, seconds: float = 90.0):
    last = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < last
        time.sleep(0.05)
    return found


def ended(client, run: str) -> dict:
    def told():
        shown = client.get(f"/v1/bench-runs/{run}").json()
        return shown if shown["state"] not in {"waiting", "running"} else None

    return until(told)


class Resumed(NamedTuple):
    """A run whose service was killed in the middle, and that another one has finished."""

    settings: Settings
    client: httpx.Client
    told: dict
    before: dict[str, int]
    after: dict[str, int]


def pieces(settings) -> dict[str, int]:
    """Each saved answer, and when it was saved."""
    return {str(path): path.stat().st_mtime_ns for path in settings.runs.rglob("*.piece")}


@pytest.fixture(scope="module")
def resumed(plant, running, serve, tmp_path_factory) -> Iterator[Resumed]:
    settings = plant(tmp_path_factory.mktemp("resumed"))
    with running(settings, settings.home / "log") as (process, address):
        begun = httpx.post(f"{address}/v1/bench-runs", json=LONG, trust_env=False)
        assert begun.status_code == 202
        run = BenchRuns.of(settings).find(begun.json()["id"])
        until(lambda: len(pieces(settings)) > 2)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        until(lambda: not is_held(run.lock), seconds=10.0)
        assert run.ended is None
        before = pieces(settings)
    with serve(settings) as client:
        yield Resumed(settings, client, ended(client, run.id), before, pieces(settings))


@pytest.fixture(scope="module")
def commanded(plant, tmp_path_factory) -> dict:
    """The result of the command that asks the same of another home."""
    settings = plant(tmp_path_factory.mktemp("commanded"))
    path = settings.home / "result.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCORECAST_HOME", str(settings.home))
        patch.setenv("SCORECAST_DATABASE_URL", settings.database_url)
        patch.setattr(sys, "argv", ["scorecast", "bench", "cells", *COMMAND, "--json", str(path)])
        with pytest.raises(SystemExit) as stopped:
            main()
    assert not stopped.value.code
    return json.loads(path.read_text())


def figures(told: object, place: str = "") -> dict[str, object]:
    """All that a result says, by its place in it, but for when it was made and how long it took."""
    if isinstance(told, dict):
        parts = [(f"{place}/{name}", one) for name, one in told.items() if not name.startswith(("seconds", "prov"))]
    elif isinstance(told, list):
        parts = [(f"{place}/{number}", one) for number, one in enumerate(told)]
    else:
        return {place: told}
    return {name: value for at, one in parts for name, value in figures(one, at).items()}


def test_a_run_whose_service_was_killed_goes_on_with_the_figures_of_the_command(resumed, commanded) -> None:
    assert resumed.told["state"] == "done"
    assert 0 < len(resumed.before) < len(resumed.after)
    assert {path: resumed.after[path] for path in resumed.before} == resumed.before, "what was answered stays"
    result = resumed.client.get(f"/v1/bench-runs/{resumed.told['id']}/result").json()
    found, wanted = figures(result), figures(commanded)
    numbers = {place for place, value in wanted.items() if isinstance(value, float)}
    assert len(numbers) > 500
    # To more digits than anybody reads: how many cores the algebra takes shows in the last of them.
    assert {at: found[at] for at in numbers} == pytest.approx({at: wanted[at] for at in numbers}, rel=1e-6)
    assert {at: found[at] for at in found.keys() - numbers} == {at: wanted[at] for at in wanted.keys() - numbers}
    assert result["provenance"]["corpus"] == commanded["provenance"]["corpus"]


def test_a_finished_run_tells_its_progress_and_its_figures_with_their_limits(resumed) -> None:
    told = resumed.told
    asked = told["summary"]["result"]["questions"]
    assert {one["forecaster"] for one in told["progress"]["parts"]} == {"climatology", "additive", "low-rank"}
    assert all(one["answered"] == one["questions"] == asked for one in told["progress"]["parts"])
    assert told["progress"]["seconds_left"] == 0.0
    assert BenchRunShown.model_validate(told).summary is not None
    scores = told["summary"]["result"]["forecasters"]["additive"]
    low, high = scores["intervals"]["crps"]
    assert low <= scores["crps"] <= high
    assert scores["benchmarks"] == {}
    calibration = told["summary"]["calibration"]["additive"]
    assert sum(calibration["pit"]) == pytest.approx(1.0)
    assert [one["id"] for one in resumed.client.get("/v1/bench-runs").json()["runs"]] == [told["id"]]


def test_the_report_can_do_nothing_on_the_page_and_is_to_be_had_as_a_file(resumed) -> None:
    path = f"/v1/bench-runs/{resumed.told['id']}/report"
    shown, file = resumed.client.get(path), resumed.client.get(path, params={"download": True})
    assert "<svg" in shown.text
    assert shown.headers["content-type"].startswith("text/html")
    policy = [part.strip() for part in shown.headers["content-security-policy"].split(";")]
    assert policy[:2] == ["sandbox", "default-src 'none'"]
    assert not any("script" in part or "allow" in part for part in policy)
    assert "frame-ancestors 'none'" in policy
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["content-security-policy"] == shown.headers["content-security-policy"]


def test_scored_forecasts_come_in_pages_and_as_a_file(resumed) -> None:
    path, cursor, found = f"/v1/bench-runs/{resumed.told['id']}/forecasts", "", []
    while cursor is not None:
        page = resumed.client.get(path, params={"limit": 150, "cursor": cursor}).json()
        assert len(page["forecasts"]) <= 150
        found += page["forecasts"]
        cursor = page["next_cursor"]
    rows = list(csv.DictReader(io.StringIO(resumed.client.get(f"{path}.csv").text)))
    assert [(one["forecaster"], one["model"], one["observed"]) for one in found] == [
        (row["forecaster"], row["model"], float(row["observed"])) for row in rows
    ]
    assert ScoredForecasts.model_validate(page)
    assert len(found) == 3 * resumed.told["summary"]["result"]["questions"]
    one = next(one for one in found if one["status"] == "answered" and one["unit"] == "percent")
    assert one["error"] == pytest.approx(abs(one["q50"] - one["observed"]), abs=1e-4)
    for wrong in ("1", "x", "999999999"):
        answer = resumed.client.get(path, params={"cursor": wrong})
        assert (answer.status_code, "another list" in answer.text) == (400, True), wrong


def test_nothing_that_is_told_names_a_path_of_the_machine(resumed) -> None:
    run, parts = resumed.told["id"], ("", "/result", "/report", "/forecasts")
    texts = [resumed.client.get(f"/v1/bench-runs/{run}{part}").text for part in parts]
    [home] = {path.rpartition("/runs/")[0] for path in resumed.after}
    assert not [text for text in texts if home in text]


def test_the_command_line_lists_and_shows_runs_of_services(resumed, monkeypatch, capsys) -> None:
    run, client = resumed.told["id"], resumed.client

    def told(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["scorecast", "bench", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        return stopped.value.code or 0, capsys.readouterr().out

    monkeypatch.setenv("SCORECAST_HOME", str(resumed.settings.home))
    assert json.loads(told("list", "--json")[1]) == client.get("/v1/bench-runs").json()["runs"]
    assert json.loads(told("show", run[:6], "--json")[1]) == client.get(f"/v1/bench-runs/{run}").json()
    code, shown = told("show", run)
    assert code == 0
    for part in (f"Benchmark run {run} is done: cells", resumed.told["summary"]["headline"], "climatology *"):
        assert part in shown
    assert run in told("list")[1]
    assert told("show", "nothing")[0] == 2


def test_a_run_that_makes_no_sense_on_these_records_is_refused_with_a_reason(plant, tmp_path, clock) -> None:
    settings = plant(tmp_path)
    run = BenchRuns.of(settings).begin(BenchRunAsked(suite="scale-up", forecasters=("climatology",)), now=clock())
    assert worked(run, settings) == REFUSED
    assert "import records" in run.refusal
    assert str(tmp_path) not in run.refusal


def test_a_run_keeps_its_questions_when_records_come_in_between(plant, tmp_path, clock, batch, make_record) -> None:
    settings, asked = plant(tmp_path), BenchRunAsked.model_validate(SMALL)
    run = BenchRuns.of(settings).begin(asked, now=clock())
    with Store.open(settings.database_url) as store:
        begun_with = asked_suite(store, asked, today=clock().date())
        write_whole(settings.suites / f"{begun_with.hash}.json", partial(save, begun_with))
        run.take_suite(begun_with.hash)
        later = make_record(value=71.0, model="gpt-4.1", benchmark="aime_2024", published=clock().date())
        store.add(replace(batch, records=(later,)), imported_at=clock())
        assert asked_suite(store, asked, today=clock().date()).hash != begun_with.hash
    assert worked(run, settings) == 0
    assert json.loads((run.folder / "result.json").read_text())["suite_hash"] == begun_with.hash


def test_a_run_that_works_is_cancelled_and_one_of_too_many_minutes_is_stopped(client) -> None:
    begun = client.post("/v1/bench-runs", json=NEVER)
    run = begun.json()["id"]
    assert client.get(f"/v1/bench-runs/{run}/report").json()["type"].endswith("not-done")
    assert begun.headers["location"] == f"/v1/bench-runs/{run}"
    until(lambda: client.get(f"/v1/bench-runs/{run}").json()["state"] == "running")
    assert client.post(f"/v1/bench-runs/{run}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/v1/bench-runs/{run}/cancel").json()["state"] == "cancelled"
    stopped = NEVER | {"max_minutes": 0.001}
    told = ended(client, client.post("/v1/bench-runs", json=stopped).json()["id"])
    assert (told["state"], "0.001 minutes" in told["reason"]) == ("failed", True)
    assert client.post(f"/v1/bench-runs/{told['id']}/cancel").status_code == 409


def test_one_request_begins_one_run_and_only_so_many_may_wait(alone) -> None:
    once = {"Idempotency-Key": "once"}
    first, again = (alone.post("/v1/bench-runs", json=SMALL, headers=once).json() for _ in range(2))
    assert first == again
    assert alone.post("/v1/bench-runs", json=LONG, headers=once).status_code == 409
    rest = [alone.post("/v1/bench-runs", json=SMALL) for _ in range(MOST_OPEN)]
    assert [answer.status_code for answer in rest] == [202] * (MOST_OPEN - 1) + [429]
    assert rest[-1].headers["retry-after"]
    page = alone.get("/v1/bench-runs", params={"limit": MOST_OPEN - 1}).json()
    last = alone.get("/v1/bench-runs", params={"cursor": page["next_cursor"]}).json()
    assert [one["id"] for one in last["runs"]] == [first["id"]]
    assert {one["state"] for one in page["runs"]} == {"waiting"}
    assert f'scorecast_bench_runs_open{{state="waiting"}} {MOST_OPEN}\n' in alone.get("/metrics").text
    for one in (*page["runs"], *last["runs"]):
        alone.post(f"/v1/bench-runs/{one['id']}/cancel")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"suite": "all"}, "no suite"),
        (SMALL | {"forecasters": ["os:system"]}, "no forecaster"),
        (SMALL | {"forecasters": ["/etc/passwd.csv"]}, "no forecaster"),
        (SMALL | {"forecasters": ["agent"]}, "no forecaster"),
        (SMALL | {"parameters": {"folds": 1000}}, "folds"),
        (SMALL | {"parameters": {"shown": [1]}}, "shown"),
        (SMALL | {"without_sources": ["nowhere"]}, "known are"),
        ({"suite": "ladder"}, "level"),
        ({"suite": "ladder", "parameters": {"level": "L9"}}, "L2.1"),
        (SMALL | {"save_suite": "/tmp/x"}, "Extra inputs"),
        (SMALL | {"max_minutes": -1}, "greater than 0"),
    ],
)
def test_what_makes_no_sense_begins_nothing(alone, body, says) -> None:
    before = alone.get("/v1/bench-runs").json()
    answer = alone.post("/v1/bench-runs", json=body)
    assert answer.status_code in {400, 422}
    assert says in answer.text
    assert alone.get("/v1/bench-runs").json() == before
    assert alone.get("/v1/bench-runs/000000000000").status_code == 404


def test_administrators_begin_and_cancel_and_everybody_who_reads_watches(keyed, bearer) -> None:
    admin, asker, reader = (bearer(scope) for scope in (Scope.ADMIN, Scope.FORECAST, Scope.READ))
    assert keyed.get("/v1/bench-runs").status_code == 401
    assert keyed.post("/v1/bench-runs", json=NEVER, headers=asker).status_code == 403
    run = keyed.post("/v1/bench-runs", json=NEVER, headers=admin).json()
    assert run["user"] == "tester"
    assert keyed.get(f"/v1/bench-runs/{run['id']}", headers=reader).json()["asked"]["suite"] == "cells"
    assert keyed.post(f"/v1/bench-runs/{run['id']}/cancel", headers=reader).status_code == 403
    assert keyed.post(f"/v1/bench-runs/{run['id']}/cancel", headers=admin).json()["state"] == "cancelled"
    choices = keyed.get("/v1/bench-suites", headers=reader).json()
    assert "pool" in choices["forecasters"]
    assert {name for suite in choices["suites"] for name in suite["parameters"]} == {
        parameter["name"] for parameter in choices["parameters"]
    }
