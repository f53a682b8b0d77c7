"""Forecasts over HTTP: answered like the pipeline does, entered before they are told, once for each request."""

from __future__ import annotations

import threading

import pytest

from records.ledger import Selection


def ask(client, *questions, **headers):
    return client.post("/v1/forecasts", json={"questions": list(questions)}, headers=headers)


def test_every_forecast_is_in_the_ledger_under_the_id_that_is_told(client, service_store, question) -> None:
    answer = ask(client, question, question | {"benchmark": "aime_2024", "threshold": 40.0})
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["forecasts"]
    for told in (first, second):
        entry = service_store.ledger.entry(told["id"])
        assert entry.forecast.distribution.median == pytest.approx(told["median"], abs=1e-3)
        assert entry.issued_at.isoformat() == told["issued_at"]
    assert 0.0 <= second["threshold"]["probability_at_least"] <= 1.0
    assert "threshold" not in first


def test_an_own_model_is_forecast_from_known_scores_and_facts(client, question) -> None:
    own = {"model": "my-model", "own": {"params_b": 32, "released": "2025-05-01"}, "known": {"aime_2024": 71.0}}
    [told] = ask(client, question | own).json()["forecasts"]
    assert told["question"]["model"] == "my-model"
    assert told["question"]["known"] == {"aime_2024": 71.0}


def test_questions_are_answered_all_or_none(client, service_store, question) -> None:
    before = len(service_store.ledger.entries(limit=10_000))
    answer = ask(client, question, question | {"model": "nobody"})
    assert answer.status_code == 404
    assert len(service_store.ledger.entries(limit=10_000)) == before


def test_a_withheld_question_is_forecast_without_its_cell(client, question) -> None:
    [told] = ask(client, question | {"model": "deepseek-r1", "benchmark": "aime_2024"}).json()["forecasts"]
    assert {one["value"] for one in told["already_reported"]} >= {64.0, 66.0}
    [blind] = ask(client, question | {"model": "deepseek-r1", "benchmark": "aime_2024", "withhold": True}).json()[
        "forecasts"
    ]
    assert blind["already_reported"] == []
    assert all((e["model"], e["benchmark"]) != ("deepseek-r1", "aime_2024") for e in blind["evidence"])


def test_the_same_key_and_body_give_the_same_answer_and_one_entry(client, service_store, question) -> None:
    before = len(service_store.ledger.entries(limit=10_000))
    answers = [ask(client, question, **{"Idempotency-Key": "twice"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.text for answer in answers}) == 1
    assert len(service_store.ledger.entries(limit=10_000)) == before + 1


def test_the_same_key_at_once_is_answered_once(client, service_store, question) -> None:
    before = len(service_store.ledger.entries(limit=10_000))
    told: list[str] = []

    def once() -> None:
        told.append(ask(client, question, **{"Idempotency-Key": "at-once"}).text)

    threads = [threading.Thread(target=once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 8
    assert len(set(told)) == 1
    assert len(service_store.ledger.entries(limit=10_000)) == before + 1


def test_the_same_key_with_another_body_is_refused(client, question) -> None:
    assert ask(client, question, **{"Idempotency-Key": "reused"}).status_code == 200
    answer = ask(client, question | {"threshold": 50.0}, **{"Idempotency-Key": "reused"})
    assert answer.status_code == 409
    assert answer.json()["type"].endswith(":idempotency-key-reused")


def test_keys_of_different_callers_do_not_meet(keyed, bearer, question) -> None:
    from records.access_key import Scope

    told = {
        ask(keyed, question, **{"Idempotency-Key": "mine"}, **bearer(Scope.FORECAST, name=name)).json()["forecasts"][0][
            "id"
        ]
        for name in ("ann", "ben")
    }
    assert len(told) == 2


def test_forecasts_are_entered_under_the_name_of_the_key(keyed, service_store, bearer, question) -> None:
    from records.access_key import Scope

    [told] = ask(keyed, question, **bearer(Scope.FORECAST, name="carol")).json()["forecasts"]
    [entry] = service_store.ledger.entries(Selection(user="carol"))
    assert entry.id == told["id"]


def test_a_comparison_enters_both_and_its_probabilities_agree(client, service_store) -> None:
    def compare(*models: str):
        body = {"benchmark": "speech_errors", "contenders": [{"model": model} for model in models]}
        return client.post("/v1/comparisons", json=body).json()

    told, turned = compare("qwen3-32b", "gpt-4.1"), compare("gpt-4.1", "qwen3-32b")
    assert told["pairs"][0]["probability_first_better"] == pytest.approx(
        1.0 - turned["pairs"][0]["probability_first_better"], abs=2e-4
    )
    for one in told["forecasts"]:
        assert service_store.ledger.entry(one["id"]).forecast.question.benchmark.id == "speech_errors"
    first, second = told["forecasts"]
    better = told["pairs"][0]["probability_first_better"] >= 0.5
    assert (first["median"] <= second["median"]) == better, "errors: lower is better"


def test_many_at_once_are_answered_as_one_by_one(client, question) -> None:
    benchmarks = ("gpqa_diamond", "gpqa_main", "aime_2024", "arena", "speech_errors")
    alone = {b: ask(client, question | {"benchmark": b}).json()["forecasts"][0]["quantiles"] for b in benchmarks}
    together: dict[str, object] = {}

    def one(name: str) -> None:
        together[name] = ask(client, question | {"benchmark": name}).json()["forecasts"][0]["quantiles"]

    threads = [threading.Thread(target=one, args=(b,)) for b in benchmarks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_a_benchmark_of_ones_own_is_forecast_by_its_description(client, question) -> None:
    facts = {"description": "Multiple-choice questions on the repair of bicycles, four options each.", "chance": 25}
    answer = ask(client, question | {"benchmark": "bicycle-repair", "own_benchmark": facts})
    assert answer.status_code == 200, answer.text
    assert answer.json()["forecasts"][0]["question"]["benchmark"] == "bicycle_repair"
    assert ask(client, question | {"benchmark": "bicycle-repair"}).status_code == 404
    assert ask(client, question | {"own_benchmark": facts}).status_code == 400
