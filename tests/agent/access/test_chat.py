"""The traps of chat models: names that change the protocol, streams without usage, event loops, caches that bill."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain.agents import create_agent
from langchain_core.tools import tool
from pydantic import BaseModel

from agent.access.budget import Budget, Limits
from agent.access.scripted.replies import calls, fails, says, slowly
from agent.errors import PriceUnknown, ProviderDown, RequestRefused

TOOL = {"type": "function", "function": {"name": "search", "parameters": {"type": "object", "properties": {}}}}


@tool
def double(number: int) -> int:
    """Return twice a number."""
    return 2 * number


@pytest.mark.parametrize(
    "model", ["gpt-5", "gpt-5-pro", "gpt-5.2-codex", "o3", "o3-pro", "o1-mini", "gpt-4o", "my/own"]
)
def test_every_model_is_asked_through_chat_completions(script_and_endpoint, model):
    served, endpoint = script_and_endpoint([says("yes")], model=model)
    endpoint.chat_model(Budget()).bind_tools([TOOL]).invoke("How good?")
    assert [(asked.path, asked.body["model"]) for asked in served.asked] == [("/v1/chat/completions", model)]


def test_a_stream_tells_its_usage(script_and_endpoint):
    served, endpoint = script_and_endpoint([says("a longer text than one piece", usage=(30, 9))], stream=True)
    budget = Budget()
    message = endpoint.chat_model(budget).invoke("How good?")
    assert served.asked[0].body["stream_options"] == {"include_usage": True}
    assert message.content == "a longer text than one piece"
    assert (message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"]) == (30, 9)
    assert (budget.spent.prompt_tokens, budget.spent.estimated) == (30, 0)


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_without_usage_is_billed_by_an_estimate_that_is_marked(script_and_endpoint, stream):
    _, endpoint = script_and_endpoint([says("x" * 400, usage=(-1, -1))], stream=stream)
    budget = Budget()
    endpoint.chat_model(budget).invoke("y" * 4000)
    assert budget.spent.estimated == 1
    assert 1000 <= budget.spent.prompt_tokens <= 1100
    assert 100 <= budget.spent.completion_tokens <= 130


def test_a_stream_of_tool_calls_is_put_together(script_and_endpoint):
    _, endpoint = script_and_endpoint([calls("search", {"text": "a long enough text"}, id="c7")], stream=True)
    (call,) = endpoint.chat_model(Budget()).invoke("How good?").tool_calls
    assert (call["name"], call["args"], call["id"]) == ("search", {"text": "a long enough text"}, "c7")


def test_streaming_callers_get_the_whole_reply_and_pay_once(script_and_endpoint):
    served, endpoint = script_and_endpoint([says("fine", usage=(5, 1))])
    budget = Budget()
    assert [chunk.content for chunk in endpoint.chat_model(budget).stream("How good?") if chunk.content] == ["fine"]
    assert (len(served.asked), budget.spent.calls, budget.spent.tokens) == (1, 1, 6)


def test_two_event_loops_after_each_other_share_one_endpoint(script_and_endpoint):
    _, endpoint = script_and_endpoint(lambda asked: says(str(asked.number)))
    chat = endpoint.chat_model(Budget())
    assert [asyncio.run(chat.ainvoke(text)).content for text in "abc"] == ["0", "1", "2"]


def test_threads_and_loops_share_one_endpoint(script_and_endpoint):
    served, endpoint = script_and_endpoint(lambda asked: says(asked.body["messages"][0]["content"]))
    budget = Budget()
    chat = endpoint.chat_model(budget)
    with ThreadPoolExecutor(8) as pool:
        plain = list(pool.map(lambda n: chat.invoke(f"plain {n}").content, range(20)))
        looped = list(pool.map(lambda n: asyncio.run(chat.ainvoke(f"looped {n}")).content, range(20)))
    assert plain + looped == [f"plain {n}" for n in range(20)] + [f"looped {n}" for n in range(20)]
    assert (budget.spent.calls, len(served.asked)) == (40, 40)


def test_a_cached_reply_is_not_billed_but_tells_its_tokens(script_and_endpoint, tmp_path):
    served, endpoint = script_and_endpoint([says("once", usage=(50, 5))], cache=tmp_path / "replies.db")
    first, second = Budget(), Budget(Limits(calls=1, tokens=1))
    endpoint.chat_model(first).invoke("How good?")
    again = endpoint.chat_model(second).invoke("How good?")
    assert again.content == "once"
    assert again.usage_metadata["total_tokens"] == 55
    assert again.response_metadata["scorecast"] == {"cached": True, "usd": 0.0, "attempts": 0}
    assert (second.spent.calls, second.spent.tokens, second.spent.cached) == (0, 0, 1)
    assert len(served.asked) == 1


def test_draws_differ_and_a_rerun_of_all_costs_nothing(script_and_endpoint, tmp_path):
    served, endpoint = script_and_endpoint(lambda asked: says(str(asked.number)), cache=tmp_path / "replies.db")
    runs = [[endpoint.chat_model(Budget(), draw=draw).invoke("?").content for draw in range(3)] for _ in range(2)]
    assert runs == [["0", "1", "2"]] * 2
    assert len(served.asked) == 3


def test_equal_calls_at_the_same_time_are_asked_once(script_and_endpoint):
    served, endpoint = script_and_endpoint([slowly(says("shared"), 0.2)])
    budget = Budget()
    chat = endpoint.chat_model(budget)

    async def all_at_once():
        return await asyncio.gather(*(chat.ainvoke("How good?") for _ in range(10)))

    assert {message.content for message in asyncio.run(all_at_once())} == {"shared"}
    assert (len(served.asked), budget.spent.calls, budget.spent.cached) == (1, 1, 9)


def test_where_the_first_of_equal_calls_is_cut_off_another_takes_over(script_and_endpoint):
    served, endpoint = script_and_endpoint(lambda asked: slowly(says("shared"), 2.0))
    hurried, patient = Budget(Limits(seconds=0.5)), Budget()

    async def both():
        first = asyncio.create_task(endpoint.chat_model(hurried).ainvoke("?"))
        await asyncio.sleep(0.05)
        return await asyncio.gather(first, endpoint.chat_model(patient).ainvoke("?"), return_exceptions=True)

    failed, answered = asyncio.run(both())
    assert type(failed).__name__ == "BudgetExhausted"
    assert answered.content == "shared"
    assert (len(served.asked), patient.spent.calls, hurried.spent.lost) == (2, 1, 1)


def test_a_caller_that_is_cancelled_ends_its_request(script_and_endpoint):
    served, endpoint = script_and_endpoint([slowly(says("late"), 60.0), says("next")], max_in_flight=1)
    budget = Budget()
    chat = endpoint.chat_model(budget)

    async def give_up():
        call = asyncio.create_task(chat.ainvoke("a"))
        while not served.asked:
            await asyncio.sleep(0.01)
        call.cancel()
        await call

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(give_up())
    assert chat.invoke("b").content == "next"
    assert (budget.spent.calls, budget.spent.lost) == (1, 1)


def test_no_more_than_the_limit_are_in_flight(script_and_endpoint):
    under_way: list[int] = []

    def answer(asked):
        under_way.append(len(served.asked) - len(served.told))
        return slowly(says("x"), 0.2)

    served, endpoint = script_and_endpoint(answer, max_in_flight=3)
    chat = endpoint.chat_model(Budget())

    async def many():
        await asyncio.gather(*(chat.ainvoke(str(n)) for n in range(12)))

    asyncio.run(many())
    assert 2 <= max(under_way) <= 3


def test_an_endpoint_that_refuses_fields_is_spoken_to_without_them(script_and_endpoint):
    def picky(asked):
        if "max_tokens" in asked.body:
            return fails(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        if "temperature" in asked.body:
            return fails(400, "Unsupported value: 'temperature' does not support 0.7 with this model.")
        return says("fine")

    served, endpoint = script_and_endpoint(picky)
    chat = endpoint.chat_model(Budget(), temperature=0.7)
    assert [chat.invoke(text).content for text in "ab"] == ["fine", "fine"]
    assert len(served.asked) == 4
    assert "max_completion_tokens" in served.asked[-1].body
    assert "temperature" not in served.asked[-1].body


def test_fields_that_stay_refused_end_the_call(script_and_endpoint):
    served, endpoint = script_and_endpoint(
        lambda asked: fails(400, "Unsupported parameter: 'max_tokens' and 'max_completion_tokens' are unknown.")
    )
    with pytest.raises(RequestRefused):
        endpoint.chat_model(Budget()).invoke("?")
    assert len(served.asked) == 2


def test_a_limit_in_money_without_a_price_is_refused_before_any_call(script_and_endpoint):
    served, endpoint = script_and_endpoint([])
    with pytest.raises(PriceUnknown, match=r"prices\.csv"):
        endpoint.chat_model(Budget(Limits(usd=1.0)).within(Limits(calls=3)))
    assert served.asked == []


def test_money_is_counted_by_the_users_own_price(script_and_endpoint, tmp_path):
    prices = tmp_path / "prices.csv"
    prices.write_text(
        "host,model,prompt,cached_prompt,completion,listed,source\n127.0.0.1:*,test-*,2,1,10,2026-01-31,\n"
    )
    _, endpoint = script_and_endpoint([says("x", usage=(1000, 100))], prices=prices)
    budget = Budget(Limits(usd=1.0))
    endpoint.chat_model(budget).invoke("How good?")
    assert budget.spent.usd == pytest.approx(0.003)
    assert budget.spent.unpriced == 0


def test_temperature_and_seed_are_sent_where_given(script_and_endpoint):
    served, endpoint = script_and_endpoint([says("a"), says("b")])
    endpoint.chat_model(Budget(), temperature=0.3, seed=11).invoke("?")
    endpoint.chat_model(Budget()).invoke("?")
    assert (served.asked[0].body["temperature"], served.asked[0].body["seed"]) == (0.3, 11)
    assert {"temperature", "seed"}.isdisjoint(served.asked[1].body)


def test_a_closed_endpoint_closes_twice_and_leaves_no_thread(serve, connect):
    endpoint = connect(serve([]).url)
    endpoint.close()
    endpoint.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("endpoint ")]


def test_calls_after_closing_and_those_under_way_end_with_an_error_that_says_so(script_and_endpoint):
    _, endpoint = script_and_endpoint(lambda asked: slowly(says("never"), 600.0))
    chat = endpoint.chat_model(Budget())
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(chat.invoke, "a")
        time.sleep(0.2)
        endpoint.close()
        with pytest.raises(ProviderDown, match="closed"):
            under_way.result(timeout=60)
    with pytest.raises(ProviderDown, match="closed"):
        chat.invoke("b")
    with pytest.raises(ProviderDown, match="closed"):
        asyncio.run(chat.ainvoke("c"))


def test_an_agent_of_langchain_runs_its_tools_over_the_line(script_and_endpoint):
    served, endpoint = script_and_endpoint([calls("double", {"number": 21}), says("It is 42.")])
    budget = Budget()
    agent = create_agent(endpoint.chat_model(budget), [double])
    assert agent.invoke({"messages": [("user", "Twice 21?")]})["messages"][-1].content == "It is 42."
    assert served.asked[1].body["messages"][-1] == {"role": "tool", "tool_call_id": "call_1", "content": "42"}
    assert budget.spent.calls == 2


class Guess(BaseModel):
    """A guess."""

    value: float
    reason: str


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output_comes_back_as_its_class(script_and_endpoint, method):
    told = {"value": 41.5, "reason": "trend"}
    served, endpoint = script_and_endpoint(
        [says(json.dumps(told)) if method == "json_schema" else calls("Guess", told)]
    )
    guess = endpoint.chat_model(Budget()).with_structured_output(Guess, method=method).invoke("How good?")
    assert guess == Guess(**told)
    asked = json.dumps(served.asked[0].body)
    assert '"value"' in asked
    assert '"reason"' in asked
