"""What breaks a batch: killed processes, full disks, files that cannot be written, plans and endpoints that fail."""

from __future__ import annotations

import json
import random
import shutil
import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from agent.access.scripted.replies import fails, hangs, limited
from agent.access.scripted.server import ScriptedEndpoint

AGENT = ("--agent", "--think", "low", "--forecaster", "additive", "--quiet")
KILLS = 5
IN_FLIGHT = 4


def body_of(body: object) -> str:
    return json.dumps(body, sort_keys=True)


def without_ids(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path).drop(columns="forecast_id")


def test_killed_at_five_random_moments_it_ends_with_the_same_and_asks_nothing_twice(
    tmp_path, home, begin, command, plan_file, answers, held_replies
) -> None:
    rng, whole, killed = random.Random(7), tmp_path / "whole.parquet", tmp_path / "killed.parquet"
    apart = tmp_path / "apart"
    shutil.copytree(home, apart)
    with ScriptedEndpoint(answers) as endpoint:
        there = {"endpoint": endpoint.url, "SCORECAST_HOME": str(apart)}
        code, _, err = command("batch", str(plan_file), "-o", str(whole), *AGENT, **there)
        assert code == 0, err
        needed = len(endpoint.asked)
    arguments = ("batch", str(plan_file), "-o", str(killed), *AGENT, "--resume")
    with ScriptedEndpoint(held := held_replies(answers), seconds=0.02) as endpoint:
        for kill in range(KILLS):
            before, goal = len(endpoint.asked), len(endpoint.told) + rng.randrange(1, needed // (KILLS + 2))
            held.more = goal - len(endpoint.told) + IN_FLIGHT
            process = begin(*arguments, endpoint=endpoint.url)
            while len(endpoint.told) < goal and process.poll() is None:
                time.sleep(0.01)
            process.kill()
            process.communicate()
            assert not killed.exists(), f"after kill {kill + 1}"
            at_once = [body_of(one.body) for one in endpoint.asked[before:]]
            assert len(at_once) == len(set(at_once))
        held.more = 2 * needed
        code, _, err = command(*arguments, endpoint=endpoint.url)
        assert code == 0, err
        asked = [body_of(one.body) for one in endpoint.asked]
    assert len(set(asked)) == needed
    # What was under way at the moment of a kill has no reply, or one that was not kept yet.
    assert len(asked) - needed <= IN_FLIGHT * KILLS
    assert_frame_equal(without_ids(killed), without_ids(whole))


def test_a_disk_that_is_full_is_told_and_nothing_that_was_answered_is_lost(
    tmp_path, begin, command, plan_file, rows
) -> None:
    no_room = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000))"
    out = tmp_path / "out.jsonl"
    arguments = ("batch", str(plan_file), "-o", str(out), "--forecaster", "additive", "--resume", "--quiet")
    process = begin(*arguments, before=no_room)
    _, err = process.communicate()
    assert process.returncode in {1, 2}, err
    assert "Traceback" not in err
    assert not out.exists()
    code, _, err = command(*arguments)
    assert code == 0, err
    assert len(out.read_text().splitlines()) == len(rows)


def test_an_output_that_cannot_be_written_is_told_before_anything_is_asked(
    tmp_path, command, plan_file, answers
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    with ScriptedEndpoint(answers) as endpoint:
        for output, says in (
            (str(blocked / "out.csv"), "cannot be written"),
            (str(tmp_path), "expected one of"),
            (str(tmp_path / "out.xlsx"), "expected one of .csv"),
        ):
            code, _, err = command("batch", str(plan_file), "-o", output, *AGENT, endpoint=endpoint.url)
            assert (code, says in err, "Traceback" in err) == (2, True, False), err
        assert endpoint.asked == []


def test_a_file_that_exists_is_not_written_over_unless_told_so(tmp_path, command, plan_file) -> None:
    out = tmp_path / "out.csv"
    out.write_text("precious")
    arguments = ("batch", str(plan_file), "-o", str(out), "--forecaster", "additive", "-q")
    code, _, err = command(*arguments)
    assert (code, out.read_text()) == (2, "precious"), err
    assert command(*arguments, "--force")[0] == 0
    assert len(pd.read_csv(out)) == len(plan_file.read_text().splitlines())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"model,benchmark\n\xff\xfe,x\n", "not UTF-8"),
        (b'model,benchmark\n"open,x\n', "no sound CSV"),
        (b"PAR1 and nothing else", "damaged Parquet"),
        (b'{"model": "a"}\n{"model": \n', "not valid JSON"),
        (b"model,benchmark,model\na,b,c\n", "stands twice"),
        (b"model,benchmark\n", "no rows"),
        (b"name,task\na,b\n", "no column model"),
    ],
)
def test_a_plan_that_is_corrupt_is_refused_in_one_sentence(run, tmp_path, content, says) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(content)
    code, _, err = run("batch", str(path), "-o", str(tmp_path / "out.csv"))
    assert code in {1, 2}
    assert says in err
    assert "Traceback" not in err


def test_an_endpoint_that_limits_for_a_while_is_waited_for(tmp_path, command, plan_file, answers) -> None:
    begun: list[float] = []

    def limiting(asked):
        begun.append(time.monotonic())
        return limited(0.2) if time.monotonic() - begun[0] < 3.0 else answers(asked)

    out = tmp_path / "out.parquet"
    with ScriptedEndpoint(limiting) as endpoint:
        code, _, err = command("batch", str(plan_file), "-o", str(out), *AGENT, endpoint=endpoint.url)
    assert code == 0, err
    assert set(pd.read_parquet(out)["method"]) == {"agent"}


@pytest.mark.parametrize(("fault", "left_over"), [(fails(500), "statistics"), (hangs(), "not-done")])
def test_an_endpoint_that_fails_leaves_what_the_user_chose_and_says_why(
    tmp_path, command, plan_file, rows, fault, left_over
) -> None:
    out = tmp_path / "out.parquet"
    patience = {"SCORECAST_MAX_RETRIES": "0", "SCORECAST_TIMEOUT_SECONDS": "0.5", "SCORECAST_MAX_IN_FLIGHT": "32"}
    with ScriptedEndpoint(lambda _asked: fault) as endpoint:
        code, told, err = command(
            "batch", str(plan_file), "-o", str(out), *AGENT[:-1], "--json", "--left-over", left_over,
            endpoint=endpoint.url, **patience,
        )  # fmt: skip
    assert code == (0 if left_over == "statistics" else 3), err
    last = json.loads(told.splitlines()[-1])
    state = "fell-back" if left_over == "statistics" else "not-done"
    assert (last["event"], last["states"]) == ("done", {state: len(rows)})
    assert "127.0.0.1" in next(iter(last["reasons"]))
    frame = pd.read_parquet(out)
    assert frame["median"].notna().all() == (left_over == "statistics")


def test_interrupting_keeps_what_was_answered_and_says_how_to_go_on(
    tmp_path, begin, command, plan_file, answers, held_replies
) -> None:
    out, held = tmp_path / "out.jsonl", held_replies(answers, more=75)
    with ScriptedEndpoint(held) as endpoint:
        process = begin("batch", str(plan_file), "-o", str(out), *AGENT, endpoint=endpoint.url)
        while len(endpoint.told) < 75 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        held.more = 1000
        assert process.returncode == 130
        assert "jobs resume" in err
        assert not out.exists()
        [job] = json.loads(command("jobs", "list", "--json")[1])
        assert 0 < job["left"] < job["items"]
        assert command("jobs", "resume", job["id"], "-q", endpoint=endpoint.url)[0] == 0
    assert out.exists()
    assert out.stat().st_size > 0
