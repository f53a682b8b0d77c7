"""A history of planted names: short ones, nested ones, plain English ones, and one that looks like a pseudonym."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.blinding import Blinding
from records.batch import Batch, ImportReport
from records.benchmark import Benchmark
from records.exclusion import NOTHING, Exclusion
from records.history import History
from records.model import Model
from records.question import Question
from records.record import Record
from records.setting import Setting
from records.source import Source
from records.store import Store

TODAY = dt.date(2025, 6, 1)
MODELS = (
    {"id": "gpt-4o", "name": "GPT-4o", "family": "gpt-4o", "organisation": "OpenAI"},
    {"id": "gpt-4o-mini", "name": "GPT-4o mini", "family": "gpt-4o", "organisation": "OpenAI"},
    {"id": "gpt-5-high", "name": "GPT-5 (high)", "base_model": "gpt-5", "effort": "high", "family": "gpt-5"},
    {"id": "o1", "name": "o1", "aliases": ("OpenAI o1",), "organisation": "OpenAI"},
    {"id": "yi-34b", "name": "Yi-34B", "family": "yi", "organisation": "01.AI"},
    {"id": "llama-3.1-70b", "name": "Llama 3.1 70B", "family": "llama-3.1", "organisation": "Meta"},
    {"id": "k2", "name": "K2", "organisation": "LLM360"},
    {"id": "coder-8b", "name": "Coder 8B", "organisation": "INF"},
    {"id": "m1", "name": "M1"},
    {"id": "straße-7b".replace("ß", "ss"), "name": "Straße-7B"},
)
BENCHMARKS = (
    {"id": "mmlu", "name": "MMLU"},
    {"id": "mmlu_pro", "name": "MMLU-Pro", "aliases": ("MMLU Pro (CoT)",)},
    {"id": "math", "name": "MATH"},
    {"id": "drop", "name": "DROP"},
    {"id": "humaneval", "name": "HumanEval"},
    {"id": "humaneval_plus", "name": "HumanEval+"},
    {"id": "tau2_bench", "name": "τ²-bench"},
    {"id": "b4", "name": "B4"},
)

SETTINGS = (
    Setting(harness="inspect (Epoch AI)", tools="none", sampling="pass@1", shots=5),
    Setting(harness="ai studio api", tools="python", prompting="chain-of-thought"),
    Setting(harness="terminus-2", tools="Terminus 2", judge="judge-9-turbo"),
    Setting(harness="internal", tools="with tools", sampling="final balance after a year"),
)
"""How they were measured: by name, and in words that name nothing."""


@pytest.fixture(scope="session")
def blind_store(
    tmp_path_factory: pytest.TempPathFactory,
    make_model: Callable[..., Model],
    make_benchmark: Callable[..., Benchmark],
    make_record: Callable[..., Record],
    make_source: Callable[..., Source],
) -> Iterator[Store]:
    """Every planted model on every planted benchmark."""
    models = tuple(make_model(**told) for told in MODELS)
    benchmarks = tuple(make_benchmark(**told) for told in BENCHMARKS)
    records = tuple(
        make_record(
            value=40.0 + 3.0 * i + j + 0.37, model=m.id, benchmark=b.id, source="open_board", setting=SETTINGS[j % 4]
        )
        for i, m in enumerate(models)
        for j, b in enumerate(benchmarks)
    )
    batch = Batch(
        report=ImportReport(path="planted", format="table", taken=len(records)),
        sources=(make_source("open_board", name="Open Board"),),
        models=models,
        benchmarks=benchmarks,
        records=records,
    )
    path: Path = tmp_path_factory.mktemp("blind") / "store.db"
    with Store.open(f"sqlite:///{path}") as opened:
        opened.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        yield opened


@pytest.fixture(scope="session")
def shown(blind_store: Store) -> Callable[..., History]:
    """Make a history of the planted records."""

    def make(exclude: Exclusion = NOTHING) -> History:
        return blind_store.history(as_of=TODAY, exclude=exclude)

    return make


@pytest.fixture(scope="session")
def history(shown: Callable[..., History]) -> History:
    """What a question about GPT-4o on MMLU may know."""
    return shown(Exclusion(cells=frozenset({("gpt-4o", "mmlu")})))


@pytest.fixture(scope="session")
def question(history: History) -> Question:
    """GPT-4o on MMLU."""
    return Question(model=history.models["gpt-4o"], benchmark=history.benchmarks["mmlu"], as_of=TODAY)


@pytest.fixture(scope="session")
def blinding(question: Question, history: History) -> Blinding:
    """The blinded question."""
    return Blinding.of(question, history, seed=7)
