"""The doubles keep their word: scripts run out aloud, and recordings and conversations are held to each other."""

from __future__ import annotations

import json

import pytest

from agent.access.budget import Budget
from agent.access.scripted.recording import Recording, RecordingMismatch, ReplayedEndpoint
from agent.access.scripted.replies import calls, says
from agent.errors import RequestRefused
from records.errors import DataError


def _talk(endpoint):
    chat = endpoint.chat_model(Budget())
    first = chat.invoke("Which tool?")
    return chat.invoke(["Which tool?", first, {"role": "tool", "tool_call_id": "call_1", "content": "7"}]).content


@pytest.fixture
def recording(serve, connect):
    served = serve([calls("search", {"text": "x"}), says("seven")])
    assert _talk(connect(served.url)) == "seven"
    return Recording.of(served.told)


def test_a_script_that_has_ended_refuses_and_says_so(script_and_endpoint):
    _, endpoint = script_and_endpoint([says("only one")])
    chat = endpoint.chat_model(Budget())
    chat.invoke("a")
    with pytest.raises(RequestRefused, match="the script has 1 replies and this is request 2"):
        chat.invoke("b")


def test_a_recorded_conversation_replays_from_its_file(recording, connect, tmp_path):
    recording.write(tmp_path / "talk.json")
    again = Recording.read(tmp_path / "talk.json")
    assert again == recording
    with ReplayedEndpoint(again) as replayed:
        assert _talk(connect(replayed.url)) == "seven"


def test_a_recording_replays_a_stream_too(recording, connect):
    with ReplayedEndpoint(recording) as replayed:
        assert _talk(connect(replayed.url, stream=True)) == "seven"


def test_a_request_that_is_not_recorded_is_orphaned(recording, connect):
    def differently():
        with ReplayedEndpoint(recording) as replayed:
            endpoint = connect(replayed.url)
            _talk(endpoint)
            with pytest.raises(RequestRefused, match="orphaned"):
                endpoint.chat_model(Budget()).invoke("Something else?")

    with pytest.raises(RecordingMismatch, match=r"orphaned: .*Something else"):
        differently()


def test_a_recorded_reply_that_is_never_asked_for_is_an_error_at_the_end(recording, connect):
    def too_little():
        with ReplayedEndpoint(recording) as replayed:
            connect(replayed.url).chat_model(Budget()).invoke("Which tool?")

    with pytest.raises(RecordingMismatch, match="never asked") as raised:
        too_little()
    assert (len(raised.value.unasked), raised.value.orphaned) == (1, [])


def test_an_error_of_the_conversation_is_not_hidden_by_the_recording(recording):
    with pytest.raises(ZeroDivisionError), ReplayedEndpoint(recording):
        raise ZeroDivisionError


def test_replies_written_by_hand_may_be_short(connect):
    request = {"model": "test-model", "messages": [{"content": "?", "role": "user"}], "max_tokens": 8192}
    reply = {"tool_calls": [{"name": "calculate", "arguments": {"text": "1 + 1"}}]}
    with ReplayedEndpoint(Recording.of([(request, reply)])) as replayed:
        (call,) = connect(replayed.url).chat_model(Budget()).invoke("?").tool_calls
    assert (call["name"], call["args"]) == ("calculate", {"text": "1 + 1"})


@pytest.mark.parametrize("text", ["", "[]", '{"exchanges": []}', '{"exchanges": [{"request": {}}]}'])
def test_a_file_that_is_no_recording_is_refused(tmp_path, text):
    (tmp_path / "talk.json").write_text(text)
    with pytest.raises(DataError, match=r"talk\.json is no recording"):
        Recording.read(tmp_path / "talk.json")


def test_a_recording_is_readable_json(recording, tmp_path):
    recording.write(tmp_path / "talk.json")
    told = json.loads((tmp_path / "talk.json").read_text())
    assert told["exchanges"][1]["reply"]["content"] == "seven"
