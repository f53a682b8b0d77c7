"""Ledger, records and names over HTTP: pages that join up, outcomes, imports within bounds."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from scorecast.agents.home import AgentHome

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
TABLE = "model,score\nQwen3 32B,61.5\nnew-model,55\n"
MAPPING = {
    "source": {"id": "lab-notes", "name": "Lab notes"},
    "model": "model",
    "scores": {"score": {"benchmark": "swe_bench_verified", "scale": "percent"}},
    "published": {"date": "2025-06-02"},
}


def pages(client, path: str, name: str, **wanted: object) -> list[dict[str, object]]:
    """All pages of a list, one entry after another."""
    found, cursor = [], ""
    while cursor is not None:
        answer = client.get(path, params=wanted | {"limit": 3, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert 1 <= len(page[name]) <= 3
        found += page[name]
        cursor = page["next_cursor"]
    return found


@pytest.fixture
def issued(client, question):
    """Ids of four forecasts, the oldest first."""
    asked = [question | {"threshold": 10.0 + i} for i in range(4)]
    return [client.post("/v1/forecasts", json={"questions": [one]}).json()["forecasts"][0]["id"] for one in asked]


def test_an_outcome_of_the_agents_forecast_teaches_its_weight(client, service_store, home, issued) -> None:
    forecast = service_store.ledger.entry(issued[0]).forecast.model_copy(update={"method": "agent"})
    [entry] = service_store.ledger.issue([forecast], issued_at=NOW)
    learned = AgentHome.of(home).record_file
    assert client.post(f"/v1/forecasts/{issued[0]}/resolution", json={"value": 50.0}).status_code == 201
    assert not learned.exists()
    assert client.post(f"/v1/forecasts/{entry.id}/resolution", json={"value": 50.0}).status_code == 201
    assert learned.exists()


def test_pages_of_the_ledger_join_up_the_newest_first(client, service_store, issued) -> None:
    found = [entry["id"] for entry in pages(client, "/v1/forecasts", "forecasts")]
    assert found == [entry.id for entry in service_store.ledger.entries(limit=10_000)]
    assert found[:4] == issued[::-1]


def test_one_entry_is_told_as_it_was_issued(client, issued) -> None:
    told = client.get(f"/v1/forecasts/{issued[0]}").json()
    assert (told["id"], told["forecast"]["id"]) == (issued[0], issued[0])
    assert told["forecast"]["question"]["model"] == "qwen3-32b"
    assert client.get("/v1/forecasts/ffffffffffffffffffff").status_code == 404
    assert client.get("/v1/forecasts/..%2f..%2fetc").status_code in {404, 422}


def test_an_outcome_settles_a_forecast_and_a_correction_holds(client, issued) -> None:
    path = f"/v1/forecasts/{issued[0]}/resolution"
    first = client.post(path, json={"value": 50.0, "source": "lab", "url": "https://lab.example/1"})
    again = client.post(path, json={"value": 51.0})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["resolution"]["value"] == 51.0
    listed = client.get("/v1/forecasts", params={"resolved": True}).json()["forecasts"]
    assert issued[0] in {entry["id"] for entry in listed}


def test_an_entry_tells_the_outcome_that_holds_and_none_while_it_waits(client, issued) -> None:
    path = f"/v1/forecasts/{issued[2]}"
    assert client.get(path).json()["settled"] is None
    for value in (50.0, 52.0):
        client.post(f"{path}/resolution", json={"value": value})
    settled = client.get(path).json()["settled"]
    assert (settled["id"], settled["resolution"]["value"], settled["foresight"]) == (issued[2], 52.0, False)
    listed = {entry["id"]: entry["settled"] for entry in client.get("/v1/forecasts").json()["forecasts"]}
    assert listed[issued[2]] == settled
    assert listed[issued[3]] is None


def test_a_question_tells_names_and_bounds(client, issued) -> None:
    told = client.get(f"/v1/forecasts/{issued[0]}").json()["forecast"]["question"]
    assert (told["model_name"], told["benchmark_name"]) == ("Qwen3 32B", "GPQA Diamond")
    assert (told["lower"], told["upper"], told["chance"]) == (0.0, 100.0, None)


def test_a_track_record_without_a_settled_forecast_is_an_empty_list(client) -> None:
    answer = client.get("/v1/track-record", params={"user": "nobody"})
    assert (answer.status_code, answer.json()) == (200, {"tracks": []})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"value": 500.0}, 422),
        ({"value": 50.0, "published": "2999-01-01"}, 400),
        ({"value": "x"}, 422),
        ({"value": 50.0, "url": "file:///etc/passwd"}, 422),
        ({"value": 50.0, "url": "javascript:alert(1)"}, 422),
        ({"value": 50.0, "source": "Ann's lab"}, 422),
    ],
)
def test_an_impossible_outcome_is_refused(client, issued, body, status) -> None:
    assert client.post(f"/v1/forecasts/{issued[1]}/resolution", json=body).status_code == status


def test_pages_of_records_join_up_and_hold_each_once(client) -> None:
    wanted = {"benchmark": "GPQA Diamond"}
    found = pages(client, "/v1/records", "records", **wanted)
    whole = client.get("/v1/records", params=wanted | {"limit": 200}).json()
    assert [one["id"] for one in found] == [one["id"] for one in whole["records"]]
    assert len({one["id"] for one in found}) == whole["total"] == len(found)
    assert {one["benchmark"] for one in found} == {"gpqa_diamond"}


def test_records_of_a_later_day_are_not_told(client) -> None:
    found = client.get("/v1/records", params={"as_of": "2025-03-31", "limit": 200}).json()["records"]
    assert max(one["published"] for one in found) <= "2025-03-31"
    assert client.get("/v1/records", params={"as_of": "2999-01-01"}).status_code == 400


@pytest.mark.parametrize("wanted", [{"text": "x' OR '1'='1"}, {"text": "%"}, {"text": "zzzz"}])
def test_a_search_is_never_read_as_anything_but_words(client, wanted) -> None:
    assert client.get("/v1/records", params=wanted).json() == {"records": [], "total": 0, "next_cursor": None}


@pytest.mark.parametrize("wanted", [{"cursor": "nope"}, {"limit": 0}, {"limit": 10**6}, {"source": "nobody"}])
def test_senseless_searches_are_refused(client, wanted) -> None:
    assert client.get("/v1/records", params=wanted).status_code in {400, 422}


def test_pages_of_names_join_up(client, models, benchmarks) -> None:
    assert {one["id"] for one in pages(client, "/v1/models", "models")} >= {model.id for model in models}
    found = pages(client, "/v1/benchmarks", "benchmarks", search="gpqa")
    assert [one["id"] for one in found[:2]] in (["gpqa_diamond", "gpqa_main"], ["gpqa_main", "gpqa_diamond"])
    assert client.get("/v1/models", params={"cursor": "-1"}).status_code == 400


@pytest.fixture(scope="module")
def importing(plant, tmp_path_factory):
    """A service of its own, so that imports change nothing for other tests; its forecaster is not waited for."""
    from starlette.testclient import TestClient

    from scorecast.http.application import Policy, app

    settings = plant(tmp_path_factory.mktemp("importing"))
    made = app(settings, clock=lambda: NOW, policy=Policy(hosts=frozenset()))
    with TestClient(made, raise_server_exceptions=False) as client:
        yield client


def take(client, **fields: object):
    return client.post("/v1/records", json={"name": "scores.csv", "content": TABLE, "mapping": MAPPING} | fields)


def test_an_import_tells_what_was_taken_and_settles_what_waited(importing) -> None:
    tried = take(importing, dry_run=True).json()
    assert tried["files"][0]["stored"] is None
    answer = take(importing)
    assert answer.status_code == 201, answer.text
    [told] = answer.json()["files"]
    assert told["stored"]["added"] == 2
    assert told["report"]["path"] == "scores.csv"
    assert take(importing).json()["files"][0]["stored"]["already_there"] == 2
    found = importing.get("/v1/records", params={"source": "lab-notes"}).json()["records"]
    assert {one["value"] for one in found} == {61.5, 55.0}


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "../../etc/cron.csv"},
        {"name": "scores.pkl"},
        {"name": ".csv"},
        {"content": ""},
        {"content": "\x00"},
        {"content": "model,score\n" + "x" * 5_000_000},
        {"name": "deep.json", "content": "[" * 10_000, "mapping": None},
        {"name": "a.json", "content": json.dumps({"results": {}}), "mapping": None},
        {"name": "a.yaml", "content": "!!python/object/apply:os.system ['true']", "mapping": None},
        {"mapping": {"nonsense": 1}},
        {"mapping": None},
    ],
)
def test_what_is_no_sound_file_is_refused_and_nothing_of_the_server_is_told(importing, fields) -> None:
    answer = take(importing, **fields)
    assert answer.status_code in {422, 400}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/tmp" not in answer.text
    assert "scorecast-" not in answer.text
