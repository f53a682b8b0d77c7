"""Every fault that a provider can show: what comes out, how often it was asked, and that nothing is billed twice."""

from __future__ import annotations

import pytest

from agent.access.budget import Budget, Limits
from agent.access.scripted.replies import (
    breaks_off,
    calls,
    cut_short,
    fails,
    filtered,
    garbles,
    hangs,
    limited,
    refuses,
    resets,
    says,
    slowly,
)
from agent.access.transcript import Transcript
from agent.errors import BudgetExhausted, ContextTooLong, ModelRefused, ProviderDown, RequestRefused

PASSING = {
    "500": [fails(500)],
    "502 and 503": [fails(502), fails(503)],
    "408": [fails(408)],
    "429": [limited()],
    "429 with Retry-After": [limited(0.05)],
    "reset": [resets()],
    "truncated": [breaks_off()],
    "garbled": [garbles()],
    "hang": [hangs()],
    "too slow": [slowly(says("too late"), 5.0)],
    "one after the other": [fails(500), limited(0.01), resets(), breaks_off(), garbles()],
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING.keys())
def test_a_fault_that_passes_costs_one_reply(script_and_endpoint, faults, stream):
    served, endpoint = script_and_endpoint([*faults, says("fine", usage=(70, 7))], timeout_seconds=0.4, stream=stream)
    budget = Budget()
    assert endpoint.chat_model(budget).invoke("How good?").content == "fine"
    assert len(served.asked) == len(faults) + 1
    assert (budget.spent.calls, budget.spent.prompt_tokens, budget.spent.completion_tokens) == (1, 70, 7)


LASTING = {
    "500": (fails(500), ProviderDown, "HTTP 500"),
    "429": (limited(0.01), ProviderDown, "HTTP 429"),
    "reset": (resets(), ProviderDown, "connection failed"),
    "truncated": (breaks_off(), ProviderDown, "asked 3 times"),
    "garbled": (garbles(), ProviderDown, "no JSON"),
    "hang": (hangs(), ProviderDown, "no reply within 0.2 seconds"),
}


@pytest.mark.parametrize(("reply", "error", "words"), LASTING.values(), ids=LASTING.keys())
def test_a_fault_that_lasts_ends_after_all_attempts(script_and_endpoint, reply, error, words):
    served, endpoint = script_and_endpoint(lambda asked: reply, timeout_seconds=0.2, max_retries=2)
    budget = Budget()
    with pytest.raises(error, match=words) as raised:
        endpoint.chat_model(budget).invoke("How good?")
    assert len(served.asked) == 3
    assert endpoint.settings.host in str(raised.value)
    assert budget.spent.calls == 0


AT_ONCE = {
    "wrong key": (fails(401, "Incorrect API key provided"), RequestRefused, "OPENAI_API_KEY"),
    "no such model": (fails(404, "model not found"), RequestRefused, "SCORECAST_MODEL"),
    "bad request": (fails(400, "messages is wrong"), RequestRefused, "HTTP 400"),
    "too long": (fails(400, "too long", code="context_length_exceeded"), ContextTooLong, "too long"),
    "filter before": (fails(400, "not allowed", code="content_filter"), ModelRefused, "content filter"),
    "quota": (limited(code="insufficient_quota"), ProviderDown, "HTTP 429"),
    "waits too long": (limited(3600), ProviderDown, "HTTP 429"),
    "refusal": (refuses("I would rather not."), ModelRefused, "I would rather not"),
    "filter behind": (filtered(), ModelRefused, "content filter"),
}


@pytest.mark.parametrize(("reply", "error", "words"), AT_ONCE.values(), ids=AT_ONCE.keys())
def test_what_will_not_pass_is_asked_once(script_and_endpoint, reply, error, words):
    served, endpoint = script_and_endpoint(lambda asked: reply)
    with pytest.raises(error, match=words):
        endpoint.chat_model(Budget()).invoke("How good?")
    assert len(served.asked) == 1


def test_a_refusal_is_billed_and_kept(script_and_endpoint):
    _, endpoint = script_and_endpoint([refuses("No.")])
    budget, transcript = Budget(), Transcript()
    with pytest.raises(ModelRefused):
        endpoint.chat_model(budget, transcript=transcript).invoke("How good?")
    (kept,) = transcript.conversation.exchanges
    assert budget.spent.calls == 1
    assert kept.reply is not None
    assert kept.reply.refusal == "No."


def test_broken_arguments_of_a_tool_reach_the_caller_as_such(script_and_endpoint):
    _, endpoint = script_and_endpoint([calls("search", '{"text": ')])
    message = endpoint.chat_model(Budget()).invoke("How good?")
    assert message.tool_calls == []
    assert message.invalid_tool_calls[0]["args"] == '{"text": '


def test_a_reply_at_its_limit_says_so(script_and_endpoint):
    _, endpoint = script_and_endpoint([cut_short("half a")])
    assert endpoint.chat_model(Budget()).invoke("How good?").response_metadata["finish_reason"] == "length"


def test_lost_replies_count_against_the_limits_at_their_worst(script_and_endpoint):
    served, endpoint = script_and_endpoint(lambda asked: breaks_off(), max_output_tokens=100)
    budget = Budget(Limits(tokens=400))
    with pytest.raises(BudgetExhausted, match="tokens"):
        endpoint.chat_model(budget).invoke("How good?")
    assert len(served.asked) == 2
    assert budget.spent.lost == 2
    assert 200 < budget.spent.lost_tokens <= 400
    assert budget.spent.tokens == 0


def test_an_endpoint_that_is_not_there_is_down(connect):
    endpoint = connect("http://127.0.0.1:9/v1", max_retries=1)
    budget = Budget()
    with pytest.raises(ProviderDown, match=r"127.0.0.1:9 was asked 2 times and failed: no connection"):
        endpoint.chat_model(budget).invoke("How good?")
    assert budget.spent.lost == 0


def test_while_an_endpoint_is_down_calls_get_one_attempt_and_a_success_ends_that(script_and_endpoint):
    replies = [fails(500)] * 3 + [fails(500), says("back"), fails(500), says("patient again")]
    served, endpoint = script_and_endpoint(replies, max_retries=2)
    chat = endpoint.chat_model(Budget())
    counts = []
    for question in ("a", "b"):
        with pytest.raises(ProviderDown):
            chat.invoke(question)
        counts.append(len(served.asked))
    assert counts == [3, 4]
    assert [chat.invoke(question).content for question in ("c", "d")] == ["back", "patient again"]
