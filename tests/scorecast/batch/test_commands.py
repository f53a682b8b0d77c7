"""The commands: what people and programs are told of plans, jobs and estimates, and the exit codes."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from agent.access.pausing import Pause
from scorecast.batch.progress import Paused, Progress
from scorecast.cli.batch_show import running


@pytest.fixture
def here(run, home, monkeypatch):
    """Run commands in the small home."""
    monkeypatch.setenv("SCORECAST_HOME", str(home))
    return run


@pytest.fixture
def bad_plan(tmp_path):
    """A plan with one good row of three."""
    path = tmp_path / "bad.csv"
    path.write_text("run,model,benchmark\n=1,gpt-4.1,aime_2024\nr2,gtp-4.1,aime_2024\nr3,gpt-4.1,GPQA\n")
    return path


USUAL = ("--forecaster", "additive")


def test_bad_rows_are_all_told_and_do_not_stop_the_good_ones(here, bad_plan, tmp_path) -> None:
    code, _, err = here("batch", str(bad_plan), "-o", "out.csv", "--html", "out.html", *USUAL)
    assert code == 3
    assert "row 3, column model: No model is called 'gtp-4.1'. Did you mean gpt-4.1" in err
    assert "row 4, column benchmark: 'GPQA' may be any of" in err
    frame = pd.read_csv(tmp_path / "out.csv")
    assert frame["state"].tolist() == ["done", "refused", "refused"]
    assert frame["run"].tolist() == ["'=1", "r2", "r3"]
    page = (tmp_path / "out.html").read_text()
    assert "<svg" in page
    assert "gtp-4.1" in page
    assert "http" not in page.replace("http-equiv", "")


def test_no_file_is_written_over_the_plan_or_over_another_one(here, bad_plan) -> None:
    before = bad_plan.read_bytes()
    for where in (
        ("-o", str(bad_plan), "--force"),
        ("-o", "out.csv", "--html", "../" + bad_plan.parent.name + "/out.csv"),
    ):
        code, _, err = here("batch", str(bad_plan), *where, *USUAL)
        assert (code, "would be lost" in err) == (2, True)
    assert bad_plan.read_bytes() == before


def test_a_threshold_of_a_grid_keeps_its_digits_and_is_a_number(here, tmp_path) -> None:
    grid = ("batch", "--models", "GPT-4.1", "--benchmarks", "arena", *USUAL, "--quiet", "-o", "grid.csv")
    assert here(*grid, "-t", "1284.125")[0] == 0
    assert pd.read_csv(tmp_path / "grid.csv")["asked_threshold"].tolist() == [1284.125]
    assert here(*grid, "-t", "nan")[::2] == (2, "scorecast: --threshold takes a score; found nan.\n")


def test_strict_begins_nothing_while_a_row_is_bad(here, bad_plan, tmp_path) -> None:
    code, _, err = here("batch", str(bad_plan), "-o", "out.csv", "--strict", *USUAL)
    assert (code, (tmp_path / "out.csv").exists()) == (2, False)
    assert "--strict" in err
    assert json.loads(here("jobs", "list", "--json")[1]) == []


def test_json_tells_plan_progress_and_end_line_by_line(here, bad_plan) -> None:
    code, out, _ = here("batch", str(bad_plan), "-o", "out.jsonl", "--json", *USUAL)
    events = [json.loads(line) for line in out.splitlines()]
    assert (code, events[0]["event"], events[-1]["event"]) == (3, "plan", "done")
    assert [fault["where"] for fault in events[0]["faults"]] == ["row 3", "row 4"]
    assert events[-1]["states"] == {"done": 1, "refused": 2}


def test_a_grid_is_a_plan_and_quiet_says_nothing(here, tmp_path) -> None:
    told = here(
        "batch", "--models", "GPT-4.1,DeepSeek-R1", "--benchmarks", "aime_2024", "-s", "shots=0,5", "-t", "60",
        "-o", "grid.parquet", "--quiet", *USUAL,
    )  # fmt: skip
    assert told == (0, "", "")
    frame = pd.read_parquet(tmp_path / "grid.parquet")
    assert list(zip(frame["model_id"], frame["setting"], strict=True))[1] == ("gpt-4.1", "shots=5")
    assert frame["p_at_least"].between(0, 1).all()


def test_resume_finds_the_job_of_the_plan_and_a_finished_one_costs_nothing(here, plan_file, tmp_path) -> None:
    arguments = ("batch", str(plan_file), "-o", "out.jsonl", *USUAL)
    assert here(*arguments)[0] == 0
    first = (tmp_path / "out.jsonl").read_bytes()
    code, _, err = here(*arguments, "--resume")
    assert code == 0
    assert "Going on with job" in err
    assert (tmp_path / "out.jsonl").read_bytes() == first
    [job] = json.loads(here("jobs", "list", "--json")[1])
    assert (job["state"], job["left"]) == ("done", 0)


def test_jobs_are_shown_cancelled_and_opened_again(here, plan_file) -> None:
    assert "no job yet" in here("jobs", "list")[1]
    here("batch", str(plan_file), "-o", "out.jsonl", *USUAL, "--max-minutes", "0.000000001")
    [job] = json.loads(here("jobs", "list", "--json")[1])
    assert job["states"] == {"not-done": job["items"]}
    code, out, _ = here("jobs", "show", job["id"][:6])
    assert (code, "budget of this batch" in out, "plan.jsonl" in out) == (0, True, True)
    assert "nothing to cancel" in here("jobs", "cancel", job["id"])[2]
    assert here("jobs", "show", "zzzz")[0] == 2
    assert here("jobs", "retry", job["id"], "--max-usd", "1")[0] == 2


def test_a_dry_run_estimates_and_asks_nothing(here, plan_file, monkeypatch) -> None:
    monkeypatch.setenv("SCORECAST_MODEL", "gpt-4.1")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.openai.com/v1")
    code, out, _ = here("batch", str(plan_file), "--dry-run", "--agent", "--json", *USUAL)
    told = json.loads(out.splitlines()[-1])
    assert (code, told["event"], told["items"]) == (0, "estimate", 28)
    assert told["calls"] > 28
    assert 0 < told["usd"] < told["most_usd"]
    assert "prompts" in told["basis"]
    assert "Nothing was asked" in here("batch", str(plan_file), "--dry-run", *USUAL)[1]
    assert json.loads(here("jobs", "list", "--json")[1]) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("batch",), "Where to"),
        (("batch", "-o", "out.csv"), "Which plan"),
        (("batch", "--models", "a", "-o", "out.csv"), "both"),
        (("batch", "--models", "a", "--benchmarks", "b", "-s", "shots", "-o", "o.csv"), "KEY=VALUE"),
        (("batch", "nowhere.csv", "-o", "out.csv"), "no such file"),
        (("batch", "PLAN", "-o", "out.csv", "--max-usd", "3"), "need the agent"),
        (("batch", "PLAN", "-o", "out.csv", "--agent", "--max-usd", "-3"), "max_usd"),
        (("batch", "PLAN", "-o", "out.csv", "--think", "high"), "add --agent"),
        (("batch", "PLAN", "-o", "out.csv", "--models", "a"), "one of them"),
        (("batch", "PLAN", "-o", "out.csv", "--without-source", "nowhere"), "nowhere"),
        (("batch", "PLAN", "-o", "out.csv", "--forecaster", "oracle"), "oracle"),
        (("batch", "PLAN", "-o", "out.csv", "--as-of", "soon"), "--as-of"),
    ],
)
def test_what_makes_no_sense_ends_with_one_sentence(here, plan_file, arguments, says) -> None:
    code, out, err = here(*(str(plan_file) if word == "PLAN" else word for word in arguments))
    assert code in {1, 2}
    assert says in err
    assert "Traceback" not in out + err


def test_beside_the_bar_a_pause_is_told_with_its_seconds_running_down_until_it_is_over() -> None:
    far = Progress(10, {}, settled=2, seconds=1.0, pause=Paused(Pause(42.0, "the endpoint limits"), until=142.0))
    assert running(far, now=100.0) == "the endpoint limits: going on in 42 s"
    assert running(far, now=139.0) == "the endpoint limits: going on in 3 s"
    assert running(far, now=142.0) == "2 a second"
    assert far.as_json()["pause"] == {"seconds": 42.0, "reason": "the endpoint limits"}
