"""Plans in batches of the provider: the same forecasts for half the price, whatever is killed, cancelled or missing."""

from __future__ import annotations

import datetime as dt
import json
import time

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from agent.access.scripted.batches import Batches, Ending
from agent.access.scripted.server import ScriptedEndpoint
from scorecast.batch import jobs
from scorecast.batch.engine import Engine, jobs_folder
from scorecast.batch.options import BatchOptions
from scorecast.batch.plan import read_plan, table_of
from scorecast.batch.provider import going_on

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
AGENT = ("--agent", "--think", "low", "--forecaster", "additive")
BATCHED = (*AGENT, "--provider-batch")
PRICES = "host,model,prompt,cached_prompt,completion,listed,source,batch\n127.0.0.1*,*,2,2,8,2026-03-01,,0.5\n"
SOON = {"SCORECAST_BATCH_QUIET_SECONDS": "0.4", "SCORECAST_BATCH_POLL_SECONDS": "0.1"}


@pytest.fixture
def here(run, home, monkeypatch):
    """Run commands in the small home against an endpoint, with prices, and waits for people in a hurry."""
    (home / "prices.csv").write_text(PRICES)

    def command(*arguments, endpoint=None):
        told = {"SCORECAST_HOME": str(home), **SOON}
        told |= {"OPENAI_BASE_URL": endpoint.url, "SCORECAST_MODEL": "scripted"} if endpoint else {}
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        return run(*map(str, arguments))

    return command


@pytest.fixture
def rows(models) -> list[dict[str, object]]:
    """A few questions."""
    return [{"run": n, "model": model.id, "benchmark": "gpqa_diamond"} for n, model in enumerate(models[:6])]


def figures(path) -> pd.DataFrame:
    return pd.read_parquet(path).drop(columns=["forecast_id", "usd"])


def last_event(out: str) -> dict:
    return json.loads(out.splitlines()[-1])


def test_a_plan_in_batches_has_the_forecasts_of_direct_calls_at_half_the_price(
    here, home, plan_file, rows, answers, tmp_path
) -> None:
    with ScriptedEndpoint(answers) as endpoint:
        code, direct, err = here(
            "batch", plan_file, "-o", tmp_path / "direct.parquet", *AGENT, "--json", endpoint=endpoint
        )
        assert code == 0, err
    (home / "replies.db").unlink()
    with ScriptedEndpoint(answers, batches=Batches()) as endpoint:
        _, dry, _ = here("batch", plan_file, *BATCHED, "--dry-run", "--json", endpoint=endpoint)
        assert endpoint.asked == []
        arguments = ("-o", tmp_path / "batched.parquet", *BATCHED, "--max-usd", "50", "--json")
        code, batched, err = here("batch", plan_file, *arguments, endpoint=endpoint)
        assert code == 0, err
        made = [len(file.splitlines()) for file in endpoint.batches.uploads.values()]
        assert (sum(made), made) == (
            3 * len(rows),
            [2 * len(rows), len(rows)],
        )  # look-ups with the probes, then answers
        assert not any("completions" in asked.path for asked in endpoint.asked)
    assert_frame_equal(figures(tmp_path / "batched.parquet"), figures(tmp_path / "direct.parquet"))
    spent, full = last_event(batched)["spent"], last_event(direct)["spent"]
    assert (spent["calls"], spent["tokens"], spent["lost_calls"]) == (full["calls"], full["tokens"], 0)
    assert spent["usd"] == pytest.approx(full["usd"] / 2, rel=1e-4)
    assert last_event(dry)["usd"] == pytest.approx(full["usd"] / 2, rel=1e-3)
    assert last_event(dry)["provider_batches"] == 3


def test_a_provider_without_batches_is_told_before_a_job_begins(here, plan_file, answers, tmp_path) -> None:
    with ScriptedEndpoint(answers) as endpoint:
        code, _, err = here("batch", plan_file, "-o", tmp_path / "out.csv", *BATCHED, endpoint=endpoint)
        assert (code, len(endpoint.asked), "has no batch API" in err) == (2, 1, True), err
        assert json.loads(here("jobs", "list", "--json")[1]) == []
    code, _, err = here("batch", plan_file, "-o", tmp_path / "out.csv", "--provider-batch")
    assert (code, "add --agent" in err) == (2, True)
    code, _, err = here("batch", plan_file, "-o", tmp_path / "out.csv", *BATCHED, "--engine", "ray")
    assert (code, "leave one of them out" in err) == (2, True)


