"""Batch jobs over HTTP: begun from rows or CSV, watched, read in pages and files, kept apart by key, resumed."""

from __future__ import annotations

import io
import time

import pandas as pd
import pytest

from records.access_key import Scope
from records.job import JobState
from records.store import Store
from scorecast.batch import jobs as batch_jobs
from scorecast.batch.options import BatchOptions
from scorecast.batch.plan import read_plan, table_of

ROWS = [
    {"model": "qwen3-32b", "benchmark": "gpqa_diamond", "threshold": 40, "run": "=1+1"},
    {"model": "nobody", "benchmark": "gpqa_diamond", "run": "r2"},
    {"model": "GPT-4.1", "benchmark": "aime_2024", "run": "r3"},
]


def wait(client, job_id: str, headers=None) -> dict:
    last = time.monotonic() + 60
    while (told := client.get(f"/v1/jobs/{job_id}", headers=headers).json())["state"] in {"open", "running"}:
        assert time.monotonic() < last, told
        time.sleep(0.05)
    return told


def test_a_plan_of_rows_is_forecast_and_every_bad_row_is_told(client) -> None:
    begun = client.post("/v1/jobs", json={"rows": ROWS, "name": "three"})
    assert begun.status_code == 202
    [fault] = begun.json()["faults"]
    assert (fault["where"], fault["column"], fault["value"]) == ("row 2", "model", "nobody")
    told = wait(client, begun.json()["id"])
    assert (told["state"], told["states"]) == ("done", {"done": 2, "refused": 1})
    first = client.get(f"/v1/jobs/{told['id']}/results", params={"limit": 2}).json()
    rest = client.get(f"/v1/jobs/{told['id']}/results", params={"cursor": first["next_cursor"]}).json()
    found = [*first["results"], *rest["results"]]
    assert [one["run"] for one in found] == ["=1+1", "r2", "r3"]
    assert 0.0 <= found[0]["p_at_least"] <= 1.0
    assert found[1]["reason"].startswith("model: No model is called 'nobody'")
    entry = client.get(f"/v1/forecasts/{found[2]['forecast_id']}").json()
    assert entry["forecast"]["median"] == pytest.approx(found[2]["median"], abs=1e-3)
    assert rest["next_cursor"] is None


def test_a_plan_of_csv_comes_back_as_files_that_no_spreadsheet_runs(client) -> None:
    text = "run,model,benchmark\n=cmd(),qwen3-32b,gpqa_diamond\n-3,GPT-4.1,aime_2024\n"
    job = client.post("/v1/jobs", json={"csv": text}).json()["id"]
    wait(client, job)
    table = client.get(f"/v1/jobs/{job}/forecasts.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert pd.read_csv(io.StringIO(table.text))["run"].tolist() == ["'=cmd()", "-3"]
    frame = pd.read_parquet(io.BytesIO(client.get(f"/v1/jobs/{job}/forecasts.parquet").content))
    assert frame["run"].tolist() == ["=cmd()", "-3"]
    assert frame["q50"].notna().all()


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"rows": []}, 422, "no rows"),
        ({"csv": "nothing"}, 422, "columns"),
        ({"rows": ROWS, "csv": "x"}, 422, "one of the two"),
        ({"rows": ROWS, "strict": True}, 422, "1 of 3 rows"),
        ({"rows": [{"model": "x", "benchmark": "y"}]}, 422, "1 of 1 rows"),
        ({"rows": ROWS, "agent": True}, 422, "max_usd"),
        ({"rows": ROWS, "agent": True, "max_usd": 1}, 422, "no language model"),
        ({"rows": ROWS, "max_usd": 1}, 422, "limit the agent"),
        ({"rows": [{"model": "x", "benchmark": "y", "median": 1}]}, 422, "rename"),
        ({"rows": ROWS, "without_sources": ["nowhere"]}, 422, "nowhere"),
    ],
)
def test_what_makes_no_sense_begins_nothing(client, monkeypatch, body, status, says) -> None:
    monkeypatch.delenv("SCORECAST_MODEL", raising=False)
    before = client.get("/v1/jobs").json()["jobs"]
    told = client.post("/v1/jobs", json=body)
    assert told.status_code in {status, 400}
    assert says in told.text
    assert client.get("/v1/jobs").json()["jobs"] == before


def test_a_request_that_is_sent_twice_begins_one_job(client) -> None:
    headers = {"Idempotency-Key": "only-once"}
    first, second = (client.post("/v1/jobs", json={"rows": ROWS}, headers=headers).json()["id"] for _ in range(2))
    assert first == second
    assert client.post("/v1/jobs", json={"rows": ROWS[:1]}, headers=headers).status_code == 409
    wait(client, first)


def test_jobs_of_other_keys_are_not_there_and_scopes_hold(keyed, bearer) -> None:
    ada, bob, reader = bearer(Scope.FORECAST, name="ada"), bearer(Scope.FORECAST), bearer(Scope.READ)
    job = keyed.post("/v1/jobs", json={"rows": ROWS[:1]}, headers=ada).json()["id"]
    assert keyed.post("/v1/jobs", json={"rows": ROWS[:1]}, headers=reader).status_code == 403
    assert keyed.get("/v1/jobs").status_code == 401
    for path in ("", "/results", "/forecasts.csv", "/forecasts.parquet"):
        assert keyed.get(f"/v1/jobs/{job}{path}", headers=bob).status_code == 404
    assert keyed.post(f"/v1/jobs/{job}/cancel", headers=bob).status_code == 404
    assert [one["id"] for one in keyed.get("/v1/jobs", headers=ada).json()["jobs"]] == [job]
    assert keyed.get("/v1/jobs", headers=bob).json()["jobs"] == []
    wait(keyed, job, ada)
    [told] = keyed.get(f"/v1/jobs/{job}/results", headers=ada).json()["results"]
    assert keyed.get(f"/v1/forecasts/{told['forecast_id']}", headers=ada).json()["user"] == "ada"


def test_a_done_job_cannot_be_cancelled_and_an_unknown_one_is_not_there(client) -> None:
    job = client.post("/v1/jobs", json={"rows": ROWS[:1]}).json()["id"]
    wait(client, job)
    assert "nothing to cancel" in client.post(f"/v1/jobs/{job}/cancel").text
    assert client.get("/v1/jobs/000000000000").status_code == 404


def test_jobs_go_on_after_a_restart_and_those_of_the_command_line_wait(
    plant, tmp_path, catalogue, serve, clock
) -> None:
    settings, now = plant(tmp_path), clock()
    plan = read_plan(table_of(ROWS), catalogue, name="left", today=now.date())
    with Store.open(settings.database_url) as store:
        left = batch_jobs.begin(store, plan, BatchOptions(served=True), now=now)
        own = batch_jobs.begin(store, plan, BatchOptions(), now=now)
    with serve(settings) as client:
        assert wait(client, left.id)["states"] == {"done": 2, "refused": 1}
        assert client.get(f"/v1/jobs/{own.id}").json()["state"] == JobState.OPEN
        assert wait(client, client.post(f"/v1/jobs/{own.id}/cancel").json()["id"])["state"] == "cancelled"
        assert client.post(f"/v1/jobs/{own.id}/retry").status_code == 202
        assert wait(client, own.id)["states"] == {"done": 2, "refused": 1}
