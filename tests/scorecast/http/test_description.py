"""The OpenAPI document: sound, complete, and true of what the service answers; and no body makes the service fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="session")
def document(client) -> dict[str, object]:
    return client.get("/v1/openapi.json").json()


def operations(document) -> Iterator[tuple[str, str, dict]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield method, path, operation


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref" and isinstance(value, str))
        for value in node.values():
            yield from references(value)
    if isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_schema_is_a_schema_and_every_reference_leads_somewhere(document) -> None:
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in set(references(document)):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"], reference


def test_every_operation_is_named_described_and_secured(document) -> None:
    found = list(operations(document))
    assert len({operation["operationId"] for _, _, operation in found}) == len(found) >= 15
    for _, path, operation in found:
        assert operation["description"].endswith(".")
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert ("security" in operation) == (path not in {"/v1/about", "/v1/health", "/v1/ready"})


def answered(document, method: str, path: str, status: int) -> Draft202012Validator:
    content = document["paths"][path][method]["responses"][str(status)]["content"]
    schema = content["application/json"]["schema"] | {"components": document["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_answers_are_what_the_document_says(client, document, question) -> None:
    body = {"questions": [question | {"threshold": 50.0, "setting": {"shots": 5}}]}
    told = client.post("/v1/forecasts", json=body)
    answered(document, "post", "/v1/forecasts", 200).validate(told.json())
    contenders = [{"model": "qwen3-32b"}, {"model": "gpt-4.1"}]
    compared = client.post("/v1/comparisons", json={"benchmark": "aime_2024", "contenders": contenders})
    answered(document, "post", "/v1/comparisons", 200).validate(compared.json())
    entry = told.json()["forecasts"][0]["id"]
    settled = client.post(f"/v1/forecasts/{entry}/resolution", json={"value": 55.0})
    answered(document, "post", "/v1/forecasts/{id}/resolution", 201).validate(settled.json())
    answered(document, "get", "/v1/forecasts/{id}", 200).validate(client.get(f"/v1/forecasts/{entry}").json())
    for path in ("/v1/forecasts", "/v1/records", "/v1/models", "/v1/benchmarks", "/v1/health", "/v1/ready"):
        answered(document, "get", path, 200).validate(client.get(path).json())


def test_requests_of_the_document_are_those_that_are_taken(document, question) -> None:
    schema = document["components"]["schemas"]["ForecastsAsked"] | {"components": document["components"]}
    check = Draft202012Validator(schema)
    assert check.is_valid({"questions": [question]})
    assert not check.is_valid({"questions": []})
    assert not check.is_valid({"questions": [question | {"sql": 1}]})


TEXTS = st.text(max_size=20) | st.sampled_from(["qwen3-32b", "gpqa_diamond", "aime_2024", "arena", "", "../", "%00"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
KEYS = ("model", "benchmark", "setting", "as_of", "withhold", "threshold", "known", "own", "without_sources")
QUESTIONS = st.fixed_dictionaries(
    {"model": TEXTS | JSON, "benchmark": TEXTS | JSON},
    optional=dict.fromkeys(KEYS[2:], JSON),
)
BODIES = JSON | st.fixed_dictionaries({"questions": st.lists(QUESTIONS | JSON, max_size=2)})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES)
def test_no_body_makes_the_service_fail(client, body) -> None:
    for path in ("/v1/forecasts", "/v1/comparisons", "/v1/records", "/v1/forecasts/00000000000000000000/resolution"):
        answer = client.post(path, json=body)
        assert answer.status_code < 500, (path, body, answer.text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.dictionaries(
        st.sampled_from(
            ["text", "model", "benchmark", "source", "since", "as_of", "limit", "cursor", "search", "user"]
        ),
        st.text(max_size=30) | st.integers().map(str) | st.dates().map(str),
        max_size=4,
    )
)
def test_no_search_makes_the_service_fail(client, wanted) -> None:
    for path in ("/v1/records", "/v1/forecasts", "/v1/models", "/v1/benchmarks", "/v1/track-record"):
        answer = client.get(path, params=wanted)
        assert answer.status_code < 500, (path, wanted, answer.text)
