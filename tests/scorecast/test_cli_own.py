"""Own benchmarks and the ledger from the command line, on the starter corpus."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.xdist_group("corpus")

FAST = ("--forecaster", "additive")
TOLD = "Four hundred tax returns of small firms; a form counts only when every line matches to the cent."
OWN = ("forecast", "-m", "GPT-4.1", "--new-benchmark", "Ledger Forms", "--description", TOLD)


def test_a_benchmark_of_ones_own_is_forecast_by_its_description(run) -> None:
    code, out, _ = run(*OWN, "--items", "400", "--threshold", "40", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["question"]["benchmark"] == "ledger_forms"
    assert 0.0 < told["threshold"]["probability_at_least"] < 1.0
    assert told["evidence"]
    assert any("nobody has a visible score" in caveat for caveat in told["caveats"])


def test_an_error_rate_of_ones_own_is_better_when_lower(run) -> None:
    code, out, _ = run(*OWN, "--metric", "error-rate", "--threshold", "40", *FAST)
    assert code == 0
    assert "lower is better" in out
    assert "P(score is at most 40.0 %)" in out


def test_a_rating_on_which_nothing_is_known_is_no_forecast_and_no_entry(run) -> None:
    code, out, _ = run(*OWN, "--metric", "rating", *FAST)
    assert code == 1
    assert "No forecast" in out
    assert "Ledger:" not in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-b", "mmlu", "--new-benchmark", "mine"), "ask for one of them"),
        (("-b", "mmlu", "--description", TOLD, "--items", "9"), "--description, --items: that describes"),
        (("--new-benchmark", "mine"), "needs --description"),
        (("--new-benchmark", "MMLU", "--description", TOLD), "known benchmark"),
        (("--new-benchmark", "mine", "--description", TOLD, "--threshold", "140"), "impossible"),
        (("--new-benchmark", "mine", "--description", TOLD, "--known", "mine=3"), "No benchmark is called"),
        (("--new-benchmark", "mine", "--description", TOLD, "--benchmark-released", "soon"), "--benchmark-released"),
        ((), "--new-benchmark"),
    ],
)
def test_what_makes_no_sense_ends_with_one_sentence_and_code_2(run, arguments, says) -> None:
    code, out, err = run("forecast", "-m", "GPT-4.1", *arguments)
    assert code == 2
    assert says in err
    assert "Traceback" not in out + err


def test_every_forecast_that_is_shown_is_in_the_ledger_and_can_be_settled(run) -> None:
    told = json.loads(run(*OWN, *FAST, "--withhold", "--json")[1])
    kept = json.loads(run("ledger", "show", told["id"], "--json")[1])
    assert kept["issued_at"].startswith(told["issued_at"][:19])
    assert kept["forecast"]["question"]["benchmark"]["description"] == TOLD
    code, _, err = run("resolve", told["id"], "nan")
    assert (code, "is no score" in err) == (2, True)
    assert "for 31.5 % enter 31.5" in run("resolve", told["id"], "0.315")[2]
    code, out, _ = run("resolve", told["id"], "31.5")
    assert code == 0
    assert "31.5" in out


def test_both_sides_of_a_comparison_are_entered(run) -> None:
    told = json.loads(run("ask", "Does GPT-4.1 beat GPT-4.1 nano on GPQA diamond?", "--json")[1])
    for side in ("first", "second"):
        assert told[side]["id"][:8] in run("ledger", "list")[1]


def test_a_track_record_of_nothing_says_what_to_do_and_is_no_failure(run) -> None:
    code, out, _ = run("track-record", "--user", "nobody-yet")
    assert code == 0
    assert "`scorecast resolve ID VALUE`" in out


def test_files_of_a_track_record_of_nothing_cannot_be_written(run, tmp_path) -> None:
    code, _, err = run("track-record", "--user", "nobody-yet", "--json", str(tmp_path / "scores"))
    assert code == 1
    assert "no track record yet" in err
    assert not (tmp_path / "scores").exists()
