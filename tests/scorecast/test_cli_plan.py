"""``scorecast plan`` on the starter corpus, and its trials on a small matrix."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("corpus")

SEVEN = "gpqa_diamond,mmlu_pro,aime_2025,swe_bench_verified,livebench,simpleqa,ifeval"


def test_a_subset_tells_what_each_pick_adds_and_stands_for(run) -> None:
    code, out, _ = run("plan", "subset", "--size", "3", "--from", SEVEN, "--as-of", "2025-10-01")
    assert code == 0
    assert "stands for" in out
    told = json.loads(run("plan", "subset", "--size", "3", "--from", SEVEN, "--as-of", "2025-10-01", "--json")[1])
    errors = [told["expected_error_before"], *(pick["expected_error"] for pick in told["picks"])]
    assert len(told["picks"]) == 3
    assert errors[-1] < errors[0]
    assert {pick["benchmark"] for pick in told["picks"]} <= set(SEVEN.split(","))


def test_a_budget_in_money_is_kept_with_what_must_and_must_not_be(run, tmp_path) -> None:
    lines = [f"{name},{cost}" for name, cost in zip(SEVEN.split(","), (0.1, 0.2, 0.3, 7, 9, 0.1, 0.1), strict=True)]
    (tmp_path / "costs.csv").write_text("benchmark,cost\n" + "\n".join(lines) + "\n")
    command = ("plan", "subset", "--from", SEVEN, "--costs", "costs.csv", "--budget", "0.6", "--json")
    code, out, _ = run(*command, "--must", "ifeval", "--not", "mmlu_pro", "--as-of", "2025-10-01")
    told = json.loads(out)["picks"]
    assert code == 0
    assert told[0]["benchmark"] == "ifeval"
    assert "mmlu_pro" not in {pick["benchmark"] for pick in told}
    assert Decimal(told[-1]["spent"]) <= Decimal("0.6")


def test_next_experiments_for_each_kind_of_target(run) -> None:
    day = ("--as-of", "2025-10-01", "--from", SEVEN, "--size", "2")
    own = ("--known", "gpqa_diamond=71", "--params-b", "32", "--released", "2025-05-01")
    code, out, _ = run("plan", "next", "--target", "profile", "-m", "mine", *own, *day)
    assert code == 0
    assert "typically forecast" in out
    out = run("plan", "next", "--target", "threshold", "-m", "mine", *own, "-b", "aime_2025", "-t", "60", *day)[1]
    assert "P(mine scores at least 60 on aime_2025)" in out
    command = ("plan", "next", "--target", "order", "-m", "mine", "-m", "GPT-4.1", "-b", "aime_2025", *own, *day)
    told = json.loads(run(*command, "--json")[1])
    assert told["unit"] == "bits"
    assert told["after"] <= told["before"]
    assert told["batch"][0]["left"] >= told["after"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("subset",), "--size, --budget"),
        (("subset", "--size", "2", "--by", "luck"), "--by takes error"),
        (("subset", "--size", "2", "--from", "mmlu,nowhere at all"), "No benchmark is called"),
        (("subset", "--size", "2", "--params-b", "3"), "--model"),
        (("subset", "--size", "2", "--as-of", "2999-01-01"), "lies in the future"),
        (("subset", "--budget", "much"), "The cost of the whole choice"),
        (("next", "--target", "fame", "-m", "GPT-4.1", "--size", "1"), "--target takes profile"),
        (("next", "--target", "order", "-m", "GPT-4.1", "-b", "mmlu", "--size", "1"), "two models"),
        (("next", "--target", "profile", "-m", "Not Known", "--size", "1"), "Not Known"),
    ],
)
def test_what_makes_no_sense_ends_with_one_sentence_and_code_2(run, arguments, says) -> None:
    code, out, err = run("plan", *arguments)
    assert code == 2
    assert says in err
    assert "Traceback" not in out + err


@pytest.fixture
def matrix(tmp_path):
    """A small matrix of the public form: ability and difficulty, some cells empty."""
    rng = np.random.default_rng(0)
    score = rng.normal(0, 1, 24)[:, None] + rng.normal(0, 1, 10)[None, :] + 0.2 * rng.normal(size=(24, 10))
    percent = 100 / (1 + np.exp(-score))
    shown = rng.random(percent.shape) < 0.8
    document = {
        "models": [{"id": f"m-{i}", "name": f"M {i}", "release_date": f"2025-0{1 + i // 4}"} for i in range(24)],
        "benchmarks": [{"id": f"b-{j}", "name": f"B {j}"} for j in range(10)],
        "observed": [[round(float(percent[i, j]), 2) if shown[i, j] else None for j in range(10)] for i in range(24)],
    }
    folder = tmp_path / "matrix"
    folder.mkdir()
    (folder / "matrix.json").write_text(json.dumps(document))
    return folder


def test_the_trials_judge_ours_against_random_choice(run, matrix, tmp_path) -> None:
    small = ("--data", str(matrix), "--folds", "2", "--draws", "2")
    code, out, _ = run("bench", "subset", *small, "--shown", "1,2", "-f", "gaussian-process", "--table", "p.csv")
    assert code == 0
    assert all(word in out for word in ("ours: error", "random", "3.93", "k = 2"))
    assert (tmp_path / "p.csv").read_text().startswith("forecaster,way,draw,k")
    for target in ("profile", "threshold"):
        code, out, _ = run("bench", "next", *small, "--target", target, "--shown", "0,2")
        assert code == 0
        assert "ours: less than random" in " ".join(out.split())


def test_a_trial_that_makes_no_sense_is_one_sentence(run, matrix) -> None:
    for more, says in ((("--shown", "few"), "--shown takes whole"), (("--target", "x"), "--target takes")):
        code, _, err = run("bench", "next", "--data", str(matrix), *more)
        assert code == 2
        assert says in err
