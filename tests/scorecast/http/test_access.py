"""Keys over HTTP: missing, wrong, revoked, under-scoped and too eager ones; and who may not even try."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest

from records.access_key import Scope
from records.errors import UsageError
from scorecast.http.server import Serving, is_loopback, serve
from scorecast.keys import create_key, find_key

READS = ("/v1/forecasts", "/v1/records", "/v1/models", "/v1/benchmarks", "/metrics")
NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
RESOLUTION = "/v1/forecasts/00000000000000000000/resolution"


def kind(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).rpartition(":")[2]


@pytest.mark.parametrize("path", [*READS, "/v1/track-record", "/nowhere"])
def test_without_a_key_nothing_is_told_where_keys_are_required(keyed, path) -> None:
    answer = keyed.get(path)
    assert (answer.status_code, kind(answer)) == (401, "unauthorised")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/v1/health", "/v1/ready", "/v1/openapi.json"])
def test_health_readiness_and_the_description_need_no_key(keyed, path) -> None:
    assert keyed.get(path).status_code == 200


def test_everybody_is_told_whether_a_key_is_needed_and_who_has_one_what_it_opens(
    client, keyed, bearer, monkeypatch
) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "SCORECAST_MODEL"):
        monkeypatch.delenv(name, raising=False)
    local, stranger = client.get("/v1/about").json(), keyed.get("/v1/about").json()
    assert (local["keys_required"], local["scope"], local["language_model"]) == (False, "admin", None)
    monkeypatch.setenv("SCORECAST_MODEL", "some-model")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://user:secret@127.0.0.1:9/v1")
    known = keyed.get("/v1/about", headers=bearer(Scope.READ, name="ada"))
    assert stranger | {"version": ""} == {
        "version": "", "keys_required": True, "user": "", "scope": None, "language_model": None
    }  # fmt: skip
    assert (known.json()["user"], known.json()["scope"], known.json()["language_model"]) == (
        "ada",
        "read",
        "some-model",
    )
    assert "secret" not in known.text
    assert keyed.get("/v1/about", headers={"Authorization": "Bearer sc_wrong"}).status_code == 401


@pytest.mark.parametrize(
    "told",
    ["", "Bearer", "Bearer sc_00000000_" + "A" * 43, "Basic c2M6c2M=", "Bearer ' OR 1=1 --", "Bearer é"],
)
@pytest.mark.parametrize("service", ["client", "keyed"])
def test_a_wrong_key_opens_nothing_even_on_loopback(request, service, told) -> None:
    asking = request.getfixturevalue(service)
    answer = asking.get("/v1/models", headers=[(b"Authorization", told.encode())])
    assert (answer.status_code, kind(answer)) == (401, "unauthorised")


def test_a_key_with_one_digit_changed_opens_nothing(keyed, bearer) -> None:
    good = bearer(Scope.ADMIN)["Authorization"]
    bad = good[:-1] + ("A" if good[-1] != "A" else "B")
    assert keyed.get("/v1/models", headers={"Authorization": good}).status_code == 200
    assert keyed.get("/v1/models", headers={"Authorization": bad}).status_code == 401


def test_two_keys_at_once_open_nothing(keyed, bearer) -> None:
    both = [("Authorization", bearer(Scope.ADMIN)["Authorization"]) for _ in range(2)]
    assert keyed.get("/v1/models", headers=both).status_code == 401


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_opens_its_scope_and_no_more(keyed, bearer, scope, question) -> None:
    key = bearer(scope)
    reads = {path: keyed.get(path, headers=key).status_code for path in READS}
    assert set(reads.values()) == {200}
    asks = keyed.post("/v1/forecasts", json={"questions": [question]}, headers=key)
    compares = keyed.post("/v1/comparisons", json={}, headers=key)
    settles = keyed.post(RESOLUTION, json={"value": 1.0}, headers=key)
    imports = keyed.post("/v1/records", json={}, headers=key)
    may_ask, may_import = scope is not Scope.READ, scope is Scope.ADMIN
    assert asks.status_code == (200 if may_ask else 403)
    assert compares.status_code == (422 if may_ask else 403)
    assert settles.status_code == (404 if may_ask else 403)
    assert imports.status_code == (422 if may_import else 403)


def test_a_revoked_key_opens_nothing_from_then_on(keyed, service_store) -> None:
    made = create_key(service_store, "dave", scope=Scope.READ, now=NOW)
    header = {"Authorization": f"Bearer {made.secret}"}
    assert keyed.get("/v1/models", headers=header).status_code == 200
    service_store.keys.revoke(made.key.id, revoked_at=NOW)
    assert keyed.get("/v1/models", headers=header).status_code == 401


def test_only_a_hash_of_a_key_is_kept(service_store, home) -> None:
    made = create_key(service_store, "erin", scope=Scope.READ, now=NOW)
    assert find_key(service_store, made.secret) == made.key
    secret = made.secret.split("_", 2)[2].encode()
    for path in home.home.glob("store.db*"):
        assert secret not in path.read_bytes()


def test_a_key_that_asks_too_often_is_told_when_to_come_back(keyed, bearer) -> None:
    header = bearer(Scope.READ, per_minute=12)
    answers = [keyed.get("/v1/models", headers=header) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert kind(answers[-1]) == "too-many-requests"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 5
    assert keyed.get("/v1/models", headers=bearer(Scope.READ)).status_code == 200, "others are not slowed down"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_listening_wider_than_loopback_is_refused_without_a_key(plant, tmp_path, host) -> None:

    settings = plant(tmp_path)
    assert not is_loopback(host)
    with pytest.raises(UsageError, match=r"no key yet.*scorecast keys create"):
        serve(settings, Serving(host=host, port=0), clock=lambda: NOW)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_told_from_wider_addresses(host) -> None:
    assert is_loopback(host)


def test_names_that_somebody_points_at_this_machine_are_refused(client) -> None:
    answer = client.get("/v1/models", headers={"Host": "rebound.example:8321"})
    assert (answer.status_code, kind(answer)) == (421, "misdirected-request")


def test_pages_of_other_origins_are_refused_and_get_no_permission(client, question) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:1"):
        asked = client.post("/v1/forecasts", json={"questions": [question]}, headers={"Origin": origin})
        assert (asked.status_code, kind(asked)) == (403, "cross-origin")
        ahead = client.options("/v1/forecasts", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert ahead.status_code == 403
        assert not [name for name in {**asked.headers, **ahead.headers} if name.startswith("access-control")]


def test_a_form_that_a_page_could_send_is_refused(client) -> None:
    answer = client.post("/v1/forecasts", content=b'{"questions": []}', headers={"Content-Type": "text/plain"})
    assert (answer.status_code, kind(answer)) == (415, "unsupported-media-type")
