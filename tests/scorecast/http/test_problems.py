"""Problems: every kind of error as problem+json, with nothing of the inside in it; and the bounds of a request."""

from __future__ import annotations

import asyncio
import json
import logging

import httpx
import pytest

from records.errors import (
    DataError,
    DistributionError,
    ImportRefused,
    LeakageError,
    LeaseLost,
    NotEnoughRecords,
    ScorecastError,
    StoreError,
    UnknownName,
    UsageError,
)
from records.names.catalogue import AmbiguousName
from scorecast.http.guard import Bounds, Guard
from scorecast.http.problems import as_problem
from scorecast.service.refusal import Refusal, Why

KINDS = [
    (UsageError("no sense"), 400, "usage"),
    (UnknownName("model", "qwem", ("qwen",)), 404, "unknown-model"),
    (UnknownName("benchmark", "gpqb", ("gpqa",)), 404, "unknown-benchmark"),
    (AmbiguousName("benchmark", "gpqa", ("gpqa_main", "gpqa_diamond")), 400, "ambiguous-name"),
    (DataError("no such value"), 422, "data"),
    (ImportRefused("no such file"), 422, "data"),
    (DistributionError("crossed"), 422, "data"),
    (StoreError("The store postgresql://u@h/secret-place failed"), 503, "store"),
    (LeaseLost("somebody else works on it"), 503, "store"),
    (NotEnoughRecords("nothing to learn from"), 409, "not-enough-records"),
    (Refusal(Why.BUSY, "too many"), 503, "busy"),
    (Refusal(Why.LEFT, "gone"), 503, "client-left"),
    (Refusal(Why.LATE, "late"), 504, "time-limit"),
    (Refusal(Why.REUSED, "reused"), 409, "idempotency-key-reused"),
    (LeakageError("of inside"), 500, "unexpected"),
    (RuntimeError("password=hunter2"), 500, "unexpected"),
]


@pytest.mark.parametrize(("error", "status", "kind"), KINDS, ids=lambda value: type(value).__name__)
def test_each_error_has_its_status_and_kind(error, status, kind) -> None:
    answer = as_problem(error).response()
    document = json.loads(answer.body)
    assert answer.media_type == "application/problem+json"
    assert (answer.status_code, document["status"]) == (status, status)
    assert document["type"] == f"urn:scorecast:problem:{kind}"
    assert {"title", "detail"} <= document.keys()


def test_no_kind_of_our_errors_was_forgotten() -> None:
    def below(kind: type) -> set[type]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    ours = {kind for kind in below(ScorecastError) if kind.__module__ == "records.errors"} - {ScorecastError}
    assert ours == {type(error) for error, _, _ in KINDS} & ours
    assert set(Why) <= {kind for _, _, kind in KINDS}


@pytest.mark.parametrize("error", [StoreError("secret-place"), LeakageError("secret-place"), KeyError("secret-place")])
def test_what_concerns_the_inside_is_logged_and_not_told(error, caplog) -> None:
    with caplog.at_level(logging.ERROR):
        answer = as_problem(error).response()
    assert b"secret-place" not in answer.body
    assert "secret-place" in caplog.text


def test_a_damaged_file_of_the_service_is_told_by_its_name_alone() -> None:
    told = json.loads(
        as_problem(DataError("/srv/data/x/prices.csv, line 3: see https://a.example/b/c")).response().body
    )
    assert told["detail"] == "prices.csv, line 3: see https://a.example/b/c"


def kind(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).rpartition(":")[2]


def test_an_unknown_name_comes_with_suggestions(client) -> None:
    answer = client.post("/v1/forecasts", json={"questions": [{"model": "qwen3-33b", "benchmark": "gpqa_diamond"}]})
    assert (answer.status_code, kind(answer)) == (404, "unknown-model")
    assert "qwen3-32b" in answer.json()["suggestions"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[" * 50_000 + b"]" * 50_000, 400),
        (b'{"questions": []}', 422),
        (b'{"questions": [{"model": "qwen3-32b", "benchmark": "aime_2024", "threshold": NaN}]}', 422),
        (b'{"questions": [{"model": "qwen3-32b", "benchmark": "aime_2024", "known": {"arena": Infinity}}]}', 422),
        (b'{"questions": [{"model": "qwen3-32b", "benchmark": "aime_2024", "sql": 1}]}', 422),
        (b'{"questions": [{"model": "qwen3-32b", "benchmark": "aime_2024", "as_of": "2999-01-01"}]}', 400),
        (b'{"questions": [{"model": "qwen3-32b", "benchmark": "aime_2024", "as_of": "1970-01-01"}]}', 422),
        (b'{"questions": [{"model": "qwen3-32b", "benchmark": "aime_2024", "threshold": 101}]}', 400),
        (b'{"questions": [{"model": "qwen3-32b", "benchmark": "aime_2024", "without_sources": ["nope"]}]}', 400),
        (b'{"questions": [{"model": "\xff", "benchmark": "aime_2024"}]}', 400),
        (b'{"questions": [{"model": "a=b", "benchmark": "aime_2024", "known": {"a=b": 1}}]}', 400),
        (b'{"questions": [{"model": "\\u0000", "benchmark": "aime_2024", "known": {"arena": 1}}]}', 400),
        (b'{"questions": [{"model": "\\ud800", "benchmark": "aime_2024", "known": {"arena": 1}}]}', 422),
    ],
)
def test_malformed_bodies_are_refused_and_not_repeated(client, body, status) -> None:
    answer = client.post("/v1/forecasts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert kind(answer)
    assert "Traceback" not in answer.text


def test_an_oversized_body_is_refused_whether_or_not_its_length_is_told(client) -> None:
    body = b'{"questions": "' + b"x" * (1 << 20) + b'"}'
    header = {"Content-Type": "application/json"}
    told = client.post("/v1/forecasts", content=body, headers=header)
    untold = client.post("/v1/forecasts", content=iter([body]), headers=header)
    assert [(answer.status_code, kind(answer)) for answer in (told, untold)] == [(413, "too-large")] * 2


def test_unknown_paths_and_methods_are_problems(client) -> None:
    assert (client.get("/v1/nowhere").status_code, kind(client.get("/v1/nowhere"))) == (404, "not-found")
    assert kind(client.delete("/v1/models")) == "method-not-allowed"


def test_a_request_that_takes_too_long_is_ended() -> None:
    async def slow(scope, receive, send):
        await asyncio.sleep(30)

    sent = []

    async def run() -> None:
        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/v1/models", "headers": []}
        await Guard(slow, bounds=Bounds(seconds=0.05))(scope, receive, send)

    asyncio.run(run())
    assert sent[0]["status"] == 504
    assert json.loads(sent[1]["body"])["type"].endswith(":time-limit")


def test_every_answer_has_an_id_and_is_kept_by_no_cache(client) -> None:
    answers = [client.get("/v1/models"), client.get("/v1/nowhere"), client.get("/v1/health")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
