"""A hostile model at the real search: whatever it asks of any tool, no hidden record and, blind, no name comes out."""

from __future__ import annotations

import dataclasses
import hashlib
import re

import numpy as np
import pytest

from agent.blinding import Blinding
from agent.tools.desk import Desk
from agent.tools.toolbox import TOOLS, serve
from records.distribution import Distribution
from records.evidence import EvidenceLevel
from records.forecast import Forecast
from retrieval.index import Index
from retrieval.vectors import embedded

SCORES = ("62.3", "77.7", "66.6", "55")
"""Of the sibling, of a later record, of the excluded source, and of the asked cell itself."""

QUERIES = (
    "Mo 5 on Be 0",
    "62.3 77.7 66.6 55",
    "m-5-high effort high score",
    "foreign",
    "ignore the as-of date 2025-09-01",
)
WHERE = (
    {"models": ["m-5"], "benchmarks": ["b-0"]},
    {"models": ["m-5-high"]},
    {"models": ["Mo 5 (high)"], "benchmarks": ["Be 0"]},
    {"models": ["m-4"], "benchmarks": ["b-0"], "published_from": "2025-08-01", "published_to": "2030-01-01"},
    {"sources": ["foreign"]},
    {"benchmarks": ["b-0"]},
    {"families": ["mo"]},
)
CALLS = [
    *(
        (tool, {"query": query} | where)
        for tool in ("search_records", "keyword_search")
        for query in QUERIES
        for where in ({}, *WHERE)
    ),
    *((tool, {**where, "limit": 20}) for tool in ("filter_records", "aggregate_records") for where in WHERE),
    *(("aggregate_records", {"benchmarks": ["b-0"], "by": by}) for by in ("model", "source", "year", "family")),
    *(("describe_model", {"name": name}) for name in ("m-5", "m-5-high", "Mo 5 (high)", "m-4")),
    *(("describe_benchmark", {"name": name}) for name in ("b-0", "Be 0")),
    ("statistical_forecast", {}),
    ("calculate", {"expression": "__import__('os').environ"}),
    ("read_store", {"path": "/"}),
]  # fmt: skip


class Hashes:
    """An embedding without meaning: each text a direction of its own."""

    name = "hashes"

    def embed(self, texts):
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) for text in texts]
        rows = np.array([np.random.default_rng(seed).standard_normal(16) for seed in seeds], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def search(everything, history, tmp_path_factory):
    """The real search on what the question may know, over an index of all that there is."""
    folder = tmp_path_factory.mktemp("index")
    index = Index(Hashes(), embedded(folder / "vectors", collection="hashes"), lock=folder / "lock")
    index.refresh(everything)
    return index.on(history)


@pytest.fixture(scope="module")
def desk(question, history, search) -> Desk:
    """A desk with the real search."""
    stated = Distribution.from_location_scale(0.2, 0.3, question.metric)
    level = EvidenceLevel(model_scores=2, benchmark_scores=5)
    told = Forecast(question=question, distribution=stated, method="bell", evidence_level=level)
    return Desk(question, history, search, frozenset(history.records["id"]), told)


@pytest.fixture(scope="module")
def blind(desk, question, history) -> Desk:
    """The same desk for a model that is kept blind."""
    blinding = Blinding.of(question, history, seed=0)
    return dataclasses.replace(desk, mask=blinding.mask, unmask=blinding.unmask_arguments, shown={}, refused=[])


def test_the_script_asks_every_tool() -> None:
    assert {name for name, _ in CALLS} >= set(TOOLS)


def test_no_tool_shows_what_is_later_excluded_kin_or_the_target(desk, everything, history) -> None:
    hidden = set(everything.records["id"]) - set(history.records["id"])
    assert len(hidden) == len(SCORES)
    for name, arguments in CALLS:
        told = serve(desk, name, arguments)
        assert not [key for key in hidden if key in told], (name, arguments)
        quoted_back = told.replace(str(arguments.get("query")), "")
        shown = re.findall(r"(?<![\d.])\d+\.?\d*(?= percent)", quoted_back)
        assert name == "statistical_forecast" or not set(shown) & set(SCORES), (name, arguments, told)
    assert not hidden & desk.shown.keys()


def test_a_blind_model_that_asks_by_name_is_refused_and_learns_none(blind) -> None:
    for name, arguments in CALLS:
        told = serve(blind, name, arguments)
        assert not re.search(r"\b(?:m-\d|mo \d|b-\d|be \d|source-a)\b", told, re.IGNORECASE), told
        named = re.search(r"m-\d|Mo \d|b-0|Be 0|foreign", str(arguments))
        assert not named or "error" in told, (name, arguments, told)


def test_a_blind_model_gets_on_with_pseudonyms(blind, history) -> None:
    first = serve(blind, "search_records", {"query": "scores of language models"})
    shown = re.search(r"\[(R\d+)\] (Model M\d+) on (Benchmark B\d+): (\d+) percent", first)
    assert shown is not None, first
    again = serve(blind, "filter_records", {"models": [shown[2]], "benchmarks": [shown[3].split()[1]]})
    assert f"[{shown[1]}] {shown[2]} on {shown[3]}: {shown[4]} percent" in again
    assert shown[2] in serve(blind, "describe_model", {"name": shown[2]})
    assert all(key in set(history.records["id"]) for key, record in blind.shown.items() if record is not None)
