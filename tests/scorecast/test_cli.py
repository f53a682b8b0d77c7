"""The command line on the starter corpus: answers, exit codes, one-sentence errors, nothing but our own words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from records.batch import Batch, ImportReport, Refusal
from scorecast.cli import main
from scorecast.cli.tables import import_lines

pytestmark = pytest.mark.xdist_group("corpus")


FAST = ("--forecaster", "additive")
"""A forecaster that is fitted in a moment, where the figures are not the point."""


def test_a_plain_question_gets_a_card_that_says_first_what_is_reported(run) -> None:
    code, out, _ = run("ask", "What will Qwen3-32B score on GPQA diamond?")
    assert code == 0
    assert out.index("Already reported") < out.index("Median")
    assert "https://" in out


def test_withhold_forecasts_as_if_the_score_were_unknown(run) -> None:
    question = ("ask", "Will LLaMA-65B pass 60 % on MMLU with 5 shots as of 2023-06-30?", "--json")
    known = json.loads(run(*question, "--forecaster", "prior-reports")[1])
    unknown = json.loads(run(*question, "--withhold")[1])  # as the README asks: one fit for both
    reported = known["already_reported"][0]["value"]
    assert known["median"] == pytest.approx(reported, abs=1.0)
    assert unknown["already_reported"] == []
    assert all((e["model"], e["benchmark"]) != ("llama-65b", "mmlu") for e in unknown["evidence"])
    assert "prior-reports" not in {part["name"] for part in unknown["components"]}
    assert abs(known["median"] - reported) < abs(unknown["median"] - reported)


def test_a_threshold_question_gives_a_probability(run) -> None:
    _, out, _ = run("ask", "Will Qwen3-32B pass 60 % on SWE-bench Verified?", "--json")
    told = json.loads(out)["threshold"]
    assert told["value"] == 60.0
    assert 0.0 <= told["probability_at_least"] <= 1.0
    assert told["probability_at_least"] + told["probability_at_most"] == pytest.approx(1.0, abs=0.02)


def test_a_comparison_names_the_likelier_model(run) -> None:
    code, out, _ = run("ask", "Does GPT-4.1 beat GPT-4.1 nano on GPQA diamond?")
    assert code == 0
    assert "GPT-4.1 scores better with probability" in out


def test_a_model_of_ones_own_is_forecast_from_what_is_told_of_it(run) -> None:
    def median(*more: str) -> float:
        options = ("--model", "my-model", "--params-b", "32", "--released", "2025-05-01", "-b", "aime_2025")
        code, out, _ = run("forecast", *options, "--json", *more)
        assert code == 0
        return json.loads(out)["median"]

    strong, weak = median("--known", "gpqa_diamond=80"), median("--known", "gpqa_diamond=35")
    assert strong > weak + 10


def test_the_as_of_date_bounds_all_evidence(run) -> None:
    options = ("--model", "GPT-4.1", "--benchmark", "gpqa_diamond", "--as-of", "2025-01-01", *FAST)
    told = json.loads(run("forecast", *options, "--json")[1])
    assert told["already_reported"] == []
    assert all(e["published"] <= "2025-01-01" for e in told["evidence"])
    assert told["provenance"]["as_of"] == "2025-01-01"


def test_a_left_out_source_is_cited_nowhere(run) -> None:
    options = ("--model", "GPT-4.1", "--benchmark", "gpqa_diamond", "--without-source", "benchpress", *FAST)
    told = json.loads(run("forecast", *options, "--json")[1])
    assert all(e["source"] != "benchpress" for e in told["evidence"] + told["already_reported"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", "What will Qwen3-33B score on GPQA diamond?"), "Did you mean"),
        (("ask", "What will GPT-4.1 score on GPQA?"), "gpqa_diamond"),
        (("forecast", "-m", "GPT-4.1", "-b", "gpqa diamon"), "gpqa_diamond"),
        (("forecast", "-m", "GPT-4.1", "-b", "mmlu", "--as-of", "2025-02-30"), "takes a date"),
        (("forecast", "-m", "GPT-4.1", "-b", "mmlu", "--as-of", "1066-10-14"), "1990"),
        (("forecast", "-m", "GPT-4.1", "-b", "mmlu", "--as-of", "2999-01-01"), "future"),
        (("forecast", "-m", "GPT-4.1", "-b", "mmlu", "--params-b", "3"), "cannot describe it"),
        (("forecast", "-m", "GPT-4.1", "-b", "mmlu", "--threshold", "250"), "impossible"),
        (("forecast", "-m", "GPT-4.1", "-b", "mmlu", "--forecaster", "poll"), "pool"),
        (("forecast", "-m", "GPT-4.1", "-b", "mmlu", "--setting", "heat=1"), "KEY=VALUE"),
        (("forecast", "-m", "GPT-4.1", "-b", "mmlu", "--without-source", "nowhere"), "known are"),
        (("records", "show", "ffffffffffffffffffff"), "No record begins"),
        (("records", "import", "no/such/file.json"), "there is no such file or folder"),
        (("forecast", "--model", "GPT-4.1"), "--benchmark"),
    ],
)
def test_what_makes_no_sense_ends_with_one_sentence_and_code_2(run, arguments, says) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert says in err
    assert "Traceback" not in out + err
    assert len(err.splitlines()) <= 12


def test_nothing_to_learn_from_is_code_1_and_a_sentence(run) -> None:
    code, _, err = run("forecast", "-m", "GPT-4.1", "-b", "mmlu", "--as-of", "1995-01-01", *FAST)
    assert code == 1
    assert "nothing to learn from" in err


def test_models_and_benchmarks_are_found_by_any_spelling(run) -> None:
    assert "qwen3-32b" in run("models", "Qwen3 32")[1]
    assert "gpqa_diamond" in run("benchmarks", "gpqa")[1]
    found = json.loads(run("benchmarks", "GPQA Diamond", "--json")[1])
    assert found[0]["id"] == "gpqa_diamond"
    assert found[0]["metric"]["chance"] == 25.0


def test_records_are_searched_and_shown(run) -> None:
    found = json.loads(run("records", "search", "qwen3-32b gpqa", "--json")[1])
    assert found
    assert all("qwen3-32b" in r["model"] and "gpqa" in r["benchmark"] for r in found)
    code, out, _ = run("records", "show", found[0]["id"])
    assert code == 0
    assert found[0]["id"] in out
    assert run("records", "search", "no such words anywhere")[0] == 1


def test_an_export_comes_back_whole_and_is_not_overwritten(run, tmp_path) -> None:
    target = tmp_path / "some.csv"
    assert run("records", "export", str(target), "--model", "qwen3-32b")[0] == 0
    assert "qwen3-32b" in target.read_text(encoding="utf-8")
    code, _, err = run("records", "export", str(target), "--model", "qwen3-32b")
    assert code == 2
    assert "some.csv" in err


def test_the_round_trip_through_every_eval_ever_brings_nothing_new(run, tmp_path) -> None:
    assert run("records", "export", str(tmp_path / "eee"), "-f", "every-eval-ever", "--model", "gpt-4.1")[0] == 0
    code, out, _ = run("records", "import", str(tmp_path / "eee"), "--json")
    assert code == 0
    stored = [file["stored"] for file in json.loads(out)]
    assert sum(s["added"] for s in stored) == 0
    assert sum(s["already_there"] for s in stored) > 5


def test_a_table_without_a_mapping_is_not_imported_but_answered_with_a_proposal(run, tmp_path) -> None:
    table = tmp_path / "scores.csv"
    table.write_text("model,GPQA Diamond,MMLU\nmy-own-model,71.0,88.0\n", encoding="utf-8")
    code, out, err = run("records", "import", str(table))
    assert code == 1
    assert "gpqa_diamond" in out
    assert "--mapping FILE" in err


def test_a_refused_row_is_itemised_and_the_others_are_taken(run, tmp_path) -> None:
    table, mapping = tmp_path / "scores.csv", tmp_path / "mapping.yaml"
    table.write_text("model,GPQA Diamond\nmy-own-model,71.0\nanother-own-model,171.0\n", encoding="utf-8")
    proposal = run("records", "import", str(table))[1]
    mapping.write_text(proposal, encoding="utf-8")
    code, out, _ = run(
        "records", "import", str(table), "--mapping", str(mapping), "--dry-run", "--published", "2025-06-01"
    )
    assert code == 1
    assert "1 record taken" in out
    assert "171" in out
    assert "nothing was stored" in out


def test_help_and_version_answer_without_loading_anything_heavy() -> None:
    heavy = "{'numpy', 'pandas', 'pydantic', 'sqlalchemy', 'scipy'}"
    code = f"import sys, scorecast.cli; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_damaged_store_is_named_with_what_to_do(monkeypatch, tmp_path, capsys) -> None:
    home: Path = tmp_path / "home"
    home.mkdir()
    (home / "scorecast.db").write_bytes(b"this is no database, but a text of some length " * 50)
    monkeypatch.setenv("SCORECAST_HOME", str(home))
    monkeypatch.setattr(sys, "argv", ["scorecast", "models"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 1
    err = capsys.readouterr().err
    assert "scorecast.db" in err
    assert "Traceback" not in err


def test_a_refusal_is_told_below_its_file_without_repeating_the_path() -> None:
    told = [("a.csv: row 5", "a number was expected"), ("a.csv", "a.csv: is empty.")]
    refused = tuple(Refusal(where=where, reason=reason) for where, reason in told)
    batch = Batch(report=ImportReport(path="a.csv", format="table", taken=1, refused=refused))
    assert [line.plain.strip() for line in import_lines(batch, None)] == [
        "a.csv (table)", "1 record taken", "2 refused:", "row 5: a number was expected", "is empty.",
    ]  # fmt: skip
