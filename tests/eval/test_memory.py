"""Named, blind and after-the-cutoff answers are kept apart from the forecast to the file and the page."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from eval.answering import check
from eval.memory import AFTER_CUTOFF, BLIND, CLAIMS, COLUMN, DENIES, NAMED, PARTS, Memory, public_from
from eval.report import render
from eval.result import Result
from eval.summary import evaluate
from records.distribution import Distribution
from records.evidence import EvidenceLevel
from records.forecast import Forecast, Provenance
from scorecast.cli import bench_tables

CUTOFF = {"mode": "named", "claims_recall": True, "model_cutoff": "2025-01-31"}


def test_settings_are_read_and_what_is_malformed_is_not_told() -> None:
    assert Memory.of(CUTOFF) == Memory(mode="named", claims_recall=True, cutoff=dt.date(2025, 1, 31))
    assert not Memory.of({}).told
    assert not Memory.of({"mode": "<script>", "claims_recall": "yes", "model_cutoff": "soon"}).told
    assert not Memory.of({"mode": 3, "model_cutoff": 2025}).told


@pytest.mark.parametrize(("day", "after"), [(None, False), (dt.date(2025, 1, 31), False), (dt.date(2025, 2, 1), True)])
def test_only_what_was_published_after_the_cutoff_is_called_so(day, after) -> None:
    parts = Memory.of(CUTOFF).parts(day).split("; ")
    assert parts == [NAMED, *([AFTER_CUTOFF] if after else []), CLAIMS]
    assert Memory.of({"mode": "blind", "claims_recall": False}).parts(day) == f"{BLIND}; {DENIES}"


def test_a_score_is_public_no_earlier_than_its_model_and_its_benchmark(
    make_question, make_model, make_benchmark
) -> None:
    old, new = dt.date(2024, 1, 1), dt.date(2025, 5, 1)
    told = [
        make_question(model=make_model(released=one), benchmark=make_benchmark(released=two))
        for one, two in ((old, new), (new, old), (old, None), (None, None))
    ]
    assert [public_from(question) for question in told] == [new, new, old, None]


def answer(question, settings) -> Forecast:
    return Forecast(
        question=question,
        distribution=Distribution.from_array(np.linspace(45.0, 55.0, 99), question.metric),
        method="agent",
        evidence_level=EvidenceLevel(model_scores=3, benchmark_scores=9),
        provenance=Provenance(settings=settings),
    )


def test_what_a_forecast_says_is_kept_with_its_answer(make_question) -> None:
    question = make_question()
    assert check(answer(question, CUTOFF), question).memory == Memory.of(CUTOFF)
    assert not check(answer(question, {}), question).memory.told


def test_a_backtest_keeps_the_parts_through_the_files_of_its_run(backtest, scripted) -> None:
    class Remembering(scripted):
        def _one(self, question):
            mode = "blind" if question.benchmark.id == "b0" else "named"
            told = super()._one(question)
            settings = {"mode": mode, "model_cutoff": "2024-06-15", "claims_recall": mode == "named"}
            return told.model_copy(update={"provenance": Provenance(settings=settings)})

    for _ in range(2):  # the second time from the saved run
        (remembering, silent) = backtest(Remembering("agent"), scripted("plain")).run()
        table = remembering.judged.table
        assert (table[COLUMN].str.startswith(BLIND) == (table["benchmark"] == "b0")).all()
        late = table["model"].isin([f"m{i:02d}" for i in range(6, 12)])  # released from July on
        assert (table[COLUMN].str.contains(AFTER_CUTOFF) == late).all()
        assert COLUMN not in silent.judged.table


@pytest.fixture
def apart(answers):
    judged = answers("agent")
    rng = np.random.default_rng(0)
    judged.table[COLUMN] = [
        Memory(mode=mode, claims_recall=bool(claims)).parts(None)
        for mode, claims in zip(
            rng.choice([NAMED, BLIND], len(judged.table)), rng.integers(0, 2, len(judged.table)), strict=True
        )
    ]
    return judged


def test_each_part_is_scored_on_its_own_questions_alone(apart, answers, tmp_path) -> None:
    found = evaluate([apart, answers("pool")], suite="s", draws=20)
    parts = found.forecasters["agent"].memory
    assert [part for part in PARTS if part in parts] == list(parts) == [NAMED, BLIND, CLAIMS, DENIES]
    for part, scores in parts.items():
        rows = apart.table[COLUMN].str.split("; ").map(lambda told, part=part: part in told).to_numpy()
        error = np.abs(apart.table["observed"].to_numpy() - apart.quantiles[:, 49])[rows]
        assert scores.n == rows.sum()
        assert scores.mae == pytest.approx(error.mean())
    assert found.forecasters["pool"].memory == {}
    found.write(tmp_path / "result.json")
    assert Result.read(tmp_path / "result.json") == found


def test_the_page_and_the_terminal_tell_the_parts_and_say_nothing_without_them(apart, answers) -> None:
    pool = answers("pool")
    told, silent = (evaluate(judged, suite="s", draws=10) for judged in ([apart, pool], [pool]))
    assert "What a language model may remember" in (page := render(told, [apart, pool]))
    assert page.count("claims no recall") >= 1
    assert "What a language model may remember" not in render(silent, [pool])
    assert bench_tables.memory(told).row_count == 4
    assert bench_tables.memory(silent) is None


def test_blind_is_never_shown_as_free_of_memory(apart, answers) -> None:
    told = evaluate([apart], suite="s", draws=10)
    remark = "blind (names masked; a model may still recognise what is asked)"
    screen = Console(width=200, file=StringIO())
    screen.print(bench_tables.memory(told))
    assert remark in screen.file.getvalue()
    assert remark in render(told, [apart])
