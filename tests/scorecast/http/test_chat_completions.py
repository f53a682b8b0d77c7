"""OpenAI's format: its own Python client and LangChain's chat model against a running server, streamed and not."""

from __future__ import annotations

import json

import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

from records.access_key import Scope

ASKED = "What will Qwen3 32B get on GPQA Diamond?"
USER = [{"role": "user", "content": ASKED}]


def base(client, path: str = "/openai/v1") -> str:
    return str(client.base_url).rstrip("/") + path


@pytest.fixture
def ai(client):
    """OpenAI's client of a service that asks for no keys, with the key that such clients are given then: any."""
    with openai.OpenAI(base_url=base(client), api_key="unused", max_retries=0) as made:
        yield made


@pytest.fixture
def keyed_ai(keyed):
    """Make OpenAI's client with a key."""
    made: list[openai.OpenAI] = []

    def make(key: str) -> openai.OpenAI:
        made.append(openai.OpenAI(base_url=base(keyed, "/v1"), api_key=key, max_retries=0))
        return made[-1]

    yield make
    for one in made:
        one.close()


def secret(bearer, scope=Scope.FORECAST, **more) -> str:
    return bearer(scope, **more)["Authorization"].removeprefix("Bearer ")


def test_openais_client_gets_a_whole_answer(ai, service_store) -> None:
    told = ai.chat.completions.create(model="scorecast", messages=USER, temperature=0.2, max_tokens=500)
    [choice] = told.choices
    assert told.object == "chat.completion"
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert "**Qwen3 32B on GPQA Diamond:" in choice.message.content
    key = choice.message.content.rpartition("Ledger: `")[2][:20]
    assert service_store.ledger.entry(key).cell == ("qwen3-32b", "gpqa_diamond")
    assert told.usage.total_tokens == told.usage.prompt_tokens + told.usage.completion_tokens > 0


def test_openais_client_gets_a_streamed_answer_that_adds_up(ai) -> None:
    chunks = list(ai.chat.completions.create(model="scorecast", messages=USER, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "**Qwen3 32B on GPQA Diamond:" in text
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)


def test_usage_comes_last_where_it_is_wanted(ai) -> None:
    chunks = list(
        ai.chat.completions.create(
            model="scorecast", messages=USER, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage.prompt_tokens == len(ASKED) // 4
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_a_conversation_is_carried_on(ai) -> None:
    messages = [
        {"role": "system", "content": "You only speak of o3."},
        {"role": "developer", "content": "What will o3-high get on AIME 2024?"},
        *USER,
        {"role": "assistant", "content": "Something."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "and on AIME 2024,"}, {"type": "text", "text": "over 30?"}],
        },
    ]
    told = ai.chat.completions.create(model="scorecast", messages=messages).choices[0].message.content
    assert "**Qwen3 32B on AIME 2024:" in told
    assert "P(score is at least 30.0 %)" in told


def test_models_are_listed_and_told(ai) -> None:
    assert [one.id for one in ai.models.list()] == ["scorecast", "scorecast-agent"]
    assert ai.models.retrieve("scorecast-agent").owned_by == "scorecast"
    with pytest.raises(openai.NotFoundError):
        ai.models.retrieve("gpt-5")


def test_both_addresses_answer(client) -> None:
    for path in ("/v1/chat/completions", "/openai/v1/chat/completions"):
        assert client.post(path, json={"model": "scorecast", "messages": USER}).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": "gpt-5"}, 404, None),
        ({"n": 2}, 400, "n"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "system", "content": "hi"}]}, 400, None),
        ({"messages": [{"role": "wizard", "content": "hi"}]}, 400, "messages.0.role"),
        ({"messages": "hi"}, 400, "messages"),
        ({"stream": "perhaps"}, 400, "stream"),
        ({"response_format": {"type": "json_object"}}, 400, "response_format.type"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}, 400, ...),
    ],
)
def test_errors_have_openais_shape_and_status(client, change, status, param) -> None:
    answer = client.post("/v1/chat/completions", json={"model": "scorecast", "messages": USER} | change)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    if param is not ...:
        assert error["param"] == param


def test_bodies_that_are_none_have_openais_shape_too(client) -> None:
    answer = client.post("/v1/chat/completions", content=b"[" * 99_999, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_other_routes_keep_their_own_errors(client) -> None:
    assert client.post("/v1/chat", json={}).headers["content-type"] == "application/problem+json"


def test_openais_client_knows_our_refusals(keyed_ai, bearer) -> None:
    with pytest.raises(openai.AuthenticationError) as wrong:
        keyed_ai("sc_00000000_" + "x" * 43).chat.completions.create(model="scorecast", messages=USER)
    assert wrong.value.code == "invalid_api_key"
    with pytest.raises(openai.PermissionDeniedError):
        keyed_ai(secret(bearer, Scope.READ)).chat.completions.create(model="scorecast", messages=USER)
    limited = keyed_ai(secret(bearer, per_minute=6))
    limited.chat.completions.create(model="scorecast", messages=USER)
    with pytest.raises(openai.RateLimitError) as many:
        limited.chat.completions.create(model="scorecast", messages=USER)
    assert many.value.code == "rate_limit_exceeded"
    assert int(many.value.response.headers["retry-after"]) > 0


def test_a_key_of_ours_that_opens_nothing_is_refused_even_where_none_is_needed(client) -> None:
    headers = {"Authorization": f"Bearer sc_00000000_{'x' * 43}"}
    answer = client.post("/v1/chat/completions", json={"model": "scorecast", "messages": USER}, headers=headers)
    assert answer.status_code == 401
    assert client.get("/v1/models", headers={"Authorization": "Bearer unused"}).status_code == 401


def test_openais_client_asks_with_its_key(keyed_ai, bearer, service_store) -> None:
    told = keyed_ai(secret(bearer, name="emma")).chat.completions.create(model="scorecast", messages=USER)
    key = told.choices[0].message.content.rpartition("Ledger: `")[2][:20]
    assert service_store.ledger.entry(key).user == "emma"


@pytest.fixture
def chat_model(keyed, bearer) -> ChatOpenAI:
    """LangChain's chat model with a key."""
    return ChatOpenAI(base_url=base(keyed, "/v1"), api_key=secret(bearer), model="scorecast", max_retries=0)


def test_langchain_asks_and_streams(chat_model) -> None:
    whole = chat_model.invoke([SystemMessage("Be brief."), HumanMessage(ASKED)])
    assert isinstance(whole, AIMessage)
    assert "**Qwen3 32B on GPQA Diamond:" in whole.content
    assert whole.usage_metadata["total_tokens"] > 0
    pieces = list(chat_model.stream([HumanMessage(ASKED), AIMessage("..."), HumanMessage("and AIME 2024?")]))
    assert "**Qwen3 32B on AIME 2024:" in "".join(piece.content for piece in pieces)


def test_a_streamed_answer_is_written_as_openai_writes_it(client) -> None:
    body = {"model": "scorecast", "messages": USER, "stream": True}
    answer = client.post("/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = [block for block in answer.text.split("\n\n") if block]
    assert blocks[-1] == "data: [DONE]"
    for block in blocks[:-1]:
        if not block.startswith(":"):
            assert json.loads(block.removeprefix("data: "))["object"] == "chat.completion.chunk"


def test_the_agent_is_a_model_of_its_own(ai, monkeypatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "SCORECAST_MODEL"):
        monkeypatch.delenv(name, raising=False)
    told = ai.chat.completions.create(model="scorecast-agent", messages=USER)
    assert told.model == "scorecast-agent"
    assert "SCORECAST_MODEL" in told.choices[0].message.content