def test_a_batch_that_expires_leaves_what_the_user_chose_and_a_retry_asks_the_rest(
    here, plan_file, rows, answers, tmp_path
) -> None:
    ends = {1: Ending("expired", answered=len(rows) + 3)}
    with ScriptedEndpoint(answers, batches=Batches(ends=lambda number: ends.get(number, Ending()))) as endpoint:
        arguments = ("-o", tmp_path / "out.parquet", *BATCHED, "--left-over", "not-done", "--json")
        code, out, _ = here("batch", plan_file, *arguments, endpoint=endpoint)
        end = last_event(out)
        assert (code, end["states"]) == (3, {"done": 3, "not-done": len(rows) - 3})
        assert f"expired after 24 hours with {len(rows) + 3} of" in next(iter(end["reasons"]))
        code, out, err = here("jobs", "retry", end["job"], "--json", endpoint=endpoint)
        assert (code, last_event(out)["states"]) == (0, {"done": len(rows)}), err
        asked = [json.dumps(line, sort_keys=True) for line in endpoint.batches.lines]
        assert len(asked) == len(set(asked)) == 3 * len(rows)


def test_killed_and_cancelled_while_a_batch_is_on_its_way_a_retry_takes_it_up_and_pays_once(
    here, home, begin, plan_file, rows, answers, tmp_path
) -> None:
    batches = Batches(ends=lambda number: Ending(seconds=300.0 if number == 1 else 0.0))
    with ScriptedEndpoint(answers, batches=batches) as endpoint:
        arguments = ("batch", str(plan_file), "-o", str(tmp_path / "out.parquet"), *BATCHED, "--max-usd", "50")
        process = begin(*arguments, endpoint=endpoint.url, **SOON)
        while not any("batch_1" in path.read_text() for path in home.rglob("*.batches")) and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        process.communicate()
        [job] = json.loads(here("jobs", "list", "--json")[1])
        told = f"Batch batch_1 with {2 * len(rows)} requests goes on at the provider, and is charged."
        assert told in here("jobs", "show", job["id"])[1]
        code, out, _ = here("jobs", "cancel", job["id"], endpoint=endpoint)
        assert (code, "Batch batch_1 with" in out, batches.made[0]["status"]) == (0, True, "cancelled"), out
        code, out, err = here("jobs", "retry", job["id"], "--json", endpoint=endpoint)
        assert code == 0, err
    end = last_event(out)
    assert (end["states"], end["spent"]["lost_calls"]) == ({"done": len(rows)}, 0)
    asked = [json.dumps(line, sort_keys=True) for line in batches.lines]
    assert len(batches.uploads) == len(batches.made) == 2
    assert len(asked) == len(set(asked)) == 3 * len(rows) == end["spent"]["calls"]


def test_who_is_told_to_stop_leaves_the_batch_alone_and_settles_nothing(
    workspace, settings, rows, answers, monkeypatch
) -> None:
    batches = Batches(seconds=300.0)
    told = read_plan(table_of(rows), workspace.store.catalogue(), name="p", today=NOW.date())
    options = BatchOptions(forecaster="additive", agent=True, llm="scripted", think="low", provider_batch=True)
    job = jobs.begin(workspace.store, told, options, now=NOW)
    with ScriptedEndpoint(answers, batches=batches) as endpoint:
        for name, value in {"OPENAI_BASE_URL": endpoint.url, "SCORECAST_MODEL": "scripted", **SOON}.items():
            monkeypatch.setenv(name, value)
        far = Engine(workspace, lambda: NOW, stopped=lambda: bool(batches.made)).work(job)
    assert (far.left, far.settled, far.spent.lost) == (len(rows), 0, 2 * len(rows))
    assert going_on(jobs_folder(workspace), job) == [
        f"Batch batch_1 with {2 * len(rows)} requests goes on at the provider, and is charged."
    ]
